import type { z } from 'zod';
import type { entryInput } from '../../src/features/drill-runs/schema.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { drilling } from './drills.ts';
import { assigned, DRILL_STARTS, opened } from './open-drills.ts';
import type { World } from './world.ts';

export type SentEntry = z.input<typeof entryInput>;

/** An entry of a phone whose clock is right, so many seconds after the start. */
export function tapped(second: number, entry: Partial<SentEntry>): SentEntry {
  return {
    ...{ id: crypto.randomUUID(), kind: 'stop_heard' },
    deviceAt: DRILL_STARTS.getTime() + second * 1000,
    ...entry,
  };
}

/** What a phone sends so many seconds after the start. */
export const sending = (drillId: string, second: number, entries: readonly SentEntry[]) => ({
  ...{ drillId, sentAt: DRILL_STARTS.getTime() + second * 1000 },
  entries: [...entries],
});

/** The context so many seconds after the start. */
export const after = (world: World, second: number) =>
  world.at(new Date(DRILL_STARTS.getTime() + second * 1000));

export interface Crew {
  organiser: Holder;
  organiserToken: string;
  drillId: string;
  controller: Holder;
  leader: Holder;
  evaluator: Holder;
  tokens: { controller: string; leader: string; evaluator: string };
  /** The leader's part. */
  leaderPart: string;
}

/** A community's drill in preparation with one who controls it, one who leads a building, and one who judges. */
export async function crew(world: World, values: object = {}, name = '示例社区'): Promise<Crew> {
  const { head, token, organiser } = await drilling(world, 'committee', name);
  const drillId = await opened(world.ctx, head, organiser, values);
  const join = async (role: string, unit = '') => {
    const { person, token: own } = await world.person();
    const part = await assigned(world.ctx, head, drillId, { personId: person.id, role, unit });
    return { by: { id: person.id, roles: [] }, token: own, part: part.id };
  };
  const controller = await join('总导调');
  const leader = await join('楼栋长', '3栋');
  const evaluator = await join('社区评估员');
  return {
    ...{ organiser: head, organiserToken: token, drillId },
    ...{ controller: controller.by, leader: leader.by, evaluator: evaluator.by },
    tokens: {
      ...{ controller: controller.token, leader: leader.token, evaluator: evaluator.token },
    },
    leaderPart: leader.part,
  };
}
