import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const phoneChanges = sqliteTable('phone_changes', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  signInId: text('sign_in_id').notNull(),
  newCodeId: text('new_code_id').notNull(),
  oldCodeId: text('old_code_id'),
  changedAt: instant('changed_at').notNull(),
});

export const accountSetAsides = sqliteTable('account_set_asides', {
  personId: text('person_id').primaryKey(),
  phoneHash: bytes('phone_hash').notNull(),
  setAsideAt: instant('set_aside_at').notNull(),
});

export const returnTries = sqliteTable('return_tries', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  triedAt: instant('tried_at').notNull(),
});

export const numberClaims = sqliteTable('number_claims', {
  id: text('id').primaryKey(),
  claimantId: text('claimant_id').notNull(),
  accountId: text('account_id'),
  proof: text('proof', { enum: ['none', 'ticket', 'organisation'] }).notNull(),
  told: integer('told', { mode: 'boolean' }).notNull(),
  objectionHash: bytes('objection_hash').notNull(),
  claimedAt: instant('claimed_at').notNull(),
  state: text('state', { enum: ['open', 'objected', 'granted', 'refused', 'withdrawn'] })
    .notNull()
    .default('open'),
});

export const numberClaimObjections = sqliteTable('number_claim_objections', {
  claimId: text('claim_id').primaryKey(),
  objectedAt: instant('objected_at').notNull(),
});

export const numberClaimDecisions = sqliteTable('number_claim_decisions', {
  claimId: text('claim_id').primaryKey(),
  decision: text('decision', { enum: ['granted', 'refused'] }).notNull(),
  reason: text('reason').notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

export type NumberClaim = typeof numberClaims.$inferSelect;
export type NumberClaimDecision = typeof numberClaimDecisions.$inferSelect;
