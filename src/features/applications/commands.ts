import { and, eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { Query } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newBookingCode, newId } from '../../lib/ids.ts';
import { findRegionName } from '../towns/queries.ts';
import { calendarDate } from '../../lib/time.ts';
import { actOnce } from '../audit/statements.ts';
import { organisationMembers, organisations } from '../organisations/table.ts';
import { contentHash, programmeInForce } from '../programmes/policy.ts';
import type { Programme } from '../programmes/schema.ts';
import type { Holder } from '../roles/policy.ts';
import { applicationRefusals, beginObjection, machineOf, recordsOf } from './policy.ts';
import type { BeginWith, ListProgrammes } from './queries.ts';
import { beginInput } from './schema.ts';
import { applicationMachines, applicationProgrammes, applications } from './table.ts';

/** The rules of a programme as far as the guards read them; a second time they change nothing. */
function ruleRows({ db }: Pick<CommandContext, 'db'>, programme: Programme): Query[] {
  const { key, version, threshold, notice, steps } = programme;
  const scored = new Set(
    steps.filter(({ scoring }) => scoring !== 'none').map((step) => `step:${step.key}`),
  );
  const rows = [...machineOf(programme), ...recordsOf(programme)].map(({ from, act, to, by }) => ({
    ...{ programme: key, version, fromState: from, act, toState: to, byLevel: by },
    scored: act === 'approval' && scored.has(from),
  }));
  return [
    db
      .insert(applicationProgrammes)
      .values({
        ...{ programme: key, version, sha256: contentHash(programme) },
        ...{ thresholdTenths: threshold.points, noticeDays: notice.days.count },
      })
      .onConflictDoNothing(),
    db.insert(applicationMachines).values(rows).onConflictDoNothing(),
  ];
}

/** Who applies, by its own name: a committee of one's own, or the region that one works for. */
async function applicantOf(
  { db }: Pick<CommandContext, 'db'>,
  by: Holder,
  { organisationId, regionCode }: { organisationId: string; regionCode: string },
): Promise<{ organisationId: string | null; regionCode: string; name: string } | undefined> {
  if (organisationId === '') {
    const name = await findRegionName(regionCode);
    return name === undefined ? undefined : { organisationId: null, regionCode, name };
  }
  const [found] = await db
    .select({ organisation: organisations, memberId: organisationMembers.id })
    .from(organisations)
    .leftJoin(
      organisationMembers,
      and(
        eq(organisationMembers.organisationId, organisations.id),
        eq(organisationMembers.personId, by.id),
        eq(organisationMembers.state, 'active'),
      ),
    )
    .where(
      and(
        eq(organisations.id, organisationId),
        eq(organisations.kind, 'committee'),
        eq(organisations.state, 'verified'),
        sql`${organisations.unclaimedAt} is null`,
      ),
    );
  return (
    found && {
      organisationId,
      regionCode: found.organisation.regionCode,
      name: found.organisation.name,
    }
  );
}

/**
 * Begins an application by the programme's version in force; it keeps to that version to its end.
 * @throws DomainError `invalid` (fields, not for this unit or region), `not_found` (not yours), `conflict` (one is open),
 * `unavailable`.
 */
export async function beginApplication(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
  beginWith: BeginWith = async () => [],
): Promise<{ applicationId: string; code: string }> {
  const { db, now } = ctx;
  const { programme: programmeKey, ...who } = parseInput(beginInput, input);
  const versions = (await listProgrammes()).filter((one) => one.key === programmeKey);
  const programme = programmeInForce(versions, calendarDate(now));
  const applicant = await applicantOf(ctx, by, who);
  if (!applicant) throw new DomainError('not_found', 'application_not_yours', '没有找到这个单位。');
  const objection = programme
    ? beginObjection(programme, applicant)
    : '没有这个称号，或者现在不收申报';
  if (!programme || objection !== undefined) {
    throw new DomainError('invalid', 'programme_unfit', objection ?? '', {
      fields: [{ field: 'programme', message: objection ?? '' }],
    });
  }
  const applicationId = newId(now);
  const code = newBookingCode();
  return actOnce(ctx, by.id, key, {
    command: 'beginApplication',
    action: 'application.begin',
    subject: ['application', applicationId],
    answer: { applicationId, code },
    body: { ...who, programme: programmeKey },
    details: { programme: programmeKey, version: programme.version },
    statements: [
      ...ruleRows(ctx, programme),
      db.insert(applications).values({
        ...{ id: applicationId, code, programme: programmeKey, version: programme.version },
        ...applicant,
        ...{ begunBy: by.id, begunAt: now, since: now },
      }),
      ...(await beginWith({ ...applicant, id: applicationId }, programme)),
    ],
    refusals: applicationRefusals,
  });
}
