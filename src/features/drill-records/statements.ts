import type { z } from 'zod';
import type { CommandContext } from '../../lib/context.ts';
import type { Json, Query } from '../../lib/db/commit.ts';
import { newId } from '../../lib/ids.ts';
import type { OrganiserReference } from '../drill-plans/queries.ts';
import type { Holder } from '../roles/policy.ts';
import type { drillRecordFields } from './schema.ts';
import { drillRecordGroups, drillRecords, drillRecordVersions } from './table.ts';

/** A record as its form is read. */
export type RecordFields = z.output<typeof drillRecordFields>;

/** The rows of one version with its head-counts. */
export function recordVersionRows(
  { db, now }: CommandContext,
  by: Holder,
  { recordId, version }: { recordId: string; version: number },
  { classes, ...drill }: RecordFields,
): Query[] {
  return [
    db
      .insert(drillRecordVersions)
      .values({ recordId, version, ...drill, writtenBy: by.id, writtenAt: now }),
    ...classes.map((row, position) =>
      db.insert(drillRecordGroups).values({ recordId, version, position, ...row }),
    ),
  ];
}

/** The rows of a new record. Refusals: `recordRefusals`. */
export function recordRows(
  ctx: CommandContext,
  by: Holder,
  of: OrganiserReference & { planItemId: string | null },
  drill: RecordFields,
): { recordId: string; statements: Query[] } {
  const { db, now } = ctx;
  const recordId = newId(now);
  const { organisationId, regionCode, planItemId } = of;
  const row = { id: recordId, organisationId, regionCode, planItemId };
  return {
    recordId,
    statements: [
      db.insert(drillRecords).values({ ...row, recordedBy: by.id, recordedAt: now }),
      ...recordVersionRows(ctx, by, { recordId, version: 1 }, drill),
    ],
  };
}

export const recordBody = ({ startedAt, classes, ...drill }: RecordFields): Json => ({
  ...drill,
  startedAt: startedAt.toISOString(),
  classes: classes.map(({ name, expected, arrived }) => [name, expected, arrived]),
});

/** A head-count that every count of a class is part of says no more of anybody than the record itself. */
export const recordDetails = ({
  form,
  evacuation,
  peopleExpected,
  peopleArrived,
}: RecordFields) => ({
  ...{ form, evacuation, peopleExpected, peopleArrived },
});
