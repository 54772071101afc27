import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { applicationDecisions } from '../../src/features/applications/table.ts';
import { listNamings } from '../../src/features/namings/queries.ts';
import { removeNaming } from '../../src/features/namings/commands.ts';
import { namings } from '../../src/features/namings/table.ts';
import {
  announceCandidate,
  nameApplicant,
  recheckNaming,
  type OfficeCommand,
} from '../../src/features/public-notices/commands.ts';
import { listPastNotices, listRunningNotices } from '../../src/features/public-notices/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { addDays, addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { decided, listProgrammes } from '../helpers/filed-applications.ts';
import {
  offices,
  stateOf,
  walkedTo,
  type Offices,
  type Walked,
} from '../helpers/walked-applications.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const contact = {
  ...{ office: '示例省减灾委员会办公室', phone: '025-00000000', address: '示例路1号' },
  email: '',
};

async function act(
  file: Walked,
  command: OfficeCommand,
  by: Holder,
  input: object,
  onKey = key(),
): Promise<void> {
  const on = await stateOf(file);
  const { ctx, applicationId } = file;
  await command(ctx, by, { applicationId, on, ...input }, listProgrammes, onKey);
}

const later = (world: World, file: Walked, days: number): Walked => ({
  ...file,
  ctx: world.at(new Date(file.ctx.now.getTime() + days * DAY_MS)),
});

/** A candidate whose notice begins the day after. */
async function announced(world: World, by: Offices, name?: string): Promise<Walked> {
  const file = await walkedTo(world, by, 'notice_due', name ? { name } : {});
  const opensOn = addDays(calendarDate(file.ctx.now), 1);
  await act(file, announceCandidate, by.province, { opensOn, ...contact });
  return file;
}

const document = {
  ...{ documentTitle: '示例命名的通知', documentNumber: '示例〔2026〕1号' },
  namedBy: '省防灾减灾救灾委员会',
};

/** Named the day after its notice was over. */
async function named(world: World, by: Offices): Promise<Walked> {
  const file = later(world, await announced(world, by), 9);
  const namedOn = calendarDate(file.ctx.now);
  await act(file, nameApplicant, by.province, { ...document, namedOn });
  return file;
}

describe('a public notice', () => {
  it('runs for the days of the programme and says where one objects, then is told of as past', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await announced(world, by);
    const opensOn = addDays(calendarDate(file.ctx.now), 1);
    const running = await listRunningNotices(file.ctx, listProgrammes);
    expect(running).toMatchObject([
      { id: file.applicationId, from: opensOn, until: addDays(opensOn, 6), contact },
    ]);
    const lastDay = later(world, file, 7);
    expect(await listRunningNotices(lastDay.ctx, listProgrammes)).toHaveLength(1);
    const over = later(world, file, 8);
    expect(await listRunningNotices(over.ctx, listProgrammes)).toEqual([]);
    expect(await listPastNotices(over.ctx, listProgrammes, { values: {} })).toHaveLength(1);
    const other = { values: { region: '360000' } };
    expect(await listPastNotices(over.ctx, listProgrammes, other)).toEqual([]);
  });

  it('begins today at the earliest, by the office of the programme alone, with an office to turn to', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await walkedTo(world, by, 'notice_due');
    const today = calendarDate(file.ctx.now);
    const attempt = (officer: Holder, input: object) =>
      act(file, announceCandidate, officer, { opensOn: today, ...contact, ...input });
    await expect(attempt(by.province, { opensOn: addDays(today, -1) })).rejects.toMatchObject({
      fields: [{ field: 'opensOn' }],
    });
    for (const [field, wrong] of [
      ['phone', ' '],
      ['email', '打电话'],
    ] as const) {
      await expect(attempt(by.province, { [field]: wrong })).rejects.toMatchObject({
        fields: [{ field }],
      });
    }
    await expect(attempt(by.city, {})).rejects.toMatchObject({ code: 'not_found' });
    await attempt(by.province, {});
    await expect(attempt(by.province, { on: 'notice_due' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('is read as a feed', async () => {
    const world = await createWorld();
    const file = await announced(world, await offices(world), '示例南河社区居民委员会');
    const { status, body } = await createApi(world, file.ctx.now).get('/communities/notices.atom');
    expect(status).toBe(200);
    expect(body).toContain('公示：示例南河社区居民委员会');
    expect(body).toContain(`/communities/notices/${file.applicationId}`);
  });
});

describe('a naming', () => {
  it('waits until the notice is over, and for a document that is younger', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await announced(world, by);
    const early = later(world, file, 7);
    const input = { ...document, namedOn: calendarDate(early.ctx.now) };
    await expect(act(early, nameApplicant, by.province, input)).rejects.toMatchObject({
      code: 'invalid',
    });
    const over = later(world, file, 8);
    await expect(act(over, nameApplicant, by.province, input)).rejects.toMatchObject({
      fields: [{ field: 'namedOn', message: expect.stringContaining('公示到') }],
    });
    expect(await world.ctx.db.select().from(namings)).toEqual([]);
  });

  it('stands in the directory at once, in the words of its document', async () => {
    const world = await createWorld();
    const file = await named(world, await offices(world));
    const { rows } = await listNamings(world.ctx, { values: {}, order: '' });
    expect(rows).toMatchObject([
      {
        ...{ level: 'province', unit: 'community', state: 'listed', importId: null },
        ...{ applicationId: file.applicationId, ...document },
      },
    ]);
    expect(await stateOf(file)).toBe('named');
  });

  it('is entered once of two officers who enter it at once, and lists once', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = later(world, await announced(world, by), 9);
    const input = { ...document, namedOn: calendarDate(file.ctx.now) };
    const answers = await Promise.allSettled([
      act(file, nameApplicant, by.province, input),
      act(file, nameApplicant, by.province, input),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await world.ctx.db.select().from(namings)).toHaveLength(1);
  });

  it('cannot be written past the decision', async () => {
    const world = await createWorld();
    const file = await announced(world, await offices(world));
    const row = {
      ...({ id: key(), level: 'province', unit: 'community', regionCode: '320904' } as const),
      ...{ name: '示例社区', namedOn: '2026-11-24', applicationId: file.applicationId },
      ...{ ...document, listedAt: world.ctx.now },
    };
    await expect(world.ctx.db.insert(namings).values(row)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('naming_unfounded') }),
    });
  });

  it('can be refused after objections, and then is not listed', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await announced(world, by);
    await decided(file.ctx, by.province, file.applicationId, {
      ...{ act: 'refusal', reason: '查实了一条异议' },
    });
    const today = calendarDate(file.ctx.now);
    const past = await listPastNotices(file.ctx, listProgrammes, { values: {} });
    expect(past).toMatchObject([{ state: 'refused' }]);
    await expect(
      act({ ...file }, nameApplicant, by.province, { ...document, namedOn: today, on: 'notice' }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/conflict|invalid/) });
    expect(await world.ctx.db.select().from(namings)).toEqual([]);
  });
});

describe('a recheck', () => {
  it('takes a revoked naming out of what stands, and keeps its history', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await named(world, by);
    const next = { ...file, ctx: world.at(addMinutes(file.ctx.now, 60)) };
    const revocation = { act: 'revocation', reason: '申报材料不实' };
    await expect(act(next, recheckNaming, by.province, revocation)).rejects.toMatchObject({
      fields: [{ field: 'documentTitle' }],
    });
    await act(next, recheckNaming, by.province, { ...revocation, documentTitle: '示例撤销的通知' });
    const standing = await listNamings(world.ctx, { values: {}, order: '' });
    expect(standing).toEqual({ rows: [], count: 0 });
    const revoked = await listNamings(world.ctx, { values: { state: 'revoked' }, order: '' });
    expect(revoked.rows).toMatchObject([{ revokedOn: calendarDate(next.ctx.now) }]);
  });

  it('gives time to put things right, and only then may revoke', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await named(world, by);
    await act(file, recheckNaming, by.province, { act: 'rectification', reason: '物资没有了' });
    const revocation = {
      ...{ act: 'revocation', reason: '没有整改', documentTitle: '示例撤销的通知' },
    };
    await expect(act(file, recheckNaming, by.province, revocation)).rejects.toMatchObject({
      code: 'invalid',
    });
    const after = later(world, file, 10);
    await act(after, recheckNaming, by.province, { act: 'recheck', reason: '补齐了' });
    expect(await stateOf(after)).toBe('named');
    const { count } = await listNamings(world.ctx, { values: {}, order: '' });
    expect(count).toBe(1);
  });

  it('alone ends what was decided here: it is no slip of an import', async () => {
    const world = await createWorld();
    const by = await offices(world);
    await named(world, by);
    const [row] = await world.ctx.db.select().from(namings);
    const removal = { namingId: row!.id, reason: '写错了' };
    await expect(removeNaming(world.ctx, by.county, removal, key())).rejects.toMatchObject({
      reason: 'naming_by_decision',
    });
  });

  it('keeps who decided what, and when, for ever', async () => {
    const world = await createWorld();
    const by = await offices(world);
    const file = await named(world, by);
    const rows = await world.ctx.db
      .select({ act: applicationDecisions.act, by: applicationDecisions.authorId })
      .from(applicationDecisions)
      .where(eq(applicationDecisions.applicationId, file.applicationId));
    expect(rows.slice(-2)).toEqual([
      { act: 'notice', by: by.province.id },
      { act: 'naming', by: by.province.id },
    ]);
  });
});
