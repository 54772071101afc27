/**
 * Ed25519 signatures over texts that leave the site. The key pair is one secret, a JSON Web Key (RFC 8037:
 * `kty` OKP, `crv` Ed25519, `x` public and `d` private, both base64url of 32 bytes).
 */
import { fromBase64Url, toBase64Url } from './ids.ts';
import { sha256 } from './keyring.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const ALGORITHM = 'Ed25519';
const KEY_BYTES = 32;
const encoder = new TextEncoder();

export interface SigningJwk {
  x: string;
  d: string;
}

export interface Signer {
  publicKey: Bytes;
  sign(text: string): Promise<Bytes>;
}

/** @throws Error when the two halves do not belong together: a signature nobody can check is worse than none. */
export async function openSigner({ x, d }: SigningJwk): Promise<Signer> {
  const jwk = { kty: 'OKP', crv: ALGORITHM, x, d };
  const key = await crypto.subtle.importKey('jwk', jwk, ALGORITHM, false, ['sign']);
  const publicKey = new Uint8Array(fromBase64Url(x) ?? []);
  const sign = async (text: string) =>
    new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, encoder.encode(text)));
  if (!(await signatureHolds(publicKey, 'anlan', await sign('anlan')))) {
    throw new Error('The public and the private half of the signing key do not belong together.');
  }
  return { publicKey, sign };
}

/** False for a wrong signature and for a key that is none. */
export async function signatureHolds(
  publicKey: Bytes,
  text: string,
  signature: Bytes,
): Promise<boolean> {
  if (publicKey.length !== KEY_BYTES) return false;
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, ALGORITHM, false, ['verify']);
    return await crypto.subtle.verify(ALGORITHM, key, signature, encoder.encode(text));
  } catch {
    return false;
  }
}

export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  /** Thumbprint after RFC 7638: the same key has the same name everywhere. */
  kid: string;
  use: 'sig';
  alg: 'EdDSA';
}

export async function publicJwk(publicKey: Bytes): Promise<PublicJwk> {
  const x = toBase64Url(publicKey);
  const thumbprint = await sha256(JSON.stringify({ crv: ALGORITHM, kty: 'OKP', x }));
  const kid = toBase64Url(thumbprint);
  return { kty: 'OKP', crv: ALGORITHM, x, kid, use: 'sig', alg: 'EdDSA' };
}
