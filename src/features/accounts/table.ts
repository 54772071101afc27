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
  /** Follows from the newest sign-in; kept here since old sign-ins are deleted. */
  seenAt: instant('seen_at').notNull().default(new Date(0)),
});

export const signInCodes = sqliteTable('sign_in_codes', {
  id: text('id').primaryKey(),
  phoneHash: bytes('phone_hash').notNull(),
  keyVersion: integer('key_version').notNull(),
  phoneCipher: bytes('phone_cipher').notNull(),
  codeHash: bytes('code_hash').notNull(),
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
  codeId: text('code_id').notNull(),
  tokenHash: bytes('token_hash').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const signOuts = sqliteTable('sign_outs', {
  signInId: text('sign_in_id').primaryKey(),
  signedOutAt: instant('signed_out_at').notNull(),
});

export type Person = typeof people.$inferSelect;
/** A sign-in that holds, with the roles that its person holds at this moment. */
export type SignIn = { id: string; person: Person; roles: readonly HeldRole[] };
