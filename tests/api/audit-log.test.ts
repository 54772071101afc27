import { describe, expect, it, vi } from 'vitest';
import { actsOf, actsOn, LOOKED_THROUGH_MAX } from '../../src/features/audit-log/policy.ts';
import { listActs } from '../../src/features/audit-log/queries.ts';
import { sealEntries } from '../../src/features/audit/commands.ts';
import { auditEntry } from '../../src/features/audit/statements.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { writeAtomically } from '../../src/lib/db/commit.ts';
import { ROWS_SHOWN } from '../../src/lib/lists.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const PHONE = '13800138001';

const list = async (ctx: CommandContext, values: Record<string, string> = {}, after?: string) =>
  listActs(ctx, { values, order: 'newest', ...(after ? { after } : {}) });
const actionsIn = async (ctx: CommandContext, values: Record<string, string>) =>
  (await list(ctx, values)).rows.map(({ entry }) => entry.action);

/** Somebody signed in the day before NOW and books today; somebody else is given a role; a job has run. */
async function busyWorld() {
  const world = await createWorld();
  const session = await world.session();
  const { person } = await world.person(PHONE);
  const bookingId = await world.book(person, session);
  await world.person('13800138002');
  const given = { phone: '13800138002', role: 'auditor', scope: 'site:' };
  await grantRole(world.ctx, null, given, crypto.randomUUID());
  const job = {
    actor: { kind: 'job', id: 'open-sessions' },
    action: 'hall_sessions.open',
  } as const;
  const subject = { subjectKind: 'hall', subjectId: 'yancheng' };
  await writeAtomically(world.ctx.db, [await auditEntry(world.ctx, { ...job, ...subject })], {});
  return { world, person, bookingId };
}

/** Entries of nobody's after all others, as many as a busy month has. */
async function fill({ ctx }: World, count: number): Promise<void> {
  await ctx.db.$client.execute({
    sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO audit_entries (id, at, actor_kind, actor_id, action, subject_kind, subject_id, details, request_id, digest)
      SELECT printf('%s%08d', substr(?, 1, 28), i), ?, 'system', NULL, 'file.block', 'file', 'x', '{}', 'x', zeroblob(32) FROM n`,
    args: [count, crypto.randomUUID(), ctx.now.getTime()],
  });
}

describe('the audit log of an auditor', () => {
  it('tells who did what to what, the newest first, and what is sealed', async () => {
    const { world, person, bookingId } = await busyWorld();
    await sealEntries(world.ctx);
    const { rows, count, isCut } = await list(world.ctx);
    expect(count).toBe(rows.length);
    expect(isCut).toBe(false);
    const sequences = rows.map(({ entry }) => entry.sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => b - a));
    const booked = rows.find(({ entry }) => entry.action === 'booking.create');
    expect(booked).toMatchObject({ isSealed: true, person: { id: person.id } });
    expect(booked?.entry).toMatchObject({ subjectKind: 'booking', subjectId: bookingId });
    const [byJob] = rows;
    expect(byJob).toMatchObject({ entry: { actorId: 'open-sessions' }, person: null });
  });

  it('is found by day, by number, by person, by thing, by entry and by kind of act', async () => {
    const { world, person, bookingId } = await busyWorld();
    const { ctx } = world;
    const today = calendarDate(NOW);
    const { rows } = await list(ctx, { date: today });
    expect(rows.map(({ entry }) => calendarDate(entry.at))).toEqual(rows.map(() => today));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan((await list(ctx)).rows.length);

    const own = await actionsIn(ctx, { q: PHONE });
    expect(own).toEqual(['booking.create', 'sign_in.create']);
    expect(await actionsIn(ctx, { q: actsOf(person.id) })).toEqual(own);
    expect(await actionsIn(ctx, { q: PHONE, date: today })).toEqual(['booking.create']);
    const booking = actsOn({ subjectKind: 'booking', subjectId: bookingId });
    expect(await actionsIn(ctx, { q: booking })).toEqual(['booking.create']);
    const [found] = (await list(ctx, { q: booking })).rows;
    expect(await actionsIn(ctx, { q: found?.entry.id ?? '' })).toEqual(['booking.create']);

    expect(await actionsIn(ctx, { kind: 'rights' })).toEqual(
      expect.arrayContaining(['role.grant']),
    );
    expect(await actionsIn(ctx, { kind: 'rights' })).not.toContain('booking.create');
    expect(await actionsIn(ctx, { kind: 'system' })).toContain('hall_sessions.open');
    for (const q of ['13800138009', 'no such thing', "' OR 1=1 --", 'booking:x', actsOf('x')]) {
      expect([q, await actionsIn(ctx, { q })]).toEqual([q, []]);
    }
  });

  it('keeps what an erased person did, and no way to their number', async () => {
    const { world, person } = await busyWorld();
    const { person: other } = await world.person('13800138003');
    await eraseAccount(world.ctx, other, { lastFour: '8003' }, crypto.randomUUID());
    expect(await actionsIn(world.ctx, { q: '13800138003' })).toEqual([]);
    const { rows } = await list(world.ctx, { q: actsOf(other.id) });
    expect(rows.map(({ entry }) => entry.action)).toContain('sign_in.create');
    expect(rows.every((row) => (row.person?.dataKeyCipher.length ?? 0) === 0)).toBe(true);
    expect(await actionsIn(world.ctx, { q: actsOf(person.id) })).not.toEqual([]);
  });

  it('walks an index for whatever it is narrowed by', async () => {
    const { world, person } = await busyWorld();
    const { $client } = world.ctx.db;
    const asked = vi.spyOn($client, 'batch');
    const plans = async (values: Record<string, string>) => {
      asked.mockClear();
      await list(world.ctx, values);
      const [[query] = []] = asked.mock.calls[0] ?? [];
      const { sql = '', args = [] } = query as { sql?: string; args?: [] };
      const { rows } = await $client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
      return rows.map((row) => row['detail'] as string).join('; ');
    };
    expect(await plans({ date: calendarDate(NOW) })).toMatch(/audit_entries USING INDEX \S+ \(id>/);
    expect(await plans({ q: PHONE })).toContain('audit_entries_by_actor');
    expect(await plans({ q: actsOf(person.id) })).toContain('audit_entries_by_actor');
    expect(await plans({ q: 'booking:x' })).toContain('audit_entries_by_subject');
    expect(await plans({ kind: 'rights' })).toMatch(/INTEGER PRIMARY KEY \(rowid>/);
  });

  it('goes on below the last row, and looks through no more than it says', async () => {
    const { world } = await busyWorld();
    await fill(world, LOOKED_THROUGH_MAX);
    const first = await list(world.ctx);
    expect(first.rows).toHaveLength(ROWS_SHOWN);
    expect(first.isCut).toBe(false);
    const last = first.rows.at(-1)?.entry.sequence ?? 0;
    const next = await list(world.ctx, {}, String(last));
    expect(next.rows[0]?.entry.sequence).toBe(last - 1);
    // The grant lies below what is looked through; its day finds it.
    expect(await list(world.ctx, { kind: 'rights' })).toMatchObject({ rows: [], isCut: true });
    const onDay = { kind: 'rights', date: calendarDate(NOW) };
    expect(await actionsIn(world.ctx, onDay)).toContain('role.grant');
  });
});
