import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator app knows it: SHA-1, six digits, steps of 30 seconds. */
const STEP_SECONDS = 30;
const SECRET_BYTES = 20;

/** One step early or late: clocks differ and people type slowly. */
const STEPS_AROUND = 1;

/** 160 bits in base32, as apps take it when it is typed. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The `otpauth:` address that apps read from a QR code. @param label whose it is, for the app's list. */
export function totpAddress(secret: string, label: string): string {
  return new TOTP({ issuer: '安澜', label, secret }).toString();
}

/** The step that a one-time password belongs to, near `now`; undefined for a wrong one. */
export function totpStep(secret: string, token: string, now: Date): number | undefined {
  const timestamp = now.getTime();
  const key = Secret.fromBase32(secret);
  const away = TOTP.validate({ token, secret: key, timestamp, window: STEPS_AROUND });
  if (away === null) return undefined;
  return TOTP.counter({ period: STEP_SECONDS, timestamp }) + away;
}

/** The one-time password of this moment, for whoever holds the secret. */
export function totpAt(secret: string, now: Date): string {
  return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: now.getTime() });
}
