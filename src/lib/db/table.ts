import { primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from './columns.ts';

export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    scope: text('scope').notNull(),
    key: text('key').notNull(),
    command: text('command').notNull(),
    requestDigest: bytes('request_digest').notNull(),
    answer: text('answer').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.key] })],
);
