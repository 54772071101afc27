import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { newPersonalDataKeys } from '../../scripts/lib/keys.ts';
import { readMigrations } from '../../scripts/lib/migrations.ts';
import { freePort } from '../../scripts/lib/processes.ts';
import { serveSite, type RunningSite } from '../../scripts/lib/site.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { halls, hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { migrate, type Migration } from '../../src/lib/db/migrate.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { startDatabaseProcess, type DatabaseProcess } from './database-process.ts';
import { FaultProxy } from './fault-proxy.ts';
import { planSession, testHall } from './session.ts';

/** The hall that has words in `content/halls`, so that its pages can be drawn. */
export const HALL = testHall.slug;

export interface Visitor {
  phone: string;
  person: Person;
  /** The value of a Cookie header. */
  cookie: string;
}

export interface SessionWishes {
  capacity?: number;
  openPlaces?: number;
  groupPlaces?: number;
  partyMax?: number;
  /** Negative for a session that began some time ago. */
  startsInMinutes?: number;
  lastsMinutes?: number;
  bookingClosesAt?: Date;
}

export interface TestSite {
  url: string;
  site: RunningSite;
  proxy: FaultProxy;
  /** Looks into the database past the proxy; time is that of the call. */
  context: () => CommandContext;
  stopDatabase: () => Promise<void>;
  /** In the middle of whatever it is doing. */
  killDatabase: () => Promise<void>;
  /** On the same port and file as before. */
  startDatabase: () => Promise<void>;
  openTestSession: (wishes?: SessionWishes) => Promise<HallSession>;
  /** Real sign-ins of so many people who have not signed in here before. */
  signInMany: (count: number) => Promise<Visitor[]>;
  stop: () => Promise<void>;
}

/**
 * The built site in workerd, with a database of its own behind a `FaultProxy`.
 * @param editMigrations for a database that lacks what the real one has; it is migrated then and not copied.
 */
export async function startTestSite({
  editMigrations,
}: { editMigrations?: (migrations: Migration[]) => Migration[] } = {}): Promise<TestSite> {
  const directory = await mkdtemp(join(tmpdir(), 'anlan-site-'));
  const cleanups: (() => Promise<unknown>)[] = [
    () => rm(directory, { recursive: true, force: true }),
  ];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  try {
    const file = join(directory, 'site.db');
    if (!editMigrations) await copyFile(inject('databaseTemplate'), file);
    let server: DatabaseProcess | undefined = await startDatabaseProcess(file);
    const databaseUrl = server.url;
    const port = Number(new URL(databaseUrl).port);
    const endDatabase = async (signal: 'SIGTERM' | 'SIGKILL') => {
      await server?.end(signal);
      server = undefined;
    };
    const stopDatabase = () => endDatabase('SIGTERM');
    const killDatabase = () => endDatabase('SIGKILL');
    const startDatabase = async () => {
      server ??= await startDatabaseProcess(file, { port });
    };
    cleanups.push(stopDatabase);

    const personalDataKeys = newPersonalDataKeys();
    const keys = await Keyring.open(JSON.parse(personalDataKeys) as Record<string, string>);
    const db = openDatabase({ url: databaseUrl, timeoutMs: 30_000 });
    const context = (): CommandContext => {
      const now = new Date();
      return { db, keys, now, requestId: newId(now) };
    };
    if (editMigrations) {
      await migrate(db.$client, editMigrations(await readMigrations()), new Date());
    }
    await db.insert(halls).values(testHall);

    const proxy = await FaultProxy.start(port);
    cleanups.push(() => proxy.close());
    const site = await serveSite({
      outDir: inject('siteBuild'),
      port: await freePort(),
      databaseUrl: proxy.url,
      personalDataKeys,
      stateDir: join(directory, 'runtime'),
    });
    cleanups.push(() => site.stop());
    const visits = createVisits(context);
    return {
      url: site.url,
      site,
      proxy,
      context,
      stopDatabase,
      killDatabase,
      startDatabase,
      ...visits,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function createVisits(
  context: () => CommandContext,
): Pick<TestSite, 'openTestSession' | 'signInMany'> {
  let sessions = 0;
  let people = 0;
  const openTestSession = async (wishes: SessionWishes = {}): Promise<HallSession> => {
    const { startsInMinutes = 24 * 60, lastsMinutes = 75, ...values } = wishes;
    const { db, now } = context();
    sessions += 1;
    // A hall has one session at a time: a millisecond apart is enough to be different ones.
    const startsAt = new Date(addMinutes(now, startsInMinutes).getTime() + sessions);
    const endsAt = addMinutes(startsAt, lastsMinutes);
    const row = planSession({ ...values, id: newId(now), startsAt, endsAt });
    await db.insert(hallSessions).values(row);
    return row;
  };
  const signInMany = async (count: number): Promise<Visitor[]> => {
    const visitors: Visitor[] = [];
    for (let index = 0; index < count; index += 1) {
      people += 1;
      // Numbers beginning 1000000 belong to nobody.
      const phone = `1000000${String(people).padStart(4, '0')}`;
      const { token, person } = await signInByPhone(context(), phone);
      visitors.push({ phone, person, cookie: `__Host-anlan=${token}` });
    }
    return visitors;
  };
  return { openTestSession, signInMany };
}
