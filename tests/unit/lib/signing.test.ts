import { describe, expect, it } from 'vitest';
import { newAuditSigningKey, newPersonalDataKeys } from '../../../scripts/lib/keys.ts';
import { readSettings } from '../../../src/lib/env.ts';
import { openSigner, publicJwk, signatureHolds } from '../../../src/lib/signing.ts';

/** The example key of RFC 8037, appendix A. */
const example = {
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};

const settingsWith = (AUDIT_SIGNING_KEY?: string) =>
  readSettings({
    DATABASE_URL: 'file:test.db',
    PERSONAL_DATA_KEYS: newPersonalDataKeys(),
    ...(AUDIT_SIGNING_KEY === undefined ? {} : { AUDIT_SIGNING_KEY }),
  });

describe('a signature', () => {
  it('holds for its text and its key, and for no other', async () => {
    const signer = await openSigner(example);
    const other = await openSigner(settingsWith(newAuditSigningKey()).AUDIT_SIGNING_KEY!);
    const signature = await signer.sign('root');
    expect(await signatureHolds(signer.publicKey, 'root', signature)).toBe(true);
    expect(await signatureHolds(signer.publicKey, 'root ', signature)).toBe(false);
    expect(await signatureHolds(other.publicKey, 'root', signature)).toBe(false);
    expect(await signatureHolds(new Uint8Array(3), 'root', signature)).toBe(false);
    expect(await signatureHolds(signer.publicKey, 'root', new Uint8Array(64))).toBe(false);
  });

  it('is not made by a key whose halves do not belong together', async () => {
    const { x } = settingsWith(newAuditSigningKey()).AUDIT_SIGNING_KEY!;
    await expect(openSigner({ d: example.d, x })).rejects.toThrow();
  });

  it('has a key with the name that RFC 8037 gives it', async () => {
    const { publicKey } = await openSigner(example);
    const jwk = await publicJwk(publicKey);
    expect(jwk).toMatchObject({
      x: example.x,
      kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    });
    expect(JSON.stringify(jwk)).not.toContain(example.d);
  });
});

describe('the setting of the signing key', () => {
  it('may be left out, and takes what the local start makes', () => {
    expect(settingsWith().AUDIT_SIGNING_KEY).toBeUndefined();
    expect(settingsWith(newAuditSigningKey()).AUDIT_SIGNING_KEY).toHaveProperty('d');
  });

  it.each(['', 'secret-text', '{}', '{"kty":"OKP","crv":"Ed25519","x":"a","d":"secret-text"}'])(
    'is named when it is wrong, without its value: %s',
    (value) => {
      expect(() => settingsWith(value)).toThrow(/^(?!.*secret-text).*AUDIT_SIGNING_KEY/);
    },
  );
});
