import { describe, expect, it } from 'vitest';
import { hashPassword, isPassword, SCRYPT_COST } from '../../../src/lib/password.ts';

/** RFC 7914, section 12: what scrypt makes of `pleaseletmein`, cut to the bytes that are stored. */
const RFC = {
  hash: new Uint8Array(
    Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex'),
  ),
  salt: new Uint8Array(Buffer.from('SodiumChloride')),
  cost: { n: 16_384, r: 8, p: 1 },
};

describe('a password', () => {
  it('is checked at the cost that its hash was made with, as the RFC does', async () => {
    expect(await isPassword('pleaseletmein', RFC)).toBe(true);
    expect(await isPassword('pleaseletmeIn', RFC)).toBe(false);
    expect(await isPassword('pleaseletmein', { ...RFC, cost: { ...RFC.cost, p: 2 } })).toBe(false);
  });

  it('is hashed with a salt of its own and the present cost', async () => {
    const [one, two] = await Promise.all([
      hashPassword('风筝灯笼港口'),
      hashPassword('风筝灯笼港口'),
    ]);
    expect(one.cost).toEqual({ n: 16_384, r: 8, p: 5 });
    expect(SCRYPT_COST).toEqual(one.cost);
    expect(one.hash).not.toEqual(two.hash);
    expect(await isPassword('风筝灯笼港口', one)).toBe(true);
  });

  it('is the same however its characters were composed', async () => {
    const made = await hashPassword('café-lantern');
    expect(await isPassword('cafe\u0301-lantern', made)).toBe(true);
  });
});
