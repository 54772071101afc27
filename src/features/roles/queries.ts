import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { people, type Person } from '../accounts/table.ts';
import { roleGrants, type HeldRole, type RoleGrant, type Scope } from './table.ts';

/** One part of the list of grants; the next begins after its last. */
export const GRANTS_SHOWN = 50;

const isActive = eq(roleGrants.state, 'active');

export async function rolesOf(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
): Promise<HeldRole[]> {
  return db
    .select({
      role: roleGrants.role,
      scopeKind: roleGrants.scopeKind,
      scopeId: roleGrants.scopeId,
    })
    .from(roleGrants)
    .where(and(eq(roleGrants.personId, personId), isActive));
}

export interface GrantWithPerson {
  grant: RoleGrant;
  person: Person;
}

/**
 * Who holds which role now, in the order in which roles were given.
 * @param scopes only within these; everywhere when left out.
 * @param after the id of the last grant of the part before.
 */
export async function listGrants(
  { db }: Pick<CommandContext, 'db'>,
  { scopes, after }: { scopes?: readonly Scope[]; after?: string | undefined } = {},
): Promise<GrantWithPerson[]> {
  const halls = scopes?.filter(({ scopeKind }) => scopeKind === 'hall').map((one) => one.scopeId);
  return db
    .select({ grant: roleGrants, person: people })
    .from(roleGrants)
    .innerJoin(people, eq(people.id, roleGrants.personId))
    .where(
      and(
        isActive,
        halls && and(eq(roleGrants.scopeKind, 'hall'), inArray(roleGrants.scopeId, halls)),
        after ? gt(roleGrants.id, after) : undefined,
      ),
    )
    .orderBy(asc(roleGrants.id))
    .limit(GRANTS_SHOWN);
}
