import type { CommandContext } from '../../lib/context.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newBookingCode, newId } from '../../lib/ids.ts';
import { courseOf } from '../applications/policy.ts';
import { loadApplication, type ListProgrammes } from '../applications/queries.ts';
import { actOnce } from '../audit/statements.ts';
import { listHash, sampleSize } from '../draws/policy.ts';
import { isSampled } from '../programmes/policy.ts';
import { decideOnce } from '../reviews/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { drawOutcome, drawRefusals, type FoundDraw } from './policy.ts';
import { drawProgramme, findDraw, listCandidates, listReviewedOffices } from './queries.ts';
import { drawReference, dropInput, nameInput, numberInput } from './schema.ts';
import { drawDrops, drawFiles, drawFreezes, drawResults, samplingDraws } from './table.ts';

const notFound = () => new DomainError('not_found', 'draw_not_yours', '没有找到这一次抽查。');
/** Bound values of one statement stay far below SQLite's limit. */
const ROWS_A_STATEMENT = 200;
/** Results of one request; what is left has its turn in the next. */
const RECORDS_A_RUN = 60;

/** A draw of an office that somebody reviews for. @throws DomainError `not_found`. */
async function requireDraw(ctx: CommandContext, by: Holder, drawId: string): Promise<FoundDraw> {
  const found = await findDraw(ctx, drawId);
  const regions = found ? await listReviewedOffices(ctx, by) : [];
  if (!found || !regions.includes(found.draw.regionCode)) throw notFound();
  return found;
}

/**
 * Says in public which number will decide, before there is a list and before the number is there.
 * @throws DomainError `invalid` (fields), `not_found` (not yours, no step that draws), `conflict` (one is open, too late).
 */
export async function nameDraw(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<{ drawId: string }> {
  const { queue, ...named } = parseInput(nameInput, input);
  const programme = (await listProgrammes()).find(
    (one) => one.key === queue.programme && one.version === queue.version,
  );
  const step = programme?.steps.find((one) => one.key === queue.step);
  if (!step || !isSampled(step) || step.visit === 'none') throw notFound();
  const drawId = newId(ctx.now);
  return actOnce(ctx, by.id, key, {
    command: 'nameDraw',
    action: 'sampling_draw.name',
    subject: ['sampling_draw', drawId],
    answer: { drawId },
    body: { ...queue, ...named },
    details: { ...queue, numberOn: named.numberOn },
    statements: [
      ctx.db.insert(samplingDraws).values({
        ...{ id: drawId, ...queue, ...named, percent: step.visit.percent },
        ...{ namedBy: by.id, namedAt: ctx.now },
      }),
    ],
    refusals: drawRefusals,
  });
}

/**
 * Freezes the list: every file that waits at the step now, each under a code of this list alone, with the list's hash.
 * @throws DomainError `not_found`, `conflict` (nothing waits, something changed, too late, out of order).
 */
export async function freezeDraw(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drawId: string }> {
  const { drawId } = parseInput(drawReference, input);
  const { draw } = await requireDraw(ctx, by, drawId);
  const waiting = await listCandidates(ctx, drawId);
  if (waiting.length === 0) {
    throw new DomainError('conflict', 'draw_empty', '现在没有等着抽查的申报，名单是空的。');
  }
  const codes = new Set<string>();
  while (codes.size < waiting.length) codes.add(newBookingCode());
  const rows = [...codes].map((code, at) => ({
    ...{ drawId, code },
    applicationId: waiting[at] ?? '',
  }));
  const parts = Array.from({ length: Math.ceil(rows.length / ROWS_A_STATEMENT) }, (_, at) =>
    rows.slice(at * ROWS_A_STATEMENT, (at + 1) * ROWS_A_STATEMENT),
  );
  const listSha256 = listHash([...codes]);
  const size = sampleSize(rows.length, draw.percent);
  return actOnce(ctx, by.id, key, {
    command: 'freezeDraw',
    action: 'sampling_draw.freeze',
    subject: ['sampling_draw', drawId],
    answer: { drawId },
    body: { drawId },
    details: { files: rows.length, size, listSha256 },
    statements: [
      ...parts.map((part) => ctx.db.insert(drawFiles).values(part)),
      ctx.db.insert(drawFreezes).values({
        ...{ drawId, listSha256, files: rows.length, size },
        ...{ frozenBy: by.id, frozenAt: ctx.now },
      }),
    ],
    refusals: drawRefusals,
  });
}

/**
 * Enters the number once it is published: from then on who is drawn is a matter of arithmetic. The results are written
 * into the files apart, by `recordDraw`.
 * @throws DomainError `invalid` (no number), `not_found`, `conflict` (too early, out of order).
 */
export async function enterNumber(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drawId: string }> {
  const { drawId, number } = parseInput(numberInput, input);
  await requireDraw(ctx, by, drawId);
  return actOnce(ctx, by.id, key, {
    command: 'enterNumber',
    action: 'sampling_draw.number',
    subject: ['sampling_draw', drawId],
    answer: { drawId },
    body: { drawId, number },
    details: { number },
    statements: [
      ctx.db.insert(drawResults).values({ drawId, number, drawnBy: by.id, drawnAt: ctx.now }),
    ],
    refusals: drawRefusals,
  });
}

/**
 * Writes what came out into the files that have no result yet, some in each call. A file that was sent back or
 * suspended meanwhile has its turn when it is at the step again; one that its officer stood back from, by another; one
 * that was withdrawn or refused has none.
 * @returns how many were written, and how many are left.
 */
export async function recordDraw(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
): Promise<{ recorded: number; left: number }> {
  const { drawId } = parseInput(drawReference, input);
  const found = await requireDraw(ctx, by, drawId);
  const outcome = drawOutcome(found);
  if (!outcome) {
    const { code, message } = drawRefusals['draw_out_of_order']!;
    throw new DomainError(code, 'draw_out_of_order', message);
  }
  const programme = drawProgramme(await listProgrammes(), found.draw);
  const drawn = new Map(outcome.tickets.map(({ code, isDrawn }) => [code, isDrawn]));
  const open = found.lines.filter(({ isOpen }) => isOpen);
  let recorded = 0;
  for (const { code, applicationId } of open.slice(0, RECORDS_A_RUN)) {
    const on = `step:${found.draw.step}` as const;
    const loaded = await loadApplication(ctx, listProgrammes, { id: applicationId });
    if (!loaded || courseOf({ ...loaded, programme }, loaded.file, ctx.now).state !== on) continue;
    const isDrawn = drawn.get(code) ?? false;
    const reason = `${isDrawn ? '抽到' : '没有抽到'}，编号${code}`;
    try {
      await decideOnce(
        ctx,
        by,
        loaded,
        {
          decision: { act: 'draw', on, drawn: isDrawn, reason },
          details: { drawId, code },
          refusals: drawRefusals,
        },
        `${drawId}-${code}`,
      );
      recorded += 1;
    } catch (error) {
      // Somebody else was faster, or this officer stood back: the others go on.
      const known = domainErrorIn(error);
      if (!known || known.code === 'unavailable') throw error;
    }
  }
  return { recorded, left: open.length - recorded };
}

/**
 * Gives a draw up for a slip, in public and with the reason, while nobody can know its number.
 * @throws DomainError `invalid` (no reason), `not_found`, `conflict` (the number may be known).
 */
export async function dropDraw(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drawId: string }> {
  const { drawId, reason } = parseInput(dropInput, input);
  await requireDraw(ctx, by, drawId);
  return actOnce(ctx, by.id, key, {
    command: 'dropDraw',
    action: 'sampling_draw.drop',
    subject: ['sampling_draw', drawId],
    answer: { drawId },
    body: { drawId, reason },
    details: { reason },
    statements: [
      ctx.db.insert(drawDrops).values({ drawId, reason, droppedBy: by.id, droppedAt: ctx.now }),
    ],
    refusals: drawRefusals,
  });
}
