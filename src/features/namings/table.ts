import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** Who named: the state, a province, a city or a county (四级联创). */
export const NAMING_LEVELS = ['national', 'province', 'city', 'county'] as const;
/** What was named: a community or village, a town or street, a county, a city. */
export const NAMING_UNITS = ['community', 'town', 'county', 'city'] as const;

export const namings = sqliteTable('namings', {
  id: text('id').primaryKey(),
  level: text('level', { enum: NAMING_LEVELS }).notNull(),
  unit: text('unit', { enum: NAMING_UNITS }).notNull(),
  name: text('name').notNull(),
  /** The county, or the town or community itself where its code is known; of a city its own. */
  regionCode: text('region_code').notNull(),
  namedBy: text('named_by').notNull(),
  documentTitle: text('document_title').notNull(),
  /** Empty where the document has none. */
  documentNumber: text('document_number').notNull(),
  namedOn: text('named_on').notNull(),
  /** Where it comes from: brought in from a file, or an application that was decided here. */
  importId: text('import_id'),
  applicationId: text('application_id'),
  listedAt: instant('listed_at').notNull(),
  state: text('state', { enum: ['listed', 'removed', 'revoked'] })
    .notNull()
    .default('listed'),
  /** 撤销命名: the day on which it was decided. */
  revokedOn: text('revoked_on'),
});

export const namingRemovals = sqliteTable('naming_removals', {
  namingId: text('naming_id').primaryKey(),
  reason: text('reason').notNull(),
  removedBy: text('removed_by').notNull(),
  removedAt: instant('removed_at').notNull(),
});

export type Naming = typeof namings.$inferSelect;
