import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** Places of parties that have not come, which those at the door can have. Gone once the party has them back. */
export const placeReleases = sqliteTable('place_releases', {
  bookingId: text('booking_id').primaryKey(),
  sessionId: text('session_id').notNull(),
  places: integer('places').notNull(),
  releasedAt: instant('released_at').notNull(),
});
