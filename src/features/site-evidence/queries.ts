import { and, desc, eq, isNull, like, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { codePrefix } from '../../lib/regions/codes.ts';
import { calendarDate, formatDate } from '../../lib/time.ts';
import type { Application } from '../applications/table.ts';
import { readProfile } from '../community-profiles/queries.ts';
import { communityProfileVersions } from '../community-profiles/table.ts';
import type { SectionContent } from '../community-sections/schema.ts';
import { durationWords, peopleWords } from '../drill-records/policy.ts';
import { drillRecords, drillRecordVersions } from '../drill-records/table.ts';
import { drillReportReleases } from '../drill-reports/table.ts';
import { drills, drillVersions } from '../drills/table.ts';
import { organisations } from '../organisations/table.ts';
import { volunteers, volunteerTrainings } from '../volunteers/table.ts';
import {
  figureFacts,
  rosterFacts,
  shelterFacts,
  trainingFacts,
  volunteerTrainingFacts,
  type SiteFact,
} from './policy.ts';

type Reads = Pick<CommandContext, 'db' | 'now' | 'keys'>;
type Applicant = Pick<Application, 'organisationId' | 'regionCode'>;

/** What the site holds, with the SHA-256 of what it says. */
export type SiteEvidence = Omit<SiteFact, 'said'> & { sha256: string };

/** More than anybody looks through; the latest are in front. */
const RECORDS_MAX = 60;

/** Drills of an applicant that are written down: records, and reports that were released. */
async function drillFacts(
  { db }: Pick<Reads, 'db'>,
  { organisationId, regionCode }: Applicant,
): Promise<SiteFact[]> {
  const { records, reports } = await readTogether(db, {
    records: db
      .select({ record: drillRecords, latest: drillRecordVersions })
      .from(drillRecords)
      .innerJoin(
        drillRecordVersions,
        and(
          eq(drillRecordVersions.recordId, drillRecords.id),
          eq(drillRecordVersions.version, drillRecords.version),
        ),
      )
      .where(
        organisationId
          ? eq(drillRecords.organisationId, organisationId)
          : and(isNull(drillRecords.organisationId), eq(drillRecords.regionCode, regionCode)),
      )
      .orderBy(desc(drillRecords.drilledOn), desc(drillRecords.id))
      .limit(RECORDS_MAX),
    reports: db
      .select({ release: drillReportReleases, drill: drills, version: drillVersions })
      .from(drillReportReleases)
      .innerJoin(drills, eq(drills.id, drillReportReleases.drillId))
      .innerJoin(
        drillVersions,
        and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
      )
      .where(
        and(
          organisationId
            ? eq(drills.organisationId, organisationId)
            : and(isNull(drills.organisationId), eq(drills.regionCode, regionCode)),
          sql`${drillReportReleases.edition} = (select max(later.edition) from drill_report_releases as later
            where later.drill_id = ${drillReportReleases.drillId})`,
        ),
      )
      .orderBy(desc(drills.startsAt))
      .limit(RECORDS_MAX),
  });
  return [
    ...records.map(({ record, latest }): SiteFact => {
      const { writtenBy: _, ...said } = latest;
      const seconds = latest.evacuationSeconds;
      const took = seconds === null ? '' : `，疏散用时${durationWords(seconds)}`;
      return {
        ...{ kind: 'drill_record', figure: '', subjectId: record.id },
        title: `${formatDate(record.drilledOn)}${latest.hazard}演练，${peopleWords(latest)}${took}`,
        said,
      };
    }),
    ...reports.map(({ release, drill, version }): SiteFact => ({
      ...{ kind: 'drill_record', figure: '', subjectId: drill.id },
      title: `演练总结报告：${formatDate(calendarDate(drill.startsAt))}${version.title.slice(0, 60)}`,
      said: release.digest,
    })),
  ];
}

async function communityFacts(ctx: Reads, organisationId: string): Promise<SiteFact[]> {
  const profile = await readProfile(ctx, organisationId);
  if (!profile) return [];
  const shelters = profile.sections.find(({ section }) => section === 'shelters');
  return [
    ...figureFacts(profile, calendarDate(ctx.now)),
    ...shelterFacts({ subjectId: organisationId, owner: '', rows: shelters?.content.rows ?? [] }),
    ...trainingFacts(profile),
  ];
}

/** What the communities of a region have written of their places of refuge. */
async function regionFacts({ db }: Pick<Reads, 'db'>, regionCode: string): Promise<SiteFact[]> {
  const rows = await db
    .select({ organisation: organisations, latest: communityProfileVersions })
    .from(communityProfileVersions)
    .innerJoin(organisations, eq(organisations.id, communityProfileVersions.organisationId))
    .where(
      and(
        eq(communityProfileVersions.section, 'shelters'),
        eq(organisations.state, 'verified'),
        like(organisations.regionCode, `${codePrefix(regionCode)}%`),
        sql`${communityProfileVersions.version} = (select max(later.version) from community_profile_versions as later
          where later.organisation_id = ${communityProfileVersions.organisationId} and later.section = 'shelters')`,
      ),
    )
    .orderBy(organisations.name)
    .limit(RECORDS_MAX);
  return rows.flatMap(({ organisation, latest }) =>
    shelterFacts({
      subjectId: organisation.id,
      owner: organisation.name,
      rows: (JSON.parse(latest.content) as SectionContent).rows,
    }),
  );
}

async function volunteerFacts(
  { db, now }: Pick<Reads, 'db' | 'now'>,
  { organisationId, regionCode }: Applicant,
): Promise<SiteFact[]> {
  const ofApplicant = and(
    eq(volunteers.state, 'confirmed'),
    organisationId
      ? eq(volunteers.organisationId, organisationId)
      : or(
          eq(volunteers.regionCode, regionCode),
          like(volunteers.regionCode, `${codePrefix(regionCode)}%`),
        ),
  );
  const { confirmed, trainings } = await readTogether(db, {
    confirmed: db.select({ id: volunteers.id }).from(volunteers).where(ofApplicant),
    trainings: db
      .select({
        name: volunteerTrainings.name,
        heldOn: volunteerTrainings.heldOn,
        volunteerId: volunteerTrainings.volunteerId,
      })
      .from(volunteerTrainings)
      .innerJoin(volunteers, eq(volunteers.id, volunteerTrainings.volunteerId))
      .where(and(ofApplicant, eq(volunteerTrainings.state, 'recorded')))
      .orderBy(desc(volunteerTrainings.heldOn)),
  });
  const subjectId = organisationId ?? regionCode;
  return [
    ...rosterFacts(
      subjectId,
      confirmed.map(({ id }) => id),
      calendarDate(now),
    ),
    ...volunteerTrainingFacts(subjectId, trainings),
  ];
}

/** Everything that the site holds of an applicant and that can stand as evidence. */
export async function listSiteEvidence(ctx: Reads, applicant: Applicant): Promise<SiteEvidence[]> {
  const { organisationId, regionCode } = applicant;
  const facts = await Promise.all([
    organisationId ? communityFacts(ctx, organisationId) : regionFacts(ctx, regionCode),
    drillFacts(ctx, applicant),
    volunteerFacts(ctx, applicant),
  ]);
  return Promise.all(
    facts.flat().map(async ({ said, ...fact }) => ({
      ...fact,
      sha256: toHex(await sha256(JSON.stringify([fact.kind, fact.subjectId, said]))),
    })),
  );
}
