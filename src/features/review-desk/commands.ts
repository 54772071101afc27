import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { listAnswered, type Json } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn, type FieldProblem } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { stepOf } from '../applications/policy.ts';
import type { ListProgrammes, LoadedApplication } from '../applications/queries.ts';
import { canScore } from '../assessments/policy.ts';
import { actOnce } from '../audit/statements.ts';
import { pointsOf } from '../programmes/policy.ts';
import { listSeenApplications } from '../reviews/queries.ts';
import { decideOnce, type Brought, type Decided } from '../reviews/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  batchWords,
  delegationRefusals,
  deskRefusals,
  latestMarks,
  reasonsOf,
  reviewingRegions,
  scoresOf,
} from './policy.ts';
import { readMarks } from './queries.ts';
import {
  approvalInput,
  assignmentInput,
  batchInput,
  delegationEndInput,
  delegationInput,
  marksInput,
  opinionInput,
  pauseInput,
  recusalInput,
  refusalInput,
  returnInput,
} from './schema.ts';
import { actOnOne, assignOne, requireDesk, requireOwnStep } from './statements.ts';
import { reviewBatches, reviewDelegations, reviewMarks } from './table.ts';

/** Everything that an officer does to a file. */
export type DeskCommand<Answer = Decided> = (
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
) => Promise<Answer>;

/** @throws DomainError `not_found` for whoever reviews nowhere. */
function requireOfficer(by: Holder): void {
  if (reviewingRegions(by).length > 0) return;
  throw new DomainError('not_found', 'application_not_yours', '没有找到这一项。');
}

const moved = (message: string) => new DomainError('conflict', 'mark_overtaken', message);

/**
 * Passes a file on. On a step that scores, the column of marks becomes the decision's, as its author has seen it.
 * @throws DomainError `not_found` (not yours, stood back), `conflict` (moved on, marks changed), `invalid` (fields,
 * something is missing before), `unavailable`.
 */
export const approveApplication: DeskCommand = async (ctx, by, input, listProgrammes, key) => {
  const loaded = await requireDesk(ctx, listProgrammes, by, input);
  const { on, reason, marks: seen, applicationId } = parseInput(approvalInput, input);
  const step = stepOf(loaded.programme, on);
  if (!step || step.scoring === 'none') {
    return decideOnce(ctx, by, loaded, { decision: { act: 'approval', on, reason } }, key);
  }
  const marks = await readMarks(ctx, applicationId, step.key);
  if (seen !== marks.length) throw moved('打分刚刚有改动，请看过下面新的分数再通过。');
  return decideOnce(
    ctx,
    by,
    loaded,
    {
      decision: {
        ...{ act: 'approval', on, reason },
        ...{ scores: scoresOf(marks), differences: reasonsOf(marks) },
      },
      details: { marks: marks.length },
      refusals: deskRefusals,
    },
    key,
  );
};

/** Refuses a file, with reasons; what was obtained by deceit bars its applicant for the programme's years. */
export const refuseApplication: DeskCommand = async (ctx, by, input, listProgrammes, key) => {
  const loaded = await requireDesk(ctx, listProgrammes, by, input);
  const { on, reason, falsity } = parseInput(refusalInput, input);
  const decision: Brought = { act: 'refusal', on, reason };
  return decideOnce(ctx, by, loaded, { decision, details: { falsity } }, key);
};

/** Sends a file back to be mended: what class of fault, where, what exactly. Its days follow from the programme. */
export const returnApplication: DeskCommand = async (ctx, by, input, listProgrammes, key) => {
  const loaded = await requireDesk(ctx, listProgrammes, by, input);
  const { on, reason, faults } = parseInput(returnInput, input);
  requireEntries(loaded, faults);
  const decision: Brought = { act: 'return', on, reason };
  return decideOnce(ctx, by, loaded, { decision, details: { faults } }, key);
};

/** @throws DomainError `invalid` for an entry that the programme's form does not have. */
function requireEntries(
  { programme }: LoadedApplication,
  faults: readonly { part: string; key: string }[],
): void {
  const known = {
    condition: programme.conditions.map(({ key }) => key),
    point: pointsOf(programme).map(({ key }) => key),
    '': [''],
  };
  const isKnown = ({ part, key }: { part: string; key: string }) =>
    Object.hasOwn(known, part) && known[part as keyof typeof known].includes(key);
  if (faults.every(isKnown)) return;
  throw new DomainError('invalid', 'entry_unknown', '有一处不在这份申报表里，请刷新再填。');
}

const plain =
  (act: 'suspension' | 'resumption' | 'recusal', schema: typeof pauseInput): DeskCommand =>
  async (ctx, by, input, listProgrammes, key) => {
    const loaded = await requireDesk(ctx, listProgrammes, by, input);
    const { on, reason } = parseInput(schema, input);
    return decideOnce(ctx, by, loaded, { decision: { act, on, reason } }, key);
  };
/** Stops the clock of a file while an emergency response takes the officers away. */
export const suspendApplication = plain('suspension', pauseInput);
export const resumeApplication = plain('resumption', pauseInput);
/** 回避: its author decides nothing of this file from then on. */
export const recuseFromApplication = plain('recusal', recusalInput);

/** Enters what another department says of a file, with the date of its paper. */
export const enterOpinion: DeskCommand = async (ctx, by, input, listProgrammes, key) => {
  const loaded = await requireDesk(ctx, listProgrammes, by, input);
  const { on, reason, department, givenOn } = parseInput(opinionInput, input);
  const decision: Brought = { act: 'opinion', on, reason, department };
  return decideOnce(ctx, by, loaded, { decision, details: { givenOn } }, key);
};

/**
 * Saves working marks, each over the version that was seen. Several officers may work on one file: what somebody else has
 * saved meanwhile is named, and nothing is overwritten.
 * @returns how many were new.
 * @throws DomainError `not_found`, `conflict` (moved on, `fields` names marks that somebody else saved), `invalid`.
 */
export const saveMarks: DeskCommand<{ saved: number }> = async (
  ctx,
  by,
  input,
  listProgrammes,
  key,
) => {
  const loaded = await requireDesk(ctx, listProgrammes, by, input);
  const { applicationId, step: asked, marks } = parseInput(marksInput, input);
  const step = requireOwnStep(ctx, by, loaded);
  if (step.key !== asked || step.scoring === 'none') {
    throw new DomainError(
      'conflict',
      'application_moved_on',
      '这一份已经不在打分的那一步，分数没有保存。',
    );
  }
  const latest = latestMarks(await readMarks(ctx, applicationId, asked));
  const changed = marks.filter(({ key: of, tenths, reason }) => {
    const held = latest.get(of);
    return held?.tenths !== tenths || held.reason !== reason;
  });
  const points = new Map(pointsOf(loaded.programme).map((point) => [point.key, point]));
  const wrong: FieldProblem[] = [];
  const overtaken: FieldProblem[] = [];
  for (const { key: of, tenths, version } of changed) {
    const point = points.get(of);
    if (!point || !canScore(point, tenths)) {
      wrong.push({ field: `marks.${of}`, message: '这一项不能打这个分，请从能打的分里选' });
    } else if (version !== (latest.get(of)?.version ?? 0)) {
      overtaken.push({ field: `marks.${of}`, message: '别人刚刚打过这一项，请看过再决定' });
    }
  }
  if (wrong.length > 0) {
    throw new DomainError('invalid', 'mark_unfit', '有几处分数不对。', { fields: wrong });
  }
  if (overtaken.length > 0) {
    throw new DomainError('conflict', 'mark_overtaken', '有几项别人刚刚打过，没有保存。', {
      fields: overtaken,
    });
  }
  const rows = changed.map(({ key: of, tenths, reason, version }) => ({
    ...{ applicationId, step: asked, key: of, version: version + 1, tenths, reason },
    ...{ markedBy: by.id, markedAt: ctx.now },
  }));
  return actOnce(ctx, by.id, key, {
    command: 'saveMarks',
    action: 'application.mark',
    subject: ['application', applicationId],
    answer: { saved: rows.length },
    body: { applicationId, step: asked, marks },
    details: { step: asked, points: rows.length },
    statements: rows.length > 0 ? [ctx.db.insert(reviewMarks).values(rows)] : [],
    refusals: deskRefusals,
  });
};

/** Gives a file to an officer of the office that it is with. @throws DomainError `not_found`, `conflict`, `invalid`. */
export const assignApplication: DeskCommand<{ applicationId: string }> = async (
  ctx,
  by,
  input,
  listProgrammes,
  key,
) => {
  const loaded = await requireDesk(ctx, listProgrammes, by, input);
  const { officerId } = parseInput(assignmentInput, input);
  return assignOne(ctx, by, loaded, officerId, key);
};

/** What became of one file of a bulk act. */
export interface BatchResult {
  applicationId: string;
  done: boolean;
  /** Why not; '' where it was done. */
  why: string;
  [key: string]: Json;
}

/** So many files are read in one request: whole forms of all fifty would be too much to hold at once. */
const FILES_A_READ = 10;

/** A key of its own for each file, which the same press gives again. */
const keyOfFile = (whole: string, applicationId: string) =>
  `${whole.slice(0, 31)}-${applicationId.replaceAll('-', '')}`;

/**
 * Does one act to many files, each looked at again and decided for itself: what cannot be done is named with its reason,
 * and keeps no other out. Sent again under the same key it does what is left and changes nothing twice.
 * @throws DomainError `invalid` (fields, what cannot be taken back was not confirmed), `unavailable`.
 */
export const actOnMany: DeskCommand<{ batchId: string }> = async (
  ctx,
  by,
  input,
  listProgrammes,
  key,
) => {
  requireOfficer(by);
  const { confirmed, ...asked } = parseInput(batchInput, input);
  const { act, files } = asked;
  if (act !== 'assignment' && confirmed !== files.length) {
    throw new DomainError(
      'invalid',
      'batch_unconfirmed',
      `要对${files.length}份办“${batchWords[act]}”，办了不能收回，申报人会收到消息。核对过了，再按一次。`,
    );
  }
  const whole = parseKey(key);
  const answered = await listAnswered(ctx.db, by.id, [
    whole,
    ...files.map((one) => keyOfFile(whole, one)),
  ]);
  const results: BatchResult[] = [];
  for (let at = 0; at < files.length && !answered.has(whole); at += FILES_A_READ) {
    const some = files.slice(at, at + FILES_A_READ);
    const seen = await listSeenApplications(ctx, listProgrammes, by, some);
    for (const applicationId of some) {
      const own = keyOfFile(whole, applicationId);
      const file = seen.find(({ application }) => application.id === applicationId);
      const why = answered.has(own)
        ? ''
        : await actOnOne(ctx, by, asked, file, own).then(() => '', reasonOf);
      results.push({ applicationId, done: why === '', why });
    }
  }
  const id = newId(ctx.now);
  return actOnce(ctx, by.id, whole, {
    command: 'actOnMany',
    action: 'application.batch',
    subject: ['review_batch', id],
    answer: { batchId: id },
    body: asked,
    details: { act, done: results.filter(({ done }) => done).length, asked: results.length },
    statements: [
      ctx.db.insert(reviewBatches).values({
        ...{ id, act, actedBy: by.id, actedAt: ctx.now },
        results: JSON.stringify(results),
      }),
    ],
    refusals: {},
  });
};

/** Why one file was not done. @throws what is no refusal, or leaves unknown whether it was. */
function reasonOf(error: unknown): string {
  const refusal = domainErrorIn(error);
  if (!refusal || refusal.code === 'unavailable') throw error;
  return refusal.fields[0]?.message ?? refusal.message;
}

/** 委托: for some days another officer of the office works on what is somebody's. @throws DomainError. */
export async function delegateWork(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ delegationId: string }> {
  requireOfficer(by);
  const asked = parseInput(delegationInput, input);
  const id = newId(ctx.now);
  return actOnce(ctx, by.id, key, {
    command: 'delegateWork',
    action: 'review_delegation.create',
    subject: ['review_delegation', id],
    answer: { delegationId: id },
    body: asked,
    details: asked,
    statements: [
      ctx.db
        .insert(reviewDelegations)
        .values({ id, ...asked, enteredBy: by.id, enteredAt: ctx.now }),
    ],
    refusals: delegationRefusals,
  });
}

/** Ends a delegation before its last day. @throws DomainError `not_found`, `conflict` (ended). */
export async function endDelegation(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ delegationId: string }> {
  requireOfficer(by);
  const { delegationId } = parseInput(delegationEndInput, input);
  const [found] = await ctx.db
    .select({ id: reviewDelegations.id })
    .from(reviewDelegations)
    .where(eq(reviewDelegations.id, delegationId));
  if (!found) throw new DomainError('not_found', 'delegation_not_yours', '没有找到这一项。');
  return actOnce(ctx, by.id, key, {
    command: 'endDelegation',
    action: 'review_delegation.end',
    subject: ['review_delegation', delegationId],
    answer: { delegationId },
    body: { delegationId },
    statements: [
      ctx.db
        .update(reviewDelegations)
        .set({ endedBy: by.id, endedAt: ctx.now })
        .where(eq(reviewDelegations.id, delegationId)),
    ],
    refusals: delegationRefusals,
  });
}
