import { and, asc, desc, eq, gt, inArray, isNull, like, lt, max, ne } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { codeFrom } from '../../lib/ids.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import { maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { participantName } from '../drills/queries.ts';
import {
  drillDepartures,
  drillParticipants,
  drillRoles,
  drills,
  drillVersions,
  type Drill,
  type DrillParticipant,
  type DrillRole,
} from '../drills/table.ts';
import { organisationMembers } from '../organisations/table.ts';
import { guideDuties } from '../roster/table.ts';
import { findPool, volunteerName } from '../volunteers/queries.ts';
import { volunteerConsents, volunteerPool, volunteers } from '../volunteers/table.ts';
import { missingTraining } from './policy.ts';
import { drillCards, drillRoleVersions, drillTrainingWaivers, type DrillCard } from './table.ts';

type Reads = Pick<CommandContext, 'db'>;
type NamedReads = Pick<CommandContext, 'db' | 'keys'>;

/** Somebody who takes part, as organisers see them. */
export interface DrillPerson {
  participant: DrillParticipant;
  /** Empty where the account is gone. */
  name: string;
  phone: string;
  /** Why they do without a training. */
  waiver: string | null;
  /** Why an organiser took them off. */
  departure: string | null;
}

/** Everybody of a drill with their names, those who left behind the others. */
export async function listPeople(ctx: NamedReads, drillId: string): Promise<DrillPerson[]> {
  const rows = await ctx.db
    .select({
      participant: drillParticipants,
      person: people,
      waiver: drillTrainingWaivers.reason,
      departure: drillDepartures.reason,
    })
    .from(drillParticipants)
    .innerJoin(people, eq(people.id, drillParticipants.personId))
    .leftJoin(drillTrainingWaivers, eq(drillTrainingWaivers.participantId, drillParticipants.id))
    .leftJoin(drillDepartures, eq(drillDepartures.participantId, drillParticipants.id))
    .where(eq(drillParticipants.drillId, drillId))
    .orderBy(asc(drillParticipants.state), asc(drillParticipants.unit), asc(drillParticipants.id));
  return Promise.all(
    rows.map(async ({ participant, person, waiver, departure }) => ({
      participant,
      name: await participantName(ctx, person, participant),
      phone: await maskedPhone(ctx, person),
      ...{ waiver, departure },
    })),
  );
}

async function maskedPhone(ctx: NamedReads, person: Person): Promise<string> {
  return person.dataKeyCipher.length === 0 ? '' : maskPhone(await personPhone(ctx, person));
}

/** The number of a role's newest version; 0 as it was opened. */
export async function roleVersion({ db }: Reads, roleId: string): Promise<number> {
  const [found] = await db
    .select({ version: max(drillRoleVersions.version) })
    .from(drillRoleVersions)
    .where(eq(drillRoleVersions.roleId, roleId));
  return found?.version ?? 0;
}

/** Trainings of a person for drills, each with the day until which it holds. */
export async function heldTraining(
  { db }: Reads,
  personId: string,
): Promise<Record<string, CalendarDate | null>> {
  const rows = await db
    .select({ code: volunteerPool.skillCode, until: volunteerPool.trainedUntil })
    .from(volunteerPool)
    .where(and(eq(volunteerPool.personId, personId), eq(volunteerPool.purpose, 'drills')));
  return Object.fromEntries(rows.map(({ code, until }) => [code, until]));
}

/** Whom an organiser can choose for a role. */
export interface Candidate {
  /** `member:<id>`, `volunteer:<id>`. */
  who: string;
  personId: string;
  /** Of a member only the masked number is known here. */
  label: string;
  isMember: boolean;
  /** Codes of trainings that the role asks for and that do not hold on the day. */
  missing: string[];
  /** They guide at a hall then. */
  guides: boolean;
  /** They have another drill then. */
  isElsewhere: boolean;
}

/** A list that is longer than this is searched by skill and region instead. */
const POOL_SHOWN = 100;

/**
 * Members of the organisation and, for who is able to do what the role asks for, volunteers of the region; without those
 * who have a part already.
 */
export async function listCandidates(
  ctx: NamedReads,
  drill: Drill,
  role: DrillRole,
  asked: { skill?: string | undefined } = {},
): Promise<Candidate[]> {
  const { db } = ctx;
  const skills = asked.skill ? [asked.skill] : role.training;
  const [members, pool, taken] = await Promise.all([
    drill.organisationId === null
      ? []
      : db
          .select({ member: organisationMembers, person: people })
          .from(organisationMembers)
          .innerJoin(people, eq(people.id, organisationMembers.personId))
          .where(
            and(
              eq(organisationMembers.organisationId, drill.organisationId),
              eq(organisationMembers.state, 'active'),
            ),
          )
          .orderBy(asc(organisationMembers.id)),
    skills.length === 0
      ? []
      : findPool(ctx, {
          purpose: 'drills',
          skills,
          // Trained people of the county come to the drills of its towns and organisations.
          regionCode: drill.regionCode.slice(0, 6),
        }).limit(POOL_SHOWN * 2),
    db
      .select({ personId: drillParticipants.personId })
      .from(drillParticipants)
      .where(and(eq(drillParticipants.drillId, drill.id), ne(drillParticipants.state, 'left'))),
  ]);
  const out = new Set(taken.map(({ personId }) => personId));
  const entries = new Map(pool.map((one) => [one.volunteer.id, one]));
  const found = [
    ...members.map(({ member, person }) => ({
      ...{ who: `member:${member.id}`, person, isMember: true },
      label: () => maskedPhone(ctx, person),
    })),
    ...[...entries.values()].map(({ volunteer, person }) => ({
      ...{ who: `volunteer:${volunteer.id}`, person, isMember: false },
      label: () => volunteerName(ctx, person, volunteer),
    })),
  ].filter(({ person }) => !out.has(person.id));
  const busy = await busyThen(
    ctx,
    drill,
    found.map(({ person }) => person.id),
  );
  const day = calendarDate(drill.startsAt);
  const training = await trainingOf(
    ctx,
    found.map(({ person }) => person.id),
  );
  return Promise.all(
    found.slice(0, POOL_SHOWN).map(async ({ who, person, isMember, label }) => ({
      ...{ who, personId: person.id, isMember, label: await label() },
      missing: missingTraining(role, training.get(person.id) ?? {}, day),
      guides: busy.guiding.has(person.id),
      isElsewhere: busy.drilling.has(person.id),
    })),
  );
}

async function trainingOf({ db }: Reads, ids: readonly string[]) {
  const rows =
    ids.length === 0
      ? []
      : await db
          .select({
            personId: volunteerPool.personId,
            code: volunteerPool.skillCode,
            until: volunteerPool.trainedUntil,
          })
          .from(volunteerPool)
          .where(
            and(inArray(volunteerPool.personId, [...ids]), eq(volunteerPool.purpose, 'drills')),
          );
  return new Map(
    [...Map.groupBy(rows, ({ personId }) => personId)].map(([personId, own]) => [
      personId,
      Object.fromEntries(own.map(({ code, until }) => [code, until])),
    ]),
  );
}

/** Who of some people has something else while a drill goes on: a duty at a hall, or another drill. */
export async function busyThen(
  { db }: Reads,
  { id, startsAt, endsAt }: Pick<Drill, 'id' | 'startsAt' | 'endsAt'>,
  ids: readonly string[],
): Promise<{ guiding: Set<string>; drilling: Set<string> }> {
  if (ids.length === 0) return { guiding: new Set(), drilling: new Set() };
  const { duties, others } = await readTogether(db, {
    duties: db
      .select({ personId: guideDuties.personId })
      .from(guideDuties)
      .where(
        and(
          inArray(guideDuties.personId, [...ids]),
          inArray(guideDuties.state, ['active', 'reserve']),
          lt(guideDuties.startsAt, endsAt),
          gt(guideDuties.endsAt, startsAt),
        ),
      ),
    others: db
      .select({ personId: drillParticipants.personId })
      .from(drillParticipants)
      .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
      .where(
        and(
          inArray(drillParticipants.personId, [...ids]),
          eq(drillParticipants.state, 'joined'),
          ne(drills.id, id),
          inArray(drills.state, ['preparing', 'announced', 'running']),
          lt(drills.startsAt, endsAt),
          gt(drills.endsAt, startsAt),
        ),
      ),
  });
  return {
    guiding: new Set(duties.map(({ personId }) => personId)),
    drilling: new Set(others.map(({ personId }) => personId)),
  };
}

/** Who would have something else if a drill were at another time. */
export interface Clashes {
  /** Those with a role: as organisers see them. */
  people: { participantId: string; name: string; role: string; at: 'drill' | 'hall' }[];
  /** Families are counted. */
  families: number;
}

/** Whom a drill meets at something else between two instants; who only waits for a place is in nobody's way. */
export async function clashesAt(
  ctx: NamedReads,
  drillId: string,
  times: { startsAt: Date; endsAt: Date },
): Promise<Clashes> {
  const rows = await ctx.db
    .select({ participant: drillParticipants, person: people, role: drillRoles })
    .from(drillParticipants)
    .innerJoin(people, eq(people.id, drillParticipants.personId))
    .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
    .where(and(eq(drillParticipants.drillId, drillId), eq(drillParticipants.state, 'joined')))
    .orderBy(asc(drillRoles.position), asc(drillParticipants.id));
  const ids = rows.map(({ person }) => person.id);
  const busy = await busyThen(ctx, { id: drillId, ...times }, ids);
  const hit = rows.filter(
    ({ person }) => busy.drilling.has(person.id) || busy.guiding.has(person.id),
  );
  const named = hit.filter(({ role }) => role.filledBy !== 'household');
  return {
    people: await Promise.all(
      named.map(async ({ participant, person, role }) => ({
        participantId: participant.id,
        name: await participantName(ctx, person, participant),
        role: role.name,
        at: busy.drilling.has(person.id) ? ('drill' as const) : ('hall' as const),
      })),
    ),
    families: hit.length - named.length,
  };
}

export const clashCount = ({ people: named, families }: Clashes): number => named.length + families;

/** The cards of a drill with their codes; without where the secret that they follow from was taken out. */
export async function listCards(
  ctx: NamedReads,
  drillId: string,
): Promise<{ card: DrillCard; roleName: string; code: string | null }[]> {
  const rows = await ctx.db
    .select({ card: drillCards, roleName: drillRoles.name })
    .from(drillCards)
    .innerJoin(drillRoles, eq(drillRoles.id, drillCards.roleId))
    .where(eq(drillCards.drillId, drillId))
    .orderBy(desc(drillCards.id));
  return Promise.all(
    rows.map(async (row) => ({
      ...row,
      code: ctx.keys.has(row.card.keyVersion) ? await codeOfCard(ctx, row.card) : null,
    })),
  );
}

/** The code on a card: it follows from the card's id and a secret, and stands nowhere. */
export async function codeOfCard(
  { keys }: Pick<CommandContext, 'keys'>,
  { id, keyVersion }: Pick<DrillCard, 'id' | 'keyVersion'>,
): Promise<string> {
  return codeFrom(await keys.hash('drill-card', `card:${id}`, keyVersion));
}

/** The card that a code belongs to, with what it is for; whether it can still be taken, the caller asks. */
export async function findCard({ db, keys }: NamedReads, code: string) {
  const [found] = await db
    .select({ card: drillCards, role: drillRoles, drill: drills, version: drillVersions })
    .from(drillCards)
    .innerJoin(drillRoles, eq(drillRoles.id, drillCards.roleId))
    .innerJoin(drills, eq(drills.id, drillCards.drillId))
    .innerJoin(
      drillVersions,
      and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
    )
    .where(
      and(
        inArray(drillCards.codeHash, await keys.hashes('drill-card', `code:${code}`)),
        isNull(drillRoles.removedAt),
      ),
    );
  return found;
}

/** Whom `member:<id>` or `volunteer:<id>` means; undefined for who is none of theirs. A volunteer comes with their name. */
export async function findCandidate(
  ctx: NamedReads,
  drill: Pick<Drill, 'organisationId' | 'regionCode'>,
  who: string,
): Promise<{ person: Person; name: string } | undefined> {
  const { db } = ctx;
  const [kind, id = ''] = who.split(':');
  if (kind === 'volunteer') {
    const [found] = await db
      .select({ volunteer: volunteers, person: people })
      .from(volunteers)
      .innerJoin(people, eq(people.id, volunteers.personId))
      .innerJoin(volunteerConsents, eq(volunteerConsents.volunteerId, volunteers.id))
      .where(
        and(
          eq(volunteers.id, id),
          eq(volunteers.state, 'confirmed'),
          eq(volunteerConsents.purpose, 'drills'),
          like(volunteers.regionCode, `${drill.regionCode.slice(0, 6)}%`),
        ),
      );
    return (
      found && {
        person: found.person,
        name: await volunteerName(ctx, found.person, found.volunteer),
      }
    );
  }
  if (drill.organisationId === null) return undefined;
  const [found] = await db
    .select({ person: people })
    .from(organisationMembers)
    .innerJoin(people, eq(people.id, organisationMembers.personId))
    .where(
      and(
        eq(organisationMembers.id, id),
        eq(organisationMembers.organisationId, drill.organisationId),
        eq(organisationMembers.state, 'active'),
      ),
    );
  return found && { person: found.person, name: '' };
}

export async function isParticipant(
  { db }: Reads,
  drillId: string,
  participantId: string,
): Promise<boolean> {
  const [found] = await db
    .select({ id: drillParticipants.id })
    .from(drillParticipants)
    .where(and(eq(drillParticipants.id, participantId), eq(drillParticipants.drillId, drillId)));
  return found !== undefined;
}
