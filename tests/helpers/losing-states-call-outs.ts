import {
  answerCallOut,
  askCallOut,
  forgetCallOuts,
  makeCallOut,
} from '../../src/features/call-outs/commands.ts';
import { callOuts } from '../../src/features/call-outs/table.ts';
import { nudgeOrganisers } from '../../src/features/drill-nudges/commands.ts';
import { newId } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { callable, calledOut, callOutValues } from './call-outs.ts';
import { regional } from './drills.ts';
import type { LosingState } from './losing-states.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const losing = (
  command: string,
  state: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state, reason, prepare });

/** An officer with a list of one volunteer. */
async function listed(world: World) {
  const officer = await regional(world, 'reviewer');
  const { person } = await callable(world, officer);
  return { officer, person, callOutId: await calledOut(world.ctx, officer) };
}

const asking = (callOutId: string) => ({ callOutId, place: '示例社区广场', confirmed: 'yes' });

export const callOutStates: LosingState[] = [
  losing('call-outs.makeCallOut', 'of another county', 'call_out_not_yours', async (world) => {
    const officer = await regional(world, 'reviewer');
    await callable(world, officer);
    const elsewhere = await regional(world, 'reviewer', '320902');
    return () => makeCallOut(world.ctx, elsewhere, callOutValues, key());
  }),
  losing('call-outs.makeCallOut', 'with nobody to be found', 'nobody_found', async (world) => {
    const officer = await regional(world, 'reviewer');
    await callable(world, officer, { purposes: ['drills'] });
    return () => makeCallOut(world.ctx, officer, callOutValues, key());
  }),
  losing(
    'call-outs.makeCallOut',
    'for the 21st time in a day',
    'call_outs_used_up',
    async (world) => {
      const { officer } = await listed(world);
      for (let nth = 1; nth < 20; nth += 1) {
        await world.ctx.db.insert(callOuts).values({
          ...{
            id: newId(NOW),
            regionCode: '320904',
            kind: 'drill',
            reason: '示例',
            trained: false,
          },
          ...{ calledBy: officer.id, calledAt: NOW },
        });
      }
      return () => makeCallOut(world.ctx, officer, callOutValues, key());
    },
  ),
  losing('call-outs.askCallOut', 'of a colleague', 'call_out_not_yours', async (world) => {
    const { callOutId } = await listed(world);
    const colleague = await regional(world, 'reviewer');
    return () => askCallOut(world.ctx, colleague, asking(callOutId), key());
  }),
  losing('call-outs.askCallOut', 'asked before', 'call_out_asked_before', async (world) => {
    const { officer, callOutId } = await listed(world);
    await askCallOut(world.ctx, officer, asking(callOutId), key());
    return () => askCallOut(world.ctx, officer, asking(callOutId), key());
  }),
  losing('call-outs.askCallOut', 'the day after', 'call_out_over', async (world) => {
    const { officer, callOutId } = await listed(world);
    const late = world.at(addMinutes(NOW, 12 * 60 + 1));
    return () => askCallOut(late, officer, asking(callOutId), key());
  }),
  losing('call-outs.answerCallOut', 'before anybody asked', 'call_out_unknown', async (world) => {
    const { person, callOutId } = await listed(world);
    return () => answerCallOut(world.ctx, person, { callOutId, answer: 'can' }, key());
  }),
  losing('call-outs.answerCallOut', 'of another’s list', 'call_out_unknown', async (world) => {
    const { officer, callOutId } = await listed(world);
    await askCallOut(world.ctx, officer, asking(callOutId), key());
    const { person } = await world.person();
    return () => answerCallOut(world.ctx, person, { callOutId, answer: 'can' }, key());
  }),
  losing('call-outs.answerCallOut', 'two days later', 'call_out_over', async (world) => {
    const { officer, person, callOutId } = await listed(world);
    await askCallOut(world.ctx, officer, asking(callOutId), key());
    const late = world.at(addMinutes(NOW, 2 * 24 * 60));
    return () => answerCallOut(late, person, { callOutId, answer: 'can' }, key());
  }),
  losing('call-outs.forgetCallOuts', 'nothing is old enough', null, async (world) => {
    await listed(world);
    return () => forgetCallOuts(world.ctx);
  }),
  losing('drill-nudges.nudgeOrganisers', 'told before', null, async (world) => {
    await regional(world, 'drill_organiser');
    await nudgeOrganisers(world.ctx);
    return () => nudgeOrganisers(world.ctx);
  }),
];
