import { roleGrants, type HeldRole } from '../../src/features/roles/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { testHall } from './session.ts';

/** Gives a role as the command line does: by nobody in particular. */
export async function addRole(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
  held: HeldRole,
): Promise<string> {
  const id = newId(now);
  await db.insert(roleGrants).values({ id, personId, ...held, grantedAt: now });
  return id;
}

export function addHallStaff(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
  hall = testHall.slug,
): Promise<string> {
  return addRole(ctx, personId, { role: 'hall_staff', scopeKind: 'hall', scopeId: hall });
}
