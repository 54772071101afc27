import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const visitCertificates = sqliteTable('visit_certificates', {
  bookingId: text('booking_id').primaryKey(),
  personId: text('person_id').notNull(),
  code: text('code').notNull(),
  issuedAt: instant('issued_at').notNull(),
  /** Of a class: how many had come in when it was made; null for a family. */
  people: integer('people'),
});

export const hoursCertificates = sqliteTable('hours_certificates', {
  code: text('code').primaryKey(),
  personId: text('person_id').notNull(),
  minutes: integer('minutes').notNull(),
  services: integer('services').notNull(),
  firstOn: text('first_on').notNull(),
  lastOn: text('last_on').notNull(),
  issuedAt: instant('issued_at').notNull(),
});

export type Certificate = typeof visitCertificates.$inferSelect;
export type HoursCertificate = typeof hoursCertificates.$inferSelect;
