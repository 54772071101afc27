import { and, asc, count, desc, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { calendarDate } from '../../lib/time.ts';
import { isLiving, openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { findDrillOrganiser } from '../drill-plans/queries.ts';
import { isPublicDrill } from '../drills/policy.ts';
import { findDrill, participantName, type DrillFile } from '../drills/queries.ts';
import {
  drillCancellations,
  drillLeaders,
  drillParticipants,
  drillRoles,
  drills,
  drillVersions,
  type Drill,
  type DrillParticipant,
  type DrillRole,
  type DrillVersion,
} from '../drills/table.ts';
import { needsText, NO_NEEDS } from './policy.ts';
import { needsSchema, type Needs } from './schema.ts';
import { drillHelperLosses, drillNeeds, drillPairings, drillPromotions } from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** A drill as the public may know it, with who organises it and what was changed since it was announced. */
export interface PublicDrill extends DrillFile {
  organiser: string;
  /** Versions from the one that was announced, the oldest first. */
  versions: DrillVersion[];
  cancelled: { reason: string; at: Date } | undefined;
}

/** Undefined for what is not there as for what nobody outside may know of. */
export async function findPublicDrill(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  drillId: string,
): Promise<PublicDrill | undefined> {
  const file = await findDrill(ctx, drillId);
  if (!file || !isPublicDrill(file.drill, calendarDate(ctx.now))) return undefined;
  const { db } = ctx;
  const { drill } = file;
  const [organiser, { versions, cancellations }] = await Promise.all([
    findDrillOrganiser(ctx, drill),
    readTogether(db, {
      versions: db
        .select()
        .from(drillVersions)
        .where(eq(drillVersions.drillId, drillId))
        .orderBy(asc(drillVersions.version)),
      cancellations: db
        .select()
        .from(drillCancellations)
        .where(eq(drillCancellations.drillId, drillId)),
    }),
  ]);
  const { announcedAt } = drill;
  const first = versions.findLastIndex(
    ({ writtenAt }) => announcedAt !== null && writtenAt <= announcedAt,
  );
  const [cancelled] = cancellations;
  return {
    ...file,
    organiser: organiser?.name ?? '',
    // Of one that was never announced only what it was in the end.
    versions: first < 0 ? versions.slice(-1) : versions.slice(first),
    cancelled: cancelled && { reason: cancelled.reason, at: cancelled.cancelledAt },
  };
}

const other = alias(drillParticipants, 'other');

/** Parties of the same role that move up first; 0 for the next one, and for whoever is in. */
const ahead = sql<number>`(
  SELECT count(*) FROM ${drillParticipants} AS ${sql.identifier('other')}
  WHERE ${other.roleId} = ${drillParticipants.roleId} AND ${other.state} = 'waiting'
    AND ${drillParticipants.state} = 'waiting'
    AND (${other.joinedAt} < ${drillParticipants.joinedAt}
      OR (${other.joinedAt} = ${drillParticipants.joinedAt} AND ${other.id} < ${drillParticipants.id})))`;

/** Somebody's part in a drill, with what they told of themselves and who helps whom. */
export interface OwnPart {
  participant: DrillParticipant;
  role: DrillRole;
  ahead: number;
  name: string;
  needs: Needs;
  /** Who comes to help, by name. */
  helpers: string[];
  /** Whom they help: only the name, the unit and what is needed. */
  helped: { name: string; unit: string; needs: string }[];
}

/** The part that a person has in a drill as long as they have not left. */
export async function findOwnPart(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  person: Person,
  drillId: string,
): Promise<OwnPart | undefined> {
  const { db } = ctx;
  const own = and(
    eq(drillParticipants.drillId, drillId),
    eq(drillParticipants.personId, person.id),
    ne(drillParticipants.state, 'left'),
  );
  const ownId = db.select({ id: drillParticipants.id }).from(drillParticipants).where(own);
  const active = eq(drillPairings.state, 'active');
  const { found, needs, helpers, helped } = await readTogether(db, {
    found: db
      .select({ participant: drillParticipants, role: drillRoles, ahead: ahead.mapWith(Number) })
      .from(drillParticipants)
      .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
      .where(own),
    needs: db.select().from(drillNeeds).where(inArray(drillNeeds.participantId, ownId)),
    helpers: db
      .select({ participant: drillParticipants, person: people })
      .from(drillPairings)
      .innerJoin(drillParticipants, eq(drillParticipants.id, drillPairings.helperId))
      .innerJoin(people, eq(people.id, drillParticipants.personId))
      .where(and(active, inArray(drillPairings.helpedId, ownId)))
      .orderBy(asc(drillPairings.id)),
    helped: db
      .select({ participant: drillParticipants, person: people, needs: drillNeeds })
      .from(drillPairings)
      .innerJoin(drillParticipants, eq(drillParticipants.id, drillPairings.helpedId))
      .innerJoin(people, eq(people.id, drillParticipants.personId))
      .leftJoin(drillNeeds, eq(drillNeeds.participantId, drillParticipants.id))
      .where(and(active, inArray(drillPairings.helperId, ownId)))
      .orderBy(asc(drillPairings.id)),
  });
  const [part] = found;
  if (!part) return undefined;
  return {
    ...part,
    name: await participantName(ctx, person, part.participant),
    needs: await openNeeds(ctx, person, needs[0]),
    helpers: await Promise.all(
      helpers.map((one) => participantName(ctx, one.person, one.participant)),
    ),
    helped: await Promise.all(
      helped.map(async (one) => ({
        name: await participantName(ctx, one.person, one.participant),
        unit: one.participant.unit,
        needs: needsText(await openNeeds(ctx, one.person, one.needs ?? undefined)),
      })),
    ),
  };
}

/** Where somebody's needs are sealed to. */
export function needsField(participantId: string): string {
  return `drill_needs.needs:${participantId}`;
}

/** What somebody said that they need; nothing once it has been forgotten. */
export async function openNeeds(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  row: typeof drillNeeds.$inferSelect | undefined,
): Promise<Needs> {
  if (!row || person.dataKeyCipher.length === 0) return NO_NEEDS;
  const dataKey = await openPersonKey(ctx, person);
  const text = await dataKey.decrypt(needsField(row.participantId), row.needsCipher);
  return needsSchema.parse(JSON.parse(text));
}

/** One of those who come, as the organisers see them. */
export interface SignUp {
  participant: DrillParticipant;
  role: DrillRole;
  name: string;
  /** Null where nothing was said. */
  needs: string | null;
  helpers: { pairingId: string; helperId: string; name: string }[];
}

/**
 * Everybody who is in a drill or waits for it, by role and in the order of joining, decrypted: whoever asks has to be one
 * of its organisers.
 */
export async function listSignUps(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  drillId: string,
): Promise<SignUp[]> {
  const { db } = ctx;
  const { rows, pairings } = await readTogether(db, {
    rows: db
      .select({
        participant: drillParticipants,
        role: drillRoles,
        person: people,
        needs: drillNeeds,
      })
      .from(drillParticipants)
      .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
      .innerJoin(people, eq(people.id, drillParticipants.personId))
      .leftJoin(drillNeeds, eq(drillNeeds.participantId, drillParticipants.id))
      .where(and(eq(drillParticipants.drillId, drillId), ne(drillParticipants.state, 'left')))
      .orderBy(
        asc(drillRoles.position),
        asc(drillRoles.id),
        asc(drillParticipants.joinedAt),
        asc(drillParticipants.id),
      ),
    pairings: db
      .select({ pairing: drillPairings })
      .from(drillPairings)
      .innerJoin(drillParticipants, eq(drillParticipants.id, drillPairings.helpedId))
      .where(and(eq(drillParticipants.drillId, drillId), eq(drillPairings.state, 'active')))
      .orderBy(asc(drillPairings.id)),
  });
  const opened = await Promise.all(
    rows.map(async ({ participant, role, person, needs }) => ({
      participant,
      role,
      name: await participantName(ctx, person, participant),
      needs: needs && needsText(await openNeeds(ctx, person, needs)),
    })),
  );
  const names = new Map(opened.map(({ participant, name }) => [participant.id, name]));
  return opened.map((one) => ({
    ...one,
    helpers: pairings
      .filter(({ pairing }) => pairing.helpedId === one.participant.id)
      .map(({ pairing: { id, helperId } }) => ({
        pairingId: id,
        helperId,
        name: names.get(helperId) ?? '',
      })),
  }));
}

/** One line of 我的演练. */
export interface DrillLine {
  drill: Drill;
  version: DrillVersion;
  /** Their own part; none in a drill that they only organise. */
  part: { participant: DrillParticipant; role: DrillRole } | undefined;
  organises: boolean;
}

/** The most of each kind that the page shows. */
const LINES_MAX = 100;

/**
 * Drills that somebody takes part in or organises.
 * @param isProved whether they have shown more than a phone's code: without it a region's drills are not theirs to see.
 */
export async function listOwnDrillLines(
  { db }: Reads,
  personId: string,
  isProved: boolean,
): Promise<DrillLine[]> {
  const newest = and(
    eq(drillVersions.drillId, drills.id),
    eq(drillVersions.version, drills.version),
  );
  const { parts, led } = await readTogether(db, {
    parts: db
      .select({
        drill: drills,
        version: drillVersions,
        participant: drillParticipants,
        role: drillRoles,
      })
      .from(drillParticipants)
      .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
      .innerJoin(drillVersions, newest)
      .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
      .where(and(eq(drillParticipants.personId, personId), ne(drillParticipants.state, 'left')))
      .orderBy(desc(drillParticipants.id))
      .limit(LINES_MAX),
    led: db
      .select({ drill: drills, version: drillVersions })
      .from(drillLeaders)
      .innerJoin(drills, eq(drills.id, drillLeaders.drillId))
      .innerJoin(drillVersions, newest)
      .where(eq(drillLeaders.personId, personId))
      .orderBy(desc(drills.startsAt))
      .limit(LINES_MAX),
  });
  const own = led.filter(({ drill }) => isProved || drill.organisationId !== null);
  const ledIds = new Set(own.map(({ drill }) => drill.id));
  const partIds = new Set(parts.map(({ drill }) => drill.id));
  return [
    ...parts.map(({ drill, version, participant, role }) => ({
      ...{ drill, version, part: { participant, role } },
      organises: ledIds.has(drill.id),
    })),
    ...own
      .filter(({ drill }) => !partIds.has(drill.id))
      .map((one) => ({ ...one, part: undefined, organises: true })),
  ];
}

/** How many parties wait for each role of a drill. */
export async function countWaiting({ db }: Reads, drillId: string): Promise<Map<string, number>> {
  const rows = await db
    .select({ roleId: drillParticipants.roleId, n: count() })
    .from(drillParticipants)
    .where(and(eq(drillParticipants.drillId, drillId), eq(drillParticipants.state, 'waiting')))
    .groupBy(drillParticipants.roleId);
  return new Map(rows.map(({ roleId, n }) => [roleId, n]));
}

/** A part with whom to tell about it; undefined once its person is gone. */
export async function findSignUpToTell({ db }: Reads, participantId: string) {
  const [found] = await db
    .select({
      participant: drillParticipants,
      role: drillRoles,
      drill: drills,
      version: drillVersions,
      person: people,
      promoted: drillPromotions.participantId,
    })
    .from(drillParticipants)
    .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
    .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
    .innerJoin(
      drillVersions,
      and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
    )
    .innerJoin(people, eq(people.id, drillParticipants.personId))
    .leftJoin(drillPromotions, eq(drillPromotions.participantId, drillParticipants.id))
    .where(and(eq(drillParticipants.id, participantId), isLiving));
  return found;
}

/** Who moved up and has not been told, in no order: each hears by themselves. */
export async function untoldPromotions({ db }: Reads, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: drillPromotions.participantId })
    .from(drillPromotions)
    .where(isNull(drillPromotions.toldAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Pairings whose helper has left, of which nobody was told yet, with whom they helped. */
export async function untoldHelperLosses({ db }: Reads, limit: number) {
  return db
    .select({ pairingId: drillHelperLosses.pairingId, helpedId: drillPairings.helpedId })
    .from(drillHelperLosses)
    .innerJoin(drillPairings, eq(drillPairings.id, drillHelperLosses.pairingId))
    .where(isNull(drillHelperLosses.toldAt))
    .limit(limit);
}

/**
 * The organisers who hear that somebody has lost their helper: whoever paired the two, as long as they organise, else
 * somebody who does. Undefined once they have another helper, or need none any more.
 */
export async function findHelperLoss({ db }: Reads, pairingId: string) {
  const again = alias(drillPairings, 'again');
  const [found] = await db
    .select({ drill: drills, version: drillVersions, organiser: people })
    .from(drillPairings)
    .innerJoin(drillParticipants, eq(drillParticipants.id, drillPairings.helpedId))
    .innerJoin(drillNeeds, eq(drillNeeds.participantId, drillPairings.helpedId))
    .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
    .innerJoin(
      drillVersions,
      and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
    )
    .innerJoin(drillLeaders, eq(drillLeaders.drillId, drills.id))
    .innerJoin(people, eq(people.id, drillLeaders.personId))
    .leftJoin(again, and(eq(again.helpedId, drillPairings.helpedId), eq(again.state, 'active')))
    .where(
      and(
        eq(drillPairings.id, pairingId),
        eq(drillParticipants.state, 'joined'),
        isNull(again.id),
        isLiving,
      ),
    )
    .orderBy(sql`${people.id} <> ${drillPairings.pairedBy}`, asc(people.id))
    .limit(1);
  return found;
}

/** The read of a person's parts in drills for what they take out of the site; opened by `openOwnSignUps`. */
export function ownSignUps({ db }: Reads, personId: string) {
  return db
    .select({
      participant: drillParticipants,
      role: drillRoles.name,
      title: drillVersions.title,
      startsAt: drills.startsAt,
      needs: drillNeeds,
    })
    .from(drillParticipants)
    .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
    .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
    .innerJoin(
      drillVersions,
      and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
    )
    .leftJoin(drillNeeds, eq(drillNeeds.participantId, drillParticipants.id))
    .where(eq(drillParticipants.personId, personId))
    .orderBy(desc(drillParticipants.id));
}

/** What that read gave, as its owner takes it out. */
export async function openOwnSignUps(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  rows: Awaited<ReturnType<typeof ownSignUps>>,
) {
  return Promise.all(
    rows.map(async ({ participant, role, title, startsAt, needs }) => ({
      drill: title,
      startsAt,
      role,
      adults: participant.adults,
      children: participant.children,
      unit: participant.unit,
      /** Null once its time is over. */
      name: (await participantName(ctx, person, participant)) || null,
      needs: needs ? needsText(await openNeeds(ctx, person, needs)) : null,
      joinedAt: participant.joinedAt,
      state: participant.state,
    })),
  );
}
