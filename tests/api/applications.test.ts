import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { followTime } from '../../src/features/reviews/commands.ts';
import { sideOf, groundOf } from '../../src/features/reviews/policy.ts';
import { decideOnce, type Brought } from '../../src/features/reviews/statements.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import {
  applicationDecisions,
  applicationMachines,
  applications,
} from '../../src/features/applications/table.ts';
import { writeAtomically, type Query } from '../../src/lib/db/commit.ts';
import { constraintOf } from '../../src/lib/db/constraint.ts';
import { addMinutes } from '../../src/lib/time.ts';
import {
  begun,
  decided,
  listProgrammes,
  loaded,
  PROGRAMME,
  reviewerOf,
  revoked,
  sameScores,
  submitted,
  type Filed,
} from '../helpers/filed-applications.ts';
import { addRole } from '../helpers/roles.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const rowOf = async ({ ctx }: World, id: string) =>
  (await ctx.db.select().from(applications).where(eq(applications.id, id)))[0]!;

/** A file that the county has before it, since the street let its days go by. */
async function atCounty(world: World): Promise<Filed & { later: Date }> {
  const filed = await begun(world);
  await submitted(world.ctx, filed);
  const { changesAt } = await rowOf(world, filed.applicationId);
  return { ...filed, later: addMinutes(changesAt ?? world.ctx.now, 60) };
}

const opinions = ['meteorology', 'earthquake', 'fire'] as const;

/** Everything that the county does before it decides. */
async function prepared(world: World, now: Date, filed: Filed, officer: Filed['own']['officer']) {
  const ctx = world.at(now);
  await decided(ctx, officer, filed.applicationId, { act: 'visit' });
  for (const department of opinions) {
    await decided(ctx, officer, filed.applicationId, { act: 'opinion', department } as Brought);
  }
}

describe('an application', () => {
  it('goes from its draft to the county, whose decision the machine in the database allows', async () => {
    const world = await createWorld();
    const filed = await atCounty(world);
    expect(await rowOf(world, filed.applicationId)).toMatchObject({
      ...{ state: 'step:county-review', turn: 'county', turnRegion: '320904', decisions: 1 },
    });
    const officer = await reviewerOf(world, '320904');
    await prepared(world, filed.later, filed, officer);
    const { programme } = await loaded(world.ctx, filed.applicationId);
    await decided(world.at(filed.later), officer, filed.applicationId, {
      act: 'approval',
      scores: sameScores(programme),
    } as Brought);
    expect(await rowOf(world, filed.applicationId)).toMatchObject({
      ...{ state: 'step:city-review', turn: 'city', turnRegion: '320900', decisions: 6 },
    });
  });

  it('is one at a time for one title, and ends with its withdrawal', async () => {
    const world = await createWorld();
    const { own, applicationId } = await begun(world);
    const again = () =>
      beginApplication(
        world.ctx,
        own.colleague,
        { organisationId: own.organisationId, programme: PROGRAMME },
        listProgrammes,
        key(),
      );
    await expect(again()).rejects.toMatchObject({ reason: 'application_open' });
    await decided(world.ctx, own.head, applicationId, { act: 'withdrawal' });
    await expect(again()).resolves.toMatchObject({ code: expect.stringMatching(/^[0-9A-Z]{10}$/) });
  });

  it('is decided once when two officers decide at once, and the other is told', async () => {
    const world = await createWorld();
    const filed = await atCounty(world);
    const ctx = world.at(filed.later);
    const [one, other] = [await reviewerOf(world, '320904'), await reviewerOf(world, '320904')];
    const file = await loaded(ctx, filed.applicationId);
    const decision = { act: 'return', on: 'step:county-review', reason: '请补演练照片' } as Brought;
    const answers = await Promise.allSettled(
      [one, other].map((by) => decideOnce(ctx, by, file, { decision }, key())),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(lost).toMatchObject([{ code: 'conflict', reason: 'application_moved_on' }]);
  });

  it('answers the same press twice as it did once, and says so of no other', async () => {
    const world = await createWorld();
    const filed = await atCounty(world);
    const ctx = world.at(filed.later);
    const officer = await reviewerOf(world, '320904');
    const decision = { act: 'return', on: 'step:county-review', reason: '请补演练照片' } as Brought;
    const press = async (one: Brought, same: string) =>
      decideOnce(ctx, officer, await loaded(ctx, filed.applicationId), { decision: one }, same);
    const same = key();
    const first = await press(decision, same);
    expect(await press(decision, same)).toEqual(first);
    const lost = { reason: 'application_moved_on' };
    await expect(press(decision, key())).rejects.toMatchObject(lost);
    await expect(press({ ...decision, reason: '请补签到表' }, same)).rejects.toMatchObject(lost);
    expect((await rowOf(world, filed.applicationId)).decisions).toBe(first.position);
  });

  it('is decided at one level by whoever passed it there, and at no other', async () => {
    const world = await createWorld();
    const filed = await atCounty(world);
    const officer = await reviewerOf(world, '320904');
    await prepared(world, filed.later, filed, officer);
    const { programme } = await loaded(world.ctx, filed.applicationId);
    const ctx = world.at(filed.later);
    const scores = sameScores(programme);
    await decided(ctx, officer, filed.applicationId, { act: 'approval', scores } as Brought);
    // Promoted since: the city has them now.
    const role = { role: 'reviewer', scopeKind: 'region', scopeId: '320900' } as const;
    await addRole(ctx, officer.id, role);
    const both = { id: officer.id, roles: [...officer.roles, role] };
    const decision = { act: 'return', on: 'step:city-review', reason: '请补演练照片' } as Brought;
    const file = await loaded(ctx, filed.applicationId);
    await expect(decideOnce(ctx, both, file, { decision }, key())).rejects.toMatchObject({
      reason: 'application_not_yours',
    });
    const guarded = ctx.db.insert(applicationDecisions).values({
      ...{ applicationId: filed.applicationId, position: file.rows.length + 1 },
      ...{ programme: programme.key, version: programme.version, content: '{}' },
      ...{ fromState: 'step:city-review', act: 'return', toState: 'returned:city-review' },
      ...{ byLevel: 'city' as const, byRegion: '320900', authorId: officer.id },
      ...{ decidedAt: filed.later, reason: '请补演练照片' },
    });
    await expect(guarded).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('application_not_yours') }),
    });
    const colleague = await reviewerOf(world, '320900');
    await expect(decideOnce(ctx, colleague, file, { decision }, key())).resolves.toMatchObject({
      applicationId: filed.applicationId,
    });
  });

  it('lets nobody decide whose right was taken since the page was drawn', async () => {
    const world = await createWorld();
    const filed = await atCounty(world);
    const ctx = world.at(filed.later);
    const officer = await reviewerOf(world, '320904');
    const file = await loaded(ctx, filed.applicationId);
    await revoked(world, officer);
    const decision = { act: 'return', on: 'step:county-review', reason: '请补演练照片' } as Brought;
    await expect(decideOnce(ctx, officer, file, { decision }, key())).rejects.toMatchObject({
      ...{ code: 'not_found', reason: 'application_not_yours' },
    });
  });

  it('goes on with the office that took over a dissolved one', async () => {
    const world = await createWorld();
    const filed = await atCounty(world);
    const ctx = world.at(filed.later);
    const heir = await reviewerOf(world, '320902');
    const { file, ...rest } = await loaded(ctx, filed.applicationId);
    expect(sideOf(file, groundOf(rest, heir), heir.id, ctx.now)).toBeUndefined();
    await ctx.db
      .run(sql`INSERT INTO role_grants (id, person_id, role, scope_kind, scope_id, granted_by, granted_at)
      VALUES (${key()}, ${heir.id}, 'administrator', 'site', '', NULL, 0)`);
    await ctx.db.run(
      sql`INSERT INTO office_successions VALUES ('320904', '320902', '示例区划调整文件', ${heir.id}, 0)`,
    );
    await decided(ctx, heir, filed.applicationId, {
      ...{ act: 'return', reason: '请补演练照片' },
    });
    expect((await rowOf(world, filed.applicationId)).state).toBe('returned:county-review');
  });

  it('is moved by the job when a correction did not come, once', async () => {
    const world = await createWorld();
    const filed = await atCounty(world);
    const officer = await reviewerOf(world, '320904');
    await decided(world.at(filed.later), officer, filed.applicationId, {
      ...{ act: 'return', reason: '请补演练照片' },
    });
    const { changesAt } = await rowOf(world, filed.applicationId);
    expect(await followTime(world.at(addMinutes(changesAt!, -1)), listProgrammes)).toBe(0);
    expect(await followTime(world.at(changesAt!), listProgrammes)).toBe(1);
    const row = await rowOf(world, filed.applicationId);
    expect(row).toMatchObject({ state: 'step:county-review', turn: 'county', decisions: 2 });
    expect(await followTime(world.at(changesAt!), listProgrammes)).toBe(0);
  });
});

describe('the guards of applications', () => {
  const raw = async (world: World, applicationId: string, values: Record<string, unknown>) => {
    const file = await rowOf(world, applicationId);
    const row = {
      ...{ applicationId, position: file.decisions + 1 },
      ...{ programme: file.programme, version: file.version, content: '{}', reason: '理由在此' },
      ...values,
    } as typeof applicationDecisions.$inferInsert;
    return writeAtomically(
      world.ctx.db,
      [world.ctx.db.insert(applicationDecisions).values(row)],
      {},
    )
      .then(() => 'written')
      .catch((error: unknown) => constraintOf(error));
  };

  it('let no move pass that the declared machine does not have', async () => {
    const world = await createWorld();
    const { applicationId, own } = await begun(world);
    const officer = await reviewerOf(world, '320904');
    const signed = { authorId: officer.id, decidedAt: world.ctx.now, byRegion: '320904' };
    // Named straight from a draft, by whom it may be.
    const naming = {
      fromState: 'draft',
      act: 'naming',
      toState: 'named',
      byLevel: 'county' as const,
    };
    const content = '{"document":"示例命名文件"}';
    expect(await raw(world, applicationId, { ...signed, ...naming, content })).not.toBe('written');
    const jump = {
      fromState: 'notice',
      act: 'naming',
      toState: 'named',
      byLevel: 'province' as const,
    };
    expect(
      await raw(world, applicationId, { ...signed, ...jump, byRegion: '320000', content }),
    ).toBe('application_moved_on');
    const submission = {
      ...{ fromState: 'draft', act: 'submission', toState: 'step:town-recommendation' },
      ...{ byLevel: 'applicant' as const, byRegion: null, decidedAt: world.ctx.now },
    };
    expect(
      await raw(world, applicationId, { ...submission, authorId: own.head.id, tenths: 799 }),
    ).toBe('below_threshold');
    expect(
      await raw(world, applicationId, { ...submission, authorId: officer.id, tenths: 900 }),
    ).toBe('application_not_yours');
    expect(
      await raw(world, applicationId, { ...submission, authorId: own.head.id, tenths: 900 }),
    ).toBe('written');
  });

  it('let no row of a machine be added or changed once a file moves by it', async () => {
    const world = await createWorld();
    await begun(world);
    const { db } = world.ctx;
    const row = {
      ...{
        programme: PROGRAMME,
        version: '1',
        fromState: 'draft',
        act: 'naming',
        toState: 'named',
      },
      ...{ byLevel: 'county' as const, scored: false },
    };
    const tried = async (query: Query) =>
      writeAtomically(db, [query], {})
        .then(() => 'written')
        .catch((error: unknown) => constraintOf(error));
    expect(await tried(db.insert(applicationMachines).values(row))).toBe('version_is_final');
    expect(await tried(db.update(applicationMachines).set({ toState: 'named' }))).toBe(
      'version_is_final',
    );
    expect(await tried(db.update(applications).set({ state: 'named' }))).toBe(
      'application_state_unfounded',
    );
  });
});
