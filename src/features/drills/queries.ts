import { and, asc, desc, eq, inArray, isNull } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { DomainError } from '../../lib/errors.ts';
import { notYours, type DrillOrganiser } from '../drill-plans/policy.ts';
import { findDrillOrganiser } from '../drill-plans/queries.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { can, type Holder } from '../roles/policy.ts';
import { whatTheySee, type Sight } from './policy.ts';
import { drillReference, drillScriptSchema, type DrillScript } from './schema.ts';
import {
  drillEnds,
  drillParticipants,
  drillRoles,
  drills,
  drillScripts,
  drillVersions,
  type Drill,
  type DrillEnd,
  type DrillParticipant,
  type DrillRole,
  type DrillVersion,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** A drill as it stands: its newest version and script, the roles that are still asked for, and how it ended. */
export interface DrillFile {
  drill: Drill;
  version: DrillVersion;
  scriptVersion: number;
  script: DrillScript;
  roles: DrillRole[];
  end: DrillEnd | undefined;
}

/** Undefined where there is no such drill. Who may see it, the caller decides. */
export async function findDrill({ db }: Reads, drillId: string): Promise<DrillFile | undefined> {
  const { found, scripts, roles, ends } = await readTogether(db, {
    found: db
      .select({ drill: drills, version: drillVersions })
      .from(drills)
      .innerJoin(
        drillVersions,
        and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
      )
      .where(eq(drills.id, drillId)),
    scripts: db
      .select()
      .from(drillScripts)
      .where(eq(drillScripts.drillId, drillId))
      .orderBy(desc(drillScripts.version))
      .limit(1),
    roles: db
      .select()
      .from(drillRoles)
      .where(and(eq(drillRoles.drillId, drillId), isNull(drillRoles.removedAt)))
      .orderBy(asc(drillRoles.position), asc(drillRoles.id)),
    ends: db.select().from(drillEnds).where(eq(drillEnds.drillId, drillId)),
  });
  const [row] = found;
  const [script] = scripts;
  if (!row || !script) return undefined;
  return {
    ...row,
    scriptVersion: script.version,
    script: drillScriptSchema.parse(JSON.parse(script.script)),
    roles,
    end: ends[0],
  };
}

/** What somebody is in a drill: one who organises it, somebody with a role, both, or neither. */
export interface DrillStanding {
  organiser: DrillOrganiser | undefined;
  isOrganiser: boolean;
  /** Their own part, as long as they have not left; `waiting` on a waitlist. */
  participant: DrillParticipant | undefined;
  role: DrillRole | undefined;
}

export async function standingIn(
  ctx: Reads,
  by: Holder,
  { drill, roles }: Pick<DrillFile, 'drill' | 'roles'>,
): Promise<DrillStanding> {
  const organiser = await findDrillOrganiser(ctx, drill);
  const [participant] = await ctx.db
    .select()
    .from(drillParticipants)
    .where(
      and(
        eq(drillParticipants.drillId, drill.id),
        eq(drillParticipants.personId, by.id),
        inArray(drillParticipants.state, ['joined', 'waiting']),
      ),
    );
  return {
    organiser,
    isOrganiser: organiser !== undefined && can(by, { action: 'drill.record', ...organiser }),
    participant,
    role: roles.find(({ id }) => id === participant?.roleId),
  };
}

/**
 * A drill that somebody organises, looked at before anything else that was sent: for others it is not there.
 * @throws DomainError `not_found`.
 */
export async function requireOwnDrill(
  ctx: Reads,
  by: Holder,
  input: unknown,
): Promise<DrillFile & { standing: DrillStanding }> {
  const { data } = drillReference.safeParse(input);
  const file = data && (await findDrill(ctx, data.drillId));
  const standing = file && (await standingIn(ctx, by, file));
  if (!file || !standing?.isOrganiser) {
    throw new DomainError('not_found', 'drill_not_yours', notYours.message);
  }
  return { ...file, standing };
}

/** The drills of one organiser, the latest first. */
export async function listOwnDrills(
  { db }: Reads,
  { organisationId, regionCode }: { organisationId: string | null; regionCode: string },
): Promise<{ drill: Drill; version: DrillVersion }[]> {
  return db
    .select({ drill: drills, version: drillVersions })
    .from(drills)
    .innerJoin(
      drillVersions,
      and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
    )
    .where(
      organisationId === null
        ? and(isNull(drills.organisationId), eq(drills.regionCode, regionCode))
        : eq(drills.organisationId, organisationId),
    )
    .orderBy(desc(drills.startsAt), desc(drills.id))
    .limit(200);
}

/** Shorter than any sealed name, as it stands once somebody has erased their account. */
const SEALED_MIN = 29;

/** The name that somebody takes part under; empty once they have erased their account. */
export async function participantName(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  { id, nameCipher }: Pick<DrillParticipant, 'id' | 'nameCipher'>,
): Promise<string> {
  if (nameCipher.length < SEALED_MIN || person.dataKeyCipher.length === 0) return '';
  return (await openPersonKey(ctx, person)).decrypt(participantNameField(id), nameCipher);
}

/** Where a participant's name is sealed to. */
export function participantNameField(participantId: string): string {
  return `drill_participants.name:${participantId}`;
}

/** Everybody who takes part in a drill or waits to, by the ids of their parts. */
export async function listWhomToTell({ db }: Reads, drillId: string): Promise<string[]> {
  const rows = await db
    .select({ id: drillParticipants.id })
    .from(drillParticipants)
    .where(
      and(
        eq(drillParticipants.drillId, drillId),
        inArray(drillParticipants.state, ['joined', 'waiting']),
      ),
    )
    .orderBy(asc(drillParticipants.id));
  return rows.map(({ id }) => id);
}

/** A part in a drill with the drill as it stands when a message of it leaves. */
export async function findPartToTell({ db }: Reads, participantId: string) {
  const [found] = await db
    .select({
      participant: drillParticipants,
      role: drillRoles,
      drill: drills,
      version: drillVersions,
      person: people,
    })
    .from(drillParticipants)
    .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
    .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
    .innerJoin(
      drillVersions,
      and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
    )
    .innerJoin(people, eq(people.id, drillParticipants.personId))
    .where(eq(drillParticipants.id, participantId));
  return found;
}

/** A drill that somebody has a part in or organises, with what they see of it; it is not there for others. */
export async function findSeenDrill(
  ctx: Reads,
  by: Holder,
  drillId: string,
): Promise<(DrillFile & { standing: DrillStanding; sight: Sight }) | undefined> {
  const file = await findDrill(ctx, drillId);
  if (!file) return undefined;
  const standing = await standingIn(ctx, by, file);
  const sight = whatTheySee(standing, file.drill);
  return sight && { ...file, standing, sight };
}

/** A drill for the pages of those who organise it; it is not there for others. */
export async function findOwnDrill(ctx: Reads, by: Holder, drillId: string) {
  const seen = await findSeenDrill(ctx, by, drillId);
  return seen?.sight.organises ? seen : undefined;
}
