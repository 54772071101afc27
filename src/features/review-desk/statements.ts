import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { isWork, officeOf, stepOf } from '../applications/policy.ts';
import type { ListProgrammes, LoadedApplication } from '../applications/queries.ts';
import { actOnce } from '../audit/statements.ts';
import type { Step } from '../programmes/schema.ts';
import { groundOf, mayMove, standingOf } from '../reviews/policy.ts';
import { requireSeenApplication, type SeenApplication } from '../reviews/queries.ts';
import { decideOnce } from '../reviews/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { deskRefusals } from './policy.ts';
import type { BatchAsked } from './schema.ts';
import { reviewAssignments } from './table.ts';

/** A file that one of somebody's offices may look at. @throws DomainError `not_found`, for its applicant too. */
export async function requireDesk(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  listProgrammes: ListProgrammes,
  by: Holder,
  input: unknown,
): Promise<LoadedApplication> {
  return requireOfficeSide(await requireSeenApplication(ctx, listProgrammes, by, input));
}

function requireOfficeSide(seen: SeenApplication | undefined): LoadedApplication {
  if (seen && seen.side !== 'applicant') return seen;
  throw new DomainError('not_found', 'application_not_yours', '没有找到这一份申报。');
}

/** The step that a file is at, if it is with this officer's office. @throws DomainError `not_found`, `conflict`. */
export function requireOwnStep(
  { now }: Pick<CommandContext, 'now'>,
  by: Holder,
  loaded: LoadedApplication,
): Step {
  const { file, programme } = loaded;
  const step = stepOf(programme, standingOf(file, loaded, now).state);
  if (!step) {
    throw new DomainError('conflict', 'application_moved_on', '这一份不在审核的步骤里了。');
  }
  if (mayMove(file, groundOf(loaded, by), officeOf(step), by.id, now)) return step;
  throw new DomainError('not_found', 'application_not_yours', '没有找到这一份申报。');
}

/** Gives a file to an officer of the office that it is with. @throws DomainError `not_found`, `conflict`, `invalid`. */
export async function assignOne(
  ctx: CommandContext,
  by: Holder,
  loaded: LoadedApplication,
  officerId: string,
  key: string,
): Promise<{ applicationId: string }> {
  const { id: applicationId } = loaded.application;
  const { key: step } = requireOwnStep(ctx, by, loaded);
  const row = {
    ...{ id: newId(ctx.now), applicationId, step, officerId },
    ...{ assignedBy: by.id, assignedAt: ctx.now },
  };
  return actOnce(ctx, by.id, key, {
    command: 'assignApplication',
    action: 'application.assign',
    subject: ['application', applicationId],
    answer: { applicationId },
    body: { applicationId, officerId },
    details: { step, officerId },
    statements: [ctx.db.insert(reviewAssignments).values(row)],
    refusals: deskRefusals,
  });
}

/** One file of a bulk act, as it was just read. @throws DomainError saying why it was not done. */
export async function actOnOne(
  ctx: CommandContext,
  by: Holder,
  { act, officerId, fault, reason }: Omit<BatchAsked, 'confirmed'>,
  seen: SeenApplication | undefined,
  key: string,
): Promise<void> {
  const loaded = requireOfficeSide(seen);
  if (act === 'assignment') {
    await assignOne(ctx, by, loaded, officerId, key);
    return;
  }
  const step = requireOwnStep(ctx, by, loaded);
  const on = standingOf(loaded.file, loaded, ctx.now).state;
  if (!isWork(on)) throw new DomainError('conflict', 'application_not_now', '现在不能办这一步。');
  if (act === 'approval') {
    if (step.scoring !== 'none') {
      throw new DomainError('conflict', 'needs_scores', '这一步要逐项打分，请打开来办。');
    }
    await decideOnce(ctx, by, loaded, { decision: { act, on, reason } }, key);
    return;
  }
  const faults = [{ part: '', key: '', kind: fault, what: reason }];
  await decideOnce(ctx, by, loaded, { decision: { act, on, reason }, details: { faults } }, key);
}
