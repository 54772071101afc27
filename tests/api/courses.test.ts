import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  cancelBooking,
  changeBooking,
  createBooking,
} from '../../src/features/bookings/commands.ts';
import { findOwnBookingAndSessions } from '../../src/features/bookings/queries.ts';
import { openCourseSession, withdrawCourseSession } from '../../src/features/courses/commands.ts';
import { listCourseSessions } from '../../src/features/courses/queries.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { findHallWithSessions, listOpenSessions } from '../../src/features/halls/queries.ts';
import { hallHours, hallSessions } from '../../src/features/halls/table.ts';
import { joinWaitlist, serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { addDays, addMinutes, calendarDate, formatTime } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { addRole } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const TOMORROW = addDays(calendarDate(NOW), 1);

const form = (values: Record<string, unknown> = {}) => ({
  hallSlug: testHall.slug,
  courseSlug: 'self-rescue',
  date: TOMORROW,
  time: '14:05',
  minutes: 90,
  places: 12,
  partyMax: 3,
  heldAt: '二楼教室（示例）',
  joiningNote: '从南门进（示例）',
  ...values,
});

async function manager(world: World) {
  const { person } = await world.person();
  const role = { role: 'hall_manager', scopeKind: 'hall', scopeId: testHall.slug } as const;
  await addRole(world.ctx, person.id, role);
  return { id: person.id, roles: [role] };
}

async function offer(world: World, values: Record<string, unknown> = {}) {
  const by = await manager(world);
  const { sessionId } = await openCourseSession(world.ctx, by, form(values), key());
  const [session] = await world.ctx.db
    .select()
    .from(hallSessions)
    .where(eq(hallSessions.id, sessionId));
  return { by, session: session! };
}

const refused = (act: Promise<unknown>) =>
  act.then(
    () => 'accepted',
    (error: { reason?: string }) => error.reason,
  );

describe('a course', () => {
  it('opens with the hall’s rules, and is a session of its own kind', async () => {
    const world = await createWorld();
    const { session } = await offer(world);
    expect(session).toMatchObject({
      courseSlug: 'self-rescue',
      heldAt: '二楼教室（示例）',
      joiningNote: '从南门进（示例）',
      capacity: 12,
      openPlaces: 12,
      partyMax: 3,
      fromPattern: false,
      adultsOnly: false,
    });
    expect(formatTime(session.startsAt)).toBe('14:05');
    expect(session.startsAt.getTime() - session.bookingClosesAt.getTime()).toBe(
      testHall.bookingClosesMinutes * 60_000,
    );
  });

  it('stands among courses and not among visits', async () => {
    const world = await createWorld();
    const visit = await world.session();
    const { session } = await offer(world);
    const hall = await findHallWithSessions(world.ctx, testHall.slug);
    expect(hall?.sessions.map(({ id }) => id)).toEqual([visit.id]);
    expect((await listOpenSessions(world.ctx, 14)).map(({ id }) => id)).toEqual([visit.id]);
    expect((await listCourseSessions(world.ctx)).map(({ id }) => id)).toEqual([session.id]);
    expect(await listCourseSessions(world.ctx, { courseSlug: 'high-rise' })).toEqual([]);
    expect(await listCourseSessions(world.ctx, { hallSlug: 'lianyungang' })).toEqual([]);
  });

  it('takes sign-ups, a queue and cancellations on the same engine', async () => {
    const world = await createWorld();
    const { session } = await offer(world, { places: 2, partyMax: 2 });
    const family = (await world.person()).person;
    const bookingId = await world.book(family, session, { adults: 1, children: 1 });
    const other = (await world.person()).person;
    const party = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
    expect(await refused(createBooking(world.ctx, other, party, key()))).toBe('session_full');
    await joinWaitlist(world.ctx, other, { ...party, leastPlaces: 1 }, key());
    await cancelBooking(world.ctx, family, { bookingId }, key());
    expect(await serveWaitlists(world.ctx)).toBe(1);
  });

  it('moves to another date of the same course only', async () => {
    const world = await createWorld();
    const visit = await world.session();
    const { by, session } = await offer(world);
    const open = (values: Record<string, unknown>) =>
      openCourseSession(world.ctx, by, form(values), key());
    const { sessionId: later } = await open({ date: addDays(TOMORROW, 1) });
    const { sessionId: another } = await open({ courseSlug: 'high-rise', time: '16:05' });
    const { person } = await world.person();
    const bookingId = await world.book(person, session);
    const change = (sessionId: string) =>
      changeBooking(world.ctx, person, { bookingId, sessionId, adults: 1, children: 0 }, key());
    const found = await findOwnBookingAndSessions(world.ctx, person.id, bookingId);
    expect(found?.sessions.map(({ id }) => id)).toEqual([session.id, later]);
    expect(await refused(change(visit.id))).toBe('session_unknown');
    expect(await refused(change(another))).toBe('session_unknown');
    expect(await change(later)).toEqual({ bookingId });

    const visitBooking = await world.book(person, visit);
    const ofVisit = await findOwnBookingAndSessions(world.ctx, person.id, visitBooking);
    expect(ofVisit?.sessions.map(({ id }) => id)).toEqual([visit.id]);
  });

  it('for adults only takes no child, in a booking, a change or a queue', async () => {
    const world = await createWorld();
    const { session } = await offer(world, { adultsOnly: 'yes', places: 1, partyMax: 1 });
    const { person } = await world.person();
    const party = { sessionId: session.id, contactName: '示例', adults: 1, children: 1 };
    expect(await refused(createBooking(world.ctx, person, party, key()))).toBe('adults_only');
    const bookingId = await world.book(person, session);
    const changed = { bookingId, sessionId: session.id, adults: 1, children: 1 };
    expect(await refused(changeBooking(world.ctx, person, changed, key()))).toBe('adults_only');
    const waiting = (await world.person()).person;
    expect(
      await refused(joinWaitlist(world.ctx, waiting, { ...party, leastPlaces: 1 }, key())),
    ).toBe('adults_only');
  });

  it('is left alone by the calendar, also at the minute at which a visit starts', async () => {
    const world = await createWorld();
    await world.ctx.db.insert(hallHours).values(
      [14 * 60, 15 * 60].map((startsMinute) => ({
        hallSlug: testHall.slug,
        weekday: 4,
        startsMinute,
        endsMinute: startsMinute + 60,
        capacity: 40,
      })),
    );
    const { by, session } = await offer(world, { time: '14:00' });
    await withdrawCourseSession(
      world.ctx,
      by,
      { hallSlug: testHall.slug, sessionId: session.id },
      key(),
    );
    await openSessions(world.ctx);
    await openSessions(world.ctx);
    const rows = await world.ctx.db.select().from(hallSessions);
    const ofTomorrow = rows.filter(({ startsAt }) => calendarDate(startsAt) === TOMORROW);
    expect(
      ofTomorrow.map(({ startsAt, courseSlug, withdrawnAt }) => [
        formatTime(startsAt),
        courseSlug,
        withdrawnAt !== null,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['14:00', 'self-rescue', true],
        ['14:00', null, false],
        ['15:00', null, false],
      ]),
    );
    expect(ofTomorrow).toHaveLength(3);
  });

  it('cannot be turned into another course, nor kept for groups', async () => {
    const world = await createWorld();
    const { session } = await offer(world);
    const set = (values: Partial<typeof session>) =>
      refusedBy(
        world.ctx.db.update(hallSessions).set(values).where(eq(hallSessions.id, session.id)),
      );
    expect(await set({ courseSlug: 'high-rise' })).toContain('course_stays');
    expect(await set({ courseSlug: null })).toContain('course_stays');
    expect(await set({ groupPlaces: 5 })).toContain('hall_sessions_course_by_staff');
    expect(await set({ heldAt: '' })).toContain('hall_sessions_course_has_place');
  });
});

async function refusedBy(act: PromiseLike<unknown>): Promise<string> {
  try {
    await act;
    return 'accepted';
  } catch (error) {
    return `${(error as Error).message} ${String((error as Error).cause)}`;
  }
}

describe('what is free at a hall, for other sites', () => {
  it('is told to any site, by session, and leaves courses out', async () => {
    const world = await createWorld();
    const visit = await world.session({ capacity: 4 });
    await world.book((await world.person()).person, visit, { adults: 1, children: 2 });
    await offer(world);
    const api = createApi(world);
    const { status, headers, body } = await api.get('/api/halls/yancheng/availability');
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('cache-control')).toBe('public, max-age=60');
    expect(headers.has('set-cookie')).toBe(false);
    expect(body).toMatchObject({
      hall: 'yancheng',
      asOf: NOW.toISOString(),
      sessions: [{ id: visit.id, phase: 'on_sale', placesLeft: 1 }],
    });
    expect((await api.get('/api/halls/nowhere/availability')).status).toBe(404);
    // Others hold what is a person's own.
    expect((await api.get('/api/bookings')).headers.has('access-control-allow-origin')).toBe(false);
  });

  it('has a list of its own for courses, without what only those who come may read', async () => {
    const world = await createWorld();
    await world.session();
    const { session } = await offer(world);
    const api = createApi(world);
    const { body } = await api.get('/api/course-sessions?course=self-rescue&hall=yancheng');
    expect(body).toMatchObject([{ id: session.id, course: 'self-rescue', placesLeft: 12 }]);
    expect(JSON.stringify(body)).not.toContain(session.joiningNote);
    expect((await api.get('/api/course-sessions?course=high-rise')).body).toEqual([]);
    expect((await api.get('/api/course-sessions?course=nothing')).status).toBe(422);
  });

  it('is a calendar to subscribe to', async () => {
    const world = await createWorld();
    const visit = await world.session();
    await world.session({ startsAt: addMinutes(NOW, 500), capacity: 1, openPlaces: 0 });
    const { session } = await offer(world);
    const { headers, body } = await createApi(world).get('/halls/yancheng/availability.ics');
    expect(headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const text = String(body).replaceAll('\r\n ', '');
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect(text).toContain(`UID:session-${visit.id}@anlan`);
    expect(text).toContain('余40个名额');
    expect(text).toContain('约满，可以排候补');
    expect(text).toContain('TRANSP:TRANSPARENT');
    expect(text).not.toContain(session.id);
  });
});
