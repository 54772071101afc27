import { handInSheet, saveSheet } from '../../src/features/drill-evaluations/commands.ts';
import { sectionsOf } from '../../src/features/drill-evaluations/policy.ts';
import { findSheet } from '../../src/features/drill-evaluations/queries.ts';
import type { Answer } from '../../src/features/drill-evaluations/table.ts';
import {
  releaseReport,
  writeFinding,
  writeReport,
} from '../../src/features/drill-reports/commands.ts';
import { draftWords } from '../../src/features/drill-reports/policy.ts';
import { readReport } from '../../src/features/drill-reports/queries.ts';
import { drillLogEntries, type EntryKind } from '../../src/features/drill-runs/table.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { openImprovement } from '../../src/features/improvements/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { addMember } from '../../src/features/organisations/commands.ts';
import { people } from '../../src/features/accounts/table.ts';
import { personPhone } from '../../src/features/accounts/queries.ts';
import { eq } from 'drizzle-orm';
import { endDrill, startDrill } from '../../src/features/drills/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, addMinutes, calendarDate, formatTime } from '../../src/lib/time.ts';
import { drilling, type DrillingOrganisation } from './drills.ts';
import { assigned, DRILL_STARTS, ended, opened, started } from './open-drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

/** The day after the drill of `open-drills`: when people evaluate. */
export const DAY_AFTER = new Date('2026-11-28T09:00:00+08:00');

export interface EvaluatedDrill extends DrillingOrganisation {
  drillId: string;
  /** Two people with the part of an evaluator. */
  evaluators: [Holder, Holder];
  /** Another member of the organisation. */
  colleague: Holder;
  /** The world on the day after. */
  ctx: CommandContext;
}

/** A colleague of an organisation's head. */
export async function colleagueOf(
  world: World,
  { head, organisationId }: Pick<DrillingOrganisation, 'head' | 'organisationId'>,
): Promise<Holder> {
  const { person } = await world.person();
  const [row] = await world.ctx.db.select().from(people).where(eq(people.id, person.id));
  const phone = row ? await personPhone(world.ctx, row) : '';
  await addMember(world.ctx, head, { organisationId, phone }, key());
  return { id: person.id, roles: [] };
}

/** A tap of a phone, so many seconds after the start. */
export async function tapped(
  { db }: CommandContext,
  by: Holder,
  drillId: string,
  tap: {
    kind: EntryKind;
    ref?: string;
    unit?: string;
    value?: number;
    expected?: number;
    after: number;
  },
): Promise<void> {
  const at = new Date(DRILL_STARTS.getTime() + tap.after * 1000);
  const { kind, ref = '', unit = '', value = null, expected = null } = tap;
  await db.insert(drillLogEntries).values({
    ...{ id: key(), drillId, personId: by.id, kind, ref, unit, value, expected },
    ...{ at, deviceAt: at, receivedAt: at },
  });
}

/** A drill of an organisation that was held with two evaluators, with a few taps in its log. */
export async function held(
  world: World,
  values: { blind?: 'yes' | 'no'; planItemId?: string; of?: DrillingOrganisation } = {},
): Promise<EvaluatedDrill> {
  const own = values.of ?? (await drilling(world, 'committee', '示例社区居委会'));
  const { head, organiser } = own;
  const { ctx } = world;
  const colleague = await colleagueOf(world, own);
  const { blind = 'no', planItemId = '' } = values;
  const drillId = await opened(ctx, head, organiser, { blind, planItemId });
  const evaluators: Holder[] = [];
  for (const _ of [1, 2]) {
    const { person } = await world.person();
    await assigned(ctx, head, drillId, { personId: person.id, role: '社区评估员' });
    evaluators.push({ id: person.id, roles: [] });
  }
  await started(ctx, head, drillId);
  await tapped(ctx, head, drillId, { kind: 'inject_sent', ref: 'i1', after: 2 });
  await tapped(ctx, head, drillId, { kind: 'measure_from', ref: 'm1', after: 5 });
  await tapped(ctx, head, drillId, { kind: 'measure_to', ref: 'm1', after: 245 });
  await tapped(ctx, head, drillId, {
    ...{ kind: 'muster', unit: '1号楼', value: 38, expected: 40, after: 300 },
  });
  await ended(ctx, head, drillId);
  const [first, second] = evaluators as [Holder, Holder];
  return {
    ...own,
    ...{ drillId, colleague, evaluators: [first, second], ctx: world.at(DAY_AFTER) },
  };
}

/** Fills in every group of somebody's sheet. @param answerOf what they say of each item. */
export async function judged(
  ctx: CommandContext,
  by: Holder,
  drillId: string,
  answerOf: (item: string) => Answer = () => 'yes',
): Promise<void> {
  const file = await findDrill(ctx, drillId);
  for (const { id: section, items } of sectionsOf(file?.script ?? { items: [] })) {
    const own = await findSheet(ctx, drillId, by.id);
    const base = own?.saves.find((save) => save.section === section)?.version ?? 0;
    const answers = Object.fromEntries(items.map(({ id }) => [`answer-${id}`, answerOf(id)]));
    await saveSheet(ctx, by, { drillId, section, base, ...answers }, key());
  }
}

export async function handedIn(
  ctx: CommandContext,
  by: Holder,
  drillId: string,
  answerOf?: (item: string) => Answer,
): Promise<void> {
  await judged(ctx, by, drillId, answerOf);
  await handInSheet(ctx, by, { drillId }, key());
}

export const findingValues = {
  ...{ kind: 'rectification', itemId: 'e1', problem: '东侧安全出口的门推不开' },
  ...{ cause: '合页生锈', suggestion: '换合页，每月查一次' },
};

export async function found(
  ctx: CommandContext,
  by: Holder,
  drillId: string,
  values: object = {},
): Promise<string> {
  const input = { drillId, ...findingValues, ...values };
  return (await writeFinding(ctx, by, input, key())).findingId;
}

/** Words of a report as its organiser leaves them. */
export async function worded(
  ctx: CommandContext,
  by: Holder,
  drillId: string,
  values: object = {},
): Promise<number> {
  const file = await findDrill(ctx, drillId);
  const report = file && (await readReport(ctx, file));
  if (!report) throw new Error(`No drill ${drillId} that is over.`);
  const { differences: _, ...words } =
    report.version === 0 ? draftWords(report.data) : report.words;
  const input = { drillId, version: report.version, ...words, lessons: '听到警报都动了起来' };
  return (await writeReport(ctx, by, { ...input, ...values }, key())).version;
}

export async function released(ctx: CommandContext, by: Holder, drillId: string): Promise<void> {
  const version = await worded(ctx, by, drillId);
  await releaseReport(ctx, by, { drillId, version }, key());
}

export async function mending(
  ctx: CommandContext,
  by: Holder,
  organiser: object,
  values: object = {},
): Promise<string> {
  const input = {
    organiser,
    ...{ what: '换东侧安全出口的合页', owner: 'office', office: '总务组' },
    dueDay: '2026-12-20',
    ...values,
  };
  return (await openImprovement(ctx, by, input, key())).itemId;
}

/** A drill of an organiser that ended yesterday, in which they took part themselves, with their own sheet filled in, a finding, and something to be mended. */
export async function judgedYesterday(
  ctx: CommandContext,
  by: Holder,
  organiser: object,
): Promise<{ drillId: string; itemId: string }> {
  const began = addMinutes(ctx.now, -24 * 60);
  const before = { ...ctx, now: addMinutes(began, -24 * 60) };
  const times = { date: calendarDate(began), time: formatTime(began) };
  const drillId = await opened(before, by, organiser, times);
  await assigned(before, by, drillId, { personId: by.id, role: '社区主任' });
  await startDrill({ ...ctx, now: began }, by, { drillId }, key());
  const over = { drillId, kind: 'finished', reason: '' };
  await endDrill({ ...ctx, now: addMinutes(began, 40) }, by, over, key());
  await judged(ctx, by, drillId);
  await found(ctx, by, drillId);
  const dueDay = addDays(calendarDate(ctx.now), 9);
  return { drillId, itemId: await mending(ctx, by, organiser, { drillId, dueDay }) };
}
