import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { dropPlanItem, writePlanItem } from '../../src/features/drill-plans/commands.ts';
import {
  findPlan,
  findPublicPlan,
  listPublicPlans,
} from '../../src/features/drill-plans/queries.ts';
import { drillPlanItems } from '../../src/features/drill-plans/table.ts';
import {
  addToRecord,
  correctRecord,
  recordDrill,
} from '../../src/features/drill-records/commands.ts';
import { findRecord, listRecords, recordStart } from '../../src/features/drill-records/queries.ts';
import { drillRecords } from '../../src/features/drill-records/table.ts';
import { exportList } from '../../src/features/disclosures/commands.ts';
import { readDesk } from '../../src/features/desk/queries.ts';
import {
  addTraits,
  decideTraits,
  remindOfDuties,
  setDutyRule,
  setSchoolPause,
} from '../../src/features/duties/commands.ts';
import {
  dutyList,
  listDuties,
  readDutyNumbers,
  readDutyRules,
  readOwnDuties,
  readRegionDuties,
} from '../../src/features/duties/queries.ts';
import { dutyRules } from '../../src/features/duties/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { readList } from '../../src/lib/lists.ts';
import { instantOf } from '../../src/lib/time.ts';
import { templates } from '../../src/messages.ts';
import { createApi } from '../helpers/api.ts';
import {
  COUNTY,
  drilling,
  drillValues,
  itemValues,
  planned,
  published,
  recorded,
  region,
  regional,
} from '../helpers/drills.ts';
import { holder } from '../helpers/losing-states-console.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const asked = (query = '') =>
  readList(dutyList([{ value: COUNTY, label: '大丰区' }]), new URLSearchParams(query));
const own = (organisationId: string) => ({ organisationId, regionCode: COUNTY });
/** A day in China, in the middle of it. */
const on = (world: World, day: string) => world.at(instantOf(day, 600));

describe('a duty', () => {
  it('is due by the end of the month and met by the record of a drill', async () => {
    const world = await createWorld();
    const { head, organisationId, organiser } = await drilling(world);
    const before = await readOwnDuties(world.ctx, organisationId);
    expect(before?.states).toMatchObject([
      { state: 'due', dueBy: '2026-11-30', rule: { rule: 'school-monthly' } },
    ]);
    await recorded(world.ctx, head, organiser);
    const after = await readOwnDuties(world.ctx, organisationId);
    expect(after?.states).toMatchObject([
      { state: 'done', doneOn: '2026-11-24', dueBy: '2026-12-31' },
    ]);
  });

  it('is late once a whole month went by, and the county sees who, in front', async () => {
    const world = await createWorld();
    await drilling(world, 'school', '示例第一小学', on(world, '2026-10-20'));
    const good = await drilling(world, 'school', '示例第二小学', on(world, '2026-10-20'));
    await recorded(on(world, '2026-11-25'), good.head, good.organiser);
    const ctx = on(world, '2026-12-02');
    const { rows, count, late } = await listDuties(ctx, asked());
    expect(rows.map(({ organisation, worst }) => [organisation.name, worst])).toEqual([
      ['示例第一小学', 'late'],
      ['示例第二小学', 'due'],
    ]);
    expect([count, late]).toEqual([2, 1]);
    expect(rows[0]?.states[0]?.lateSince).toBe('2026-12-01');
    expect((await listDuties(ctx, asked('state=late'))).rows).toHaveLength(1);
    expect((await listDuties(ctx, asked('kind=kindergarten'))).rows).toEqual([]);
    expect((await listDuties(ctx, asked('q=第二'))).rows).toHaveLength(1);
    const desk = await readDesk(ctx, good.officer, (slug) => slug);
    expect(desk.find(({ queue }) => queue === 'duties')).toMatchObject({
      ...{ count: 1, next: [{ text: '示例第一小学' }] },
    });
  });

  it('goes on in parts, losing nobody', async () => {
    const world = await createWorld();
    for (const nth of [1, 2, 3]) await drilling(world, 'school', `示例第${nth}小学`);
    const first = await listDuties(world.ctx, asked(), 2);
    const after = first.rows.at(-1)!.organisation.id;
    const rest = await listDuties(world.ctx, asked(`after=${after}`), 2);
    const names = [...first.rows, ...rest.rows].map(({ organisation }) => organisation.name);
    expect(new Set(names).size).toBe(3);
  });

  it('follows from a trait, which its head adds and only an officer takes away', async () => {
    const world = await createWorld();
    const { head, officer, organisationId } = await drilling(world, 'enterprise', '示例商场');
    expect((await readOwnDuties(world.ctx, organisationId))?.states).toEqual([]);
    await addTraits(world.ctx, head, { organisationId, traits: ['crowded_place'] }, key());
    expect((await readOwnDuties(world.ctx, organisationId))?.states).toMatchObject([
      { state: 'due', dueBy: '2026-12-31', rule: { sourceClause: '第八条' } },
    ]);
    await decideTraits(world.ctx, officer, { organisationId, traits: [] }, key());
    expect((await readOwnDuties(world.ctx, organisationId))?.states).toEqual([]);
  });

  it('is judged by the version in force then, and by months in which schools are closed', async () => {
    const world = await createWorld();
    const site = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
    const { by } = await holder(world, site);
    const { organisationId } = await drilling(world);
    const quarter = {
      ...{ rule: 'school-monthly', target: 'school', every: 'quarter', counts: 'any' },
      ...{ sourceTitle: '', isConvention: 'yes', fromDay: '2027-01' },
    };
    await setDutyRule(world.ctx, by, quarter, key());
    await setSchoolPause(world.ctx, by, { months: [1, 2, 3], fromDay: '2028-01' }, key());
    const stateOn = async (day: string) =>
      (await readOwnDuties(on(world, day), organisationId))?.states[0];
    expect((await stateOn('2026-11-28'))?.dueBy).toBe('2026-11-30');
    expect(await stateOn('2027-01-10')).toMatchObject({ state: 'late', dueBy: '2027-03-31' });
    expect((await stateOn('2028-01-10'))?.dueBy).toBe('2028-06-30');
    await expect(
      world.ctx.db.update(dutyRules).set({ every: 'year' }).where(eq(dutyRules.rule, 'county')),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('final') as string } });
    // No document, no claim: every rule that came with the site names its source.
    const { rules } = await readDutyRules(world.ctx);
    const first = rules.filter(({ setBy }) => setBy === null);
    expect(first.length).toBeGreaterThan(8);
    for (const { sourceTitle, isConvention } of first) {
      expect(sourceTitle.length).toBeGreaterThan(3);
      expect(isConvention).toBe(false);
    }
  });

  it('of a county is met by a drill of the county itself, not by its schools', async () => {
    const world = await createWorld();
    const { head, organiser } = await drilling(world);
    await recorded(world.ctx, head, organiser);
    expect(await readRegionDuties(world.ctx, COUNTY)).toMatchObject([
      { state: 'due', dueBy: '2026-12-31' },
    ]);
    const by = await regional(world, 'drill_organiser');
    await recorded(world.ctx, by, region(), { classes: '', expected: '60' });
    expect(await readRegionDuties(world.ctx, COUNTY)).toMatchObject([{ state: 'done' }]);
  });

  it('is told of once in the last week of a month, only where it is still due', async () => {
    const world = await createWorld();
    const slow = await drilling(world);
    const good = await drilling(world, 'school', '示例第二小学');
    await recorded(world.ctx, good.head, good.organiser);
    const ctx = on(world, '2026-11-26');
    expect(await remindOfDuties(ctx)).toBe(1);
    expect(await remindOfDuties(ctx)).toBe(0);
    const told = (await ctx.db.select().from(outboxMessages)).filter(
      ({ template }) => template === 'drill_due',
    );
    expect(told).toHaveLength(1);
    const values = { organisationId: slow.organisationId, untilDay: '2026-11-30' };
    const { make } = templates['drill_due']!;
    expect((await make(ctx, values, ctx.now))?.variables).toEqual({
      ...{ name: '示例第一小学', day: '11月30日' },
    });
    await recorded(ctx, slow.head, slow.organiser);
    expect(await make(ctx, values, ctx.now)).toBeNull();
  });

  it('leaves the site as a file that says it is about drills, for those of the region', async () => {
    const world = await createWorld();
    const { officer, head } = await drilling(world);
    const input = { list: 'duties', hall: '', query: '', format: 'csv', extent: 'masked' };
    const { sheet } = await exportList(world.ctx, officer, input, key());
    expect(sheet.rows).toHaveLength(1);
    expect(sheet.rows[0]?.slice(0, 3)).toEqual(['演练', '学校', '示例第一小学']);
    await expect(exportList(world.ctx, head, input, key())).rejects.toMatchObject({
      reason: 'disclosure_not_yours',
    });
    // Somebody of another county gets theirs, whatever they ask for.
    const next = await regional(world, 'reviewer', '320902');
    const other = { ...input, query: `region=${COUNTY}` };
    expect((await exportList(world.ctx, next, other, key())).sheet.rows).toEqual([]);
  });

  it('is no public number while it would tell of single schools', async () => {
    const world = await createWorld();
    const { head, organiser } = await drilling(world);
    await recorded(world.ctx, head, organiser);
    expect(await readDutyNumbers(world.ctx, '320900')).toMatchObject({
      ...{ owing: 1, late: 0, drills: 1 },
    });
    expect(await readDutyNumbers(world.ctx, '320700')).toMatchObject({ owing: 0, drills: 0 });
  });
});

describe('a record', () => {
  it('keeps head-counts by class and what was said before a correction', async () => {
    const world = await createWorld();
    const { head, organisationId, organiser } = await drilling(world);
    const recordId = await recorded(world.ctx, head, organiser);
    const input = { organiser, ...drillValues, recordId, version: '1' };
    const corrected = { ...input, date: '2026-11-23', classes: '一年级1班 42 42' };
    await correctRecord(world.ctx, head, corrected, key());
    const whole = await findRecord(world.ctx, own(organisationId), recordId);
    expect(whole?.groups).toMatchObject([{ name: '一年级1班', arrived: 42 }]);
    expect(whole?.versions.map(({ peopleArrived }) => peopleArrived)).toEqual([81, 42]);
    expect(whole?.record).toMatchObject({ version: 2, drilledOn: '2026-11-23' });
    await addToRecord(
      on(world, '2026-12-20'),
      head,
      { organiser, recordId, text: '已整改' },
      key(),
    );
    const later = await findRecord(world.ctx, own(organisationId), recordId);
    expect(later?.additions.map(({ text }) => text)).toEqual(['已整改']);
  });

  it('is written once, however often its form is sent', async () => {
    const world = await createWorld();
    const { head, organisationId, organiser } = await drilling(world);
    const same = key();
    const input = { organiser, ...drillValues };
    const answers = await Promise.all(
      [1, 2, 3].map(() => recordDrill(world.ctx, head, input, same)),
    );
    expect(new Set(answers.map(({ recordId }) => recordId)).size).toBe(1);
    expect(await listRecords(world.ctx, own(organisationId))).toHaveLength(1);
  });

  it('begins with the classes of last time', async () => {
    const world = await createWorld();
    const { head, organisationId, organiser } = await drilling(world);
    await recorded(world.ctx, head, organiser);
    const { initial } = await recordStart(world.ctx, own(organisationId), '', true);
    expect(initial).toMatchObject({
      ...{ date: '2026-11-25', evacuation: 'yes', classes: '一年级1班 42 42\n一年级2班 40 40' },
    });
  });

  it('is sent by a program of the school, and its duty answers', async () => {
    const world = await createWorld();
    const api = createApi(world);
    const { token, organisationId } = await drilling(world);
    const body = {
      hazard: '火灾',
      evacuation: true,
      date: '2026-11-24',
      time: '10:00',
      expected: 90,
    };
    const path = `/api/organisations/${organisationId}`;
    const made = await api.post(`${path}/drill-records`, body, { token });
    expect(made.status).toBe(201);
    const duties = await api.get(`${path}/duties`, token);
    expect(duties.body).toMatchObject([{ state: 'done', doneOn: '2026-11-24' }]);
    const stranger = await world.person();
    expect((await api.get(`${path}/duties`, stranger.token)).status).toBe(404);
    const refused = await api.post(`${path}/drill-records`, body, { token: stranger.token });
    expect(refused.status).toBe(404);
    const wrong = await api.post(`${path}/drill-records`, { ...body, time: '26:00' }, { token });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ field: 'time' }] } });
    expect(await world.ctx.db.select().from(drillRecords)).toHaveLength(1);
  });
});

describe('a plan', () => {
  it('is a draft, then public, then revised with reasons that are kept', async () => {
    const world = await createWorld();
    const by = await regional(world, 'drill_organiser');
    const itemId = await planned(world.ctx, by, region());
    const gone = await planned(world.ctx, by, region(), { title: '草稿里的一项' });
    const drop = { organiser: region(), year: '2026', itemId: gone, reason: '' };
    await dropPlanItem(world.ctx, by, drop, key());
    expect(await findPublicPlan(world.ctx, COUNTY, 2026)).toBeUndefined();
    await published(world.ctx, by, region());
    const later = on(world, '2026-11-26');
    const revised = { ...itemValues, itemId, month: '11', reason: '和学校考试错开' };
    const input = { organiser: region(), year: '2026', ...revised };
    await writePlanItem(later, by, input, key());
    expect(await findPublicPlan(later, COUNTY, 2026)).toMatchObject({
      items: [{ item: { id: itemId, month: 11, version: 2 } }],
      revisions: [{ what: '月份由“12”改为“11”', reason: '和学校考试错开' }],
    });
    expect(await listPublicPlans(later)).toEqual([{ regionCode: COUNTY, year: 2026 }]);
  });

  it('is done with a record, which its month waits for', async () => {
    const world = await createWorld();
    const { head, organisationId, organiser } = await drilling(world);
    const planItemId = await planned(world.ctx, head, organiser, { month: '10' });
    await published(world.ctx, head, organiser);
    await recorded(world.ctx, head, organiser, { planItemId });
    const plan = await findPlan(world.ctx, own(organisationId), 2026);
    expect(plan?.items).toMatchObject([{ item: { state: 'done', doneOn: '2026-11-24' } }]);
    // An organisation's plan is no region's.
    expect(await listPublicPlans(world.ctx)).toEqual([]);
  });

  it('is opened once by two who add to it at the same moment', async () => {
    const world = await createWorld();
    const by = await regional(world, 'drill_organiser');
    const all = await Promise.allSettled(
      [1, 2, 3, 4].map((nth) => planned(world.ctx, by, region(), { title: `第${nth}次演练` })),
    );
    const plan = await findPlan(world.ctx, region(), 2026);
    expect(plan?.items).toHaveLength(all.filter(({ status }) => status === 'fulfilled').length);
  });
});

describe('a blind drill', () => {
  const blind = { title: '双盲拉动', hazard: '危化品', blind: 'yes', month: '11' };

  /** Everything that the public may read of plans, as it is sent. */
  async function publicAnswers(world: World, now: Date): Promise<unknown[]> {
    const api = createApi(world, now);
    const paths = [
      '/api/drill-plans',
      ...[2025, 2026, 2027].map((year) => `/api/drill-plans/${COUNTY}/${year}`),
    ];
    const answers = await Promise.all(paths.map((path) => api.get(path)));
    const read = answers.map(({ status, headers, body }) => {
      const kept = [...headers].filter(([name]) => !/request-id|date/i.test(name));
      const problem = body as { requestId?: string };
      return {
        status,
        headers: kept,
        body: { ...problem, requestId: '' },
        all: Array.isArray(body) && body,
      };
    });
    const ctx = world.at(now);
    return [
      read,
      await findPublicPlan(ctx, COUNTY, 2026),
      await listPublicPlans(ctx),
      await listPublicPlans(ctx, '320900'),
      await readDutyNumbers(ctx, COUNTY),
    ];
  }

  it('leaves no trace outside before the day after it, whatever is done with it', async () => {
    const [world, without] = await Promise.all([createWorld(), createWorld()]);
    const made: { by: Awaited<ReturnType<typeof regional>>; world: World }[] = [];
    for (const one of [world, without]) {
      const by = await regional(one, 'drill_organiser');
      await planned(one.ctx, by, region());
      await published(one.ctx, by, region());
      made.push({ by, world: one });
    }
    const { by } = made[0]!;
    const compare = async (now: Date) => {
      const plain = (answers: unknown[]) =>
        JSON.stringify(answers).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id');
      expect(plain(await publicAnswers(world, now))).toBe(plain(await publicAnswers(without, now)));
    };
    const values = { ...blind, reason: '新增一次拉动' };
    const itemId = await planned(world.ctx, by, region(), values);
    await compare(world.ctx.now);
    const revised = { ...itemValues, ...values, itemId, month: '12', reason: '推后' };
    await writePlanItem(world.ctx, by, { organiser: region(), year: '2026', ...revised }, key());
    const other = await planned(world.ctx, by, region(), { ...values, title: '另一次拉动' });
    const drop = { organiser: region(), year: '2026', itemId: other, reason: '不办了' };
    await dropPlanItem(world.ctx, by, drop, key());
    await compare(world.ctx.now);
    const drilled = { classes: '', expected: '60', date: '2026-11-25', time: '07:30' };
    await recorded(world.ctx, by, region(), { ...drilled, planItemId: itemId });
    await compare(world.ctx.now);
    const next = on(world, '2026-11-26');
    const plan = await findPublicPlan(next, COUNTY, 2026);
    expect(plan?.items.map(({ latest }) => latest.title)).toEqual(['冬季疏散演练', '双盲拉动']);
    expect(JSON.stringify(plan)).not.toContain('另一次拉动');
  });

  it('makes no plan public by itself', async () => {
    const world = await createWorld();
    const by = await regional(world, 'drill_organiser');
    await planned(world.ctx, by, region(), blind);
    await published(world.ctx, by, region());
    expect(await findPublicPlan(world.ctx, COUNTY, 2026)).toBeUndefined();
    expect(await listPublicPlans(world.ctx)).toEqual([]);
    const later = on(world, '2026-11-26');
    await planned(later, by, region(), { reason: '新增' });
    // It begins for the public with the first that they may know: nothing tells of one before.
    expect(await findPublicPlan(later, COUNTY, 2026)).toMatchObject({
      ...{ publishedAt: later.now, revisions: [] },
    });
  });

  it('is in no log by its name, its month or that it is blind', async () => {
    const world = await createWorld();
    const by = await regional(world, 'drill_organiser');
    const itemId = await planned(world.ctx, by, region(), blind);
    const { rows } = await world.ctx.db.$client.execute(
      `SELECT details FROM audit_entries WHERE subject_id = '${itemId}'`,
    );
    expect(rows.map(({ details }) => details)).toEqual(['{"version":1}']);
    const [item] = await world.ctx.db.select().from(drillPlanItems);
    expect(item?.blind).toBe(true);
  });
});
