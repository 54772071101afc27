import { findTemplate } from '../../scripts/lib/find-template.ts';
import {
  announceDrill,
  endDrill,
  openDrill,
  startDrill,
} from '../../src/features/drills/commands.ts';
import {
  drillParticipants,
  drillRoles,
  drillVersions,
  type DrillParticipant,
} from '../../src/features/drills/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { and, desc, eq } from 'drizzle-orm';
import type { CommandContext } from '../../src/lib/context.ts';
import { newId } from '../../src/lib/ids.ts';

const key = () => crypto.randomUUID();
export { findTemplate };

/** A drill of the residents' kind, an hour and two days after the tests' own moment. */
export const openValues = {
  ...{ template: 'community-earthquake', planItemId: '', blind: 'no', title: '示例地震避险演练' },
  ...{ date: '2026-11-27', time: '09:00', minutes: '60', place: '示例社区广场' },
};

/** Opens a drill in preparation and gives its id. */
export async function opened(
  ctx: CommandContext,
  by: Holder,
  organiser: object,
  values: object = {},
): Promise<string> {
  const input = { organiser, ...openValues, ...values };
  return (await openDrill(ctx, by, input, findTemplate, key())).drillId;
}

/** Gives it what an announcement needs, and announces it. */
export async function announced(ctx: CommandContext, by: Holder, drillId: string): Promise<string> {
  const [newest] = await ctx.db
    .select()
    .from(drillVersions)
    .where(eq(drillVersions.drillId, drillId))
    .orderBy(desc(drillVersions.version));
  if (!newest) throw new Error(`No drill ${drillId}.`);
  await ctx.db.insert(drillVersions).values({
    ...newest,
    version: newest.version + 1,
    ...{
      notice: newest.notice || '听到警报先躲好，再走楼梯到广场。',
      contact: '示例社区 0515-0000000',
    },
    ...{ writtenBy: by.id, writtenAt: ctx.now },
  });
  await announceDrill(ctx, by, { drillId }, key());
  return drillId;
}

/** Somebody who is assigned a role of a drill by its name. */
export async function assigned(
  ctx: CommandContext,
  by: Holder,
  drillId: string,
  { personId, role, unit = '' }: { personId: string; role: string; unit?: string },
): Promise<DrillParticipant> {
  const [found] = await ctx.db
    .select()
    .from(drillRoles)
    .where(and(eq(drillRoles.drillId, drillId), eq(drillRoles.name, role)));
  if (!found) throw new Error(`No role ${role}.`);
  const id = newId(ctx.now);
  const nameCipher = new Uint8Array();
  const [row] = await ctx.db
    .insert(drillParticipants)
    .values({
      ...{ id, drillId, roleId: found.id, personId, how: 'assigned' as const, unit, nameCipher },
      ...{ joinedBy: by.id, joinedAt: ctx.now },
    })
    .returning();
  return row as DrillParticipant;
}

/** The moment at which the drill of `openValues` begins. */
export const DRILL_STARTS = new Date('2026-11-27T09:00:00+08:00');

export async function started(ctx: CommandContext, by: Holder, drillId: string): Promise<void> {
  await startDrill({ ...ctx, now: DRILL_STARTS }, by, { drillId }, key());
}

export async function ended(
  ctx: CommandContext,
  by: Holder,
  drillId: string,
  values: { kind?: string; reason?: string; at?: Date } = {},
): Promise<void> {
  const {
    at = new Date(DRILL_STARTS.getTime() + 45 * 60_000),
    kind = 'finished',
    reason = '',
  } = values;
  await endDrill({ ...ctx, now: at }, by, { drillId, kind, reason }, key());
}
