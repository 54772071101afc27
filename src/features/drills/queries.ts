import { and, asc, desc, eq, inArray, isNull } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { DomainError } from '../../lib/errors.ts';
import { notYours, type DrillOrganiser } from '../drill-plans/policy.ts';
import { findDrillOrganiser } from '../drill-plans/queries.ts';
import { can, type Holder } from '../roles/policy.ts';
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
