import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const passwords = sqliteTable('passwords', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  hash: bytes('hash').notNull(),
  salt: bytes('salt').notNull(),
  scryptN: integer('scrypt_n').notNull(),
  scryptR: integer('scrypt_r').notNull(),
  scryptP: integer('scrypt_p').notNull(),
  /** The secret of the one-time passwords, under the person's data key. */
  totpCipher: bytes('totp_cipher').notNull(),
  /** Of 30 seconds since 1970; guarded, so that it only rises. */
  totpLastStep: integer('totp_last_step').notNull(),
  signInId: text('sign_in_id').notNull(),
  createdAt: instant('created_at').notNull(),
  state: text('state', { enum: ['active', 'removed'] })
    .notNull()
    .default('active'),
});

export const passwordRemovals = sqliteTable('password_removals', {
  passwordId: text('password_id').primaryKey(),
  personId: text('person_id').notNull(),
  signInId: text('sign_in_id').notNull(),
  removedAt: instant('removed_at').notNull(),
});

export const recoverySets = sqliteTable('recovery_sets', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  signInId: text('sign_in_id').notNull(),
  madeAt: instant('made_at').notNull(),
});

export const recoveryCodes = sqliteTable('recovery_codes', {
  id: text('id').primaryKey(),
  setId: text('set_id').notNull(),
  codeHash: bytes('code_hash').notNull(),
});

export const recoveryUses = sqliteTable('recovery_uses', {
  codeId: text('code_id').primaryKey(),
  attemptId: text('attempt_id').notNull(),
  usedAt: instant('used_at').notNull(),
});

export const credentialAttempts = sqliteTable('credential_attempts', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  kind: text('kind', { enum: ['password', 'recovery', 'invitation'] }).notNull(),
  attemptedAt: instant('attempted_at').notNull(),
  outcome: text('outcome', { enum: ['failed', 'cleared', 'succeeded'] })
    .notNull()
    .default('failed'),
});

export const credentialResets = sqliteTable('credential_resets', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  resetBy: text('reset_by'),
  reason: text('reason').notNull(),
  resetAt: instant('reset_at').notNull(),
});

export type Password = typeof passwords.$inferSelect;
export type AttemptKind = (typeof credentialAttempts.$inferSelect)['kind'];
