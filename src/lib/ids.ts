import { v7 } from 'uuid';

/** Without 0 O 1 I L: people read codes aloud, copy them by hand and type them from paper. */
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
export const BOOKING_CODE_LENGTH = 10;
export const INVITATION_CODE_LENGTH = 12;
export const RECOVERY_CODE_LENGTH = 16;

/** Begins at random: two isolates may count in one millisecond. Drawn late: the edge has no randomness at start-up. */
let sequence: number | undefined;

/**
 * Primary keys are time-ordered (UUIDv7): neighbouring rows share B-tree pages. They are not secrets.
 * The identifier follows the caller's clock, so that rows made in tests sort by their own time; those of one
 * millisecond sort in the order in which they were made here.
 */
export function newId(now: Date): string {
  sequence ??= crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  sequence = (sequence + 1) >>> 0;
  return v7({ msecs: now.getTime(), seq: sequence });
}

/** The public code of a booking or an inquiry: 31^10, about 50 bits, so that guessing finds nothing. */
export function newBookingCode(): string {
  return randomFrom(CODE_ALPHABET, BOOKING_CODE_LENGTH);
}

/** Twelve symbols, 59 bits: for what is typed once within days. */
export function newInvitationCode(): string {
  return randomFrom(CODE_ALPHABET, INVITATION_CODE_LENGTH);
}

/** Twelve symbols that follow from a secret hash: what is printed again reads the same, and is stored nowhere. */
export function codeFrom(hash: Uint8Array): string {
  let rest = hash.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let code = '';
  for (let at = 0; at < INVITATION_CODE_LENGTH; at += 1) {
    code += CODE_ALPHABET[Number(rest % BigInt(CODE_ALPHABET.length))];
    rest /= BigInt(CODE_ALPHABET.length);
  }
  return code;
}

/** Sixteen symbols, 79 bits: for what lies printed in a drawer for years. */
export function newRecoveryCode(): string {
  return randomFrom(CODE_ALPHABET, RECOVERY_CODE_LENGTH);
}

/** A six-digit sign-in code. */
export function newSignInCode(): string {
  return randomFrom('0123456789', 6);
}

/** The bearer value of a sign-in cookie: 256 bits. */
export function newToken(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The booking code in what somebody typed or scanned: in any case, with or without its hyphen, or at the end of
 * a ticket's address; undefined when there is none.
 */
export function readBookingCode(text: string): string | undefined {
  const last = text.normalize('NFKC').trim().toUpperCase().split('/').at(-1) ?? '';
  return readCode(last, BOOKING_CODE_LENGTH);
}

/** A code of our alphabet as somebody typed it, in any case and with what separates its groups. */
export function readCode(text: string, length: number): string | undefined {
  const code = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-–—]/g, '');
  const isCode =
    code.length === length && Array.from(code).every((one) => CODE_ALPHABET.includes(one));
  return isCode ? code : undefined;
}

/** `ABCD-EFGH-JKMN` */
export function formatGroups(code: string): string {
  return (code.match(/.{1,4}/g) ?? []).join('-');
}

/** `ABCDE-FGHJK` */
export function formatBookingCode(code: string): string {
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Of what `toHex` gave; anything else is read as if it were. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

/** Undefined for what is no base64url. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Every symbol equally likely: bytes beyond the last whole multiple of the alphabet are thrown away. */
function randomFrom(alphabet: string, length: number): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
