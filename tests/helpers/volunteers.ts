import type { Person } from '../../src/features/accounts/table.ts';
import { decideVolunteer, registerVolunteer } from '../../src/features/volunteers/commands.ts';
import { openNeeds } from '../../src/features/roster/commands.ts';
import { guideNeeds } from '../../src/features/roster/table.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { manager } from './roles.ts';
import { testHall } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

/** What somebody fills in who would guide at the hall of the tests. */
export const entryValues = {
  name: '示例陈晨',
  regionCode: '320904',
  hallSlug: testHall.slug,
  skills: ['guiding', 'sign_language'],
  purposes: ['guiding'],
  adult: 'yes',
};

export async function registered(
  world: World,
  values: object = {},
): Promise<{ person: Person; volunteerId: string }> {
  const { person } = await world.person();
  const input = { ...entryValues, ...values };
  const { volunteerId } = await registerVolunteer(world.ctx, person, input, key());
  return { person, volunteerId };
}

export async function confirmed(world: World, by: Pick<Holder, 'id'>, values: object = {}) {
  const one = await registered(world, values);
  const decision = { volunteerId: one.volunteerId, decision: 'confirmed' };
  await decideVolunteer(world.ctx, by, decision, key());
  return one;
}

/** A need of a session, opened by a manager of the hall. */
export async function needed(
  world: World,
  session: HallSession,
  values: object = {},
  by?: Holder,
): Promise<{ needId: string; manager: Holder }> {
  const opener = by ?? (await manager(world));
  const input = {
    ...{ hallSlug: session.hallSlug, sessions: session.id, guides: '1', skill: 'guiding' },
    ...values,
  };
  await openNeeds(world.ctx, opener, input, key());
  const needs = await world.ctx.db.select().from(guideNeeds);
  const own = needs.filter(({ sessionId }) => sessionId === session.id);
  return { needId: own.at(-1)!.id, manager: opener };
}
