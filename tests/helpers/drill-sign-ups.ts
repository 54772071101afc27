import { and, eq } from 'drizzle-orm';
import type { Person } from '../../src/features/accounts/table.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { drillRoles, type DrillRole } from '../../src/features/drills/table.ts';
import { signUp } from '../../src/features/drill-sign-ups/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import {
  volunteerConsents,
  volunteers,
  volunteerSkills,
  volunteerTrainings,
} from '../../src/features/volunteers/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { region, regional } from './drills.ts';
import { announced, opened } from './open-drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

export interface AnnouncedDrill {
  by: Holder & { token: string };
  drillId: string;
  /** 居民 of the template: families sign up for it. */
  families: DrillRole;
}

/** A community drill that is announced, with so many places for families. */
export async function announcedDrill(
  world: World,
  { capacity = 200, values = {} }: { capacity?: number; values?: object } = {},
): Promise<AnnouncedDrill> {
  const by = await regional(world, 'drill_organiser');
  const drillId = await announced(world.ctx, by, await opened(world.ctx, by, region(), values));
  const role = await roleOf(world.ctx, drillId, '居民');
  await world.ctx.db.update(drillRoles).set({ capacity }).where(eq(drillRoles.id, role.id));
  return { by, drillId, families: { ...role, capacity } };
}

export async function roleOf(
  { db }: Pick<CommandContext, 'db'>,
  drillId: string,
  name: string,
): Promise<DrillRole> {
  const [role] = await db
    .select()
    .from(drillRoles)
    .where(and(eq(drillRoles.drillId, drillId), eq(drillRoles.name, name)));
  if (!role) throw new Error(`No role ${name}.`);
  return role;
}

/** A family as its form says it. */
export const family = ({ drillId, families }: Pick<AnnouncedDrill, 'drillId' | 'families'>) => ({
  ...{ drillId, roleId: families.id, name: '示例王芳', adults: '2', children: '1' },
  ...{ unit: '3栋', needs: [] as string[], needsWords: '', needsConsent: 'no', wait: 'no' },
});

export async function signedUp(
  ctx: CommandContext,
  person: Person,
  drill: Pick<AnnouncedDrill, 'drillId' | 'families'>,
  values: object = {},
): Promise<string> {
  return (await signUp(ctx, person, { ...family(drill), ...values }, key())).participantId;
}

/** Makes somebody a confirmed volunteer who is asked for drills, with a training for a skill that holds until a day. */
export async function trained(
  world: World,
  person: Person,
  { skill, until }: { skill: string; until: string },
): Promise<void> {
  const { db, now } = world.ctx;
  const volunteerId = newId(now);
  await db.insert(volunteers).values({
    ...{ id: volunteerId, personId: person.id, regionCode: '320904' },
    ...{ nameCipher: new Uint8Array(), registeredAt: now },
  });
  await db.insert(volunteerSkills).values({ volunteerId, skillCode: skill });
  await db.insert(volunteerConsents).values({ volunteerId, purpose: 'drills', givenAt: now });
  await db.update(volunteers).set({ state: 'confirmed' }).where(eq(volunteers.id, volunteerId));
  const { id: recordedBy } = await regional(world, 'reviewer');
  await db.insert(volunteerTrainings).values({
    ...{
      id: newId(now),
      volunteerId,
      skillCode: skill,
      name: '示例救护员证',
      heldOn: '2025-01-01',
    },
    ...{ validUntil: until, recordedBy, recordedAt: now },
  });
}

/** The drill as everybody sees it afterwards. */
export async function takenOf(
  ctx: CommandContext,
  drillId: string,
  name = '居民',
): Promise<number | undefined> {
  return (await findDrill(ctx, drillId))?.roles.find((role) => role.name === name)?.taken;
}
