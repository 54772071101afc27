import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { personPhone } from '../../src/features/accounts/queries.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import {
  assignDuty,
  checkInGuide,
  dropDuty,
  endNeed,
  openNeeds,
  releaseGuides,
  takeDuty,
  undoCheckIn,
} from '../../src/features/roster/commands.ts';
import { rosterMessages } from '../../src/features/roster/messages.ts';
import {
  listCandidates,
  listOpenNeeds,
  listOwnDuties,
  listStoppedDuties,
  listUntoldPromotions,
  readRoster,
  rosterQueue,
} from '../../src/features/roster/queries.ts';
import { guideDuties, guideNeeds } from '../../src/features/roster/table.ts';
import { carryOutStops, stopSessions } from '../../src/features/stops/commands.ts';
import { leaveRegistry, recordTraining } from '../../src/features/volunteers/commands.ts';
import { findPool, volunteersQueue } from '../../src/features/volunteers/queries.ts';
import { volunteerHours } from '../../src/features/volunteers/table.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { addHallStaff, manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { confirmed, needed } from '../helpers/volunteers.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const holder = (id: string) => ({ id, roles: [] });

async function duties({ ctx }: World) {
  const rows = await ctx.db.select().from(guideDuties);
  return Object.fromEntries(rows.map(({ personId, state }) => [personId, state]));
}

const told = async ({ ctx }: World) =>
  (await ctx.db.select().from(outboxMessages)).map(({ template }) => template);

describe('needs of a hall', () => {
  it('are opened for a day or a week at once, and only where they are not yet', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const first = await world.session({ startsAt: addMinutes(NOW, 240) });
    await world.session({ startsAt: addMinutes(NOW, 400) });
    await world.session({ startsAt: addMinutes(NOW, 27 * 60) });
    const past = await world.session({ startsAt: addMinutes(NOW, -60) });
    await needed(world, first, {}, by);
    const asked = { hallSlug: testHall.slug, guides: '2', skill: 'guiding' };
    const day = { ...asked, sessions: `day:${calendarDate(NOW)}` };
    expect(await openNeeds(world.ctx, by, day, key())).toEqual({ needs: 1 });
    const week = { ...asked, sessions: 'week:2026-11-23' };
    expect(await openNeeds(world.ctx, by, week, key())).toEqual({ needs: 1 });
    await expect(openNeeds(world.ctx, by, week, key())).rejects.toMatchObject({
      reason: 'need_opened',
    });
    const another = { ...week, language: 'english' };
    expect(await openNeeds(world.ctx, by, another, key())).toEqual({ needs: 3 });
    const needs = await world.ctx.db.select().from(guideNeeds);
    expect(needs.some(({ sessionId }) => sessionId === past.id)).toBe(false);
  });

  it('call the manager while somebody is missing in the coming week', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 600) });
    const { needId, manager: by } = await needed(world, session, { guides: '2' });
    const { person } = await confirmed(world, by);
    const read = async () => {
      const question = rosterQueue(world.ctx, [testHall.slug], (slug) => slug);
      const [first, ...rest] = question.queries;
      return question.read(await world.ctx.db.batch([first!, ...rest]));
    };
    const { dutyId } = await takeDuty(world.ctx, holder(person.id), { needId }, key());
    expect(await read()).toMatchObject({
      count: 1,
      next: [{ text: expect.stringMatching(/缺1位/) }],
    });
    await assignDuty(world.ctx, by, { needId, personId: by.id }, key());
    expect(await read()).toMatchObject({ count: 0, overdue: 0 });
    await dropDuty(world.ctx, person, { dutyId }, key());
    expect(await read()).toMatchObject({ count: 1, overdue: 1 });
  });
});

describe('a duty', () => {
  it('is for those who can do it, on that day', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 600) });
    const asked = { language: 'sign_language', trained: 'yes' };
    const { needId, manager: by } = await needed(world, session, asked);
    const take = (id: string) => takeDuty(world.ctx, holder(id), { needId }, key());
    const refused = async (values: object) => {
      const { person } = await confirmed(world, by, values);
      return take(person.id).catch(({ reason }: { reason: string }) => reason);
    };
    expect(await refused({ skills: ['first_aid', 'sign_language'] })).toBe('skill_missing');
    expect(await refused({ skills: ['guiding'] })).toBe('language_missing');
    expect(await refused({ purposes: ['drills'] })).toBe('consent_missing');
    const { person, volunteerId } = await confirmed(world, by);
    await expect(take(person.id)).rejects.toMatchObject({ reason: 'training_missing' });
    const training = {
      volunteerId,
      skill: 'guiding',
      training: '讲解员培训',
      heldOn: '2025-01-02',
    };
    await recordTraining(world.ctx, by, { ...training, validUntil: '2026-11-24' }, key());
    await expect(take(person.id)).rejects.toMatchObject({ reason: 'training_missing' });
    expect(await offered(world, session.id)).not.toContain(person.id);
    await recordTraining(world.ctx, by, { ...training, training: '复训' }, key());
    expect(await offered(world, session.id)).toContain(person.id);
    await take(person.id);
    expect(await offered(world, session.id)).not.toContain(person.id);
  });

  it('is never at the same time as another, whichever comes first', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const { person } = await confirmed(world, by);
    const starts = [600, 640, 675, 750, 2000];
    const needs: string[] = [];
    for (const at of starts) {
      const session = await world.session({ startsAt: addMinutes(NOW, at) });
      needs.push((await needed(world, session, {}, by)).needId);
    }
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4]), async (order) => {
        await world.ctx.db.delete(guideDuties);
        for (const nth of order) {
          const input = { needId: needs[nth]! };
          await takeDuty(world.ctx, holder(person.id), input, key()).catch((error: unknown) =>
            expect(error).toMatchObject({ reason: 'duty_overlaps' }),
          );
        }
        const held = await world.ctx.db.select().from(guideDuties);
        for (const one of held) {
          for (const other of held) {
            const apart = one.endsAt <= other.startsAt || other.endsAt <= one.startsAt;
            expect(one.id === other.id || apart).toBe(true);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it('goes to no more guides than are needed, however many press at once', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 600) });
    const { needId, manager: by } = await needed(world, session, { guides: '2' });
    const people = [];
    for (let nth = 0; nth < 6; nth += 1) people.push((await confirmed(world, by)).person);
    const results = await Promise.allSettled(
      people.map(({ id }) => takeDuty(world.ctx, holder(id), { needId }, key())),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('passes to the first in reserve when somebody drops out, who is told', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 600) });
    const { needId, manager: by } = await needed(world, session);
    const [a, b, c] = [
      (await confirmed(world, by)).person.id,
      (await confirmed(world, by)).person.id,
      (await confirmed(world, by)).person.id,
    ];
    const early = takeDuty(world.ctx, holder(b), { needId, reserve: 'yes' }, key());
    await expect(early).rejects.toMatchObject({ reason: 'duty_free' });
    const { dutyId } = await takeDuty(world.ctx, holder(a), { needId }, key());
    for (const id of [b, c]) {
      await expect(takeDuty(world.ctx, holder(id), { needId }, key())).rejects.toMatchObject({
        reason: 'duty_taken',
      });
      await takeDuty(world.ctx, holder(id), { needId, reserve: 'yes' }, key());
    }
    await dropDuty(world.ctx, { id: a }, { dutyId }, key());
    expect(await duties(world)).toEqual({ [a]: 'dropped', [b]: 'active', [c]: 'reserve' });
    const message = await rosterMessages['duty_promoted']!.make(
      world.ctx,
      { droppedId: dutyId },
      NOW,
    );
    expect(message?.to).toMatchObject({ person: { id: b } });
    const [own] = await listOwnDuties(world.ctx, b);
    await leaveRegistry(world.ctx, { id: b }, key());
    expect(own?.duty.state).toBe('active');
    expect(await duties(world)).toEqual({ [a]: 'dropped', [b]: 'dropped', [c]: 'active' });
  });

  it('passes on from whoever leaves the registry or the site, and the next one hears at once', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 600) });
    const { needId, manager: by } = await needed(world, session);
    const taken = [];
    for (const reserve of ['no', 'yes', 'yes']) {
      const { person } = await confirmed(world, by);
      const { dutyId } = await takeDuty(world.ctx, holder(person.id), { needId, reserve }, key());
      taken.push({ person, dutyId });
    }
    const [a, b, c] = taken as [(typeof taken)[0], (typeof taken)[0], (typeof taken)[0]];
    const hears = async (droppedId: string) => {
      expect(await releaseGuides(world.ctx)).toBe(1);
      expect(await releaseGuides(world.ctx)).toBe(0);
      const queued = await world.ctx.db
        .select()
        .from(outboxMessages)
        .where(eq(outboxMessages.idempotencyKey, `duty-promoted:${droppedId}`));
      expect(queued).toHaveLength(1);
      const make = rosterMessages['duty_promoted']!.make;
      return (await make(world.ctx, { droppedId }, NOW))?.to;
    };
    await leaveRegistry(world.ctx, a.person, key());
    expect(await hears(a.dutyId)).toMatchObject({ person: { id: b.person.id } });
    const lastFour = (await personPhone(world.ctx, b.person)).slice(-4);
    await eraseAccount(world.ctx, b.person, { lastFour }, key());
    expect(await hears(b.dutyId)).toMatchObject({ person: { id: c.person.id } });
    await dropDuty(world.ctx, c.person, { dutyId: c.dutyId }, key());
    expect(await releaseGuides(world.ctx)).toBe(0);
  });

  it('is reminded of the evening before, also to whoever moved up, and not to those in reserve', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 27 * 60) });
    const { needId, manager: by } = await needed(world, session);
    const first = (await confirmed(world, by)).person.id;
    const second = (await confirmed(world, by)).person.id;
    const one = await takeDuty(world.ctx, holder(first), { needId }, key());
    const reserve = { needId, reserve: 'yes' };
    const { dutyId } = await takeDuty(world.ctx, holder(second), reserve, key());
    const remind = (now: Date) =>
      rosterMessages['duty_reminder']!.make(world.at(now), { dutyId }, NOW);
    const evening = new Date('2026-11-25T19:00:00+08:00');
    expect(await remind(evening)).toBeNull();
    const { dueAt } = (await remind(NOW))!;
    expect(calendarDate(dueAt!)).toBe('2026-11-25');
    await dropDuty(world.ctx, { id: first }, one, key());
    expect(await remind(evening)).toMatchObject({ to: { person: { id: second } } });
  });

  it('gives hours from the check-in on, noted by somebody else', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 120) });
    const { needId, manager: by } = await needed(world, session, { guides: '2' });
    const { person, volunteerId } = await confirmed(world, by);
    const { dutyId } = await takeDuty(world.ctx, holder(person.id), { needId }, key());
    const own = await assignDuty(world.ctx, by, { needId, personId: by.id }, key());
    const at = (minutes: number) => world.at(addMinutes(session.startsAt, minutes));
    const reason = (act: Promise<unknown>) =>
      act.catch((error: { reason: string }) => error.reason);
    expect(await reason(checkInGuide(at(-61), by, { dutyId }, key()))).toBe('check_in_not_open');
    expect(await reason(checkInGuide(at(75), by, { dutyId }, key()))).toBe('check_in_closed');
    expect(await reason(checkInGuide(at(0), by, own, key()))).toBe('own_check_in');
    expect(await reason(checkInGuide(at(0), person, { dutyId }, key()))).toBe('duty_unknown');
    await checkInGuide(at(25), by, { dutyId }, key());
    expect(await world.ctx.db.select().from(volunteerHours)).toEqual([
      { volunteerId, activity: 'guiding', subjectId: dutyId, minutes: 50, servedOn: '2026-11-25' },
    ]);
    const staff = await world.staff();
    await checkInGuide(at(26), staff.person, own, key());
    expect(await world.ctx.db.select().from(volunteerHours)).toHaveLength(1);
    expect(await reason(undoCheckIn(at(27), by, own, key()))).toBe('own_check_in');
    expect(await reason(undoCheckIn(at(27), person, { dutyId }, key()))).toBe('duty_unknown');
    expect(await reason(undoCheckIn(at(75), by, { dutyId }, key()))).toBe('check_in_closed');
    const formKey = key();
    for (const minute of [27, 28]) await undoCheckIn(at(minute), by, { dutyId }, formKey);
    expect(await world.ctx.db.select().from(volunteerHours)).toEqual([]);
    expect(await reason(undoCheckIn(at(28), by, { dutyId }, key()))).toBe('not_checked_in');
    await checkInGuide(at(45), by, { dutyId }, key());
    await undoCheckIn(at(46), by, { dutyId }, key());
    await checkInGuide(at(55), by, { dutyId }, key());
    expect(await world.ctx.db.select().from(volunteerHours)).toMatchObject([{ minutes: 20 }]);
  });

  it('ends with its session, once the stop holds, and with its need; its guide is told', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const { person } = await confirmed(world, by);
    const sessions = [
      await world.session({ startsAt: addMinutes(NOW, 600) }),
      await world.session({ startsAt: addMinutes(NOW, 700) }),
    ];
    const needs = [];
    for (const session of sessions) {
      const { needId } = await needed(world, session, {}, by);
      await takeDuty(world.ctx, holder(person.id), { needId }, key());
      needs.push(needId);
    }
    const [day, { id: sessionId }] = [calendarDate(NOW), sessions[0]!];
    const stop = { hallSlug: testHall.slug, sessionId, cause: 'other', reason: '示例原因' };
    await stopSessions(world.ctx, by, { ...stop, fromDay: day, untilDay: day }, key());
    // Within its minute a stop can still be undone: nobody is sent away.
    expect(await releaseGuides(world.ctx)).toBe(0);
    const later = world.at(addMinutes(NOW, 2));
    await carryOutStops(later);
    expect(await releaseGuides(later)).toBe(1);
    expect(await releaseGuides(later)).toBe(0);
    await endNeed(world.ctx, by, { needId: needs[1] }, key());
    const third = await world.session({ startsAt: addMinutes(NOW, 900) });
    const { needId } = await needed(world, third, {}, by);
    await takeDuty(world.ctx, holder(person.id), { needId }, key());
    await world.ctx.db
      .update(hallSessions)
      .set({ withdrawnAt: NOW })
      .where(eq(hallSessions.id, third.id));
    expect(await releaseGuides(later)).toBe(1);
    expect(await listOwnDuties(world.ctx, person.id)).toEqual([]);
    expect((await told(world)).filter((one) => one === 'duty_dropped')).toHaveLength(3);
    expect(await listOpenNeeds(world.ctx, person.id)).toEqual([]);
  });
});

describe('the roster', () => {
  it('names volunteers to their hall, and its own staff by their digits', async () => {
    const world = await createWorld();
    const session = await world.session({ startsAt: addMinutes(NOW, 600) });
    const { needId, manager: by } = await needed(world, session, { guides: '2' });
    const { person } = await confirmed(world, by);
    const { person: staff } = await world.person('13800001234');
    await addHallStaff(world.ctx, staff.id);
    for (const personId of [person.id, staff.id]) {
      await assignDuty(world.ctx, by, { needId, personId }, key());
    }
    const date = calendarDate(session.startsAt);
    const { sessions } = await readRoster(world.ctx, testHall.slug, { from: date, until: date });
    expect(sessions[0]?.needs[0]?.duties).toMatchObject([
      { name: '示例陈晨' },
      { name: '工作人员', phoneEnd: '1234' },
    ]);
    expect((await told(world)).filter((one) => one === 'duty_assigned')).toHaveLength(2);
  });
});

describe('what runs every minute and with every page', () => {
  it('looks duties, needs and volunteers up by index, however many there were', async () => {
    const { ctx } = await createWorld();
    const scopes = { regions: ['320904'], communities: ['c'], halls: [testHall.slug] };
    const person = crypto.randomUUID();
    const pool = { purpose: 'guiding', skills: ['guiding'], hallSlug: testHall.slug } as const;
    const statements = [
      listStoppedDuties(ctx, 10),
      listUntoldPromotions(ctx, 10),
      listOwnDuties(ctx, person),
      listOpenNeeds(ctx, person),
      findPool(ctx, pool),
      ...rosterQueue(ctx, [testHall.slug], (slug) => slug).queries,
      ...volunteersQueue(ctx, scopes).queries,
    ] as unknown as { toSQL: () => { sql: string; params: string[] } }[];
    for (const statement of statements) {
      const { sql, params: args } = statement.toSQL();
      const { rows } = await ctx.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
      const plan = rows.map((row) => row['detail'] as string);
      expect(
        plan.filter((line) => /^SCAN (guide|volunteers|duty|hall_sessions)/.test(line)),
      ).toEqual([]);
    }
  });
});

/** Whom the manager would be offered for the only need of a session. */
async function offered({ ctx }: World, sessionId: string): Promise<string[]> {
  const [session] = await ctx.db.select().from(hallSessions).where(eq(hallSessions.id, sessionId));
  const [need] = await ctx.db.select().from(guideNeeds).where(eq(guideNeeds.sessionId, sessionId));
  return (await listCandidates(ctx, session!, need!)).map(({ personId }) => personId);
}
