import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { HeldRole } from '../roles/table.ts';
import { bytes, instant } from '../../lib/db/columns.ts';

export const people = sqliteTable('people', {
  id: text('id').primaryKey(),
  phoneHash: bytes('phone_hash').notNull(),
  keyVersion: integer('key_version').notNull(),
  dataKeyCipher: bytes('data_key_cipher').notNull(),
  phoneCipher: bytes('phone_cipher').notNull(),
  createdAt: instant('created_at').notNull(),
  /** Takes no SMS and opens no sign-in. */
  landline: integer('landline', { mode: 'boolean' }).notNull().default(false),
  /** Follows from the newest sign-in; kept here since old sign-ins are deleted. */
  seenAt: instant('seen_at').notNull().default(new Date(0)),
});

export const signInCodes = sqliteTable('sign_in_codes', {
  id: text('id').primaryKey(),
  phoneHash: bytes('phone_hash').notNull(),
  keyVersion: integer('key_version').notNull(),
  phoneCipher: bytes('phone_cipher').notNull(),
  codeHash: bytes('code_hash').notNull(),
  /** Sent to a number outside the mainland: those have a limit in common. */
  abroad: integer('abroad', { mode: 'boolean' }).notNull().default(false),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const signInAttempts = sqliteTable('sign_in_attempts', {
  id: text('id').primaryKey(),
  codeId: text('code_id').notNull(),
  attemptedAt: instant('attempted_at').notNull(),
});

export const signIns = sqliteTable('sign_ins', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  /** What opened it: a code, a passkey's challenge, or an attempt at a password or recovery code. Each opens one. */
  codeId: text('code_id').notNull(),
  tokenHash: bytes('token_hash').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  method: text('method', { enum: ['phone', 'passkey', 'password', 'recovery'] })
    .notNull()
    .default('phone'),
  /** Browser and system in a few words; empty once it has ended. */
  device: text('device').notNull().default(''),
  usedAt: instant('used_at').notNull().default(new Date(0)),
});

export const signOuts = sqliteTable('sign_outs', {
  signInId: text('sign_in_id').primaryKey(),
  signedOutAt: instant('signed_out_at').notNull(),
});

export type Person = typeof people.$inferSelect;
export type SignInMethod = (typeof signIns.$inferSelect)['method'];
/** A sign-in that holds, with the roles that it hands out at this moment. */
export interface SignIn {
  id: string;
  person: Person;
  method: SignInMethod;
  createdAt: Date;
  usedAt: Date;
  /** None unless it is strong and was used a moment ago. */
  roles: readonly HeldRole[];
  /** The person holds roles, which this sign-in does not hand out before they have proved who they are. */
  awaitsProof: boolean;
}
