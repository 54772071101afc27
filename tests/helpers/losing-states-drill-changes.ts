import {
  giveSelfEvaluation,
  withdrawSelfEvaluation,
} from '../../src/features/drill-evaluations/commands.ts';
import { editScript } from '../../src/features/drill-scripts/commands.ts';
import { newInvitationCode } from '../../src/lib/ids.ts';
import { after, crew } from './drill-runs.ts';
import { DAY_AFTER, released } from './evaluated-drills.ts';
import { roleIdOf } from './losing-states-drill-desk.ts';
import type { LosingState } from './losing-states.ts';
import { ended, started } from './open-drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

/** What a participant says, and the code that takes it back. */
export const selfValues = { understood: '5', knew: '4', safe: '3', wish: '', code: 'ABCDEFGHJKMN' };

const editing = (state: string, reason: string, edit: object): LosingState => ({
  ...{ command: 'drill-scripts.editScript', state, reason },
  prepare: async (world) => {
    const { organiser, drillId } = await crew(world);
    await started(world.ctx, organiser, drillId);
    const to = `to.${await roleIdOf(world.ctx, drillId, '楼栋长')}`;
    const inject = { by: '广播', text: '停电了', expect: '打开手电', [to]: 'yes' };
    const input = { drillId, scriptVersion: '1', part: 'inject', ...inject, ...edit };
    return () => editScript(after(world, 300), organiser, input, key());
  },
});

/** A drill that is over, with one who took part and has said what they think. */
async function told(world: World) {
  const all = await crew(world);
  await started(world.ctx, all.organiser, all.drillId);
  await ended(world.ctx, all.organiser, all.drillId);
  const ctx = world.at(DAY_AFTER);
  const input = { drillId: all.drillId, ...selfValues };
  await giveSelfEvaluation(ctx, all.leader, input, key());
  return { ...all, ctx };
}

const withdrawing = (
  state: string,
  reason: string,
  run: (all: Awaited<ReturnType<typeof told>>) => Promise<object> | object,
): LosingState => ({
  ...{ command: 'drill-evaluations.withdrawSelfEvaluation', state, reason },
  prepare: async (world) => {
    const all = await told(world);
    const { by = all.leader, ...values } = (await run(all)) as { by?: typeof all.leader };
    const input = { drillId: all.drillId, code: selfValues.code, ...values };
    return () => withdrawSelfEvaluation(all.ctx, by, input, key());
  },
});

export const drillChangeStates: readonly LosingState[] = [
  editing('for a minute that is over', 'inject_is_past', { minute: '4' }),
  editing('for one that has come', 'inject_has_come', { injectId: 'i1', minute: '9' }),
  editing('of anything else in a drill that runs', 'script_is_running', {
    ...{ part: 'materials', materials: '哨子 | 2个' },
  }),
  withdrawing('with another code', 'answer_unknown', () => ({ code: newInvitationCode() })),
  withdrawing('with half a code', 'invalid_input', () => ({ code: 'ABCDEF' })),
  withdrawing('by who has said nothing', 'nothing_given', ({ evaluator }) => ({ by: evaluator })),
  withdrawing('by who only organises', 'drill_not_yours', ({ organiser }) => ({ by: organiser })),
  withdrawing('once the report is out', 'report_released', async ({ ctx, organiser, drillId }) => {
    await released(ctx, organiser, drillId);
    return {};
  }),
];
