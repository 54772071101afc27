import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { CHANNELS } from '../../lib/channels/channel.ts';
import { bytes, instant } from '../../lib/db/columns.ts';

export const outboxMessages = sqliteTable('outbox_messages', {
  id: text('id').primaryKey(),
  /** Empty until the message leaves for the first time. */
  channel: text('channel', { enum: CHANNELS }),
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
  droppedAt: instant('dropped_at'),
  lastError: text('last_error'),
});

export const messageResends = sqliteTable('message_resends', {
  id: text('id').primaryKey(),
  messageId: text('message_id').notNull(),
  resentBy: text('resent_by').notNull(),
  resentAt: instant('resent_at').notNull(),
});

export const mailAddresses = sqliteTable('mail_addresses', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  addressCipher: bytes('address_cipher').notNull(),
  codeCipher: bytes('code_cipher').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  confirmedAt: instant('confirmed_at'),
});

export const mailAttempts = sqliteTable('mail_attempts', {
  id: text('id').primaryKey(),
  mailAddressId: text('mail_address_id').notNull(),
  personId: text('person_id').notNull(),
  attemptedAt: instant('attempted_at').notNull(),
});

export const mailConfirmations = sqliteTable('mail_confirmations', {
  mailAddressId: text('mail_address_id').primaryKey(),
  personId: text('person_id').notNull(),
  confirmedAt: instant('confirmed_at').notNull(),
});

export const pushSubscriptions = sqliteTable('push_subscriptions', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  subscriptionCipher: bytes('subscription_cipher').notNull(),
  endpointHash: bytes('endpoint_hash').notNull(),
  label: text('label').notNull(),
  createdAt: instant('created_at').notNull(),
});

export const messageChoices = sqliteTable(
  'message_choices',
  {
    personId: text('person_id').notNull(),
    topic: text('topic').notNull(),
    main: text('main', { enum: ['sms', 'mail', 'none'] }).notNull(),
    push: integer('push', { mode: 'boolean' }).notNull(),
    chosenAt: instant('chosen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.personId, table.topic] })],
);

export const contactRemovals = sqliteTable('contact_removals', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  kind: text('kind', { enum: ['mail', 'push'] }).notNull(),
  contactId: text('contact_id').notNull(),
  removedAt: instant('removed_at').notNull(),
});

export type OutboxMessage = typeof outboxMessages.$inferSelect;
export type MailAddress = typeof mailAddresses.$inferSelect;
export type PushSubscriptionRow = typeof pushSubscriptions.$inferSelect;
export type MainChannel = (typeof messageChoices.$inferSelect)['main'];
