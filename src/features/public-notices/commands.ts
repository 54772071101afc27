import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { courseOf } from '../applications/policy.ts';
import type { ListProgrammes } from '../applications/queries.ts';
import { namings } from '../namings/table.ts';
import { requireSeenApplication } from '../reviews/queries.ts';
import { decideOnce, type Decided } from '../reviews/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { namedOnObjection, namingDecisionRefusals, opensOnObjection } from './policy.ts';
import { namingDecisionInput, noticeInput, recheckInput } from './schema.ts';

/** What an office does about one application. @throws DomainError as `decideOnce` does. */
export type OfficeCommand = (
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
) => Promise<Decided>;

const wrongDay = (field: string, message: string) =>
  new DomainError('invalid', 'day_unfit', '有几处需要改一下，请看下面的提示。', {
    fields: [{ field, message }],
  });

/** 公示: puts a candidate before the public for the programme's days, with the office that takes objections. */
export const announceCandidate: OfficeCommand = async (ctx, by, input, listProgrammes, key) => {
  const { on, opensOn, applicationId, ...contact } = parseInput(noticeInput, input);
  const problem = opensOnObjection(opensOn, ctx.now);
  if (problem) throw wrongDay('opensOn', problem);
  const loaded = await requireSeenApplication(ctx, listProgrammes, by, { applicationId });
  const decision = { act: 'notice', on, opensOn, reason: '审核通过，予以公示' } as const;
  return decideOnce(ctx, by, loaded, { decision, details: { contact } }, key);
};

/**
 * 命名: records the document that names, and lists what it names in the directory, in one batch.
 * @throws DomainError `invalid` (fields, the notice is not over, the document's day), `conflict` (moved on, listed already),
 * `not_found`.
 */
export const nameApplicant: OfficeCommand = async (ctx, by, input, listProgrammes, key) => {
  const { on, applicationId, ...named } = parseInput(namingDecisionInput, input);
  const loaded = await requireSeenApplication(ctx, listProgrammes, by, { applicationId });
  const { application, file, programme } = loaded;
  const { noticeUntil } = courseOf(loaded, file, ctx.now);
  const problem = namedOnObjection(named.namedOn, noticeUntil, ctx.now);
  if (problem) throw wrongDay('namedOn', problem);
  const { documentTitle, documentNumber } = named;
  const decision = {
    ...({ act: 'naming', on } as const),
    document: `${documentTitle}${documentNumber && `（${documentNumber}）`}`,
    reason: '公示期满，予以命名',
  };
  const row = ctx.db.insert(namings).values({
    id: newId(ctx.now),
    ...{ level: programme.level, unit: programme.unit },
    ...{ name: application.name, regionCode: application.regionCode, applicationId },
    ...named,
    listedAt: ctx.now,
  });
  return decideOnce(
    ctx,
    by,
    loaded,
    { decision, details: named, statements: [row], refusals: namingDecisionRefusals },
    key,
  );
};

/** 复核: keeps a naming, has it put right, or takes it away; the directory follows by itself. */
export const recheckNaming: OfficeCommand = async (ctx, by, input, listProgrammes, key) => {
  const { applicationId, on, act, reason, ...details } = parseInput(recheckInput, input);
  const loaded = await requireSeenApplication(ctx, listProgrammes, by, { applicationId });
  return decideOnce(ctx, by, loaded, { decision: { act, on, reason }, details }, key);
};
