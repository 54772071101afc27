import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { drillParticipants } from '../../src/features/drills/table.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi, type Answer, type Api } from '../helpers/api.ts';
import { startDatabaseProcess, type DatabaseProcess } from '../helpers/database-process.ts';
import { announcedDrill, family, takenOf, type AnnouncedDrill } from '../helpers/drill-sign-ups.ts';
import { FaultProxy } from '../helpers/fault-proxy.ts';
import { NOW } from '../helpers/session.ts';
import { TEST_KEYS, type World } from '../helpers/world.ts';

const ASKERS = 500;
const CAPACITY = 200;
const LOST_SHARE = 0.1;
const TRIES_MAX = 20;

/** A libSQL server in a process of its own; every request of the site comes over a connection of its own. */
describe(`${ASKERS} people at once for ${CAPACITY} places of a role`, () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  let world: World;
  let proxy: FaultProxy;
  let api: Api;
  let tokens: string[];

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anlan-race-'));
    cleanups.push(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'site.db');
    await copyFile(inject('databaseTemplate'), file);
    const server: DatabaseProcess = await startDatabaseProcess(file);
    cleanups.push(() => server.end('SIGTERM'));
    const db = openDatabase({ url: server.url, timeoutMs: 30_000 });
    const keys = await Keyring.open(JSON.parse(TEST_KEYS) as Record<string, string>);
    const at = (now: Date) => ({ db, now, keys, requestId: newId(now) });
    let people = 0;
    const person = () => {
      people += 1;
      return signInByPhone(
        at(addMinutes(NOW, -24 * 60 + people)),
        `1000000${String(people).padStart(4, '0')}`,
      );
    };
    proxy = await FaultProxy.start(Number(new URL(server.url).port));
    cleanups.push(() => proxy.close());
    world = { ctx: at(NOW), at, person, url: proxy.url } as unknown as World;
    api = createApi(world);
    tokens = [];
    for (let nth = 0; nth < ASKERS; nth += 1) tokens.push((await person()).token);
  }, 120_000);
  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  /** Everybody asks at once; who hears "not certain" asks again under the same key. */
  const askAll = (drill: AnnouncedDrill, wait: (nth: number) => boolean): Promise<Answer[]> => {
    const { drillId, ...body } = family(drill);
    return Promise.all(
      tokens.map(async (token, nth) => {
        const key = crypto.randomUUID();
        const alone = { ...body, adults: 1, children: 0, wait: wait(nth) };
        const ask = () => api.post(`/api/drills/${drillId}/sign-ups`, alone, { token, key });
        let answer = await ask();
        for (let tries = 1; answer.status === 503 && tries < TRIES_MAX; tries += 1) {
          answer = await ask();
        }
        return answer;
      }),
    );
  };

  const stored = async (drillId: string) => {
    const rows = await world.ctx.db
      .select({ state: drillParticipants.state, n: count() })
      .from(drillParticipants)
      .where(eq(drillParticipants.drillId, drillId))
      .groupBy(drillParticipants.state);
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  };

  it('takes exactly the places there are, and tells everybody else that it is full', async () => {
    const drill = await announcedDrill(world, { capacity: CAPACITY });
    const answers = await askAll(drill, () => false);
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(CAPACITY);
    for (const { status, body } of answers.filter((one) => one.status !== 201)) {
      expect({ status, body }).toMatchObject({ status: 409, body: { code: 'role_full' } });
    }
    expect(await takenOf(world.ctx, drill.drillId)).toBe(CAPACITY);
    expect(await stored(drill.drillId)).toEqual({ joined: CAPACITY });
    const told = accepted.map(({ body }) => (body as { participantId: string }).participantId);
    expect(new Set(told).size).toBe(CAPACITY);
    const written = await world.ctx.db.$count(
      auditEntries,
      eq(auditEntries.action, 'drill_participant.sign_up'),
    );
    expect(written).toBe(CAPACITY);
  }, 120_000);

  it('the same with half of them ready to wait, and answers lost on the way', async () => {
    const drill = await announcedDrill(world, {
      capacity: CAPACITY,
      values: { date: '2026-11-30' },
    });
    let asked = 0;
    const isSignUp = (sql: string) => sql.includes('insert into "drill_participants"');
    // Every tenth commit is answered into nothing.
    const isLost = () => (asked += 1) % Math.round(1 / LOST_SHARE) === 0;
    proxy.fail({ kind: 'loseAnswer' }, { when: (sql) => isSignUp(sql) && isLost() });
    const answers = await askAll(drill, (nth) => nth % 2 === 0);
    proxy.pass();
    const lost = proxy.seen.filter(({ fault }) => fault === 'loseAnswer').length;
    expect(lost).toBeGreaterThan(ASKERS / 20);
    const inState = (state: string) =>
      answers.filter(
        (one) => one.status === 201 && (one.body as { state: string }).state === state,
      );
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { status, body } of refused) {
      expect({ status, body }).toMatchObject({ status: 409, body: { code: 'role_full' } });
    }
    expect(inState('joined')).toHaveLength(CAPACITY);
    expect(inState('waiting').length + refused.length).toBe(ASKERS - CAPACITY);
    expect(await stored(drill.drillId)).toEqual({
      joined: CAPACITY,
      waiting: inState('waiting').length,
    });
    expect(await takenOf(world.ctx, drill.drillId)).toBe(CAPACITY);
  }, 120_000);
});
