import { randomBytes, scrypt } from 'node:crypto';
import { equalBytes } from './keyring.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** scrypt's cost: N is a power of two, memory is 128·N·r bytes. */
export interface ScryptCost {
  n: number;
  r: number;
  p: number;
}

/**
 * What new hashes cost: OWASP's choice for 16 MiB, since a Worker has 128 MB for everything. A quarter of a second of
 * computing a hash.
 */
export const SCRYPT_COST: ScryptCost = { n: 2 ** 14, r: 8, p: 5 };

const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Room above 128·N·r for what the computation itself needs. */
const EXTRA_MEMORY_BYTES = 2 ** 20;

export interface PasswordHash {
  hash: Bytes;
  salt: Bytes;
  cost: ScryptCost;
}

/** A fresh hash of a password. Two spellings of the same characters are the same password. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = new Uint8Array(randomBytes(SALT_BYTES));
  return { hash: await derive(password, salt, SCRYPT_COST), salt, cost: SCRYPT_COST };
}

/** Whether a password belongs to a hash, at the cost that the hash was made with. */
export async function isPassword(
  password: string,
  { hash, salt, cost }: PasswordHash,
): Promise<boolean> {
  return equalBytes(await derive(password, salt, cost), hash);
}

async function derive(password: string, salt: Bytes, { n, r, p }: ScryptCost): Promise<Bytes> {
  const { promise, resolve, reject } = Promise.withResolvers<Bytes>();
  const options = { N: n, r, p, maxmem: 128 * n * r + EXTRA_MEMORY_BYTES };
  scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
    if (error) reject(error);
    else resolve(new Uint8Array(key));
  });
  return promise;
}
