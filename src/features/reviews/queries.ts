import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import type { Mover } from '../applications/policy.ts';
import {
  loadApplication,
  loadApplications,
  type ListProgrammes,
  type LoadedApplication,
} from '../applications/queries.ts';
import { applicationReference } from '../applications/schema.ts';
import type { Holder } from '../roles/policy.ts';
import { groundOf, sideOf } from './policy.ts';

export type Side = Exclude<Mover, 'clock'>;
/** A file as somebody sees it, and from which side. */
export type SeenApplication = LoadedApplication & { side: Side };

/** A file that somebody may look at; undefined for everybody else, as if it were not there. One request. */
export async function findSeenApplication(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  listProgrammes: ListProgrammes,
  by: Holder,
  id: string,
): Promise<SeenApplication | undefined> {
  const loaded = await loadApplication(ctx, listProgrammes, { id });
  return loaded && seenBy(ctx, by, loaded);
}

/** Of several files those that somebody may look at. One request. */
export async function listSeenApplications(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  listProgrammes: ListProgrammes,
  by: Holder,
  ids: readonly string[],
): Promise<SeenApplication[]> {
  const loaded = await loadApplications(ctx, listProgrammes, ids);
  return loaded.flatMap((one) => seenBy(ctx, by, one) ?? []);
}

function seenBy(
  { now }: Pick<CommandContext, 'now'>,
  by: Holder,
  loaded: LoadedApplication,
): SeenApplication | undefined {
  const side = sideOf(loaded.file, groundOf(loaded, by), by.id, now);
  return side && { ...loaded, side };
}

/** The same for a form that names the file. @throws DomainError `not_found`, `invalid` (no id). */
export async function requireSeenApplication(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  listProgrammes: ListProgrammes,
  by: Holder,
  input: unknown,
): Promise<SeenApplication> {
  const { applicationId } = parseInput(applicationReference, input);
  const seen = await findSeenApplication(ctx, listProgrammes, by, applicationId);
  if (seen) return seen;
  throw new DomainError('not_found', 'application_not_yours', '没有找到这一份申报。');
}
