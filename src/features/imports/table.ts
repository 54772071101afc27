import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const IMPORT_KINDS = ['bookings', 'organisations', 'namings'] as const;

export const imports = sqliteTable('imports', {
  id: text('id').primaryKey(),
  kind: text('kind', { enum: IMPORT_KINDS }).notNull(),
  scopeId: text('scope_id').notNull(),
  contentCipher: bytes('content_cipher').notNull(),
  keyVersion: integer('key_version').notNull(),
  rowCount: integer('row_count').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const importRows = sqliteTable(
  'import_rows',
  {
    importId: text('import_id').notNull(),
    rowNumber: integer('row_number').notNull(),
    rowKey: bytes('row_key').notNull(),
    outcome: text('outcome', { enum: ['imported', 'repeated', 'refused'] }).notNull(),
    reason: text('reason').notNull(),
    importedBy: text('imported_by').notNull(),
    importedAt: instant('imported_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.rowNumber] })],
);

export const knownOrganisations = sqliteTable('known_organisations', {
  id: text('id').primaryKey(),
  kind: text('kind', {
    enum: ['school', 'kindergarten', 'enterprise', 'committee', 'volunteer_team'],
  }).notNull(),
  name: text('name').notNull(),
  regionCode: text('region_code').notNull(),
  importId: text('import_id').notNull(),
  listedAt: instant('listed_at').notNull(),
});

export type Import = typeof imports.$inferSelect;
export type ImportKind = Import['kind'];
export type ImportRow = typeof importRows.$inferSelect;
export type ImportOutcome = ImportRow['outcome'];
export type KnownOrganisation = typeof knownOrganisations.$inferSelect;
