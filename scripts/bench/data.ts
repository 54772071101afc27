import { setTimeout as delay } from 'node:timers/promises';
import { and, count, isNull, lte } from 'drizzle-orm';
import { halls, hallSessions } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase, type Database } from '../../src/lib/db/client.ts';
import { migrate } from '../../src/lib/db/migrate.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring, sha256 } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { signInByPhone } from '../lib/demo-people.ts';
import { readMigrations } from '../lib/migrations.ts';
import { seed } from '../lib/seed.ts';
import type { Ask } from './load.ts';

export interface BenchData {
  /** Bookings as the API takes them; the site delivers each one's message at once. */
  bySite: (index: number) => Ask;
  /** The same with messages that are not due yet, so that only deciding and writing is left. */
  bySiteUndelivered: (index: number) => Ask;
  byBareClient: (index: number) => Ask;
  /** Waits until nothing that was booked still has its message under way. */
  settle: () => Promise<void>;
  close: () => void;
}

const PEOPLE = 100;
const SETTLE_WITHIN_MS = 20_000;

/** A second hall, so that the page of the first stays as short as in life. */
const benchHall = {
  slug: 'bench',
  regionCode: '320900',
  partyMax: 5,
  bookingWindowDays: 14,
  bookingClosesMinutes: 0,
  cancellationClosesMinutes: 0,
  arrivalOpensMinutes: 0,
};

/** Messages about two adults wait until tomorrow: how `bySiteUndelivered` tells its bookings apart. */
const messagesOfPairsWait = `CREATE TRIGGER bench_messages_wait AFTER INSERT ON outbox_messages
WHEN (SELECT adults FROM bookings WHERE id = substr(NEW.idempotency_key, 17)) = 2
BEGIN
  UPDATE outbox_messages SET not_before = not_before + 86400000 WHERE id = NEW.id;
END`;

/** The demonstration's data, people who are signed in, and enough sessions for so many bookings of each kind. */
export async function prepareData(
  url: string,
  personalDataKeys: string,
  bookings: number,
): Promise<BenchData> {
  const db = openDatabase({ url, timeoutMs: 30_000 });
  const keys = await Keyring.open(JSON.parse(personalDataKeys) as Record<string, string>);
  const context = (): CommandContext => {
    const now = new Date();
    return { db, keys, now, requestId: newId(now) };
  };
  await migrate(db.$client, await readMigrations(), new Date());
  await seed(context(), url);
  await db.insert(halls).values(benchHall);
  const people = await signInPeople(context);
  await db.update(outboxMessages).set({ deliveredAt: new Date() });
  await db.$client.execute(messagesOfPairsWait);
  const sessionsEach = Math.ceil(bookings / PEOPLE);
  const sessionIds = await openSessions(context(), 3 * sessionsEach);
  const pick = (kind: number, index: number) => {
    const person = people[index % PEOPLE];
    const sessionId = sessionIds[kind * sessionsEach + Math.floor(index / PEOPLE)];
    if (!person || !sessionId) throw new Error('More bookings than were prepared.');
    return { person, sessionId };
  };
  const bySite = (kind: number, adults: number) => (index: number) => {
    const { person, sessionId } = pick(kind, index);
    const body = { sessionId, adults, children: 0, contactName: '示例王芳' };
    const headers = { cookie: person.cookie, 'idempotency-key': crypto.randomUUID() };
    return post('/api/bookings', body, headers);
  };
  return {
    bySite: bySite(0, 1),
    bySiteUndelivered: bySite(1, 2),
    byBareClient: (index) => {
      const { person, sessionId } = pick(2, index);
      return post('/', { ...person, sessionId });
    },
    settle: () => untilDelivered(db),
    close: () => db.$client.close(),
  };
}

function post(path: string, body: object, headers: Record<string, string> = {}): Ask {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

async function signInPeople(context: () => CommandContext) {
  const people: { cookie: string; personId: string; tokenHash: string }[] = [];
  for (let index = 0; index < PEOPLE; index += 1) {
    const { token, person } = await signInByPhone(context(), `1000000${5_000 + index}`);
    const tokenHash = Buffer.from(await sha256(token)).toString('base64');
    people.push({ cookie: `__Host-anlan=${token}`, personId: person.id, tokenHash });
  }
  return people;
}

/** Room for one booking of two by everybody in each. */
async function openSessions({ db, now }: CommandContext, amount: number): Promise<string[]> {
  const rows = Array.from({ length: amount }, (_, index) => {
    const startsAt = new Date(addMinutes(now, 24 * 60).getTime() + index);
    return {
      ...{ id: newId(now), hallSlug: benchHall.slug, startsAt, endsAt: addMinutes(startsAt, 75) },
      ...{ bookingOpensAt: now, bookingClosesAt: startsAt, cancellationClosesAt: startsAt },
      ...{ arrivalOpensAt: startsAt, partyMax: 5, capacity: 2 * PEOPLE, openPlaces: 2 * PEOPLE },
    };
  });
  await db.insert(hallSessions).values(rows);
  return rows.map(({ id }) => id);
}

async function untilDelivered(db: Database): Promise<void> {
  const due = and(
    isNull(outboxMessages.deliveredAt),
    isNull(outboxMessages.deadAt),
    isNull(outboxMessages.droppedAt),
    lte(outboxMessages.notBefore, new Date()),
  );
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  while (Date.now() < deadline) {
    const [waiting] = await db.select({ rows: count() }).from(outboxMessages).where(due);
    if (waiting?.rows === 0) return;
    await delay(50);
  }
  throw new Error('Messages are still waiting to be delivered.');
}
