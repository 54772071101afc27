import {
  and,
  asc,
  count,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  like,
  lt,
  max,
  min,
  or,
  sql,
  sum,
} from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { waitedWords, type CalendarDate } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { halls } from '../halls/table.ts';
import { organisations } from '../organisations/table.ts';
import type { VolunteerScopes } from '../roles/policy.ts';
import {
  gridCells,
  skills,
  volunteerConsents,
  volunteerDecisions,
  volunteerHours,
  volunteerPool,
  volunteers,
  volunteerSkills,
  volunteerTrainings,
  type Skill,
  type Volunteer,
  type VolunteerPurpose,
} from './table.ts';

const VOLUNTEERS_PATH = '/staff/volunteers';

type Reader = Pick<CommandContext, 'db'>;

/** The closed list of what somebody can do, skills before languages. A query. */
export function listSkills({ db }: Reader) {
  return db.select().from(skills).orderBy(asc(skills.position));
}

/** Verified committees of a county with their grid cells, for a form's list: cells are null where none were added. */
export function listCommunities({ db }: Reader, county: string) {
  return db
    .select({ id: organisations.id, name: organisations.name, cell: gridCells })
    .from(organisations)
    .leftJoin(gridCells, eq(gridCells.organisationId, organisations.id))
    .where(
      and(
        eq(organisations.kind, 'committee'),
        eq(organisations.state, 'verified'),
        gte(organisations.regionCode, county),
        lt(organisations.regionCode, `${county}:`),
      ),
    )
    .orderBy(asc(organisations.name), asc(gridCells.name));
}

/** The reads of a person's newest entry with all that stands in it, for a batch of the caller's. */
export function ownEntryReads(ctx: Reader, personId: string) {
  const { db } = ctx;
  const latest = db
    .select({ id: volunteers.id })
    .from(volunteers)
    .where(eq(volunteers.personId, personId))
    .orderBy(desc(volunteers.id))
    .limit(1);
  return { ...entryReads(db, latest), skills: listSkills(ctx) };
}

/** The same by itself, in one request; no entry for who never registered. */
export async function findOwnEntry(ctx: Reader, personId: string) {
  const found = await readTogether(ctx.db, ownEntryReads(ctx, personId));
  const [entry] = found.entry;
  return { ...found, entry };
}

/** Halls that somebody can guide at. A query. */
export function listGuidedHalls({ db }: Reader) {
  return db.select({ slug: halls.slug }).from(halls).orderBy(asc(halls.slug));
}

const entryReads = (db: Reader['db'], id: Parameters<typeof inArray>[1] & object) => ({
  entry: db
    .select({
      volunteer: volunteers,
      person: people,
      community: organisations.name,
      cell: gridCells.name,
    })
    .from(volunteers)
    .innerJoin(people, eq(people.id, volunteers.personId))
    .leftJoin(organisations, eq(organisations.id, volunteers.organisationId))
    .leftJoin(gridCells, eq(gridCells.id, volunteers.gridCellId))
    .where(inArray(volunteers.id, id as never)),
  held: db
    .select({ code: volunteerSkills.skillCode })
    .from(volunteerSkills)
    .where(inArray(volunteerSkills.volunteerId, id as never)),
  purposes: db
    .select({ purpose: volunteerConsents.purpose })
    .from(volunteerConsents)
    .where(inArray(volunteerConsents.volunteerId, id as never)),
  trainings: db
    .select()
    .from(volunteerTrainings)
    .where(inArray(volunteerTrainings.volunteerId, id as never))
    .orderBy(desc(volunteerTrainings.heldOn)),
  decisions: db
    .select()
    .from(volunteerDecisions)
    .where(inArray(volunteerDecisions.volunteerId, id as never))
    .orderBy(desc(volunteerDecisions.id))
    .limit(1),
});

/** One volunteer with all that stands in the entry, for whoever looks after it; `can` decides afterwards. */
export async function findVolunteer(ctx: Reader, volunteerId: string) {
  const { db } = ctx;
  const found = await readTogether(db, {
    ...entryReads(db, [volunteerId]),
    skills: listSkills(ctx),
    hours: db
      .select({ minutes: sum(volunteerHours.minutes).mapWith(Number), services: count() })
      .from(volunteerHours)
      .where(eq(volunteerHours.volunteerId, volunteerId)),
  });
  const [entry] = found.entry;
  return entry && { ...found, entry };
}

/** All hours that a person has served, whichever entry they were served under. A query. */
export function ownHours({ db }: Reader, personId: string) {
  return db
    .select({
      minutes: sql<number>`coalesce(${sum(volunteerHours.minutes)}, 0)`.mapWith(Number),
      services: count(),
      firstOn: min(volunteerHours.servedOn),
      lastOn: max(volunteerHours.servedOn),
    })
    .from(volunteerHours)
    .innerJoin(volunteers, eq(volunteers.id, volunteerHours.volunteerId))
    .where(eq(volunteers.personId, personId));
}

/** Their name as they wrote it; empty once they have left. */
export async function volunteerName(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  { id, nameCipher }: Pick<Volunteer, 'id' | 'nameCipher'>,
): Promise<string> {
  if (nameCipher.length === 0 || person.dataKeyCipher.length === 0) return '';
  return (await openPersonKey(ctx, person)).decrypt(`volunteers.name:${id}`, nameCipher);
}

/** What the list of staff can be asked for; skills are data. */
export const volunteerList = (all: readonly Skill[]): ListDefinition => ({
  path: VOLUNTEERS_PATH,
  filters: [
    {
      name: 'state',
      label: '状态',
      kind: 'choice',
      options: [
        { value: 'asked', label: '等确认' },
        { value: 'confirmed', label: '已确认' },
      ],
    },
    {
      name: 'skill',
      label: '会什么',
      kind: 'choice',
      options: [
        { value: '', label: '不限' },
        ...all.map(({ code, name }) => ({ value: code, label: name })),
      ],
    },
  ],
  orders: [{ value: 'oldest', label: '先登记的在前' }],
});

/** Entries that somebody looks after: of their counties and streets, their communities, their halls. */
const lookedAfter = ({ regions, communities, halls: slugs }: VolunteerScopes) =>
  or(
    ...regions.map((code) =>
      and(gte(volunteers.regionCode, code), lt(volunteers.regionCode, `${code}:`)),
    ),
    communities.length > 0 ? inArray(volunteers.organisationId, [...communities]) : undefined,
    slugs.length > 0 ? inArray(volunteers.hallSlug, [...slugs]) : undefined,
  );

/** A part of the list that staff work through, with the skills of each. */
export async function listVolunteers(
  { db }: Reader,
  scopes: VolunteerScopes,
  { values, after }: ListAsked,
) {
  const { skill } = values;
  const matches = and(
    lookedAfter(scopes),
    values['state'] === 'confirmed'
      ? eq(volunteers.state, 'confirmed')
      : eq(volunteers.state, 'asked'),
    skill
      ? inArray(
          volunteers.id,
          db
            .select({ id: volunteerSkills.volunteerId })
            .from(volunteerSkills)
            .where(eq(volunteerSkills.skillCode, skill)),
        )
      : undefined,
  );
  const page = and(matches, after ? sql`${volunteers.id} > ${after}` : undefined);
  const found = await readTogether(db, {
    rows: db
      .select({
        volunteer: volunteers,
        person: people,
        community: organisations.name,
        cell: gridCells.name,
      })
      .from(volunteers)
      .innerJoin(people, eq(people.id, volunteers.personId))
      .leftJoin(organisations, eq(organisations.id, volunteers.organisationId))
      .leftJoin(gridCells, eq(gridCells.id, volunteers.gridCellId))
      .where(page)
      .orderBy(asc(volunteers.id))
      .limit(ROWS_SHOWN),
    held: db
      .select({ volunteerId: volunteerSkills.volunteerId, code: volunteerSkills.skillCode })
      .from(volunteerSkills)
      .innerJoin(volunteers, eq(volunteers.id, volunteerSkills.volunteerId))
      .where(page),
    counted: db.select({ n: count() }).from(volunteers).where(matches),
  });
  const rows = found.rows.map((row) => ({
    ...row,
    skills: found.held
      .filter(({ volunteerId }) => volunteerId === row.volunteer.id)
      .map(({ code }) => code),
  }));
  return { rows, count: found.counted[0]?.n ?? 0 };
}

/** Communities whose grid cells somebody keeps, with those that are there. */
export function listKeptCommunities({ db }: Reader, { regions, communities }: VolunteerScopes) {
  return db
    .select({
      id: organisations.id,
      name: organisations.name,
      regionCode: organisations.regionCode,
      cell: gridCells.name,
    })
    .from(organisations)
    .leftJoin(gridCells, eq(gridCells.organisationId, organisations.id))
    .where(
      and(
        eq(organisations.kind, 'committee'),
        eq(organisations.state, 'verified'),
        or(
          sql`0`,
          ...regions.map((code) =>
            and(gte(organisations.regionCode, code), lt(organisations.regionCode, `${code}:`)),
          ),
          communities.length > 0 ? inArray(organisations.id, [...communities]) : undefined,
        ),
      ),
    )
    .orderBy(asc(organisations.name), asc(gridCells.name))
    .limit(500);
}

/**
 * Who can be asked: confirmed, agreed to this purpose, able to do one of these skills, in this place.
 * @param asked.trainedOn only whose training for the skill holds on that day.
 * @param asked.gridCellId the narrowest place that is given counts.
 */
export function findPool(
  { db }: Reader,
  asked: {
    purpose: VolunteerPurpose;
    skills: readonly string[];
    gridCellId?: string;
    organisationId?: string;
    regionCode?: string;
    hallSlug?: string;
    trainedOn?: CalendarDate;
  },
) {
  const { purpose, gridCellId, organisationId, regionCode, hallSlug, trainedOn } = asked;
  return db
    .select({
      volunteer: volunteers,
      person: people,
      skill: volunteerPool.skillCode,
      trainedUntil: volunteerPool.trainedUntil,
    })
    .from(volunteerPool)
    .innerJoin(volunteers, eq(volunteers.id, volunteerPool.volunteerId))
    .innerJoin(people, eq(people.id, volunteers.personId))
    .where(
      and(
        eq(volunteerPool.purpose, purpose),
        inArray(volunteerPool.skillCode, [...asked.skills]),
        gridCellId ? eq(volunteerPool.gridCellId, gridCellId) : undefined,
        organisationId ? eq(volunteerPool.organisationId, organisationId) : undefined,
        regionCode ? like(volunteerPool.regionCode, `${regionCode}%`) : undefined,
        hallSlug ? eq(volunteerPool.hallSlug, hallSlug) : undefined,
        trainedOn
          ? and(isNotNull(volunteerPool.trainedUntil), gte(volunteerPool.trainedUntil, trainedOn))
          : undefined,
      ),
    )
    .orderBy(asc(volunteers.id));
}

/** A volunteer with their newest decision, for the message that tells of it. */
export async function findDecisionToTell({ db }: Reader, decisionId: string) {
  const [found] = await db
    .select({ decision: volunteerDecisions, volunteer: volunteers, person: people })
    .from(volunteerDecisions)
    .innerJoin(volunteers, eq(volunteers.id, volunteerDecisions.volunteerId))
    .innerJoin(people, eq(people.id, volunteers.personId))
    .where(eq(volunteerDecisions.id, decisionId));
  return found;
}

/** Who waits to be confirmed by somebody, the longest first. */
export function volunteersQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  scopes: VolunteerScopes,
): QueueQuestion {
  const waiting = and(lookedAfter(scopes), eq(volunteers.state, 'asked'));
  const counted = db.select({ n: count() }).from(volunteers).where(waiting);
  const next = db
    .select({ id: volunteers.id, registeredAt: volunteers.registeredAt })
    .from(volunteers)
    .where(waiting)
    .orderBy(asc(volunteers.id))
    .limit(NEXT_SHOWN);
  return queueQuestion([counted, next], ([[sumOf], rows]) => ({
    queue: 'volunteers',
    title: '志愿者',
    href: VOLUNTEERS_PATH,
    summary: `${sumOf?.n ?? 0}位等确认`,
    count: sumOf?.n ?? 0,
    overdue: 0,
    cut: (sumOf?.n ?? 0) > rows.length,
    next: rows.map(({ id, registeredAt }) => ({
      text: '志愿者登记',
      href: `${VOLUNTEERS_PATH}/${id}`,
      due: { text: waitedWords(registeredAt, now), late: false },
    })),
  }));
}

/** The reads of everything that the registry holds about a person, for a batch of the caller's. */
export function ownVolunteerReads({ db }: Reader, personId: string) {
  const own = db
    .select({ id: volunteers.id })
    .from(volunteers)
    .where(eq(volunteers.personId, personId));
  return {
    entries: db
      .select({ volunteer: volunteers, community: organisations.name, cell: gridCells.name })
      .from(volunteers)
      .leftJoin(organisations, eq(organisations.id, volunteers.organisationId))
      .leftJoin(gridCells, eq(gridCells.id, volunteers.gridCellId))
      .where(eq(volunteers.personId, personId))
      .orderBy(desc(volunteers.id)),
    entrySkills: db
      .select({
        id: volunteerSkills.volunteerId,
        code: volunteerSkills.skillCode,
        name: skills.name,
      })
      .from(volunteerSkills)
      .innerJoin(skills, eq(skills.code, volunteerSkills.skillCode))
      .where(inArray(volunteerSkills.volunteerId, own)),
    entryPurposes: db
      .select()
      .from(volunteerConsents)
      .where(inArray(volunteerConsents.volunteerId, own)),
    entryTrainings: db
      .select()
      .from(volunteerTrainings)
      .where(inArray(volunteerTrainings.volunteerId, own))
      .orderBy(desc(volunteerTrainings.heldOn)),
    entryHours: db
      .select({
        activity: volunteerHours.activity,
        minutes: volunteerHours.minutes,
        servedOn: volunteerHours.servedOn,
      })
      .from(volunteerHours)
      .where(inArray(volunteerHours.volunteerId, own))
      .orderBy(desc(volunteerHours.servedOn)),
  };
}

type OwnReads = ReturnType<typeof ownVolunteerReads>;
type Held = { [Name in keyof OwnReads]: Awaited<OwnReads[Name]> };

/** What those reads gave, as its owner takes it out: decrypted, each entry with what stands in it. */
export async function openOwnEntries(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  { entries, entrySkills, entryPurposes, entryTrainings }: Held,
) {
  return Promise.all(
    entries.map(async ({ volunteer, community, cell }) => ({
      /** Null once they have left. */
      name: (await volunteerName(ctx, person, volunteer)) || null,
      regionCode: volunteer.regionCode,
      community,
      cell,
      hall: volunteer.hallSlug,
      registeredAt: volunteer.registeredAt,
      state: volunteer.state,
      skills: entrySkills.filter(({ id }) => id === volunteer.id).map(({ name }) => name),
      purposes: entryPurposes
        .filter(({ volunteerId }) => volunteerId === volunteer.id)
        .map(({ purpose, givenAt }) => ({ purpose, givenAt })),
      trainings: entryTrainings
        .filter(({ volunteerId }) => volunteerId === volunteer.id)
        .map(({ name, skillCode, heldOn, validUntil, state }) => ({
          name,
          skill: skillCode,
          heldOn,
          validUntil,
          state,
        })),
    })),
  );
}
