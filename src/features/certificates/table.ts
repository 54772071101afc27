import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const visitCertificates = sqliteTable('visit_certificates', {
  bookingId: text('booking_id').primaryKey(),
  personId: text('person_id').notNull(),
  code: text('code').notNull(),
  issuedAt: instant('issued_at').notNull(),
});

export type Certificate = typeof visitCertificates.$inferSelect;
