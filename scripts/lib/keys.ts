import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** A fresh secret for PERSONAL_DATA_KEYS, as the JSON that the deployment's setting holds. */
export function newPersonalDataKeys(): string {
  return JSON.stringify({ 1: randomBytes(32).toString('base64') });
}

/** A fresh secret for AUDIT_SIGNING_KEY: an Ed25519 key pair as JSON Web Key. */
export function newAuditSigningKey(): string {
  const { kty, crv, x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return JSON.stringify({ kty, crv, x, d });
}
