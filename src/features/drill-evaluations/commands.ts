import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId, toHex } from '../../lib/ids.ts';
import { actOnce } from '../audit/statements.ts';
import { notYours } from '../drill-plans/policy.ts';
import { findDrill, standingIn } from '../drills/queries.ts';
import { drillReference } from '../drills/schema.ts';
import { can, type Holder } from '../roles/policy.ts';
import { evaluationRefusals, sectionsOf } from './policy.ts';
import { findAnswer, findSheet, listSheets, requireJudge } from './queries.ts';
import {
  bandsInput,
  itemAnswerInput,
  reopenInput,
  selfEvaluationInput,
  selfWithdrawalInput,
  sheetSaveInput,
} from './schema.ts';
import {
  drillGradeBands,
  drillSelfEvaluationReceipts,
  drillSelfEvaluations,
  drillSheetHandIns,
  drillSheetReopenings,
  drillSheets,
  drillSheetSaves,
  type ItemAnswer,
} from './table.ts';

const notFound = () => new DomainError('not_found', 'drill_not_yours', notYours.message);

/**
 * Saves one group of somebody's own sheet as a new version; nothing that was saved is lost.
 * @throws DomainError `not_found` (no evaluator of it), `invalid` (fields), `conflict` (not begun, handed in, released,
 * saved on another device meanwhile), `unavailable`.
 */
export async function saveSheet(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ version: number }> {
  const { drill, script } = await requireJudge(ctx, by, input);
  const { section: id, base } = parseInput(sheetSaveInput, input);
  const section = sectionsOf(script).find((one) => one.id === id);
  if (!section) throw notFound();
  const fields = input as Readonly<Record<string, unknown>>;
  const answers = section.items.map(({ id: item }): ItemAnswer => {
    const asked = { answer: fields[`answer-${item}`], note: fields[`note-${item}`] };
    const parsed = itemAnswerInput.safeParse(asked);
    if (parsed.success) return { item, ...parsed.data };
    const [issue] = parsed.error.issues;
    const field = `${issue?.path.join('.') ?? 'answer'}-${item}`;
    throw new DomainError('invalid', 'invalid_input', '有几处需要改一下，请看下面的提示。', {
      fields: [{ field, message: issue?.message ?? '' }],
    });
  });
  const { db, now } = ctx;
  const version = base + 1;
  const own = { drillId: drill.id, evaluatorId: by.id };
  return actOnce(ctx, by.id, key, {
    command: 'saveSheet',
    action: 'drill_sheet.save',
    subject: ['drill', drill.id],
    answer: { version },
    body: {
      drillId: drill.id,
      section: section.id,
      base,
      answers: answers.map(({ item, answer, note }) => [item, answer, note]),
    },
    statements: [
      db
        .insert(drillSheets)
        .values({ ...own, openedAt: now })
        .onConflictDoNothing(),
      db
        .insert(drillSheetSaves)
        .values({ ...own, section: section.id, version, answers, savedAt: now }),
    ],
    refusals: evaluationRefusals,
  });
}

/**
 * Hands in one's sheet: from then on it counts.
 * @throws DomainError `not_found`, `invalid` (an item without its answer), `conflict` (not over, handed in, released),
 * `unavailable`.
 */
export async function handInSheet(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireJudge(ctx, by, input);
  const found = await findSheet(ctx, drill.id, by.id);
  if (!found) throw incomplete();
  const { db, now } = ctx;
  const round = found.sheet.round + 1;
  const own = { drillId: drill.id, evaluatorId: by.id };
  return actOnce(ctx, by.id, key, {
    command: 'handInSheet',
    action: 'drill_sheet.hand_in',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    body: { drillId: drill.id },
    statements: [db.insert(drillSheetHandIns).values({ ...own, round, handedInAt: now })],
    refusals: evaluationRefusals,
  });
}

const incomplete = () => {
  const { message = '' } = evaluationRefusals['sheet_incomplete'] ?? {};
  return new DomainError('invalid', 'sheet_incomplete', message, {
    fields: [{ field: 'sheet', message }],
  });
};

/**
 * Gives a sheet back to be put right, with the reason: its evaluator's own, or any by an organiser.
 * @throws DomainError `not_found`, `invalid` (no reason), `conflict` (not handed in, report released), `unavailable`.
 */
export async function reopenSheet(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill, standing } = await requireJudge(ctx, by, input);
  const { sheet: number, reason } = parseInput(reopenInput, input);
  const sheets = await listSheets(ctx, drill.id);
  const own = sheets.find(({ sheet }) => sheet.evaluatorId === by.id);
  const chosen = number === undefined ? own : sheets[number - 1];
  if (!chosen || (chosen !== own && !standing.isOrganiser)) throw notFound();
  const { evaluatorId, round, state } = chosen.sheet;
  if (state !== 'handed_in') {
    const { message = '' } = evaluationRefusals['sheet_not_handed_in'] ?? {};
    throw new DomainError('conflict', 'sheet_not_handed_in', message);
  }
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'reopenSheet',
    action: 'drill_sheet.reopen',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    body: { drillId: drill.id, evaluatorId, reason },
    statements: [
      db.insert(drillSheetReopenings).values({
        ...{ drillId: drill.id, evaluatorId, round, reason },
        ...{ reopenedBy: by.id, reopenedAt: now },
      }),
    ],
    refusals: evaluationRefusals,
  });
}

/**
 * What a participant says afterwards, once. The answer is written apart from who gave it: nothing in the batch, the key's
 * digest included, ties the two.
 * @throws DomainError `not_found` (no part in it), `invalid` (fields), `conflict` (not over, said before, released),
 * `unavailable`.
 */
export async function giveSelfEvaluation(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { data } = drillReference.safeParse(input);
  const file = data && (await findDrill(ctx, data.drillId));
  const standing = file && (await standingIn(ctx, by, file));
  if (!file || standing?.participant?.state !== 'joined') throw notFound();
  const { drillId, code, ...said } = parseInput(selfEvaluationInput, input);
  const { db } = ctx;
  const id = code
    ? answerId(await ctx.keys.hash('self-evaluation', `${drillId}:${code}`))
    : crypto.randomUUID();
  return actOnce(ctx, by.id, key, {
    command: 'giveSelfEvaluation',
    action: 'self_evaluation.give',
    subject: ['drill', drillId],
    answer: { drillId },
    // Without what was said: a digest over three numbers is guessed in a moment.
    body: { drillId },
    statements: [
      db
        .insert(drillSelfEvaluationReceipts)
        .values({ participantId: standing.participant.id, drillId, givenBy: by.id }),
      db.insert(drillSelfEvaluations).values({ id, drillId, ...said }),
    ],
    refusals: evaluationRefusals,
  });
}

/** Where an answer lies that has this code: without the code nobody finds it, not even who keeps the keys. */
const answerId = (hash: Uint8Array) => toHex(hash.slice(0, 16));

/**
 * Takes one's answer back by the code that came with its form: it goes, and one may answer anew.
 * @throws DomainError `not_found` (no part in it), `invalid` (no such answer), `conflict` (nothing given, released),
 * `unavailable`.
 */
export async function withdrawSelfEvaluation(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { data } = drillReference.safeParse(input);
  const file = data && (await findDrill(ctx, data.drillId));
  const standing = file && (await standingIn(ctx, by, file));
  if (!file || standing?.participant?.state !== 'joined') throw notFound();
  const { drillId, code } = parseInput(selfWithdrawalInput, input);
  const ids = (await ctx.keys.hashes('self-evaluation', `${drillId}:${code}`)).map(answerId);
  const evaluationId = (await findAnswer(ctx, drillId, ids)) ?? '';
  return actOnce(ctx, by.id, key, {
    command: 'withdrawSelfEvaluation',
    action: 'self_evaluation.withdraw',
    subject: ['drill', drillId],
    answer: { drillId },
    // Without the code: nothing that is kept says which answer it was.
    body: { drillId },
    statements: [
      {
        sql: `INSERT INTO drill_self_evaluation_withdrawals (evaluation_id, drill_id, participant_id, given_by)
          VALUES (?, ?, ?, ?)`,
        args: [evaluationId, drillId, standing.participant.id, by.id],
      },
    ],
    refusals: evaluationRefusals,
  });
}

/**
 * Says from how many points on a drill is 优, 良 or 合格; for drills that begin later.
 * @throws DomainError `not_found` (not yours), `invalid` (fields, order), `unavailable`.
 */
export async function setGradeBands(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ regionCode: string }> {
  const asked = input as { regionCode?: unknown };
  const regionCode = typeof asked.regionCode === 'string' ? asked.regionCode : '';
  if (!can(by, { action: 'drill_grade.set', regionCode })) throw notFound();
  const { reason, ...bands } = parseInput(bandsInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'setGradeBands',
    action: 'drill_grade.set',
    subject: ['drill_grade', regionCode || 'site'],
    answer: { regionCode },
    body: { ...bands, reason },
    details: { excellent: bands.excellent, good: bands.good, pass: bands.pass },
    statements: [
      db.insert(drillGradeBands).values({ id, ...bands, reason, setBy: by.id, setAt: now }),
    ],
    refusals: evaluationRefusals,
  });
}
