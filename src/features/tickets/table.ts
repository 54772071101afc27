import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const ticketTries = sqliteTable('ticket_tries', {
  id: text('id').primaryKey(),
  bookingId: text('booking_id').notNull(),
  triedAt: instant('tried_at').notNull(),
});
