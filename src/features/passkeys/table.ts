import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const passkeyChallenges = sqliteTable('passkey_challenges', {
  id: text('id').primaryKey(),
  purpose: text('purpose', { enum: ['registration', 'sign_in'] }).notNull(),
  personId: text('person_id'),
  challenge: text('challenge').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const passkeys = sqliteTable('passkeys', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  credentialId: text('credential_id').notNull(),
  publicKey: bytes('public_key').notNull(),
  counter: integer('counter').notNull(),
  transports: text('transports', { mode: 'json' }).$type<string[]>().notNull(),
  deviceType: text('device_type', { enum: ['singleDevice', 'multiDevice'] }).notNull(),
  backedUp: integer('backed_up', { mode: 'boolean' }).notNull(),
  name: text('name').notNull(),
  challengeId: text('challenge_id').notNull(),
  signInId: text('sign_in_id').notNull(),
  createdAt: instant('created_at').notNull(),
  usedAt: instant('used_at').notNull(),
  state: text('state', { enum: ['active', 'removed'] })
    .notNull()
    .default('active'),
});

export const passkeyRemovals = sqliteTable('passkey_removals', {
  passkeyId: text('passkey_id').primaryKey(),
  personId: text('person_id').notNull(),
  signInId: text('sign_in_id').notNull(),
  removedAt: instant('removed_at').notNull(),
});

export type Passkey = typeof passkeys.$inferSelect;
