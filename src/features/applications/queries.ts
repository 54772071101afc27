import { and, asc, desc, eq, inArray, like, or, sql, type SQL } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { Query } from '../../lib/db/commit.ts';
import { readTogether } from '../../lib/db/read.ts';
import { ancestorsOf, codePrefix } from '../../lib/regions/codes.ts';
import { calendarDate } from '../../lib/time.ts';
import type { ApplicantFacts, HeldTitle } from '../assessments/policy.ts';
import { WorkCalendar } from '../calendar/policy.ts';
import { calendarReads } from '../calendar/queries.ts';
import { addYears } from '../deadlines/policy.ts';
import { namings } from '../namings/table.ts';
import { organisationMembers } from '../organisations/table.ts';
import type { Programme } from '../programmes/schema.ts';
import type { ApplicationFile } from './policy.ts';
import { decisionOf } from './schema.ts';
import {
  applicationDecisions,
  applicationRounds,
  applications,
  officeScopes,
  type Application,
  type ApplicationDecision,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** Every version of every programme of the site's content. */
export type ListProgrammes = () => Promise<readonly Programme[]>;

/** Rows that a new application begins with, in the same batch, after its own. */
export type BeginWith = (
  application: Pick<Application, 'id' | 'organisationId' | 'regionCode'>,
  programme: Programme,
) => Promise<readonly Query[]>;

/** No application is older than the site. */
const FIRST_YEAR = 2026;

/** A file with everything that its course and the right to move it follow from. */
export interface LoadedApplication {
  application: Application;
  rows: ApplicationDecision[];
  file: ApplicationFile;
  programme: Programme;
  calendar: WorkCalendar;
  /** Who belongs to the organisation that applies; of a region nobody. */
  memberIds: string[];
  /** Offices that were dissolved, each with those whose officers act for it. */
  heirs: { regionCode: string; scopeId: string }[];
}

/** The file that rows tell. */
export function fileOf(
  { organisationId, regionCode, begunAt }: Application,
  rows: readonly ApplicationDecision[],
): ApplicationFile {
  return {
    applicant: organisationId
      ? { kind: 'organisation', id: organisationId, regionCode }
      : { kind: 'region', regionCode },
    begunAt,
    decisions: rows.map(decisionOf),
  };
}

/**
 * An application by its id, or by the code on its receipt. One request. Who may see it is asked elsewhere.
 * @throws Error when the content does not have the version that it was begun with.
 */
export async function loadApplication(
  ctx: Reads,
  listProgrammes: ListProgrammes,
  by: { id: string } | { code: string },
): Promise<LoadedApplication | undefined> {
  const wanted = 'id' in by ? eq(applications.id, by.id) : eq(applications.code, by.code);
  const [found] = await loadWhere(ctx, listProgrammes, wanted);
  return found;
}

/** The same of several. One request: whoever asks for many at once holds whole forms of each. */
export async function loadApplications(
  ctx: Reads,
  listProgrammes: ListProgrammes,
  ids: readonly string[],
): Promise<LoadedApplication[]> {
  return loadWhere(ctx, listProgrammes, inArray(applications.id, [...ids]));
}

async function loadWhere(
  { db }: Reads,
  listProgrammes: ListProgrammes,
  wanted: SQL,
): Promise<LoadedApplication[]> {
  const [years, days] = calendarReads({ db }, FIRST_YEAR);
  const read = await readTogether(db, {
    found: db.select().from(applications).where(wanted),
    rows: db
      .select()
      .from(applicationDecisions)
      .where(
        inArray(
          applicationDecisions.applicationId,
          db.select({ id: applications.id }).from(applications).where(wanted),
        ),
      )
      .orderBy(asc(applicationDecisions.applicationId), asc(applicationDecisions.position)),
    members: db
      .select({ applicationId: applications.id, personId: organisationMembers.personId })
      .from(organisationMembers)
      .innerJoin(applications, eq(applications.organisationId, organisationMembers.organisationId))
      .where(and(wanted, eq(organisationMembers.state, 'active'))),
    heirs: db.select().from(officeScopes),
    ...{ years, days },
  });
  if (read.found.length === 0) return [];
  const programmes = await listProgrammes();
  const calendar = new WorkCalendar(
    read.years.map(({ year }) => year),
    read.days,
  );
  return read.found.map((application) => {
    const rows = read.rows.filter(({ applicationId }) => applicationId === application.id);
    return {
      ...{ application, rows, heirs: read.heirs, calendar },
      file: fileOf(application, rows),
      programme: programmeOf(programmes, application),
      memberIds: read.members.flatMap(({ applicationId, personId }) =>
        applicationId === application.id ? [personId] : [],
      ),
    };
  });
}

/** The rules that an application keeps to. @throws Error when the content does not have them any more. */
export function programmeOf(
  programmes: readonly Programme[],
  { programme: key, version }: Pick<Application, 'programme' | 'version'>,
): Programme {
  const found = programmes.find((one) => one.key === key && one.version === version);
  if (!found) throw new Error(`content/criteria/${key}/${version}.yaml is missing.`);
  return found;
}

/** Titles that the directory lists within a region, its own among them. */
function titlesOf(
  rows: readonly (typeof namings.$inferSelect)[],
  { name, regionCode }: Application,
): HeldTitle[] {
  return rows.map((row) => ({
    ...{ level: row.level, unit: row.unit, until: null },
    isOwn: row.regionCode === regionCode && row.name === name,
  }));
}

/** What speaks for or against handing in a file now, apart from what it says. One request. */
export async function readFacts(
  { db }: Reads,
  application: Application,
  { bar }: Programme,
): Promise<ApplicantFacts> {
  const { programme, regionCode, organisationId } = application;
  const above = [...ancestorsOf(regionCode), regionCode];
  const { listed, rounds, bars } = await readTogether(db, {
    listed: db
      .select()
      .from(namings)
      .where(
        and(
          eq(namings.state, 'listed'),
          or(
            like(namings.regionCode, `${codePrefix(regionCode)}%`),
            inArray(namings.regionCode, above),
          ),
        ),
      ),
    rounds: db
      .select()
      .from(applicationRounds)
      .where(
        and(
          eq(applicationRounds.programme, programme),
          inArray(applicationRounds.regionCode, above),
        ),
      )
      .orderBy(desc(applicationRounds.setAt), desc(applicationRounds.id))
      .limit(1),
    bars: db
      .select({ at: applicationDecisions.decidedAt })
      .from(applicationDecisions)
      .innerJoin(applications, eq(applications.id, applicationDecisions.applicationId))
      .where(
        and(
          eq(applications.programme, programme),
          organisationId
            ? eq(applications.organisationId, organisationId)
            : and(
                eq(applications.regionCode, regionCode),
                sql`${applications.organisationId} is null`,
              ),
          or(
            eq(applicationDecisions.act, 'revocation'),
            sql`json_extract(${applicationDecisions.content}, '$.falsity') = 1`,
          ),
        ),
      )
      .orderBy(desc(applicationDecisions.decidedAt))
      .limit(1),
  });
  const [round] = rounds;
  const [barred] = bars;
  const within = listed.filter(
    (row) => row.regionCode.startsWith(codePrefix(regionCode)) || row.name === application.name,
  );
  return {
    titles: titlesOf(within, application),
    round: round ? { opensAt: round.opensAt, closesAt: round.closesAt } : null,
    barredUntil: barred ? addYears(calendarDate(barred.at), bar.years) : null,
  };
}
