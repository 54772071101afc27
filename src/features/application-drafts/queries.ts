import { and, asc, desc, eq, inArray, isNull, notInArray, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { ancestorsOf, levelOf } from '../../lib/regions/codes.ts';
import { ENDED } from '../applications/policy.ts';
import {
  loadApplication,
  type ListProgrammes,
  type LoadedApplication,
} from '../applications/queries.ts';
import {
  applicationDecisions,
  applicationEntries,
  applicationEvidence,
  applications,
  officeScopes,
  type Application,
  type ApplicationEvidence,
  type EntryPart,
} from '../applications/table.ts';
import type { Draft } from '../assessments/policy.ts';
import { people } from '../accounts/table.ts';
import { fileName, type AttachedFile } from '../files/queries.ts';
import {
  fileCompletions,
  fileLinks,
  files,
  type FileType,
  type StoredFile,
} from '../files/table.ts';
import { organisationMembers, organisations } from '../organisations/table.ts';
import { findRegionName } from '../towns/queries.ts';
import type { Deed, Holder } from '../roles/policy.ts';
import { draftOf, type LatestEntry } from './policy.ts';
import { applicationStamps, type StampLevel } from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** A piece of evidence as it stands in a draft. */
export type DraftPiece = Omit<ApplicationEvidence, 'digest'> & {
  /** Of a file; null for what the site holds. */
  file: { state: StoredFile['state']; size: number; type: FileType } | null;
  digest: Uint8Array;
  /** Its file was blocked, or went with its sender's account: it serves nothing any more. */
  isGone: boolean;
};

/** What stands in the form of an application now. */
export interface DraftFile {
  /** The latest version of each. */
  entries: LatestEntry[];
  evidence: DraftPiece[];
  /** What it would hand in. */
  draft: Draft;
  /** How many versions of entries there are: whoever hands in tells what they have seen. */
  versions: number;
}

const gone: readonly string[] = ['removed', 'infected'];

/** A draft in full, or an application that came back. One request. */
export async function readDraft(
  { db }: Reads,
  { application, programme }: Pick<LoadedApplication, 'application' | 'programme'>,
): Promise<DraftFile> {
  const { entries, evidence, counted } = await readTogether(db, {
    entries: db
      .select()
      .from(applicationEntries)
      .where(
        and(
          eq(applicationEntries.applicationId, application.id),
          sql`${applicationEntries.version} = (select max(later.version) from application_entries as later
            where later.application_id = ${applicationEntries.applicationId}
              and later.part = ${applicationEntries.part} and later.key = ${applicationEntries.key})`,
        ),
      ),
    evidence: db
      .select({
        row: applicationEvidence,
        state: files.state,
        size: files.size,
        type: fileCompletions.type,
      })
      .from(applicationEvidence)
      .leftJoin(files, eq(files.id, applicationEvidence.fileId))
      .leftJoin(fileCompletions, eq(fileCompletions.fileId, applicationEvidence.fileId))
      .where(
        and(
          eq(applicationEvidence.applicationId, application.id),
          isNull(applicationEvidence.removedAt),
        ),
      )
      .orderBy(asc(applicationEvidence.addedAt), asc(applicationEvidence.id)),
    counted: db
      .select({ versions: sql<number>`count(*)` })
      .from(applicationEntries)
      .where(eq(applicationEntries.applicationId, application.id)),
  });
  const pieces = evidence.map(({ row, state, size, type }): DraftPiece => {
    const file = state && type ? { state, size: size ?? 0, type } : null;
    return { ...row, file, isGone: row.fileId !== null && (!file || gone.includes(file.state)) };
  });
  return {
    ...{ entries, evidence: pieces, versions: counted[0]?.versions ?? 0 },
    draft: draftOf(
      programme,
      entries,
      pieces.filter(({ isGone }) => !isGone),
    ),
  };
}

/** Versions of entries as somebody read them, by key; those that never were are left out. */
export async function readVersions(
  { db }: Reads,
  applicationId: string,
  part: EntryPart,
  read: readonly { key: string; version: number }[],
): Promise<Map<string, LatestEntry>> {
  if (read.length === 0) return new Map();
  const rows = await db
    .select()
    .from(applicationEntries)
    .where(
      and(
        eq(applicationEntries.applicationId, applicationId),
        eq(applicationEntries.part, part),
        inArray(
          applicationEntries.key,
          read.map(({ key }) => key),
        ),
      ),
    );
  const asked = rows.filter((row) =>
    read.some(({ key, version }) => key === row.key && version === row.version),
  );
  return new Map(asked.map((row) => [row.key, row]));
}

/** Who could apply: a committee of one's own, or a region that one works for. */
export interface Applicant {
  organisationId: string | null;
  regionCode: string;
  name: string;
}

/** Everybody for whom somebody may begin an application. By role only those that their sign-in hands out. */
export async function listApplicants({ db }: Reads, by: Holder): Promise<Applicant[]> {
  const officerOf = by.roles.flatMap(({ role, scopeId }) =>
    role === 'community_officer' ? [scopeId] : [],
  );
  const rows = await db
    .selectDistinct({
      organisationId: organisations.id,
      regionCode: organisations.regionCode,
      name: organisations.name,
    })
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
        eq(organisations.kind, 'committee'),
        eq(organisations.state, 'verified'),
        isNull(organisations.unclaimedAt),
        or(
          sql`${organisationMembers.id} is not null`,
          officerOf.length > 0 ? inArray(organisations.id, officerOf) : undefined,
        ),
      ),
    )
    .orderBy(asc(organisations.name));
  const regions = await Promise.all(
    by.roles.map(async ({ role, scopeKind, scopeId }): Promise<Applicant[]> => {
      const applies = ['city', 'county', 'town'].includes(levelOf(scopeId) ?? '');
      if (role !== 'reviewer' || scopeKind !== 'region' || !applies) return [];
      const name = await findRegionName(scopeId);
      return name === undefined ? [] : [{ organisationId: null, regionCode: scopeId, name }];
    }),
  );
  return [...rows, ...regions.flat()];
}

const isOf = (applicants: readonly Applicant[]) => {
  const organisationIds = applicants.flatMap(({ organisationId }) => organisationId ?? []);
  const regions = applicants.flatMap(({ organisationId, regionCode }) =>
    organisationId === null ? [regionCode] : [],
  );
  return or(
    organisationIds.length > 0 ? inArray(applications.organisationId, organisationIds) : undefined,
    regions.length > 0
      ? and(isNull(applications.organisationId), inArray(applications.regionCode, regions))
      : undefined,
  );
};

/** An application that has not come to its end: no other can be begun for its title. */
export type OpenApplication = Pick<
  Application,
  'id' | 'programme' | 'organisationId' | 'regionCode'
>;

/** What these applicants have under way, one at most for a title. */
export async function listOpenApplications(
  { db }: Reads,
  applicants: readonly Applicant[],
): Promise<OpenApplication[]> {
  if (applicants.length === 0) return [];
  const { id, programme, organisationId, regionCode, state } = applications;
  return db
    .select({ id, programme, organisationId, regionCode })
    .from(applications)
    .where(and(isOf(applicants), notInArray(state, [...ENDED])));
}

/** Applications shown in one list; nobody has more within ten years. */
const OWN_MAX = 40;

/** The applications of all for whom somebody acts, the latest first. */
export async function listOwnApplications(
  ctx: Reads,
  by: Holder,
  listProgrammes: ListProgrammes,
): Promise<LoadedApplication[]> {
  const applicants = await listApplicants(ctx, by);
  if (applicants.length === 0) return [];
  const rows = await ctx.db
    .select({ id: applications.id })
    .from(applications)
    .where(isOf(applicants))
    .orderBy(desc(applications.begunAt), desc(applications.id))
    .limit(OWN_MAX);
  const loaded = await Promise.all(
    rows.map(({ id }) => loadApplication(ctx, listProgrammes, { id })),
  );
  return loaded.filter((one) => one !== undefined);
}

/** The last application of the same applicant: for the same title where there is one. */
export async function findLastApplication(
  { db }: Reads,
  { organisationId, regionCode }: Pick<Applicant, 'organisationId' | 'regionCode'>,
  programme: string,
): Promise<Application | undefined> {
  const [found] = await db
    .select()
    .from(applications)
    .where(
      organisationId
        ? eq(applications.organisationId, organisationId)
        : and(isNull(applications.organisationId), eq(applications.regionCode, regionCode)),
    )
    .orderBy(sql`${applications.programme} = ${programme} desc`, desc(applications.begunAt))
    .limit(1);
  return found;
}

/** The latest entries of an application, whatever its programme. */
export async function latestEntries({ db }: Reads, applicationId: string): Promise<LatestEntry[]> {
  const rows = await db
    .select()
    .from(applicationEntries)
    .where(eq(applicationEntries.applicationId, applicationId))
    .orderBy(asc(applicationEntries.version));
  const latest = new Map(rows.map((row) => [`${row.part}/${row.key}`, row]));
  return [...latest.values()];
}

/** Files of an application with these bytes that still open, whichever entry they were sent for. */
export async function findSameBytes(
  { db }: Reads,
  applicationId: string,
  digest: Uint8Array<ArrayBuffer>,
): Promise<{ row: ApplicationEvidence; state: StoredFile['state'] }[]> {
  return db
    .select({ row: applicationEvidence, state: files.state })
    .from(applicationEvidence)
    .innerJoin(files, eq(files.id, applicationEvidence.fileId))
    .where(
      and(
        eq(applicationEvidence.applicationId, applicationId),
        eq(applicationEvidence.digest, digest),
      ),
    );
}

/** A stamped form with the level that stamped it. */
export type StampedForm = AttachedFile & { level: StampLevel };

/** Stamped forms of an application, the first one first. Whoever asks has been found to see the application. */
export async function listStamps(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  applicationId: string,
): Promise<StampedForm[]> {
  const rows = await ctx.db
    .select({ stamp: applicationStamps, file: files, type: fileCompletions.type, owner: people })
    .from(applicationStamps)
    .innerJoin(files, eq(files.id, applicationStamps.fileId))
    .innerJoin(fileCompletions, eq(fileCompletions.fileId, files.id))
    .innerJoin(people, eq(people.id, files.ownerId))
    .innerJoin(fileLinks, eq(fileLinks.fileId, files.id))
    .where(eq(applicationStamps.applicationId, applicationId))
    .orderBy(asc(applicationStamps.addedAt), asc(files.id));
  return Promise.all(
    rows.map(async ({ stamp, file, type, owner }) => ({
      ...{ id: file.id, size: file.size, state: file.state, type },
      ...{ linkedAt: stamp.addedAt, level: stamp.level },
      name: (await fileName(ctx, file, owner)) || '盖章的申报表',
    })),
  );
}

/** What shows the files of an application: the right to write it, or once it was handed in to review it. */
export async function applicationDeed(
  { db }: Reads,
  applicationId: string,
): Promise<Deed | undefined> {
  const wanted = eq(applications.id, applicationId);
  const { found, members, heirs, submissions } = await readTogether(db, {
    found: db.select().from(applications).where(wanted),
    members: db
      .select({ personId: organisationMembers.personId })
      .from(organisationMembers)
      .innerJoin(applications, eq(applications.organisationId, organisationMembers.organisationId))
      .where(and(wanted, eq(organisationMembers.state, 'active'))),
    heirs: db.select().from(officeScopes),
    submissions: db
      .select({ position: applicationDecisions.position })
      .from(applicationDecisions)
      .where(
        and(
          eq(applicationDecisions.applicationId, applicationId),
          eq(applicationDecisions.act, 'submission'),
        ),
      )
      .limit(1),
  });
  const [application] = found;
  if (!application) return undefined;
  const { organisationId, regionCode } = application;
  const above = [...ancestorsOf(regionCode), regionCode];
  return {
    ...{ action: 'application.see', organisationId, regionCode },
    memberIds: members.map(({ personId }) => personId),
    offices:
      submissions.length === 0
        ? []
        : [
            ...above,
            ...heirs.flatMap((heir) => (above.includes(heir.regionCode) ? [heir.scopeId] : [])),
          ],
  };
}
