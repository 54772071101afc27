import { makeCallOut } from '../../src/features/call-outs/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { COUNTY } from './drills.ts';
import { confirmed } from './volunteers.ts';
import type { World } from './world.ts';

export const callOutValues = {
  ...{ regionCode: COUNTY, kind: 'real', reason: '老城河水上涨，转移老人' },
};

/** A confirmed volunteer of the county who agreed to be called and can give first aid. */
export const callable = (world: World, by: Pick<Holder, 'id'>, values: object = {}) =>
  confirmed(world, by, {
    ...{ hallSlug: '', skills: ['first_aid'], purposes: ['call_out'] },
    ...values,
  });

/** A list made with these values, and its id. */
export async function calledOut(
  ctx: CommandContext,
  by: Holder,
  values: object = {},
): Promise<string> {
  const input = { ...callOutValues, ...values };
  return (await makeCallOut(ctx, by, input, crypto.randomUUID())).callOutId;
}
