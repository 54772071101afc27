import type { Person } from '../../src/features/accounts/table.ts';
import { markArrival } from '../../src/features/bookings/commands.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { addRole } from './roles.ts';
import { testHall } from './session.ts';
import type { World } from './world.ts';

/** Somebody who works at the test hall, with the role in hand. */
export async function hallWorker(
  world: World,
  role: 'hall_staff' | 'hall_manager' = 'hall_staff',
): Promise<Holder & { person: Person }> {
  const { person } = await world.person();
  const held = { role, scopeKind: 'hall', scopeId: testHall.slug } as const;
  await addRole(world.ctx, person.id, held);
  return { id: person.id, roles: [held], person };
}

/** A visit that a person has made: booked, and marked at the door as the session began. */
export async function visitMade(
  world: World,
  person: Person,
  values: Partial<HallSession> = {},
): Promise<{ bookingId: string; session: HallSession }> {
  const session = await world.session(values);
  const bookingId = await world.book(person, session);
  const { person: staff } = await world.staff();
  await markArrival(world.at(session.startsAt), staff, { bookingId }, crypto.randomUUID());
  return { bookingId, session };
}

/** A while after a session: its visitors are at home. */
export function afterwards(world: World, { endsAt }: HallSession, minutes = 60) {
  return world.at(addMinutes(endsAt, minutes));
}
