import { publishRoot, sealEntries } from '../../src/features/audit/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import type { Database } from '../../src/lib/db/client.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

/** Somebody who signed in a day before NOW: the entries of a day that is over. */
const signedInYesterday = (world: World) => world.person();

/**
 * A run that has done its reads, so many, and is held there until the other run is through.
 * @returns how it goes on, once it is let go.
 */
async function overtaken(
  ctx: CommandContext,
  command: (ctx: CommandContext) => Promise<number>,
  reads: number,
): Promise<() => Promise<number>> {
  const held = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  let done = 0;
  const batch: Database['batch'] = async (queries) => {
    const rows = await ctx.db.batch(queries);
    done += 1;
    if (done === reads) {
      read.resolve();
      await held.promise;
    }
    return rows;
  };
  const db = Object.assign(Object.create(ctx.db) as Database, { batch });
  const late = command({ ...ctx, db });
  await read.promise;
  await command(ctx);
  return () => {
    held.resolve();
    return late;
  };
}

function sealing(state: string, prepare: LosingState['prepare']): LosingState {
  return { command: 'audit.sealEntries', state, reason: null, prepare };
}

function publishing(state: string, prepare: LosingState['prepare']): LosingState {
  return { command: 'audit.publishRoot', state, reason: null, prepare };
}

export const auditStates: LosingState[] = [
  sealing('nothing was written yet', async (world) => () => sealEntries(world.ctx)),
  sealing('every entry is sealed', async (world) => {
    await signedInYesterday(world);
    await sealEntries(world.ctx);
    return () => sealEntries(world.at(addMinutes(NOW, 1)));
  }),
  sealing('another run has sealed what this one read', async (world) => {
    await signedInYesterday(world);
    return overtaken(world.ctx, sealEntries, 1);
  }),
  publishing('nothing was written yet', async (world) => () => publishRoot(world.ctx)),
  publishing('the day is not over', async (world) => {
    await signedInYesterday(world);
    const midnight = addMinutes(NOW, -8 * 60);
    const ctx = world.at(new Date(midnight.getTime() - 1));
    await sealEntries(ctx);
    return () => publishRoot(ctx);
  }),
  publishing('an entry of the day is not sealed', async (world) => {
    await signedInYesterday(world);
    await sealEntries(world.ctx);
    await signedInYesterday(world);
    return () => publishRoot(world.ctx);
  }),
  publishing('the root is published', async (world) => {
    await signedInYesterday(world);
    await sealEntries(world.ctx);
    await publishRoot(world.ctx);
    return () => publishRoot(world.ctx);
  }),
  publishing('another run has published what this one read', async (world) => {
    await signedInYesterday(world);
    await sealEntries(world.ctx);
    return overtaken(world.ctx, (ctx) => publishRoot(ctx), 2);
  }),
];
