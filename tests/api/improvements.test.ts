import fc from 'fast-check';
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportList } from '../../src/features/disclosures/commands.ts';
import {
  openImprovement,
  remindOfImprovements,
  takeStep,
} from '../../src/features/improvements/commands.ts';
import { MOVES, stepsFor } from '../../src/features/improvements/policy.ts';
import {
  findItem,
  improvementList,
  listImprovements,
  listOwnItems,
  listOwners,
} from '../../src/features/improvements/queries.ts';
import {
  improvementItems,
  improvementReminders,
  STEP_KINDS,
  type StepKind,
} from '../../src/features/improvements/table.ts';
import { findDrillOrganiser } from '../../src/features/drill-plans/queries.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { domainErrorIn } from '../../src/lib/errors.ts';
import { readList } from '../../src/lib/lists.ts';
import { improvementMessages } from '../../src/features/improvements/messages.ts';
import {
  COUNTY,
  drilling,
  region,
  regional,
  type DrillingOrganisation,
} from '../helpers/drills.ts';
import { colleagueOf, mending } from '../helpers/evaluated-drills.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
let own: DrillingOrganisation;
let colleague: Holder;
beforeEach(async () => {
  world = await createWorld();
  own = await drilling(world, 'committee', '示例社区居委会');
  colleague = await colleagueOf(world, own);
});

const step = (
  ctx: CommandContext,
  by: Holder,
  itemId: string,
  kind: StepKind,
  { steps, ...values }: { steps?: number; words?: string; dueDay?: string } = {},
) =>
  takeStep(ctx, by, { itemId, kind, steps: steps ?? 0, words: '换好了，试过', ...values }, key());

const itemOf = async (itemId: string) => {
  const [item] = await world.ctx.db
    .select()
    .from(improvementItems)
    .where(eq(improvementItems.id, itemId));
  if (!item) throw new Error('No item.');
  return item;
};

describe('an item', () => {
  it('is mended by one and verified by another', async () => {
    const { head, organiser } = own;
    const itemId = await mending(world.ctx, head, organiser, { owner: head.id, office: '' });
    await step(world.ctx, head, itemId, 'finish');
    await expect(step(world.ctx, head, itemId, 'verify', { steps: 1 })).rejects.toMatchObject({
      reason: 'verified_by_another',
    });
    await step(world.ctx, colleague, itemId, 'verify', { steps: 1 });
    expect(await itemOf(itemId)).toMatchObject({ state: 'closed', finishedBy: head.id });
  });

  it('is verified by an officer where there is nobody else', async () => {
    const { head, organiser, officer } = own;
    const itemId = await mending(world.ctx, head, organiser, { owner: head.id, office: '' });
    await step(world.ctx, head, itemId, 'finish');
    await step(world.ctx, officer, itemId, 'verify', { steps: 1 });
    expect(await itemOf(itemId)).toMatchObject({ state: 'closed' });
  });

  it('goes back with a reason and is told of, and keeps its first day when it is put off', async () => {
    const { head, organiser } = own;
    const itemId = await mending(world.ctx, head, organiser, { owner: colleague.id, office: '' });
    await step(world.ctx, colleague, itemId, 'finish');
    await expect(
      step(world.ctx, head, itemId, 'reject', { steps: 1, words: '' }),
    ).rejects.toMatchObject({ fields: [{ field: 'words' }] });
    await step(world.ctx, head, itemId, 'reject', { steps: 1, words: '门还是卡' });
    await step(world.ctx, head, itemId, 'postpone', {
      steps: 2,
      words: '等配件',
      dueDay: '2027-01-10',
    });
    expect(await itemOf(itemId)).toMatchObject({
      ...{ state: 'open', finishedBy: null, dueDay: '2027-01-10', firstDueDay: '2026-12-20' },
    });
    const told = await world.ctx.db.select().from(outboxMessages);
    expect(
      told.map(({ template }) => template).filter((one) => one.startsWith('improvement')),
    ).toEqual(['improvement_given', 'improvement_finished', 'improvement_rejected']);
    const made = await improvementMessages['improvement_rejected']?.make(
      world.ctx,
      { itemId },
      NOW,
    );
    expect(made).toMatchObject({ to: { person: { id: colleague.id } } });
  });

  it('is not dropped by whoever has to mend it', async () => {
    const { head, organiser } = own;
    const itemId = await mending(world.ctx, head, organiser, { owner: colleague.id, office: '' });
    await expect(step(world.ctx, colleague, itemId, 'drop')).rejects.toMatchObject({
      reason: 'verified_by_another',
    });
    await step(world.ctx, head, itemId, 'drop');
    expect(await itemOf(itemId)).toMatchObject({ state: 'dropped' });
  });

  it('is there for those whom it concerns, and for nobody else', async () => {
    const { head, organiser, officer } = own;
    const itemId = await mending(world.ctx, head, organiser);
    const stranger = (await drilling(world, 'school', '示例第二小学')).head;
    const elsewhere = await regional(world, 'reviewer', '320902');
    for (const by of [head, colleague, officer]) {
      expect(await findItem(world.ctx, by, itemId)).toBeDefined();
    }
    for (const by of [stranger, elsewhere]) {
      expect(await findItem(world.ctx, by, itemId)).toBeUndefined();
      await expect(step(world.ctx, by, itemId, 'finish')).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    expect(await listOwnItems(world.ctx, colleague)).toHaveLength(1);
    expect(await listOwnItems(world.ctx, stranger)).toEqual([]);
  });

  it('is given only to somebody of the organisation, by a number that is masked', async () => {
    const { head, organiser } = own;
    const { person } = await world.person();
    await expect(
      mending(world.ctx, head, organiser, { owner: person.id, office: '' }),
    ).rejects.toMatchObject({ fields: [{ field: 'owner' }] });
    const found = await findDrillOrganiser(world.ctx, {
      ...organiser,
      organisationId: own.organisationId,
    });
    const owners = found ? await listOwners(world.ctx, found) : [];
    expect(owners.map(({ id }) => id).sort()).toEqual([head.id, colleague.id].sort());
    for (const { text } of owners) expect(text).toMatch(/^\d{3}\*{4}\d{4}$/);
  });

  it('is written once under one key', async () => {
    const { head, organiser } = own;
    const one = key();
    const input = {
      organiser,
      what: '换合页',
      owner: 'office',
      office: '总务组',
      dueDay: '2026-12-20',
    };
    const first = await openImprovement(world.ctx, head, input, one);
    expect(await openImprovement(world.ctx, head, input, one)).toEqual(first);
    expect(await world.ctx.db.select().from(improvementItems)).toHaveLength(1);
  });
});

describe('the guards', () => {
  it('walk the same way as the declared moves, whoever tries whatever', async () => {
    const { head, organiser, officer } = own;
    const people = { head, colleague, officer };
    const tries = fc.array(
      fc.record({
        who: fc.constantFrom<keyof typeof people>('head', 'colleague', 'officer'),
        kind: fc.constantFrom(...STEP_KINDS),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        tries,
        fc.constantFrom(null, head.id, colleague.id),
        async (list, ownerId) => {
          const itemId = await mending(
            world.ctx,
            head,
            organiser,
            ownerId ? { owner: ownerId, office: '' } : {},
          );
          for (const { who, kind } of list) {
            const by = people[who];
            const before = await itemOf(itemId);
            const hand = {
              ...{ owns: before.ownerId === by.id, keeps: who !== 'officer' },
              ...{ oversees: who === 'officer', verifies: true },
            };
            const may = stepsFor(before, by.id, hand).includes(kind);
            const dueDay = `2027-0${before.steps + 1}-15`;
            // Past the command, so that the database alone decides.
            const outcome = await world.ctx.db.$client
              .execute({
                sql: 'INSERT INTO improvement_steps VALUES (?, ?, ?, ?, ?, ?, ?)',
                args: [
                  ...[itemId, before.steps + 1, kind, '示例的话'],
                  ...[kind === 'postpone' ? dueDay : null, by.id, NOW.getTime()],
                ],
              })
              .catch((error: unknown) => error);
            const after = await itemOf(itemId);
            expect(outcome instanceof Error).toBe(!may);
            expect(after.state).toBe(may ? MOVES[kind].to : before.state);
          }
          await world.ctx.db
            .update(improvementItems)
            .set({ state: 'dropped' })
            .where(eq(improvementItems.id, itemId));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('let one of two through who act at once', async () => {
    const { head, organiser, officer } = own;
    const itemId = await mending(world.ctx, head, organiser);
    await step(world.ctx, head, itemId, 'finish');
    const both = await Promise.allSettled([
      step(world.ctx, colleague, itemId, 'verify', { steps: 1 }),
      step(world.ctx, officer, itemId, 'reject', { steps: 1, words: '再看看' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find((one) => one.status === 'rejected');
    expect(domainErrorIn(lost?.reason)?.code).toBe('conflict');
  });
});

describe('reminders', () => {
  const told = async () =>
    (await world.ctx.db.select().from(improvementReminders)).map(({ kind, dueDay }) => [
      kind,
      dueDay,
    ]);

  it('come once before and once after the day, again for a day that was put off, and never for what is done', async () => {
    const { head, organiser } = own;
    const itemId = await mending(world.ctx, head, organiser, { dueDay: '2026-12-01' });
    const on = (day: string) => world.at(new Date(`${day}T09:00:00+08:00`));
    expect(await remindOfImprovements(on('2026-11-27'))).toBe(0);
    expect(await remindOfImprovements(on('2026-11-28'))).toBe(1);
    expect(await remindOfImprovements(on('2026-11-29'))).toBe(0);
    expect(await remindOfImprovements(on('2026-12-01'))).toBe(0);
    expect(await remindOfImprovements(on('2026-12-02'))).toBe(1);
    expect(await remindOfImprovements(on('2026-12-03'))).toBe(0);
    await step(on('2026-12-03'), head, itemId, 'postpone', {
      words: '等配件',
      dueDay: '2026-12-10',
    });
    expect(await remindOfImprovements(on('2026-12-08'))).toBe(1);
    await step(on('2026-12-08'), head, itemId, 'finish', { steps: 1 });
    expect(await remindOfImprovements(on('2026-12-11'))).toBe(0);
    expect(await told()).toEqual([
      ['after', '2026-12-01'],
      ['before', '2026-12-01'],
      ['before', '2026-12-10'],
    ]);
  });

  it('say nothing any more once it was mended before they leave', async () => {
    const { head, organiser } = own;
    const itemId = await mending(world.ctx, head, organiser, { owner: colleague.id, office: '' });
    const due = improvementMessages['improvement_due'];
    const values = { itemId, dueDay: '2026-12-20' };
    expect(await due?.make(world.ctx, values, NOW)).toMatchObject({
      variables: { what: '换东侧安全出口的合页' },
    });
    expect(await due?.make(world.ctx, { ...values, dueDay: '2026-12-01' }, NOW)).toBeNull();
    await step(world.ctx, colleague, itemId, 'finish');
    expect(await due?.make(world.ctx, values, NOW)).toBeNull();
  });
});

describe('the officers’ list', () => {
  const ask = (query: string) =>
    readList(improvementList([{ value: COUNTY, label: '亭湖' }]), new URLSearchParams(query));

  it('holds what is open first, narrows by state, and leaves as a file', async () => {
    const { head, organiser, officer } = own;
    const late = await mending(world.ctx, head, organiser, {
      what: '逾期的',
      dueDay: '2026-11-26',
    });
    const done = await mending(world.ctx, head, organiser, { what: '改好的' });
    await step(world.ctx, head, done, 'finish');
    const by = await regional(world, 'drill_organiser');
    await mending(world.ctx, by, region(), { what: '街道自己的' });
    const ctx = world.at(new Date('2026-12-01T09:00:00+08:00'));
    const rows = async (query: string) =>
      (await listImprovements(ctx, ask(query))).rows.map(({ item }) => item.what);
    expect(await rows('')).toEqual(['逾期的', '改好的', '街道自己的']);
    expect(await rows('state=overdue')).toEqual(['逾期的']);
    expect(await rows('state=finished')).toEqual(['改好的']);
    expect(await rows(`after=${late}`)).toEqual(['改好的', '街道自己的']);
    expect((await listImprovements(ctx, ask(''))).overdue).toBe(1);
    const input = { list: 'improvements', query: 'state=overdue', format: 'csv', extent: 'masked' };
    const { sheet } = await exportList(ctx, officer, input, key());
    expect(sheet.rows).toEqual([
      ['逾期的', '示例社区居委会', '', '总务组', '2026-11-26', '整改中', '逾期5天'],
    ]);
    await expect(exportList(ctx, head, input, key())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('finds an item by region through an index', async () => {
    const plan = await world.ctx.db.$client.execute(
      "EXPLAIN QUERY PLAN SELECT id FROM improvement_items WHERE region_code >= '3209' AND region_code < '3209:' AND state IN ('open', 'finished')",
    );
    expect(JSON.stringify(plan.rows)).toContain('INDEX improvement_items_of_region');
  });
});
