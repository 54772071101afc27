import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halls } from '../../src/features/halls/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes, instantOf } from '../../src/lib/time.ts';
import {
  actKinds,
  anyAct,
  Nothing,
  play,
  timeAfter,
  type Act,
  type Cast,
} from '../helpers/hall-acts.ts';
import { expectServed, expectTold } from '../helpers/hall-ledger.ts';
import {
  expectNobodyLost,
  expectPoolsKept,
  expectWhole,
  freeIn,
  queueWants,
  readTruth,
  type Truth,
} from '../helpers/hall-truth.ts';
import { NOW } from '../helpers/session.ts';
import { hallWorker } from '../helpers/visits.ts';
import { createWorld, type World } from '../helpers/world.ts';

/** The same every time; others are played by `HALLS_MODEL_SEED=… HALLS_MODEL_RUNS=…`. */
const USUAL = { seed: 20_261_122, runs: 16 };
const SEED = Number(process.env['HALLS_MODEL_SEED'] ?? USUAL.seed);
const RUNS = Number(process.env['HALLS_MODEL_RUNS'] ?? USUAL.runs);

/** Two small sessions for families, today and tomorrow, and two with room for groups, later. */
async function openHall(world: World): Promise<void> {
  await world.ctx.db.update(halls).set({ groupMin: 5, largePartyMin: 5, groupMonthPlaces: 40 });
  const pools = { partyMax: 6, largePartyMin: 5 };
  const later = (day: string, capacity: number, groupPlaces: number) => {
    const startsAt = instantOf(day, 10 * 60);
    const groupsReleaseAt = addMinutes(startsAt, -24 * 60);
    return world.session({
      ...pools,
      startsAt,
      capacity,
      groupPlaces,
      groupsReleaseAt,
      walkInPlaces: 1,
    });
  };
  await world.session({ ...pools, capacity: 8, walkInPlaces: 2, startsAt: addMinutes(NOW, 360) });
  await world.session({ ...pools, capacity: 9, walkInPlaces: 1, startsAt: addMinutes(NOW, 1800) });
  await later('2026-11-28', 22, 16);
  await later('2026-12-01', 20, 14);
}

async function gather(world: World): Promise<Cast> {
  const many = async (count: number) => {
    const people = [];
    for (let nth = 0; nth < count; nth += 1) people.push((await world.person()).person);
    return people;
  };
  return {
    families: await many(6),
    leaders: await many(2),
    // One of them has no mobile number.
    callers: ['13800000001', '13800000002', '051588880003'],
    staff: await hallWorker(world),
    manager: await hallWorker(world, 'hall_manager'),
  };
}

/** Whether a refusal for want of places is true. */
function expectJust({ kind, session, size }: Act, reason: string, before: Truth): void {
  const wanted = before.sessions[session % before.sessions.length]!;
  const isTight = freeIn(wanted) < size || queueWants(before, wanted);
  if ((kind === 'book' || kind === 'bookByPhone') && reason === 'session_full') {
    expect(isTight, 'refused although there were places').toBe(true);
  }
  if ((kind === 'join' || kind === 'joinByPhone') && reason === 'places_free') {
    expect(isTight, 'sent away from the queue although there were no places').toBe(false);
  }
}

type Outcome = 'done' | 'nothing' | (string & {});

async function outcomeOf(playing: Promise<void>): Promise<Outcome> {
  try {
    await playing;
    return 'done';
  } catch (error) {
    if (error instanceof Nothing) return 'nothing';
    if (error instanceof DomainError && error.code !== 'unavailable') return error.reason;
    throw error;
  }
}

/** Without the logs' positions, which stand still when nothing is written. */
const rowsOf = ({ audited, queued, ...rows }: Truth) => ({ ...rows, logs: audited + queued });

describe('a hall', () => {
  it(
    `breaks no pool, loses nobody and serves its queues in order, whatever happens (seed ${SEED})`,
    { timeout: 120_000 },
    async () => {
      const succeeded = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(fc.array(anyAct, { minLength: 70, maxLength: 110 }), async (acts) => {
          const world = await createWorld();
          await openHall(world);
          const cast = await gather(world);
          let now = NOW;
          let before = await readTruth(world.ctx);
          for (const act of acts) {
            now = timeAfter(act, now, before);
            const ctx = world.at(now);
            const outcome = await outcomeOf(play({ ctx, cast, truth: before }, act));
            if (outcome === 'nothing') continue;
            const after = await readTruth(ctx, before);
            if (outcome === 'done') {
              succeeded.set(act.kind, (succeeded.get(act.kind) ?? 0) + 1);
              expectNobodyLost(before, after);
              expectPoolsKept(before, after);
              expectTold(before, after);
              if (act.kind === 'serve') expectServed(before, after, now);
              expectWhole(after);
            } else {
              expect(after.audit).toEqual([]);
              expect(after.outbox).toEqual([]);
              expect(rowsOf({ ...after, audit: before.audit, outbox: before.outbox })).toEqual(
                rowsOf(before),
              );
              expectJust(act, outcome, before);
            }
            before = after;
          }
        }),
        { seed: SEED, numRuns: RUNS, endOnFailure: process.env['HALLS_MODEL_SHRINK'] !== '1' },
      );
      // A model in which nothing happens proves nothing. A rare act may be missed by one seed or another.
      const never = actKinds.filter((kind) => !succeeded.has(kind));
      if (RUNS >= USUAL.runs)
        expect(never.length, `never done: ${never.join(', ')}`).toBeLessThan(4);
    },
  );
});
