import { eq } from 'drizzle-orm';
import { handInSheet, saveSheet } from '../../src/features/drill-evaluations/commands.ts';
import { sectionsOf } from '../../src/features/drill-evaluations/policy.ts';
import { calendarDate, addDays, formatTime } from '../../src/lib/time.ts';
import {
  recordHeldDrill,
  releaseReport,
  writeFinding,
  writeReport,
} from '../../src/features/drill-reports/commands.ts';
import { draftWords, recordStartOf } from '../../src/features/drill-reports/policy.ts';
import { readReport } from '../../src/features/drill-reports/queries.ts';
import { drillReports } from '../../src/features/drill-reports/table.ts';
import { recordEntries } from '../../src/features/drill-runs/commands.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { openImprovement, takeStep } from '../../src/features/improvements/commands.ts';
import { organisationMembers } from '../../src/features/organisations/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';

const key = () => crypto.randomUUID();

/** Seconds after the start: what the school's phones noted. */
const TAPS = [
  { kind: 'inject_sent', ref: 'i1', after: 5 },
  { kind: 'measure_from', ref: 'm1', after: 8 },
  { kind: 'inject_sent', ref: 'i2', after: 30 },
  { kind: 'measure_to', ref: 'm1', after: 51 },
  { kind: 'measure_from', ref: 'm2', after: 52 },
  { kind: 'measure_from', ref: 'm3', after: 52 },
  { kind: 'inject_done', ref: 'i3', after: 70 },
  { kind: 'measure_to', ref: 'm2', after: 186 },
  { kind: 'measure_from', ref: 'm4', after: 150 },
  { kind: 'measure_to', ref: 'm3', after: 232 },
  { kind: 'muster', unit: '一年级1班', value: 42, expected: 42, after: 240 },
  { kind: 'muster', unit: '一年级2班', value: 40, expected: 41, after: 246 },
  { kind: 'muster', unit: '二年级1班', value: 44, expected: 44, after: 251 },
  { kind: 'muster', unit: '教职工', value: 18, expected: 18, after: 260 },
  { kind: 'muster', unit: '一年级2班', value: 41, expected: 41, after: 330 },
  { kind: 'measure_to', ref: 'm4', after: 300 },
] as const;

/**
 * What came after the demonstration's drill that is over: its log, two sheets that differ, findings, a released report with
 * its record, one item that is mended and one that is late. Fictitious. Nothing where a report is there already.
 */
export async function seedDrillEvaluations(ctx: CommandContext, drillId: string): Promise<void> {
  const file = await findDrill(ctx, drillId);
  const { organisationId, startedAt } = file?.drill ?? {};
  const [written] = await ctx.db.select().from(drillReports).limit(1);
  if (!file || !organisationId || !startedAt || written) return;
  const members = await ctx.db
    .select()
    .from(organisationMembers)
    .where(eq(organisationMembers.organisationId, organisationId));
  const [head, colleague] = [true, false].map((responsible): Holder | undefined => {
    const found = members.find((one) => one.responsible === responsible);
    return found && { id: found.personId, roles: [] };
  });
  if (!head || !colleague) return;
  const after = (minutes: number): CommandContext => ({
    ...ctx,
    now: new Date(startedAt.getTime() + minutes * 60_000),
  });
  const entries = TAPS.map(({ after: seconds, ...tap }) => ({
    ...{ id: crypto.randomUUID(), ref: '', unit: '', value: null, expected: null },
    ...tap,
    ...{ deviceAt: startedAt.getTime() + seconds * 1000, offset: 0 },
  }));
  const sentAt = after(10).now.getTime();
  await recordEntries(after(10), head, { drillId, sentAt, entries });

  const sections = sectionsOf(file.script);
  const run = file.script.items.filter(({ phase }) => phase === 'run').map(({ id }) => id);
  const judges = [
    { by: head, no: run.slice(1, 2), na: run.slice(4, 5) },
    { by: colleague, no: run.slice(1, 3), na: run.slice(4, 5) },
  ];
  for (const { by, no, na } of judges) {
    for (const { id: section, items } of sections) {
      const answers = Object.fromEntries(
        items.flatMap(({ id }) => {
          const answer = no.includes(id) ? 'no' : na.includes(id) ? 'na' : 'yes';
          return [
            [`answer-${id}`, answer],
            [`note-${id}`, answer === 'no' ? '二楼东侧有人停下等同学' : ''],
          ];
        }),
      );
      await saveSheet(after(60), by, { drillId, section, base: 0, ...answers }, key());
    }
    await handInSheet(after(70), by, { drillId }, key());
  }

  const findings: { findingId: string }[] = [];
  for (const finding of [
    {
      ...{ kind: 'rectification', itemId: run[1] ?? '', problem: '二楼东侧楼梯口两个班挤在一起' },
      ...{ cause: '两个班同时下楼，引导员站得太靠里' },
      suggestion: '错开两个班下楼，引导员站到拐角',
    },
    {
      ...{ kind: 'deficiency', itemId: '', problem: '东侧安全出口的门要用力才推得开' },
      ...{ cause: '合页生锈', suggestion: '换合页，每月查一次安全出口' },
    },
    {
      ...{ kind: 'improvement', itemId: '', problem: '操场西侧听不清广播' },
      ...{ cause: '只有一个喇叭', suggestion: '加一个手持喇叭' },
    },
  ]) {
    findings.push(await writeFinding(after(80), head, { drillId, ...finding }, key()));
  }

  const day = after(24 * 60);
  const draft = await readReport(day, file);
  if (!draft) return;
  const { differences: _, ...words } = draftWords(draft.data);
  const reason = Object.fromEntries(
    draft.content.evaluation.items
      .filter(({ yes, no }) => yes > 0 && no > 0)
      .map(({ id }) => [`difference-${id}`, '一位站在三楼，一位站在一楼，看到的班不同']),
  );
  const lessons =
    '警报一响各班都动了起来，弯腰、捂口鼻做得好。\n下楼没有错开，二楼东侧挤了半分钟。';
  const { version } = await writeReport(
    day,
    head,
    { drillId, version: 0, ...words, lessons, ...reason },
    key(),
  );
  await releaseReport(day, head, { drillId, version }, key());
  const start = { date: calendarDate(startedAt), time: formatTime(startedAt) };
  const record = recordStartOf(draft.data, draft.data.muster, draft.content.times, start);
  await recordHeldDrill(day, head, { ...record, drillId }, key());

  const organiser = { organisationId, regionCode: '' };
  const item = async (nth: number, what: string, owner: object, days: number) => {
    const dueDay = addDays(calendarDate(startedAt), days);
    const findingId = findings[nth]?.findingId;
    const input = { organiser, drillId, findingId, what, ...owner, dueDay };
    return (await openImprovement(day, head, input, key())).itemId;
  };
  await item(0, '错开两个班下楼，引导员站到拐角', { owner: colleague.id }, 30);
  const door = await item(1, '换东侧安全出口的合页', { owner: 'office', office: '总务处' }, 5);
  await item(2, '买一个手持喇叭', { owner: 'office', office: '总务处' }, 3);
  const step = { itemId: door, words: '换了两副合页，一只手就能推开' };
  const mended = after(3 * 24 * 60);
  await takeStep(mended, colleague, { ...step, kind: 'finish', steps: 0 }, key());
  const seen = { itemId: door, words: '试过了，推得开', kind: 'verify', steps: 1 };
  await takeStep(mended, head, seen, key());
}
