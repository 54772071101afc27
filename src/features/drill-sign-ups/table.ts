import { integer, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

/** 需要的帮助: gone a week after the drill, or when its owner leaves. */
export const drillNeeds = sqliteTable('drill_needs', {
  participantId: text('participant_id').primaryKey(),
  /** `Needs` as JSON, under the person's data key. */
  needsCipher: bytes('needs_cipher').notNull(),
  consentedAt: instant('consented_at').notNull(),
});

/** A row written into it asks that a role's queue be looked at: whoever fits moves up. */
export const drillQueues = sqliteView('drill_queues', {
  roleId: text('role_id').notNull(),
  parties: integer('parties').notNull(),
}).existing();

export const drillPromotions = sqliteTable('drill_promotions', {
  participantId: text('participant_id').primaryKey(),
  /** Null until the message is queued. */
  toldAt: instant('told_at'),
});

export const drillPartyChanges = sqliteTable('drill_party_changes', {
  id: text('id').primaryKey(),
  participantId: text('participant_id').notNull(),
  adults: integer('adults').notNull(),
  children: integer('children').notNull(),
  unit: text('unit').notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: instant('changed_at').notNull(),
});

/** 结对. */
export const drillPairings = sqliteTable('drill_pairings', {
  id: text('id').primaryKey(),
  helpedId: text('helped_id').notNull(),
  helperId: text('helper_id').notNull(),
  pairedBy: text('paired_by').notNull(),
  pairedAt: instant('paired_at').notNull(),
  state: text('state', { enum: ['active', 'ended'] })
    .notNull()
    .default('active'),
});

export const drillPairingEnds = sqliteTable('drill_pairing_ends', {
  pairingId: text('pairing_id').primaryKey(),
  endedBy: text('ended_by').notNull(),
  endedAt: instant('ended_at').notNull(),
});

/** Whoever helped has left: a row until whom it concerns is told, and after. */
export const drillHelperLosses = sqliteTable('drill_helper_losses', {
  pairingId: text('pairing_id').primaryKey(),
  /** Null until the messages are queued. */
  toldAt: instant('told_at'),
});

export type DrillPairing = typeof drillPairings.$inferSelect;
