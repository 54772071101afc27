import { removeNaming } from '../../src/features/namings/commands.ts';
import { holder, reviewer } from './losing-states-console.ts';
import type { LosingState } from './losing-states.ts';
import { listNaming } from './namings.ts';

const key = () => crypto.randomUUID();
const reason = '录成了别的社区';

export const namingStates: LosingState[] = [
  {
    command: 'namings.removeNaming',
    state: 'it is another county’s',
    reason: 'naming_not_yours',
    prepare: async (world) => {
      const namingId = await listNaming(world.ctx, (await reviewer(world)).by);
      const next = { scopeKind: 'region', scopeId: '320902' } as const;
      const { by } = await holder(world, { role: 'reviewer', ...next });
      return () => removeNaming(world.ctx, by, { namingId, reason }, key());
    },
  },
  {
    command: 'namings.removeNaming',
    state: 'it was removed before',
    reason: 'naming_removed',
    prepare: async (world) => {
      const { by } = await reviewer(world);
      const namingId = await listNaming(world.ctx, by);
      await removeNaming(world.ctx, by, { namingId, reason }, key());
      return () => removeNaming(world.ctx, by, { namingId, reason }, key());
    },
  },
  {
    command: 'namings.removeNaming',
    state: 'without a reason',
    reason: 'invalid_input',
    prepare: async (world) => {
      const { by } = await reviewer(world);
      const namingId = await listNaming(world.ctx, by);
      return () => removeNaming(world.ctx, by, { namingId, reason: ' ' }, key());
    },
  },
];
