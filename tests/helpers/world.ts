import { onTestFinished } from 'vitest';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { createBooking } from '../../src/features/bookings/commands.ts';
import { halls, hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createTestDatabase } from './database.ts';
import { addHallStaff } from './roles.ts';
import { NOW, planSession, testHall } from './session.ts';

export const TEST_KEYS = JSON.stringify({ 1: btoa('k'.repeat(32)) });

export interface World {
  ctx: CommandContext;
  url: string;
  /** The same world at another time. */
  at(now: Date): CommandContext;
  person(phone?: string): Promise<{ person: Person; token: string }>;
  staff(): Promise<{ person: Person; token: string }>;
  session(values?: Partial<HallSession>): Promise<HallSession>;
  book(
    person: Person,
    session: HallSession,
    party?: { adults: number; children: number },
  ): Promise<string>;
}

/** A fresh database with one hall, and the few things most tests begin with. Removed after the test. */
export async function createWorld(): Promise<World> {
  const { db, url, remove } = await createTestDatabase();
  onTestFinished(remove);
  const keys = await Keyring.open(JSON.parse(TEST_KEYS) as Record<string, string>);
  const at = (now: Date): CommandContext => ({ db, now, keys, requestId: newId(now) });
  const ctx = at(NOW);
  await db.insert(halls).values(testHall);
  let people = 0;
  // Signed in well before NOW, so that the limits on codes have run out by then.
  const person = (phone = `1000000${String((people += 1)).padStart(4, '0')}`) =>
    signInByPhone(at(addMinutes(NOW, -24 * 60 + people)), phone);
  const staff = async () => {
    const one = await person();
    await addHallStaff(ctx, one.person.id);
    return one;
  };
  const session = async (values: Partial<HallSession> = {}) => {
    const row = planSession(values);
    await db.insert(hallSessions).values(row);
    return row;
  };
  const book: World['book'] = async (
    owner,
    { id: sessionId },
    party = { adults: 1, children: 0 },
  ) => {
    const input = { sessionId, contactName: '示例王芳', ...party };
    const { bookingId } = await createBooking(ctx, owner, input, crypto.randomUUID());
    return bookingId;
  };
  return { ctx, url, at, person, staff, session, book };
}
