import type { Holder } from '../src/features/roles/policy.ts';
import type { CommandContext } from '../src/lib/context.ts';
import { domainErrorIn } from '../src/lib/errors.ts';
import { proofNeeded } from './scope.ts';
import type { AppContext } from './types.ts';

/**
 * Does something in a drill as whoever is signed in. Whoever organises by role and has been away from the desk is asked for
 * their proof, and loses nothing; for everybody else what is not theirs is not there.
 */
export async function asDrillHand<Answer>(
  c: AppContext,
  act: (ctx: CommandContext, by: Holder) => Promise<Answer>,
): Promise<Answer> {
  const { scope } = c.var;
  try {
    return await act(await scope.context(), await scope.drillHand());
  } catch (error) {
    const isHidden = domainErrorIn(error)?.code === 'not_found';
    throw isHidden && (await scope.signIn())?.awaitsProof ? proofNeeded() : error;
  }
}
