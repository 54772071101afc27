import { publishRoot } from '../../src/features/audit/commands.ts';
import { findLateEntry } from '../../src/features/audit/queries.ts';
import type { Scope } from '../scope.ts';
import { signerOf } from '../signer.ts';

/** A signing key that does not fit fails the job: a day without a root is seen, an unsigned root is overlooked. */
export async function publishDueRoot(scope: Scope): Promise<number> {
  const { settings } = scope;
  const { AUDIT_ROOT_RECIPIENTS: auditors } = settings;
  const published = await publishRoot(await scope.context(), await signerOf(settings), auditors);
  // A root that only the operator keeps proves nothing against the operator.
  if (published > 0 && auditors.length === 0) {
    scope.log('warn', 'audit_root_not_mailed', { missing: 'AUDIT_ROOT_RECIPIENTS' });
  }
  return published;
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
