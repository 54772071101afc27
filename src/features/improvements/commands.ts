import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { addDays } from '../../lib/time.ts';
import { actOnce } from '../audit/statements.ts';
import { notYours } from '../drill-plans/policy.ts';
import { requireOwnOrganiser } from '../drill-plans/queries.ts';
import { contentDigest } from '../files/queries.ts';
import { fileLink } from '../files/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { improvementRefusals, MOVES, reminderDays, stepsFor } from './policy.ts';
import { findItem, listUntold } from './queries.ts';
import { improvementInput, improvementReference, stepInput } from './schema.ts';
import {
  improvementItems,
  improvementReminders,
  improvementSteps,
  type ImprovementItem,
  type StepKind,
} from './table.ts';

/** What is told of each step: to whom, the message's own words know. */
const TOLD: Partial<Record<StepKind, string>> = {
  finish: 'improvement_finished',
  reject: 'improvement_rejected',
};

/**
 * Opens an item: of a drill's finding, or by hand. Whoever is made responsible is told.
 * @throws DomainError `not_found` (not yours, no such drill of yours), `invalid` (fields, no member, day), `conflict` (the
 * finding is being mended, too many), `unavailable`.
 */
export async function openImprovement(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ itemId: string }> {
  const own = await requireOwnOrganiser(ctx, by, input);
  const asked = parseInput(improvementInput, input);
  const { drillId = null, findingId = null, what, owner, office = '', dueDay } = asked;
  const { db, now } = ctx;
  const itemId = newId(now);
  const isOffice = owner === 'office';
  const row = {
    ...{ id: itemId, ...own, drillId, findingId, what },
    ...{ ownerId: isOffice ? null : owner, ownerOffice: isOffice ? office : '' },
    ...{ openedBy: by.id, openedAt: now, firstDueDay: dueDay, dueDay },
  };
  const message = {
    template: 'improvement_given',
    idempotencyKey: `improvement-given:${itemId}`,
    values: { itemId },
  };
  return actOnce(ctx, by.id, key, {
    command: 'openImprovement',
    action: 'improvement.open',
    subject: ['improvement', itemId],
    answer: { itemId },
    body: { ...own, drillId, findingId, what, owner, office: row.ownerOffice, dueDay },
    details: { dueDay, ofDrill: drillId !== null },
    statements: [
      db.insert(improvementItems).values(row),
      ...(row.ownerId !== null && row.ownerId !== by.id ? [await queueMessage(ctx, message)] : []),
    ],
    refusals: improvementRefusals,
  });
}

/**
 * Takes one step with an item: mended, verified, sent back, put off, dropped.
 * @throws DomainError `not_found` (not yours), `invalid` (fields, no proof, day), `conflict` (moved on, one's own work),
 * `unavailable`.
 */
export async function takeStep(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ itemId: string }> {
  const { data } = improvementReference.safeParse(input);
  const found = data && (await findItem(ctx, by, data.itemId));
  if (!found) throw new DomainError('not_found', 'item_not_yours', notYours.message);
  const { itemId, kind, steps, words, dueDay = null, file } = parseInput(stepInput, input);
  requireStep(found.item, by, found.hand, kind);
  const { db, now } = ctx;
  const number = steps + 1;
  const subject = { subjectKind: 'improvement_item', subjectId: itemId };
  const template = TOLD[kind];
  const message = template && {
    template,
    idempotencyKey: `${template}:${itemId}:${number}`,
    values: { itemId, number: String(number) },
  };
  const proof = kind === 'finish' ? file : undefined;
  return actOnce(ctx, by.id, key, {
    command: 'takeStep',
    action: `improvement.${kind}`,
    subject: ['improvement', itemId],
    answer: { itemId },
    // A form sent again brings its file again, under another id.
    body: {
      itemId,
      kind,
      steps,
      words,
      dueDay,
      file: proof ? await contentDigest(ctx, proof) : '',
    },
    details: { number, ...(dueDay ? { dueDay } : {}) },
    statements: [
      ...(proof ? [fileLink(ctx, { fileId: proof, ...subject, linkedBy: by.id })] : []),
      db.insert(improvementSteps).values({
        ...{ itemId, number, kind, words, dueDay: kind === 'postpone' ? dueDay : null },
        ...{ takenBy: by.id, takenAt: now },
      }),
      ...(message ? [await queueMessage(ctx, message)] : []),
    ],
    refusals: improvementRefusals,
  });
}

/** What nobody may do is not there; what one may not do oneself, another has to. */
function requireStep(
  item: ImprovementItem,
  by: Holder,
  hand: Parameters<typeof stepsFor>[2],
  kind: StepKind,
): void {
  if (MOVES[kind].from !== item.state || stepsFor(item, by.id, hand).includes(kind)) return;
  // An officer who only verifies, an owner who does not keep the list: for them the act is not there.
  const isVerifying = ['verify', 'reject', 'drop'].includes(kind) && hand.verifies;
  const { message = '' } = improvementRefusals['verified_by_another'] ?? {};
  if (isVerifying) throw new DomainError('conflict', 'verified_by_another', message);
  throw new DomainError('not_found', 'item_not_yours', notYours.message);
}

/** One run's share; the next minute brings the rest. */
const REMINDERS_MAX = 50;

/** What has been due for longer than that is told of no more: a restored backup must not wake everybody. */
const AFTER_DAYS = 7;

/**
 * Tells whoever is responsible three days before the day, and once the day after where nothing was done. Once each for each
 * day, so that a day that was put off is told of anew. @returns how many were told.
 */
export async function remindOfImprovements(ctx: CommandContext): Promise<number> {
  const { before, after } = reminderDays(ctx.now);
  const today = addDays(after, 1);
  const rounds = [
    { kind: 'before', template: 'improvement_due', from: today, to: before },
    {
      kind: 'after',
      template: 'improvement_overdue',
      from: addDays(after, -AFTER_DAYS),
      to: after,
    },
  ] as const;
  let done = 0;
  for (const { template, ...round } of rounds) {
    for (const item of await listUntold(ctx, round, REMINDERS_MAX)) {
      done += (await reminded(ctx, item, round.kind, template)) ? 1 : 0;
    }
  }
  return done;
}

/** Whether it was written; false when another run was faster. */
async function reminded(
  ctx: CommandContext,
  { id: itemId, dueDay }: ImprovementItem,
  kind: 'before' | 'after',
  template: string,
): Promise<boolean> {
  const row = { itemId, dueDay, kind, remindedAt: ctx.now };
  const message = {
    template,
    idempotencyKey: `${template}:${itemId}:${dueDay}`,
    values: { itemId, dueDay },
  };
  try {
    await writeAtomically(
      ctx.db,
      [print(ctx.db.insert(improvementReminders).values(row)), await queueMessage(ctx, message)],
      {
        'unique:improvement_reminders.item_id,improvement_reminders.due_day,improvement_reminders.kind':
          { code: 'conflict', reason: 'overtaken', message: '' },
      },
    );
    return true;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'overtaken') return false;
    throw error;
  }
}
