import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { applications } from '../../src/features/applications/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import {
  actOnMany,
  approveApplication,
  assignApplication,
  delegateWork,
  endDelegation,
  enterOpinion,
  recuseFromApplication,
  refuseApplication,
  resumeApplication,
  returnApplication,
  saveMarks,
  suspendApplication,
} from '../../src/features/review-desk/commands.ts';
import { faultsOf } from '../../src/features/review-desk/policy.ts';
import {
  findBatch,
  listDelegations,
  listOffices,
  listQueue,
  minesOf,
  officeQueue,
  queueList,
  readMarks,
} from '../../src/features/review-desk/queries.ts';
import { reviewAssignments } from '../../src/features/review-desk/table.ts';
import { readList } from '../../src/lib/lists.ts';
import { addDays, addMinutes, calendarDate } from '../../src/lib/time.ts';
import { decided, listProgrammes, loaded, reviewerOf } from '../helpers/filed-applications.ts';
import type { Brought } from '../../src/features/reviews/statements.ts';
import { acts, allMarks, atCounty, markedAll, type AtCounty } from '../helpers/review-desk.ts';
import { offices, walkedTo } from '../helpers/walked-applications.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const asked = async (query: Record<string, string> = {}) =>
  readList(queueList(await listProgrammes()), new URLSearchParams(query));
const rowOf = async ({ ctx }: World, id: string) =>
  (await ctx.db.select().from(applications).where(eq(applications.id, id)))[0]!;

/** Everything that the county needs before it passes a file. */
async function prepared({ ctx, by, applicationId }: AtCounty) {
  await decided(ctx, by.county, applicationId, { act: 'visit' });
  for (const department of ['meteorology', 'earthquake', 'fire']) {
    await acts(enterOpinion, ctx, by.county, applicationId, {
      ...{ department, givenOn: calendarDate(ctx.now), reason: '没有意见，同意' },
    });
  }
}

describe('marks of an office', () => {
  it('are kept by point and version, by several officers, and none overwrites what they have not seen', async () => {
    const world = await createWorld();
    const file = await atCounty(world);
    const { ctx, by, other, applicationId } = file;
    const step = 'county-review';
    const one = { step, 'marks.plan-short': '5', 'version.plan-short': '0' };
    await acts(saveMarks, ctx, by.county, applicationId, one);
    await acts(saveMarks, ctx, other, applicationId, {
      ...{ step, 'marks.store-checked': '6', 'version.store-checked': '0' },
    });
    await expect(
      acts(saveMarks, ctx, other, applicationId, { ...one, 'marks.plan-short': '0' }),
    ).rejects.toMatchObject({
      ...{ code: 'conflict', reason: 'mark_overtaken' },
      fields: [{ field: 'marks.plan-short', message: expect.stringContaining('别人') }],
    });
    await acts(saveMarks, ctx, other, applicationId, {
      ...{
        step,
        'marks.plan-short': '0',
        'version.plan-short': '1',
        'reason.plan-short': '没见到',
      },
    });
    expect(await readMarks(ctx, applicationId, step)).toMatchObject([
      { key: 'plan-short', version: 1, tenths: 50, markedBy: by.county.id },
      { key: 'plan-short', version: 2, tenths: 0, markedBy: other.id, reason: '没见到' },
      { key: 'store-checked', version: 1, tenths: 60 },
    ]);
  });

  it('take only what a point can give, from officers of the office whose turn it is', async () => {
    const world = await createWorld();
    const { ctx, by, applicationId } = await atCounty(world);
    const mark = (tenths: string, officer = by.county, step = 'county-review') =>
      acts(saveMarks, ctx, officer, applicationId, {
        ...{ step, 'marks.plan-short': tenths, 'version.plan-short': '0' },
      });
    await expect(mark('3')).rejects.toMatchObject({ reason: 'mark_unfit' });
    await expect(mark('很好')).rejects.toMatchObject({ code: 'invalid' });
    await expect(mark('5', by.city)).rejects.toMatchObject({ code: 'not_found' });
    await expect(mark('5', by.county, 'city-review')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('become the decision as its author saw them, and not when somebody has changed one since', async () => {
    const world = await createWorld();
    const file = await atCounty(world);
    const { ctx, by, other, applicationId } = file;
    await prepared(file);
    await markedAll(ctx, by.county, applicationId);
    const seen = String((await readMarks(ctx, applicationId, 'county-review')).length);
    await acts(saveMarks, ctx, other, applicationId, {
      ...{ step: 'county-review', 'marks.officer-two': '3', 'version.officer-two': '1' },
    });
    const approve = (marks: string) =>
      acts(approveApplication, ctx, by.county, applicationId, { marks });
    await expect(approve(seen)).rejects.toMatchObject({ reason: 'mark_overtaken' });
    await approve(String(Number(seen) + 1));
    expect(await rowOf(world, applicationId)).toMatchObject({ state: 'step:city-review' });
    const { file: after } = await loaded(ctx, applicationId);
    expect(after.decisions.at(-1)).toMatchObject({ scores: { 'officer-two': 30 } });
  });

  it('ask for a reason where they differ by more than the programme allows', async () => {
    const world = await createWorld();
    const file = await atCounty(world);
    const { ctx, by, applicationId } = file;
    await prepared(file);
    const values = await allMarks(ctx, applicationId);
    await acts(saveMarks, ctx, by.county, applicationId, {
      ...{ ...values, step: 'county-review', 'marks.plan-short': '0' },
    });
    const approve = async () =>
      acts(approveApplication, ctx, by.county, applicationId, {
        marks: String((await readMarks(ctx, applicationId, 'county-review')).length),
      });
    await expect(approve()).rejects.toMatchObject({ message: expect.stringContaining('差得多') });
    await acts(saveMarks, ctx, by.county, applicationId, {
      ...{ step: 'county-review', 'marks.plan-short': '0', 'version.plan-short': '1' },
      'reason.plan-short': '只有电子版，没有发到户',
    });
    await approve();
    const { file: after } = await loaded(ctx, applicationId);
    expect(after.decisions.at(-1)).toMatchObject({
      differences: { 'plan-short': '只有电子版，没有发到户' },
    });
  });
});

describe('acts of an office', () => {
  it('send a file back with the class of fault, where and what, tell the applicant, and stop the clock', async () => {
    const world = await createWorld();
    const { ctx, by, applicationId } = await atCounty(world);
    await expect(
      acts(returnApplication, ctx, by.county, applicationId, { 'what.point.plan-short': '补一页' }),
    ).rejects.toMatchObject({ fields: [{ field: 'fault.point.plan-short' }] });
    await expect(acts(returnApplication, ctx, by.county, applicationId)).rejects.toMatchObject({
      fields: [{ field: 'faults' }],
    });
    await acts(returnApplication, ctx, by.county, applicationId, {
      'fault.point.plan-short': 'missing',
      'what.point.plan-short': '补上发到户的照片',
      'fault.file.': 'unsigned',
      'what.file.': '推荐意见没有盖章',
    });
    const { rows } = await loaded(ctx, applicationId);
    expect(faultsOf(rows.at(-1)!)).toEqual([
      { part: 'point', key: 'plan-short', kind: 'missing', what: '补上发到户的照片' },
      { part: '', key: '', kind: 'unsigned', what: '推荐意见没有盖章' },
    ]);
    expect(await rowOf(world, applicationId)).toMatchObject({
      ...{ state: 'returned:county-review', turn: 'applicant', paused: true },
    });
    const sent = await ctx.db
      .select({ template: outboxMessages.template })
      .from(outboxMessages)
      .where(eq(outboxMessages.idempotencyKey, `application:${applicationId}:${rows.length}`));
    expect(sent).toEqual([{ template: 'application_returned' }]);
  });

  it('stop and go on with a file in an emergency, and refuse one with a bar for falsity', async () => {
    const world = await createWorld();
    const { ctx, by, applicationId } = await atCounty(world);
    await acts(suspendApplication, ctx, by.county, applicationId);
    expect((await rowOf(world, applicationId)).untilOn).toBeNull();
    await acts(resumeApplication, ctx, by.county, applicationId);
    await acts(refuseApplication, ctx, by.county, applicationId, { falsity: 'yes' });
    const { rows } = await loaded(ctx, applicationId);
    expect(rows.at(-1)).toMatchObject({ act: 'refusal', toState: 'refused' });
    expect(JSON.parse(rows.at(-1)!.content)).toEqual({ falsity: true });
  });

  it('tell whoever clicks late, on the state that they saw', async () => {
    const world = await createWorld();
    const { ctx, by, other, applicationId } = await atCounty(world);
    await acts(suspendApplication, ctx, other, applicationId);
    const on = 'step:county-review';
    await expect(
      acts(suspendApplication, ctx, by.county, applicationId, { on }),
    ).rejects.toMatchObject({ code: 'conflict', reason: 'application_moved_on' });
  });

  it('are no more of whoever stood back, whose files fall to the others', async () => {
    const world = await createWorld();
    const { ctx, by, other, applicationId } = await atCounty(world);
    await acts(assignApplication, ctx, other, applicationId, { officerId: by.county.id });
    await acts(recuseFromApplication, ctx, by.county, applicationId, {
      reason: '近亲属在那里工作',
    });
    expect(await ctx.db.select().from(reviewAssignments)).toMatchObject([{ endedAt: ctx.now }]);
    for (const command of [suspendApplication, refuseApplication]) {
      await expect(acts(command, ctx, by.county, applicationId)).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    await expect(
      acts(assignApplication, ctx, other, applicationId, { officerId: by.county.id }),
    ).rejects.toMatchObject({ reason: 'officer_unfit' });
    await acts(suspendApplication, ctx, other, applicationId);
  });
});

describe('the queue of an office', () => {
  it('shows what is due first in front, whose it is, and what somebody works on for another', async () => {
    const world = await createWorld();
    const first = await atCounty(world, '示例东社区居民委员会');
    const { ctx, by, other } = first;
    const later = await walkedTo(world, by, 'step:county-review', { name: '示例西社区居民委员会' });
    const now = world.at(addMinutes(later.ctx.now, 60 * 24 * 40));
    const queue = async (query: Record<string, string> = {}, mine = [by.county.id]) =>
      (await listQueue(now, await asked(query), { offices: ['320904'], mine })).rows.map(
        ({ application: { id } }) => id,
      );
    expect(await queue()).toEqual([first.applicationId, later.applicationId].toSorted());
    expect(await queue({ view: 'overdue' })).toHaveLength(2);
    expect(await queue({ q: '示例西' })).toEqual([later.applicationId]);
    expect(await queue({ programme: 'national-community' })).toEqual([]);
    await acts(assignApplication, ctx, by.county, first.applicationId, { officerId: other.id });
    expect(await queue({ view: 'mine' })).toEqual([]);
    expect(await queue({ view: 'unassigned' })).toEqual([later.applicationId]);
    const today = calendarDate(now.now);
    const delegation = { regionCode: '320904', fromId: other.id, toId: by.county.id };
    const { delegationId } = await delegateWork(
      now,
      by.county,
      { ...delegation, fromOn: today, untilOn: addDays(today, 3) },
      key(),
    );
    const delegations = await listDelegations(now, ['320904']);
    expect(await queue({ view: 'mine' }, minesOf(delegations, by.county.id, today))).toEqual([
      first.applicationId,
    ]);
    await expect(
      delegateWork(now, by.county, { ...delegation, fromOn: today, untilOn: today }, key()),
    ).rejects.toMatchObject({ reason: 'delegation_overlaps' });
    await endDelegation(now, other, { delegationId }, key());
    expect(await listDelegations(now, ['320904'])).toEqual([]);
    await expect(endDelegation(now, other, { delegationId }, key())).rejects.toMatchObject({
      reason: 'delegation_ended',
    });
  });

  it('ends an assignment when the file leaves the office', async () => {
    const world = await createWorld();
    const { ctx, by, applicationId } = await atCounty(world);
    await acts(assignApplication, ctx, by.county, applicationId, { officerId: by.county.id });
    await acts(returnApplication, ctx, by.county, applicationId, {
      ...{ 'fault.file.': 'missing', 'what.file.': '缺封面' },
    });
    const open = async () =>
      (await ctx.db.select().from(reviewAssignments)).filter(({ endedAt }) => endedAt === null);
    expect(await open()).toHaveLength(1);
    const { applicationId: refused, ctx: then } = await walkedTo(world, by, 'step:county-review', {
      name: '示例西社区居民委员会',
    });
    await acts(assignApplication, then, by.county, refused, { officerId: by.county.id });
    await acts(refuseApplication, then, by.county, refused);
    expect((await open()).map(({ applicationId: id }) => id)).toEqual([applicationId]);
  });

  it('is read by its index, however long it is', async () => {
    const world = await createWorld();
    const { rows } = officeQueue(world.ctx, '320904', await asked(), 50);
    const { sql, params } = rows.toSQL();
    const plan = await world.ctx.db.$client.execute({
      sql: `EXPLAIN QUERY PLAN ${sql}`,
      args: params as string[],
    });
    const steps = plan.rows.map((row) => row['detail'] as string);
    expect(steps.join('\n')).toContain('applications_queue');
    expect(steps.join('\n')).not.toContain('TEMP B-TREE');
    const all = officeQueue(world.ctx, '320904', await asked({ view: 'all' }), 50).rows.toSQL();
    const allPlan = await world.ctx.db.$client.execute({
      sql: `EXPLAIN QUERY PLAN ${all.sql}`,
      args: all.params as string[],
    });
    const allSteps = allPlan.rows.map((row) => row['detail'] as string).join('\n');
    expect(allSteps).toContain('applications_handed_in');
    expect(allSteps).not.toContain('TEMP B-TREE');
  });

  it('holds the files of an office that was taken over', async () => {
    const world = await createWorld();
    const { by } = await atCounty(world);
    expect(await listOffices(world.ctx, ['320902'])).toEqual(['320902']);
    const heir = await reviewerOf(world, '320902');
    const { db } = world.ctx;
    await db.run(`INSERT INTO role_grants (id, person_id, role, scope_kind, scope_id, granted_by, granted_at)
      VALUES ('${key()}', '${heir.id}', 'administrator', 'site', '', NULL, 0)`);
    await db.run(
      `INSERT INTO office_successions VALUES ('320904', '320902', '示例区划调整文件', '${heir.id}', 0)`,
    );
    const own = await listOffices(world.ctx, ['320902']);
    expect(own).toEqual(['320902', '320904']);
    const mine = [heir.id];
    const { rows, count } = await listQueue(world.ctx, await asked(), { offices: own, mine });
    expect([rows.length, count]).toEqual([1, 1]);
    expect(by.county.id).not.toBe(heir.id);
  });
});

describe('an act on many files', () => {
  it('looks at each again, does what can be done, and says why not of the others', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const last = 'step:province-assessment';
    const ready = await walkedTo(world, by, last);
    const bare = await walkedTo(world, by, last, { name: '示例西社区居民委员会' });
    const county = await walkedTo(world, by, 'step:county-review', {
      name: '示例南社区居民委员会',
    });
    const ctx = world.at(addMinutes(bare.ctx.now, 60));
    const { applicationId } = ready;
    await decided(ctx, by.province, applicationId, { act: 'draw', drawn: false } as Brought);
    for (const department of ['meteorology', 'earthquake', 'fire']) {
      await decided(ctx, by.province, applicationId, { act: 'opinion', department } as Brought);
    }
    const strange = key();
    const ids = [applicationId, bare.applicationId, county.applicationId, strange];
    const input = {
      ...Object.fromEntries(ids.map((id) => [`file.${id}`, 'yes'])),
      ...{ act: 'approval', reason: '考核合格', confirmed: String(ids.length) },
    };
    const same = key();
    const { batchId } = await actOnMany(ctx, by.province, input, listProgrammes, same);
    const found = await findBatch(ctx, by.province.id, batchId);
    expect(JSON.parse(found!.results)).toEqual([
      { applicationId, done: true, why: '' },
      { applicationId: bare.applicationId, done: false, why: '还没有登记抽查结果。' },
      { applicationId: county.applicationId, done: false, why: '没有找到这一份申报。' },
      { applicationId: strange, done: false, why: '没有找到这一份申报。' },
    ]);
    expect(await findBatch(ctx, by.county.id, batchId)).toBeUndefined();
    expect(await actOnMany(ctx, by.province, input, listProgrammes, same)).toEqual({ batchId });
    expect((await rowOf(world, applicationId)).state).toBe('notice_due');
    const scored = await actOnMany(ctx, by.county, input, listProgrammes, key());
    const results = JSON.parse((await findBatch(ctx, by.county.id, scored.batchId))!.results);
    expect(results[2]).toMatchObject({ done: false, why: expect.stringContaining('逐项打分') });
    const returned = { ...input, act: 'return', fault: 'unsigned', reason: '请补盖章' };
    await actOnMany(ctx, by.county, returned, listProgrammes, key());
    expect((await rowOf(world, county.applicationId)).state).toBe('returned:county-review');
  });
});
