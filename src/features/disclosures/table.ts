import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const disclosures = sqliteTable('disclosures', {
  id: text('id').primaryKey(),
  subject: text('subject', {
    enum: ['booking', 'bookings', 'organisations', 'inquiries', 'people', 'duties', 'improvements'],
  }).notNull(),
  hallSlug: text('hall_slug').notNull(),
  bookingId: text('booking_id'),
  extent: text('extent', { enum: ['masked', 'full'] }).notNull(),
  reason: text('reason', { enum: ['', 'contact', 'incident', 'report', 'handover'] }).notNull(),
  filters: text('filters').notNull(),
  howMany: integer('how_many').notNull(),
  madeBy: text('made_by').notNull(),
  madeAt: instant('made_at').notNull(),
});

export type Disclosure = typeof disclosures.$inferSelect;
export type DisclosureReason = Exclude<Disclosure['reason'], ''>;
/** The lists that can be taken out as a file. */
export type ExportList = Exclude<Disclosure['subject'], 'booking'>;
