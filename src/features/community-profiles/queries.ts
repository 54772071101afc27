import { and, asc, count, desc, eq, gte, lte, notExists, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { addDays, calendarDate } from '../../lib/time.ts';
import { drillRecords, drillRecordVersions } from '../drill-records/table.ts';
import { fileLinks } from '../files/table.ts';
import { organisationMembers, organisations, type Organisation } from '../organisations/table.ts';
import type { Deed } from '../roles/policy.ts';
import { REMIND_DAYS, type Profile, type SavedSection } from './policy.ts';
import { sealedFields, storedContent } from './schema.ts';
import {
  communityDueReminders,
  communityDues,
  communityProfileVersions,
  communityVolunteers,
  type DueKind,
  type ProfileSection,
  type ProfileVersion,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;
type ProfileReads = Pick<CommandContext, 'db' | 'keys' | 'now'>;

/** A community that has a profile: a verified community or village committee for which somebody acts. */
const isCommunity = and(
  eq(organisations.kind, 'committee'),
  eq(organisations.state, 'verified'),
  sql`${organisations.unclaimedAt} is null`,
);

/** A community with its members' ids; undefined for whatever else has this id. */
export async function findCommunity(
  { db }: Reads,
  organisationId: string,
): Promise<{ organisation: Organisation; memberIds: string[] } | undefined> {
  const { found, members } = await readTogether(db, {
    found: db
      .select()
      .from(organisations)
      .where(and(eq(organisations.id, organisationId), isCommunity)),
    members: db
      .select({ personId: organisationMembers.personId })
      .from(organisationMembers)
      .where(
        and(
          eq(organisationMembers.organisationId, organisationId),
          eq(organisationMembers.state, 'active'),
        ),
      ),
  });
  const [organisation] = found;
  return organisation && { organisation, memberIds: members.map(({ personId }) => personId) };
}

/** What shows a community's profile, and the maps that belong to it. */
export async function communityDeed(ctx: Reads, organisationId: string): Promise<Deed | undefined> {
  const found = await findCommunity(ctx, organisationId);
  return (
    found && {
      action: 'community_profile.see',
      regionCode: found.organisation.regionCode,
      memberIds: found.memberIds,
    }
  );
}

export const sealedField = ({
  organisationId,
  version,
}: Pick<ProfileVersion, 'organisationId' | 'version'>): string =>
  `community-officers:${organisationId}:${version}`;

/** A stored version as it was written; names that have been forgotten are empty. */
async function openVersion(
  { keys }: Pick<CommandContext, 'keys'>,
  row: ProfileVersion,
): Promise<SavedSection> {
  const { section, year, version, writtenAt, officersCipher, keyVersion, digest } = row;
  const content = storedContent.parse(JSON.parse(row.content));
  const opened =
    officersCipher && keyVersion !== null
      ? sealedFields.parse(
          JSON.parse(await keys.unseal(sealedField(row), officersCipher, keyVersion)),
        ).fields
      : {};
  return {
    ...{ section, year, version, writtenAt, digest: toHex(digest) },
    content: { ...content, fields: { ...content.fields, ...opened } },
  };
}

/**
 * A community's profile as it stood at a moment: the latest version of each section by then, drills as they were recorded
 * by then, and the registry's volunteers where the moment is today. Whoever may read it is asked elsewhere.
 * @param asOf now unless told otherwise.
 * @returns undefined for an organisation that is no verified community.
 */
export async function readProfile(
  ctx: ProfileReads,
  organisationId: string,
  { asOf = ctx.now }: { asOf?: Date } = {},
): Promise<Profile | undefined> {
  const { db } = ctx;
  const at = asOf.getTime();
  const year = sql<string>`strftime('%Y', ${drillRecordVersions.startedAt} / 1000, 'unixepoch', '+8 hours')`;
  const { found, versions, drills, volunteers, maps } = await readTogether(db, {
    found: db
      .select()
      .from(organisations)
      .where(and(eq(organisations.id, organisationId), isCommunity)),
    versions: db
      .select()
      .from(communityProfileVersions)
      .where(
        and(
          eq(communityProfileVersions.organisationId, organisationId),
          sql`${communityProfileVersions.version} = (select max(later.version) from community_profile_versions as later
            where later.organisation_id = ${communityProfileVersions.organisationId}
              and later.section = ${communityProfileVersions.section}
              and later.year = ${communityProfileVersions.year} and later.written_at <= ${at})`,
        ),
      )
      .orderBy(asc(communityProfileVersions.section), desc(communityProfileVersions.year)),
    drills: db
      .select({
        year,
        times: count(),
        people: sql<number>`sum(${drillRecordVersions.peopleArrived})`,
      })
      .from(drillRecords)
      .innerJoin(
        drillRecordVersions,
        and(
          eq(drillRecordVersions.recordId, drillRecords.id),
          sql`${drillRecordVersions.version} = (select max(later.version) from drill_record_versions as later
            where later.record_id = ${drillRecords.id} and later.written_at <= ${at})`,
        ),
      )
      .where(eq(drillRecords.organisationId, organisationId))
      .groupBy(year)
      .orderBy(desc(year)),
    volunteers: db
      .select({ volunteers: communityVolunteers.volunteers })
      .from(communityVolunteers)
      .where(eq(communityVolunteers.organisationId, organisationId)),
    maps: db
      .select({ id: fileLinks.fileId, linkedAt: fileLinks.linkedAt })
      .from(fileLinks)
      .where(
        and(
          eq(fileLinks.subjectKind, 'community'),
          eq(fileLinks.subjectId, organisationId),
          lte(fileLinks.linkedAt, asOf),
        ),
      )
      .orderBy(desc(fileLinks.linkedAt), desc(fileLinks.fileId)),
  });
  const [organisation] = found;
  if (!organisation) return undefined;
  const isToday = calendarDate(asOf) === calendarDate(ctx.now);
  return {
    organisation,
    asOf,
    sections: await Promise.all(versions.map((row) => openVersion(ctx, row))),
    drills: drills.map((one) => ({ ...one, year: Number(one.year) })),
    volunteers: isToday ? (volunteers[0]?.volunteers ?? 0) : null,
    maps,
  };
}

/**
 * SHA-256 in hexadecimal over what a profile said: its versions by their digests, drills and maps. The same moment
 * gives the same hash for as long as the site stands, also after names were forgotten or keys changed; volunteers are left
 * out, since the registry does not keep how many there were.
 */
export async function profileHash(profile: Profile): Promise<string> {
  const { organisation, sections, drills, maps } = profile;
  const order = (a: string, b: string) => (a < b ? -1 : 1);
  const said = {
    organisationId: organisation.id,
    sections: sections
      .map(({ section, year, version, digest }) => [section, year, version, digest].join('/'))
      .toSorted(order),
    drills: drills
      .map(({ year, times, people }) => [year, times, people].join('/'))
      .toSorted(order),
    maps: maps.map(({ id }) => id).toSorted(order),
  };
  return toHex(await sha256(JSON.stringify(said)));
}

/** Lines of a profile's history on its page. */
export const HISTORY_SHOWN = 20;

/** When which section was saved, the latest first. */
export async function listProfileVersions(
  { db }: Reads,
  organisationId: string,
): Promise<Pick<ProfileVersion, 'section' | 'year' | 'version' | 'writtenAt'>[]> {
  const { section, year, version, writtenAt } = communityProfileVersions;
  return db
    .select({ section, year, version, writtenAt })
    .from(communityProfileVersions)
    .where(eq(communityProfileVersions.organisationId, organisationId))
    .orderBy(desc(writtenAt), asc(section), desc(version))
    .limit(HISTORY_SHOWN);
}

/** The version of a section that stands, whatever else the profile holds; undefined where nobody has saved it. */
export async function findSection(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  organisationId: string,
  section: ProfileSection,
  year: number,
): Promise<SavedSection | undefined> {
  const [row] = await ctx.db
    .select()
    .from(communityProfileVersions)
    .where(
      and(
        eq(communityProfileVersions.organisationId, organisationId),
        eq(communityProfileVersions.section, section),
        eq(communityProfileVersions.year, year),
      ),
    )
    .orderBy(desc(communityProfileVersions.version))
    .limit(1);
  return row && openVersion(ctx, row);
}

export interface Due {
  organisationId: string;
  kind: DueKind;
  dueOn: string;
}

/** What runs out within a month and nobody was told of, the nearest first. */
export async function listUntoldDues(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  limit: number,
): Promise<Due[]> {
  const { organisationId, kind, dueOn } = communityDues;
  const today = calendarDate(now);
  return db
    .selectDistinct({ organisationId, kind, dueOn })
    .from(communityDues)
    .innerJoin(organisations, and(eq(organisations.id, organisationId), isCommunity))
    .where(
      and(
        gte(dueOn, today),
        lte(dueOn, addDays(today, REMIND_DAYS)),
        notExists(
          db
            .select()
            .from(communityDueReminders)
            .where(
              and(
                eq(communityDueReminders.organisationId, organisationId),
                eq(communityDueReminders.kind, kind),
                eq(communityDueReminders.dueOn, dueOn),
              ),
            ),
        ),
      ),
    )
    .orderBy(asc(dueOn), asc(organisationId))
    .limit(limit);
}

/** Whether it still runs out then. */
export async function isStillDue(
  { db }: Reads,
  { organisationId, kind, dueOn }: Due,
): Promise<boolean> {
  const [found] = await db
    .select({ dueOn: communityDues.dueOn })
    .from(communityDues)
    .where(
      and(
        eq(communityDues.organisationId, organisationId),
        eq(communityDues.kind, kind),
        eq(communityDues.dueOn, dueOn),
      ),
    )
    .limit(1);
  return found !== undefined;
}
