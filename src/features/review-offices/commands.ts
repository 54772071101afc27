import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { addDays, instantOf } from '../../lib/time.ts';
import type { ListProgrammes } from '../applications/queries.ts';
import { applicationRounds, officeSuccessions } from '../applications/table.ts';
import { actOnce } from '../audit/statements.ts';
import { officeRefusals } from '../review-desk/policy.ts';
import { roundInput, successionInput } from '../review-desk/schema.ts';
import { can, namingRegions, type Holder } from '../roles/policy.ts';

/**
 * 职能承接: says which office took over the files of one that is no more. It stays: files have moved by it.
 * @throws DomainError `not_found` (not yours), `invalid` (fields, a circle), `conflict` (there is one), `unavailable`.
 */
export async function enterSuccession(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ regionCode: string }> {
  if (!can(by, { action: 'role.list' })) {
    throw new DomainError('not_found', 'succession_not_yours', '没有找到这一项。');
  }
  const asked = parseInput(successionInput, input);
  const { regionCode } = asked;
  return actOnce(ctx, by.id, key, {
    command: 'enterSuccession',
    action: 'office_succession.create',
    subject: ['office', regionCode],
    answer: { regionCode },
    body: asked,
    details: asked,
    statements: [
      ctx.db.insert(officeSuccessions).values({ ...asked, enteredBy: by.id, enteredAt: ctx.now }),
    ],
    refusals: officeRefusals,
  });
}

/**
 * 年度申报通知: says from when until when a region takes files of a programme. The latest over an applicant holds.
 * @throws DomainError `not_found` (not your region), `invalid` (fields), `unavailable`.
 */
export async function setRound(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<{ roundId: string }> {
  if (namingRegions(by).length === 0) {
    throw new DomainError('not_found', 'round_not_yours', '没有找到这个地区。');
  }
  const asked = parseInput(roundInput, input);
  const { programme, regionCode, opensOn, closesOn, document } = asked;
  if (!(await listProgrammes()).some((one) => one.key === programme)) {
    throw new DomainError('invalid', 'programme_unknown', '没有这个称号。', {
      fields: [{ field: 'programme', message: '没有这个称号' }],
    });
  }
  const id = newId(ctx.now);
  return actOnce(ctx, by.id, key, {
    command: 'setRound',
    action: 'application_round.create',
    subject: ['application_round', id],
    answer: { roundId: id },
    body: asked,
    details: asked,
    statements: [
      ctx.db.insert(applicationRounds).values({
        ...{ id, programme, regionCode, document, setBy: by.id, setAt: ctx.now },
        opensAt: instantOf(opensOn),
        closesAt: instantOf(addDays(closesOn, 1)),
      }),
    ],
    refusals: officeRefusals,
  });
}
