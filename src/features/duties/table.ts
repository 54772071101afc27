import { customType, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** What an organisation may be besides its kind: the words of the regulations that ask for drills. */
export const TRAITS = [
  'crowded_place',
  'hazardous_goods',
  'mine',
  'metal_smelting',
  'construction',
  'rail_transit',
  'high_rise',
  'high_rise_over_100m',
  'boarding',
  'special_education',
  'school_bus',
] as const;
export type Trait = (typeof TRAITS)[number];

/** Whom a rule is for: a kind of organisation, a trait of one, or a level of government. */
export const DUTY_TARGETS = [
  ...(['school', 'kindergarten', 'enterprise', 'committee', 'volunteer_team'] as const),
  ...TRAITS,
  ...(['province', 'city', 'county', 'town'] as const),
] as const;
export type DutyTarget = (typeof DUTY_TARGETS)[number];

/** At least once in each. `never`: the rule has ended. */
export const FREQUENCIES = ['month', 'quarter', 'half_year', 'year', 'two_years', 'never'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** Which drills satisfy a rule. */
export const COUNTED_DRILLS = ['any', 'evacuation', 'comprehensive'] as const;

const months = customType<{ data: readonly number[]; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => JSON.parse(value) as number[],
});

export const dutyRules = sqliteTable('duty_rules', {
  id: text('id').primaryKey(),
  rule: text('rule').notNull(),
  target: text('target', { enum: DUTY_TARGETS }).notNull(),
  every: text('every', { enum: FREQUENCIES }).notNull(),
  counts: text('counts', { enum: COUNTED_DRILLS }).notNull(),
  sourceTitle: text('source_title').notNull(),
  sourceNumber: text('source_number').notNull(),
  sourceClause: text('source_clause').notNull(),
  isConvention: integer('is_convention', { mode: 'boolean' }).notNull(),
  fromDay: text('from_day').notNull(),
  setBy: text('set_by'),
  setAt: instant('set_at').notNull(),
});

export const schoolPauses = sqliteTable('school_pauses', {
  id: text('id').primaryKey(),
  /** Months of the year, 1–12. */
  months: months('months').notNull(),
  fromDay: text('from_day').notNull(),
  setBy: text('set_by'),
  setAt: instant('set_at').notNull(),
});

export const organisationTraitChanges = sqliteTable('organisation_trait_changes', {
  id: text('id').primaryKey(),
  organisationId: text('organisation_id').notNull(),
  trait: text('trait', { enum: TRAITS }).notNull(),
  holds: integer('holds', { mode: 'boolean' }).notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: instant('changed_at').notNull(),
});

export const dutyReminders = sqliteTable(
  'duty_reminders',
  {
    organisationId: text('organisation_id').notNull(),
    untilDay: text('until_day').notNull(),
    told: integer('told', { mode: 'boolean' }).notNull(),
    remindedAt: instant('reminded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.untilDay] })],
);

export type DutyRule = typeof dutyRules.$inferSelect;
export type SchoolPause = typeof schoolPauses.$inferSelect;
export type TraitChange = typeof organisationTraitChanges.$inferSelect;
