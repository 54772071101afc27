import { sql, type SQLWrapper } from 'drizzle-orm';
import { COUNT_MAX } from '../lists.ts';
import type { Database } from './client.ts';

/** How many rows a query finds, counted up to one more than `COUNT_MAX`. A query, for the batch of its list. */
export function boundedCount(db: Database, found: { limit(rows: number): SQLWrapper }) {
  return db.select({ count: sql<number>`count(*)` }).from(sql`${found.limit(COUNT_MAX + 1)}`);
}
