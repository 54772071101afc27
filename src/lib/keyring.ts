/**
 * Encryption of personal values. One secret per version lies outside the database; from it come, by HKDF,
 * a key that seals and wraps (AES-256-GCM) and keys that hash for look-up (HMAC-SHA-256). A keyed hash of
 * eleven digits is only as safe as its secret: who holds database and secret can try all phone numbers.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const IV_BYTES = 12;
const SECRET_BYTES = 32;

type Bytes = Uint8Array<ArrayBuffer>;

/** What a hash is for: the same value hashed for two purposes has nothing in common. */
export type HashPurpose =
  | 'phone'
  | 'name'
  | 'mail'
  | 'sign-in-code'
  | 'ticket'
  | 'call'
  | 'pause'
  | 'import-row'
  | 'file-link'
  | 'drill-card'
  | 'self-evaluation';

interface VersionKeys {
  seal: CryptoKey;
  hash: CryptoKey;
}

/** A person's own key: destroying its wrapped form erases all it encrypted, backups included. */
export interface DataKey {
  /** `field` binds the ciphertext to its place, so that it cannot be moved to another row. */
  encrypt(field: string, text: string): Promise<Bytes>;
  decrypt(field: string, cipher: Uint8Array): Promise<string>;
}

export class Keyring {
  readonly version: number;
  readonly #keys: ReadonlyMap<number, VersionKeys>;

  private constructor(version: number, keys: ReadonlyMap<number, VersionKeys>) {
    this.version = version;
    this.#keys = keys;
  }

  /**
   * @param secrets 32 bytes in base64 by version number; the highest version seals what is new.
   * @throws Error naming the version whose secret has the wrong length.
   */
  static async open(secrets: Readonly<Record<string, string>>): Promise<Keyring> {
    const keys = new Map<number, VersionKeys>();
    for (const [version, secret] of Object.entries(secrets)) {
      keys.set(Number(version), await deriveKeys(version, secret));
    }
    if (keys.size === 0) throw new Error('The keyring needs at least one secret.');
    return new Keyring(Math.max(...keys.keys()), keys);
  }

  /** The hash under the current version, for storing. */
  async hash(purpose: HashPurpose, value: string, version = this.version): Promise<Bytes> {
    const message = encoder.encode(`${purpose}\n${value}`);
    return new Uint8Array(await crypto.subtle.sign('HMAC', this.#at(version).hash, message));
  }

  /** The hashes under all versions, for finding what an older version stored. */
  async hashes(purpose: HashPurpose, value: string): Promise<Bytes[]> {
    return Promise.all([...this.#keys.keys()].map((version) => this.hash(purpose, value, version)));
  }

  /** Seals a value that belongs to no person yet (a code's phone number, a message in the queue). */
  async seal(field: string, text: string): Promise<Bytes> {
    return encrypt(this.#at(this.version).seal, field, encoder.encode(text));
  }

  async unseal(field: string, cipher: Uint8Array, version: number): Promise<string> {
    return decoder.decode(await decrypt(this.#at(version).seal, field, cipher));
  }

  /** A fresh key for one person, usable now, and its wrapped form for the person's row. */
  async createDataKey(personId: string): Promise<{ dataKey: DataKey; wrapped: Bytes }> {
    const raw = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    const wrapped = await encrypt(this.#at(this.version).seal, `data-key:${personId}`, raw);
    return { dataKey: await toDataKey(raw), wrapped };
  }

  /** The same key, wrapped under the current version. */
  async rewrapDataKey(personId: string, wrapped: Uint8Array, version: number): Promise<Bytes> {
    const field = `data-key:${personId}`;
    const raw = await decrypt(this.#at(version).seal, field, wrapped);
    return encrypt(this.#at(this.version).seal, field, raw);
  }

  async openDataKey(personId: string, wrapped: Uint8Array, version: number): Promise<DataKey> {
    return toDataKey(await decrypt(this.#at(version).seal, `data-key:${personId}`, wrapped));
  }

  /** Whether the secret of a version is still there. */
  has(version: number): boolean {
    return this.#keys.has(version);
  }

  #at(version: number): VersionKeys {
    const keys = this.#keys.get(version);
    if (!keys) throw new Error(`No secret for key version ${version}.`);
    return keys;
  }
}

async function deriveKeys(version: string, secret: string): Promise<VersionKeys> {
  const raw = Uint8Array.from(atob(secret), (char) => char.charCodeAt(0));
  if (!/^[1-9]\d*$/.test(version) || raw.length !== SECRET_BYTES) {
    throw new Error(`Key version ${version} must be a positive number with 32 bytes in base64.`);
  }
  const base = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey']);
  const from = (info: string) => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: encoder.encode(`anlan/${info}`),
  });
  const aes = { name: 'AES-GCM', length: 256 };
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
  return {
    seal: await crypto.subtle.deriveKey(from('seal'), base, aes, false, ['encrypt', 'decrypt']),
    hash: await crypto.subtle.deriveKey(from('hash'), base, hmac, false, ['sign']),
  };
}

async function toDataKey(raw: Bytes): Promise<DataKey> {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return {
    encrypt: (field, text) => encrypt(key, field, encoder.encode(text)),
    decrypt: async (field, cipher) => decoder.decode(await decrypt(key, field, cipher)),
  };
}

async function encrypt(key: CryptoKey, field: string, plain: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const options = { name: 'AES-GCM', iv, additionalData: encoder.encode(field) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(options, key, plain));
  const cipher = new Uint8Array(IV_BYTES + sealed.length);
  cipher.set(iv);
  cipher.set(sealed, IV_BYTES);
  return cipher;
}

async function decrypt(key: CryptoKey, field: string, cipher: Uint8Array): Promise<Bytes> {
  const options = {
    name: 'AES-GCM',
    iv: new Uint8Array(cipher.slice(0, IV_BYTES)),
    additionalData: encoder.encode(field),
  };
  const sealed = new Uint8Array(cipher.slice(IV_BYTES));
  return new Uint8Array(await crypto.subtle.decrypt(options, key, sealed));
}

/** SHA-256 of a text or of bytes. */
export async function sha256(value: string | Bytes): Promise<Bytes> {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Compares in time that depends on the lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index += 1) {
    difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  }
  return difference === 0;
}
