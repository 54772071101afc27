import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const outboxMessages = sqliteTable('outbox_messages', {
  id: text('id').primaryKey(),
  channel: text('channel', { enum: ['sms'] }).notNull(),
  template: text('template').notNull(),
  contentCipher: bytes('content_cipher').notNull(),
  keyVersion: integer('key_version').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  createdAt: instant('created_at').notNull(),
  notBefore: instant('not_before').notNull(),
  leasedUntil: instant('leased_until').notNull().default(new Date(0)),
  tries: integer('tries').notNull().default(0),
  deliveredAt: instant('delivered_at'),
  deadAt: instant('dead_at'),
  lastError: text('last_error'),
});

export type OutboxMessage = typeof outboxMessages.$inferSelect;
