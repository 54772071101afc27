import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { nudgeOrganisers } from '../../src/features/drill-nudges/commands.ts';
import { drillNudges } from '../../src/features/drill-nudges/table.ts';
import {
  countPublicDrills,
  listPublicDrills,
  searchPublicDrills,
} from '../../src/features/drill-calendar/queries.ts';
import { readDrillNumbers } from '../../src/features/drill-numbers/queries.ts';
import { drillCancellations } from '../../src/features/drills/table.ts';
import { readDutyNumbers } from '../../src/features/duties/queries.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { addMinutes, calendarDate, instantOf } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import {
  COUNTY,
  drilling,
  planned,
  published,
  recorded,
  region,
  regional,
} from '../helpers/drills.ts';
import { announced, ended, opened, started } from '../helpers/open-drills.ts';
import { NOW } from '../helpers/session.ts';
import { countWork, recordStatements } from '../helpers/steps.ts';
import { createWorld, type World } from '../helpers/world.ts';

let world: World;
let organiser: Holder;
beforeEach(async () => {
  world = await createWorld();
  organiser = await regional(world, 'drill_organiser');
});

const FROM = instantOf('2026-11-25');
const titles = (rows: readonly { version: { title: string } }[]) =>
  rows.map(({ version }) => version.title);
const open = async (values: object = {}) =>
  announced(world.ctx, organiser, await opened(world.ctx, organiser, region(), values));
const cancel = async (drillId: string) => {
  const row = { drillId, reason: '大风', cancelledBy: organiser.id, cancelledAt: NOW };
  await world.ctx.db.insert(drillCancellations).values(row);
};

describe('the calendar of drills', () => {
  it('lists what was announced, the next first, by region, and nothing that was not', async () => {
    await open({ title: '示例第二次', date: '2026-11-29' });
    await open({ title: '示例第一次', date: '2026-11-27' });
    await opened(world.ctx, organiser, region(), { title: '示例没有公告' });
    await opened(world.ctx, organiser, region(), { title: '示例双盲', blind: 'yes' });
    expect(titles(await listPublicDrills(world.ctx, { from: FROM }))).toEqual([
      '示例第一次',
      '示例第二次',
    ]);
    for (const [code, many] of [
      [COUNTY, 2],
      ['320900', 2],
      ['320000', 2],
      ['320902', 0],
      ['360000', 0],
    ] as const) {
      expect(await listPublicDrills(world.ctx, { from: FROM, region: code })).toHaveLength(many);
    }
    expect(await countPublicDrills(world.ctx, { from: FROM })).toEqual([
      { code: COUNTY, drills: 2 },
    ]);
  });

  it('keeps what was called off with its state, and does not count it', async () => {
    const drillId = await open();
    await cancel(drillId);
    const [row] = await listPublicDrills(world.ctx, { from: FROM });
    expect(row?.drill).toMatchObject({ id: drillId, state: 'cancelled' });
    expect(await countPublicDrills(world.ctx, { from: FROM })).toEqual([]);
  });

  it('shows a blind drill from the day after it ended', async () => {
    const drillId = await opened(world.ctx, organiser, region(), { blind: 'yes' });
    await started(world.ctx, organiser, drillId);
    await ended(world.ctx, organiser, drillId);
    const seen = (at: string) => listPublicDrills(world.at(new Date(at)), { from: FROM });
    expect(await seen('2026-11-27T23:59:59+08:00')).toEqual([]);
    expect(await seen('2026-11-28T00:00:00+08:00')).toHaveLength(1);
  });

  it('is found by what stands in it, not by the word that stands in every one', async () => {
    await open({ title: '示例燃气泄漏疏散', template: 'gas-leak' });
    await open({ title: '示例地震避险', date: '2026-11-28' });
    expect(titles(await searchPublicDrills(world.ctx, ['燃气']))).toEqual(['示例燃气泄漏疏散']);
    expect(titles(await searchPublicDrills(world.ctx, ['演练', '燃气']))).toEqual([
      '示例燃气泄漏疏散',
    ]);
    expect(await searchPublicDrills(world.ctx, ['演练'])).toHaveLength(2);
    expect(await searchPublicDrills(world.ctx, ['燃气'], '360222')).toEqual([]);
    expect(await searchPublicDrills(world.ctx, [])).toEqual([]);
  });

  it('leaves as Atom, JSON Feed, calendar and API, marked as practice, called off ones with it', async () => {
    const open1 = await open({ title: '示例甲' });
    const off = await open({ title: '示例乙', date: '2026-11-28' });
    await cancel(off);
    const api = createApi(world);
    const xml = String((await api.get('/drills/feed.xml')).body);
    expect(xml).toContain('演练·示例甲');
    expect(xml).toContain('已取消：演练·示例乙');
    const json = (await api.get('/drills/feed.json')).body as { items: { title: string }[] };
    expect(json.items.map(({ title }) => title)).toEqual(['演练·示例甲', '已取消：演练·示例乙']);
    const ics = String((await api.get(`/drills.ics?region=${COUNTY}`)).body);
    expect(ics.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect(ics).toContain('STATUS:CANCELLED');
    expect(ics.replace(/\r\n /g, '')).toContain(`UID:drill-${open1}@anlan`);
    expect(String((await api.get('/drills.ics?region=360222')).body)).not.toContain('VEVENT');
    const listed = (await api.get(`/api/drills?region=${COUNTY}`)).body as object[];
    expect(listed).toMatchObject([
      { id: open1, title: '演练·示例甲', state: 'announced', region: COUNTY },
      { id: off, state: 'cancelled' },
    ]);
    expect((await api.get('/api/drills?region=nowhere')).status).toBe(422);
  });
});

describe('the numbers of a region', () => {
  it('count records, people, times and duties within the period and the region', async () => {
    const { head, organiser: school } = await drilling(world);
    await recorded(world.ctx, head, school);
    await recorded(world.ctx, organiser, region(), {
      ...{ date: '2026-10-20', classes: '', expected: '60', arrived: '50', duration: '3分' },
    });
    const period = { from: '2026-10-01', until: '2026-11-25' };
    const numbers = await readDrillNumbers(world.ctx, COUNTY, period);
    expect(numbers.held).toMatchObject([
      { month: '2026-10', drills: 1, expected: 60, arrived: 50, organisations: 0 },
      { month: '2026-11', drills: 1, expected: 82, arrived: 81, organisations: 1 },
    ]);
    expect(numbers.seconds).toEqual([
      { month: '2026-10', seconds: 180, drills: 1 },
      { month: '2026-11', seconds: 112, drills: 1 },
    ]);
    expect(numbers.duties).toEqual({ done: 1, due: 0, paused: 0, late: 0 });
    expect((await readDrillNumbers(world.ctx, '320902', period)).held).toEqual([]);
    const november = { from: '2026-11-01', until: '2026-11-25' };
    expect((await readDrillNumbers(world.ctx, '320900', november)).held).toHaveLength(1);
  });

  it('do not tell the public today who has just drilled: not by who is no longer late either', async () => {
    const verified = world.at(addMinutes(NOW, -80 * 24 * 60));
    const { head, organiser: school } = await drilling(world, 'school', '示例小学', verified);
    expect((await readDutyNumbers(world.ctx, COUNTY)).late).toBe(1);
    const evening = world.at(addMinutes(NOW, 10 * 60));
    await recorded(evening, head, school, { date: '2026-11-25', time: '09:30' });
    expect((await readDutyNumbers(evening, COUNTY)).late).toBe(1);
    const tomorrow = world.at(addMinutes(NOW, 24 * 60));
    expect((await readDutyNumbers(tomorrow, COUNTY)).late).toBe(0);
  });

  it('read no more with 10,000 old records than with 100', async () => {
    const { head, organiser: school } = await drilling(world);
    const [proto] = [await recorded(world.ctx, head, school)];
    const period = { from: '2026-10-01', until: '2026-11-25' };
    const ask = () => readDrillNumbers(world.ctx, COUNTY, period);
    const statements = await recordStatements(world.ctx.db, ask);
    await copyRecords(world, proto, 100);
    const few = countWork(world.url, statements);
    await copyRecords(world, proto, 10_000);
    const many = countWork(world.url, statements);
    expect(many.steps / few.steps).toBeLessThan(1.3);
  });
});

/** Records of years ago, a copy each of one that went through its guards. */
async function copyRecords({ ctx }: World, recordId: string, many: number): Promise<void> {
  const { $client } = ctx.db;
  const guards = ['drill_records_guard', 'drill_record_versions_guard'];
  for (const guard of guards) await $client.execute(`DROP TRIGGER IF EXISTS ${guard}`);
  const prefix = `old-${many}-`;
  await $client.batch([
    {
      sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO drill_records (id, organisation_id, region_code, plan_item_id, recorded_by, recorded_at, version,
          drilled_on, evacuation, content)
        SELECT ?2 || i, organisation_id, region_code, NULL, recorded_by, recorded_at, version,
          date('2020-01-01', '+' || (i % 1500) || ' days'), evacuation, content
        FROM drill_records, n WHERE id = ?3`,
      args: [many, prefix, recordId],
    },
    {
      sql: `INSERT INTO drill_record_versions
        SELECT drill_records.id, drill_record_versions.version, hazard, form, drill_record_versions.content, purpose,
          drill_record_versions.evacuation, unixepoch(drilled_on) * 1000, people_expected, people_arrived, evacuation_seconds, went_wrong,
          improvement, written_by, written_at
        FROM drill_records JOIN drill_record_versions ON drill_record_versions.record_id = ?1
        WHERE drill_records.id LIKE ?2`,
      args: [recordId, `${prefix}%`],
    },
  ]);
}

describe('reminders to those who organise', () => {
  const queued = (template: string) =>
    world.ctx.db.select().from(outboxMessages).where(eq(outboxMessages.template, template));

  it('tell a region’s organisers in the last week who has not drilled, once', async () => {
    await drilling(world, 'school', '示例小学', world.at(addMinutes(NOW, -40 * 24 * 60)));
    const early = world.at(new Date('2026-11-20T08:00:00+08:00'));
    expect(await nudgeOrganisers(early)).toBe(0);
    const week = world.at(new Date('2026-11-26T08:00:00+08:00'));
    expect(await nudgeOrganisers(week)).toBe(1);
    expect(await nudgeOrganisers(week)).toBe(0);
    expect(await queued('drill_region_due')).toHaveLength(1);
  });

  it('are silent where nobody owes anything', async () => {
    const week = world.at(new Date('2026-11-26T08:00:00+08:00'));
    expect(await nudgeOrganisers(week)).toBe(0);
    expect(await world.ctx.db.select().from(drillNudges)).toMatchObject([{ told: false }]);
  });

  it('tell from the third day of a month of items that nobody prepares; not of one with a drill', async () => {
    const { head, organiser: school } = await drilling(world);
    for (const [by, of] of [
      [organiser, region()],
      [head, school],
    ] as const) {
      await planned(world.ctx, by, of);
      await published(world.ctx, by, of);
    }
    const itemId = await planned(world.ctx, organiser, region(), { reason: '补一项', month: '12' });
    expect(await nudgeOrganisers(world.at(new Date('2026-12-02T08:00:00+08:00')))).toBe(0);
    await opened(world.ctx, head, school, {
      ...{ planItemId: await itemOf(school.organisationId), date: '2026-12-20' },
    });
    const third = world.at(new Date('2026-12-03T08:00:00+08:00'));
    expect(await nudgeOrganisers(third)).toBe(1);
    expect(await nudgeOrganisers(third)).toBe(0);
    expect(await queued('drill_plan_due')).toHaveLength(1);
    expect(itemId).not.toBe('');
    expect(calendarDate(third.now)).toBe('2026-12-03');
  });

  async function itemOf(organisationId: string): Promise<string> {
    const { drillPlanItems, drillPlans } = await import('../../src/features/drill-plans/table.ts');
    const [row] = await world.ctx.db
      .select({ id: drillPlanItems.id })
      .from(drillPlanItems)
      .innerJoin(drillPlans, eq(drillPlans.id, drillPlanItems.planId))
      .where(and(eq(drillPlans.organisationId, organisationId)));
    return row?.id ?? '';
  }
});
