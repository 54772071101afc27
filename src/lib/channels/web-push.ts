/**
 * Web push: encryption after RFC 8291 (aes128gcm), the sender's identity after RFC 8292 (VAPID). Both are tested
 * against the examples printed in the RFCs, which needs the sender's key pair and salt to be handed in; nothing was
 * sent to a real push service.
 */
import { fromBase64Url, toBase64Url } from '../ids.ts';
import { sha256 } from '../keyring.ts';
import { DeliveryError, type Channel } from './channel.ts';
import { ask } from './http.ts';
import { hmacSha256 } from './hmac.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a browser hands out: where to send, and the keys that only it can open with. */
export interface PushSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** An EC key pair on P-256 as JSON Web Key, each part base64url of 32 bytes. */
export interface VapidJwk {
  x: string;
  y: string;
  d: string;
}

const encoder = new TextEncoder();
const CURVE = { name: 'ECDH', namedCurve: 'P-256' };

/** A push service takes 4,096 bytes in all; header, padding mark and tag need 103 of them. */
const PLAIN_MAX_BYTES = 4096 - 103;
const RECORD_SIZE = 4096;

/** The uncompressed point that browsers are given to subscribe with. */
export function vapidPublicKey({ x, y }: Pick<VapidJwk, 'x' | 'y'>): string {
  return toBase64Url(concat(Uint8Array.of(4), bytesOf(x), bytesOf(y)));
}

/**
 * One encrypted record after RFC 8291.
 * @param sender a key pair made for this message alone. @param salt 16 random bytes.
 * @throws DeliveryError permanent, when the subscription's keys are none or the text is too long.
 */
export async function encryptPush(
  text: string,
  { keys }: PushSubscription,
  sender: CryptoKeyPair,
  salt: Bytes,
): Promise<Bytes> {
  const plain = encoder.encode(text);
  if (plain.length > PLAIN_MAX_BYTES) throw new DeliveryError('too long', { permanent: true });
  const receiver = bytesOf(keys.p256dh);
  const senderPublic = new Uint8Array(await crypto.subtle.exportKey('raw', sender.publicKey));
  const imported = await crypto.subtle
    .importKey('raw', receiver, CURVE, false, [])
    .catch((cause: unknown) => {
      throw new DeliveryError('subscription key is none', { permanent: true, cause });
    });
  const shared = await crypto.subtle.deriveBits(
    { name: 'ECDH', public: imported },
    sender.privateKey,
    256,
  );
  const keyInfo = concat(encoder.encode('WebPush: info\0'), receiver, senderPublic);
  const input = await hkdf(bytesOf(keys.auth), new Uint8Array(shared), keyInfo, 32);
  const key = await hkdf(salt, input, encoder.encode('Content-Encoding: aes128gcm\0'), 16);
  const nonce = await hkdf(salt, input, encoder.encode('Content-Encoding: nonce\0'), 12);
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  // The byte 2 marks the end of the last record.
  const padded = concat(plain, Uint8Array.of(2));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, aes, padded);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, RECORD_SIZE);
  const length = Uint8Array.of(senderPublic.length);
  return concat(salt, size, length, senderPublic, new Uint8Array(sealed));
}

/** Header and claims of the token as they are signed. @param expires in seconds since 1970. */
export function vapidClaims(audience: string, expires: number, subject: string): string {
  const part = (value: object) => toBase64Url(encoder.encode(JSON.stringify(value)));
  return `${part({ typ: 'JWT', alg: 'ES256' })}.${part({ aud: audience, exp: expires, sub: subject })}`;
}

/** The value of the `Authorization` header, good for twelve hours at one push service. */
export async function vapidAuthorization(
  jwk: VapidJwk,
  subject: string,
  endpoint: string,
  now: Date,
): Promise<string> {
  const expires = Math.floor(now.getTime() / 1000) + 12 * 3600;
  const claims = vapidClaims(new URL(endpoint).origin, expires, subject);
  const key = await crypto.subtle.importKey(
    'jwk',
    { kty: 'EC', crv: 'P-256', ...jwk },
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, key, encoder.encode(claims));
  const token = `${claims}.${toBase64Url(new Uint8Array(signature))}`;
  return `vapid t=${token}, k=${vapidPublicKey(jwk)}`;
}

/** The browser has thrown the subscription away: it will never work again and is forgotten. */
export const PUSH_GONE = 'push subscription is gone';

/** How long a push service keeps a message for a device that is off. */
const KEPT_SECONDS = 12 * 3600;

export function webPush({ jwk, subject }: { jwk: VapidJwk; subject: string }): Channel {
  return {
    send: async ({ to, title, text, path, idempotencyKey, now }) => {
      const subscription = JSON.parse(to) as PushSubscription;
      const sender = await crypto.subtle.generateKey(CURVE, true, ['deriveBits']);
      const salt = crypto.getRandomValues(new Uint8Array(16));
      const content = JSON.stringify({ title, text, path });
      const { status } = await ask(subscription.endpoint, {
        method: 'POST',
        headers: {
          authorization: await vapidAuthorization(jwk, subject, subscription.endpoint, now),
          'content-encoding': 'aes128gcm',
          'content-type': 'application/octet-stream',
          ttl: String(KEPT_SECONDS),
          urgency: 'normal',
          // A repeat replaces what still waits at the push service. At most 32 signs of base64url.
          topic: toBase64Url((await sha256(idempotencyKey)).slice(0, 24)),
        },
        body: await encryptPush(content, subscription, sender, salt),
      });
      if (status >= 200 && status < 300) return;
      if (status === 404 || status === 410) throw new DeliveryError(PUSH_GONE, { permanent: true });
      throw new DeliveryError(`HTTP ${status}`, { permanent: status === 400 || status === 413 });
    },
  };
}

/** RFC 5869 for at most 32 bytes, which is one block. */
async function hkdf(salt: Bytes, input: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const extracted = await hmacSha256(salt, input);
  return (await hmacSha256(extracted, concat(info, Uint8Array.of(1)))).slice(0, length);
}

function bytesOf(text: string): Bytes {
  return new Uint8Array(fromBase64Url(text.replace(/=+$/, '')) ?? []);
}

function concat(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
