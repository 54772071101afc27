import { describe, expect, it } from 'vitest';
import { equalBytes, Keyring } from '../../../src/lib/keyring.ts';

const secret = (letter: string) => btoa(letter.repeat(32));
const first = await Keyring.open({ 1: secret('a') });
const rotated = await Keyring.open({ 1: secret('a'), 2: secret('b') });

describe('sealing', () => {
  it('opens only in its own place', async () => {
    const cipher = await first.seal('sign-in-code:1', '13800000000');
    expect(await first.unseal('sign-in-code:1', cipher, 1)).toBe('13800000000');
    await expect(first.unseal('sign-in-code:2', cipher, 1)).rejects.toThrow();
  });

  it('gives another ciphertext each time, none of which shows the text', async () => {
    const [one, two] = [await first.seal('f', '王芳'), await first.seal('f', '王芳')];
    expect(equalBytes(one, two)).toBe(false);
    expect(new TextDecoder().decode(one)).not.toContain('王芳');
  });

  it('notices a changed byte', async () => {
    const cipher = await first.seal('f', '王芳');
    cipher[cipher.length - 1]! ^= 1;
    await expect(first.unseal('f', cipher, 1)).rejects.toThrow();
  });

  it('still opens what an older version sealed, and seals with the newest', async () => {
    const old = await first.seal('f', '王芳');
    expect(rotated.version).toBe(2);
    expect(await rotated.unseal('f', old, 1)).toBe('王芳');
    await expect(first.unseal('f', await rotated.seal('f', '王芳'), 1)).rejects.toThrow();
  });
});

describe('a person’s data key', () => {
  it('opens from its wrapped form, for that person only', async () => {
    const { dataKey, wrapped } = await first.createDataKey('person-1');
    const cipher = await dataKey.encrypt('people.phone', '13800000000');
    const again = await first.openDataKey('person-1', wrapped, 1);
    expect(await again.decrypt('people.phone', cipher)).toBe('13800000000');
    await expect(again.decrypt('bookings.contact_name:1', cipher)).rejects.toThrow();
    await expect(first.openDataKey('person-2', wrapped, 1)).rejects.toThrow();
  });
});

describe('keyed hashes', () => {
  it('find a value under every version, and differ by purpose and by secret', async () => {
    const stored = await first.hash('phone', '13800000000');
    const candidates = await rotated.hashes('phone', '13800000000');
    expect(candidates.some((one) => equalBytes(one, stored))).toBe(true);
    expect(equalBytes(stored, await first.hash('name', '13800000000'))).toBe(false);
    expect(equalBytes(stored, await rotated.hash('phone', '13800000000'))).toBe(false);
  });
});

describe('secrets', () => {
  it.each([
    [{}, /at least one secret/],
    [{ 1: btoa('short') }, /version 1 .* 32 bytes/],
    [{ zero: secret('a') }, /version zero/],
  ])('%j are refused by version, without being shown', async (secrets, message) => {
    await expect(Keyring.open(secrets)).rejects.toThrow(message);
  });
});
