import { randomBytes } from 'node:crypto';

/** A fresh secret for PERSONAL_DATA_KEYS, as the JSON that the deployment's setting holds. */
export function newPersonalDataKeys(): string {
  return JSON.stringify({ 1: randomBytes(32).toString('base64') });
}
