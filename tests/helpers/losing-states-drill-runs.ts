import {
  forgetLogNotes,
  recordEntries,
  recordEntry,
} from '../../src/features/drill-runs/commands.ts';
import { drillLogs } from '../../src/features/drill-runs/table.ts';
import { after, crew, sending, tapped, type Crew } from './drill-runs.ts';
import type { LosingState } from './losing-states.ts';
import { ended, started } from './open-drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const A_DAY_LATER = 45 * 60 + 24 * 3600 + 1;

async function running(world: World): Promise<Crew> {
  const all = await crew(world);
  await started(world.ctx, all.organiser, all.drillId);
  return all;
}

const losing = (state: string, reason: string, prepare: LosingState['prepare']): LosingState => ({
  command: 'drill-runs.recordEntry',
  state,
  reason,
  prepare,
});

const count = { kind: 'muster', unit: '3栋', value: '38' };

export const drillRunStates: readonly LosingState[] = [
  losing('no part in the drill', 'drill_not_yours', async (world) => {
    const { drillId } = await running(world);
    const stranger = { id: (await world.person()).person.id, roles: [] };
    return () => recordEntry(after(world, 60), stranger, { drillId, ...count }, key());
  }),
  losing('a kind that the role does not log', 'kind_not_yours', async (world) => {
    const { drillId, leader } = await running(world);
    const values = { drillId, kind: 'observation', note: '楼梯挤' };
    return () => recordEntry(after(world, 60), leader, values, key());
  }),
  losing('a measure that the script does not have', 'ref_unknown', async (world) => {
    const { drillId, evaluator } = await running(world);
    const values = { drillId, kind: 'measure_from', ref: 'm99' };
    return () => recordEntry(after(world, 60), evaluator, values, key());
  }),
  losing('nothing to take back', 'entry_unknown', async (world) => {
    const { drillId, leader } = await running(world);
    const values = { drillId, kind: 'undo', ref: crypto.randomUUID() };
    return () => recordEntry(after(world, 60), leader, values, key());
  }),
  losing('more than half a day before the start', 'log_not_open', async (world) => {
    const { drillId, leader } = await crew(world);
    return () => recordEntry(after(world, -12 * 3600 - 1), leader, { drillId, ...count }, key());
  }),
  losing('more than a day after the end', 'log_closed', async (world) => {
    const { drillId, leader, organiser } = await running(world);
    await ended(world.ctx, organiser, drillId);
    return () => recordEntry(after(world, A_DAY_LATER), leader, { drillId, ...count }, key());
  }),
  losing('a full log', 'drill_logs_room', async (world) => {
    const { drillId, leader } = await running(world);
    await recordEntry(after(world, 60), leader, { drillId, ...count }, key());
    await world.ctx.db.update(drillLogs).set({ entries: 5000 });
    return () => recordEntry(after(world, 61), leader, { drillId, ...count }, key());
  }),
  {
    command: 'drill-runs.recordEntries',
    state: 'no part in the drill',
    reason: 'drill_not_yours',
    prepare: async (world) => {
      const { drillId } = await running(world);
      const stranger = { id: (await world.person()).person.id, roles: [] };
      const input = sending(drillId, 60, [tapped(30, {})]);
      return () => recordEntries(after(world, 60), stranger, input);
    },
  },
  {
    command: 'drill-runs.forgetLogNotes',
    state: 'no words are old enough',
    reason: null,
    prepare: async (world) => {
      const { drillId, evaluator } = await running(world);
      const values = { drillId, kind: 'observation', note: '楼梯挤' };
      await recordEntry(after(world, 60), evaluator, values, key());
      return () => forgetLogNotes(after(world, 120));
    },
  },
];
