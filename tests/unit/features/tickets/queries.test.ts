import { describe, expect, it } from 'vitest';
import { passExpiry } from '../../../../src/features/tickets/policy.ts';
import { opensTicket, signPass } from '../../../../src/features/tickets/queries.ts';
import { Keyring } from '../../../../src/lib/keyring.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

const secret = (letter: string) => btoa(letter.repeat(32));
const booking = '0196f3a2-7c1e-7d0a-9b3c-2f1d5e8a4c60';
const other = '0196f3a2-7c1e-7d0a-9b3c-2f1d5e8a4c61';

describe('a pass', () => {
  it('opens its own ticket for a day', async () => {
    const keys = await Keyring.open({ 1: secret('a') });
    const pass = await signPass({ keys }, booking, passExpiry(NOW));
    const opens = (id: string, minutes: number) =>
      opensTicket({ keys, now: addMinutes(NOW, minutes) }, pass, id);
    expect(await opens(booking, 0)).toBe(true);
    expect(await opens(booking, 24 * 60 - 1)).toBe(true);
    expect(await opens(booking, 24 * 60)).toBe(false);
    expect(await opens(other, 0)).toBe(false);
  });

  it('opens nothing once a letter of it is changed', async () => {
    const keys = await Keyring.open({ 1: secret('a') });
    const pass = await signPass({ keys }, booking, passExpiry(NOW));
    const opens = (text: string | undefined) => opensTicket({ keys, now: NOW }, text, booking);
    for (const [index, letter] of Array.from(pass).entries()) {
      const changed = pass.slice(0, index) + (letter === '5' ? '6' : '5') + pass.slice(index + 1);
      // The last letter of 32 bytes in base64url carries two bits that nobody reads.
      if (index < pass.length - 1) expect(await opens(changed), changed).toBe(false);
    }
    for (const text of [undefined, '', '.', `${booking}.9999999999999.`, `${pass}.x`.slice(3)]) {
      expect(await opens(text)).toBe(false);
    }
  });

  it('outlives a new key, and not the loss of its own', async () => {
    const old = await Keyring.open({ 1: secret('a') });
    const pass = await signPass({ keys: old }, booking, passExpiry(NOW));
    const both = await Keyring.open({ 1: secret('a'), 2: secret('b') });
    const fresh = await Keyring.open({ 2: secret('b') });
    expect(await opensTicket({ keys: both, now: NOW }, pass, booking)).toBe(true);
    expect(await opensTicket({ keys: fresh, now: NOW }, pass, booking)).toBe(false);
  });
});
