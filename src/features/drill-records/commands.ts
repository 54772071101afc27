import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { actOnce } from '../audit/statements.ts';
import { notYours } from '../drill-plans/policy.ts';
import { requireOwnOrganiser } from '../drill-plans/queries.ts';
import type { Holder } from '../roles/policy.ts';
import { recordRefusals } from './policy.ts';
import { findRecord } from './queries.ts';
import {
  additionInput,
  correctionReference,
  drillRecordFields,
  recordInput,
  recordReference,
} from './schema.ts';
import { recordBody, recordDetails, recordRows, recordVersionRows } from './statements.ts';
import { drillRecordAdditions } from './table.ts';

const notFound = () => new DomainError('not_found', 'drill_not_yours', notYours.message);

/** Whose record it is; it is not there for others, nor for a wrong id. */
async function ownRecord(ctx: CommandContext, by: Holder, input: unknown): Promise<void> {
  const own = await requireOwnOrganiser(ctx, by, input);
  const { data } = recordReference.safeParse(input);
  if (!data || !(await findRecord(ctx, own, data.recordId))) throw notFound();
}

/**
 * Writes a drill down that was held. What it names of the plan is done with it, and it satisfies the duties that ask for it.
 * @throws DomainError `invalid` (fields, ahead of now, longer ago than two months, another's plan), `not_found` (not
 * yours), `conflict` (the planned drill has its record), `unavailable`.
 */
export async function recordDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ recordId: string }> {
  const own = await requireOwnOrganiser(ctx, by, input);
  const { planItemId } = parseInput(recordInput, input);
  const drill = parseInput(drillRecordFields, input);
  const { recordId, statements } = recordRows(ctx, by, { ...own, planItemId }, drill);
  return actOnce(ctx, by.id, key, {
    command: 'recordDrill',
    action: 'drill_record.create',
    subject: ['drill_record', recordId],
    answer: { recordId },
    body: { ...own, planItemId, drill: recordBody(drill) },
    details: recordDetails(drill),
    statements,
    refusals: recordRefusals,
  });
}

/**
 * Puts a record right within a day; what it said before is kept.
 * @throws DomainError `invalid` (fields), `not_found` (not yours), `conflict` (a day has gone by, corrected meanwhile),
 * `unavailable`.
 */
export async function correctRecord(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ recordId: string }> {
  await ownRecord(ctx, by, input);
  const { recordId, version } = parseInput(correctionReference, input);
  const drill = parseInput(drillRecordFields, input);
  return actOnce(ctx, by.id, key, {
    command: 'correctRecord',
    action: 'drill_record.correct',
    subject: ['drill_record', recordId],
    answer: { recordId },
    body: { recordId, version, drill: recordBody(drill) },
    details: { version: version + 1, ...recordDetails(drill) },
    statements: recordVersionRows(ctx, by, { recordId, version: version + 1 }, drill),
    refusals: recordRefusals,
  });
}

/**
 * Adds to a record whatever is to be said later; what stands there stays.
 * @throws DomainError `invalid` (fields), `not_found` (not yours), `conflict` (twenty times), `unavailable`.
 */
export async function addToRecord(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ recordId: string }> {
  await ownRecord(ctx, by, input);
  const { recordId, text } = parseInput(additionInput, input);
  const { db, now } = ctx;
  const row = { id: newId(now), recordId, text, addedBy: by.id, addedAt: now };
  return actOnce(ctx, by.id, key, {
    command: 'addToRecord',
    action: 'drill_record.add',
    subject: ['drill_record', recordId],
    answer: { recordId },
    body: { recordId, text },
    statements: [db.insert(drillRecordAdditions).values(row)],
    refusals: recordRefusals,
  });
}
