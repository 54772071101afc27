import type { Holder } from '../src/features/roles/policy.ts';
import type { CommandContext } from '../src/lib/context.ts';
import { domainErrorIn } from '../src/lib/errors.ts';
import { proofNeeded } from './scope.ts';
import type { AppContext } from './types.ts';

/**
 * Does something that people do as themselves or by a role: in drills, in applications. Whoever holds a role and has been
 * away from the desk is asked for their proof where without it nothing is found, and loses nothing; for everybody else
 * what is not theirs is not there.
 */
export async function asHand<Answer>(
  c: AppContext,
  act: (ctx: CommandContext, by: Holder) => Promise<Answer>,
): Promise<Answer> {
  const { scope } = c.var;
  try {
    return await act(await scope.context(), await scope.holder());
  } catch (error) {
    const isHidden = domainErrorIn(error)?.code === 'not_found';
    throw isHidden && (await scope.signIn())?.awaitsProof ? proofNeeded() : error;
  }
}
