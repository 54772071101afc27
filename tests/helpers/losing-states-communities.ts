import {
  addRiskMap,
  forgetOfficers,
  remindOfCommunityDues,
} from '../../src/features/community-profiles/commands.ts';
import { community, saved, sectionValues, type Community } from './communities.ts';
import { drilling } from './drills.ts';
import type { LosingState } from './losing-states.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

const losing = (
  command: string,
  state: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command: `community-profiles.${command}`, state, reason, prepare });

const saving = (
  state: string,
  reason: string,
  prepare: (world: World, own: Community) => Promise<() => Promise<unknown>>,
) => losing('saveSection', state, reason, async (world) => prepare(world, await community(world)));

export const communityStates: LosingState[] = [
  saving('another saved it since', 'profile_overtaken', async (world, own) => {
    await saved(world.ctx, own.colleague, own.organisationId, 'plan');
    return () => saved(world.ctx, own.head, own.organisationId, 'plan');
  }),
  saving(
    'a version nobody has read yet',
    'profile_overtaken',
    async (world, own) => () =>
      saved(world.ctx, own.head, own.organisationId, 'plan', { version: 3 }),
  ),
  saving(
    'an officer, who only reads',
    'community_not_yours',
    async (world, own) => () => saved(world.ctx, own.officer, own.organisationId, 'plan'),
  ),
  saving(
    'a year long gone',
    'invalid_input',
    async (world, own) => () =>
      saved(world.ctx, own.head, own.organisationId, 'figures', { year: 2021 }),
  ),
  saving(
    'a mistake in one row',
    'invalid_input',
    async (world, own) => () =>
      saved(world.ctx, own.head, own.organisationId, 'shelters', {
        values: { ...sectionValues.shelters, 'area-2': '300' },
      }),
  ),
  losing('saveSection', 'a school', 'community_not_yours', async (world) => {
    const { head, organisationId } = await drilling(world);
    return () => saved(world.ctx, head, organisationId, 'plan');
  }),
  losing('addRiskMap', 'another’s community', 'community_not_yours', async (world) => {
    const own = await community(world);
    const other = await community(world, '示例社区第二居民委员会');
    const input = { organisationId: own.organisationId, file: crypto.randomUUID() };
    return () => addRiskMap(world.ctx, other.head, input, key());
  }),
  losing('addRiskMap', 'a file that is not there', 'file_unknown', async (world) => {
    const { head, organisationId } = await community(world);
    const input = { organisationId, file: crypto.randomUUID() };
    return () => addRiskMap(world.ctx, head, input, key());
  }),
  losing('remindOfCommunityDues', 'told before', null, async (world) => {
    const { head, organisationId } = await community(world);
    await saved(world.ctx, head, organisationId, 'stores');
    await remindOfCommunityDues(world.ctx);
    return () => remindOfCommunityDues(world.ctx);
  }),
  losing('forgetOfficers', 'replaced only now', null, async (world) => {
    const { head, organisationId } = await community(world);
    await saved(world.ctx, head, organisationId, 'officers');
    await saved(world.ctx, head, organisationId, 'officers', { version: 1 });
    return () => forgetOfficers(world.ctx);
  }),
];
