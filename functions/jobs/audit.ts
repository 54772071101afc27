import { publishRoot } from '../../src/features/audit/commands.ts';
import { findLateEntry } from '../../src/features/audit/queries.ts';
import type { Scope } from '../scope.ts';
import { signerOf } from '../signer.ts';

/** A signing key that does not fit fails the job: a day without a root is seen, an unsigned root is overlooked. */
export async function publishDueRoot(scope: Scope): Promise<number> {
  return publishRoot(await scope.context(), await signerOf(scope.settings));
}

/** The alarm, each minute until it is over. It changes nothing. */
export async function watchSeals(scope: Scope): Promise<number> {
  const late = await findLateEntry(await scope.context());
  if (late) {
    const { sequence, at } = late;
    scope.log('error', 'audit_unsealed', { sequence, writtenAt: at.toISOString() });
  }
  return 0;
}
