import { openCourseSession, withdrawCourseSession } from '../../src/features/courses/commands.ts';
import { addMinutes, calendarDate, formatTime } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW, testHall } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

async function manager(world: World) {
  const { person } = await world.person();
  const role = { role: 'hall_manager', scopeKind: 'hall', scopeId: testHall.slug } as const;
  await addRole(world.ctx, person.id, role);
  return { id: person.id, roles: [role] };
}

const form = (startsAt: Date) => ({
  hallSlug: testHall.slug,
  courseSlug: 'high-rise',
  date: calendarDate(startsAt),
  time: formatTime(startsAt),
  minutes: 60,
  places: 10,
  partyMax: 2,
  heldAt: '示例教室',
});

async function opened(world: World) {
  const by = await manager(world);
  const startsAt = addMinutes(NOW, 300);
  const { sessionId } = await openCourseSession(world.ctx, by, form(startsAt), key());
  return { by, startsAt, reference: { hallSlug: testHall.slug, sessionId } };
}

const opening = (state: string, reason: string, prepare: LosingState['prepare']): LosingState => ({
  command: 'courses.openCourseSession',
  state,
  reason,
  prepare,
});

const withdrawing = (
  state: string,
  reason: string,
  prepare: LosingState['prepare'],
): LosingState => ({ command: 'courses.withdrawCourseSession', state, reason, prepare });

export const courseStates: readonly LosingState[] = [
  opening('not the manager', 'hall_unknown', async (world) => {
    const { person } = await world.staff();
    return () =>
      openCourseSession(world.ctx, { id: person.id, roles: [] }, form(addMinutes(NOW, 300)), key());
  }),
  opening('the role was taken away meanwhile', 'hall_unknown', async (world) => {
    const { person } = await world.person();
    const role = { role: 'hall_manager', scopeKind: 'hall', scopeId: testHall.slug } as const;
    const by = { id: person.id, roles: [role] };
    return () => openCourseSession(world.ctx, by, form(addMinutes(NOW, 300)), key());
  }),
  opening('too soon', 'course_starts_too_soon', async (world) => {
    const by = await manager(world);
    return () => openCourseSession(world.ctx, by, form(addMinutes(NOW, 20)), key());
  }),
  opening('too far ahead', 'course_too_far_ahead', async (world) => {
    const by = await manager(world);
    const startsAt = addMinutes(NOW, 14 * 24 * 60);
    return () => openCourseSession(world.ctx, by, form(startsAt), key());
  }),
  opening('one starts then in the same place', 'start_taken', async (world) => {
    const by = await manager(world);
    const { startsAt } = await world.session({ heldAt: form(NOW).heldAt });
    return () => openCourseSession(world.ctx, by, form(startsAt), key());
  }),
  withdrawing('not the manager', 'course_session_unknown', async (world) => {
    const { reference } = await opened(world);
    const { person } = await world.staff();
    return () => withdrawCourseSession(world.ctx, { id: person.id, roles: [] }, reference, key());
  }),
  withdrawing('a visit, no course', 'course_session_unknown', async (world) => {
    const by = await manager(world);
    const { id: sessionId } = await world.session();
    const reference = { hallSlug: testHall.slug, sessionId };
    return () => withdrawCourseSession(world.ctx, by, reference, key());
  }),
  withdrawing('withdrawn before', 'course_already_withdrawn', async (world) => {
    const { by, reference } = await opened(world);
    await withdrawCourseSession(world.ctx, by, reference, key());
    return () => withdrawCourseSession(world.ctx, by, reference, key());
  }),
  withdrawing('begun', 'course_session_over', async (world) => {
    const { by, reference, startsAt } = await opened(world);
    return () => withdrawCourseSession(world.at(startsAt), by, reference, key());
  }),
  withdrawing('somebody signed up', 'session_has_visitors', async (world) => {
    const { by, reference } = await opened(world);
    const session = { id: reference.sessionId } as Parameters<World['book']>[1];
    await world.book((await world.person()).person, session);
    return () => withdrawCourseSession(world.ctx, by, reference, key());
  }),
];
