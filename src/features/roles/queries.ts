import { and, asc, count, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { waitedWords } from '../../lib/time.ts';
import { phoneField } from '../accounts/schema.ts';
import { people, type Person } from '../accounts/table.ts';
import { passwords } from '../credentials/table.ts';
import { passkeys } from '../passkeys/table.ts';
import { roleWords } from './policy.ts';
import { roleRevocations, roleGrants, type HeldRole, type RoleGrant, type Scope } from './table.ts';

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
  /** Has a strong way of signing in; the role opens nothing without. */
  isSetUp: boolean;
}

const isSetUp = sql<number>`(exists (select 1 from ${passkeys} where ${passkeys.personId} = ${roleGrants.personId} and ${passkeys.state} = 'active')
  or exists (select 1 from ${passwords} where ${passwords.personId} = ${roleGrants.personId} and ${passwords.state} = 'active'))`;

/** One role that somebody holds now. */
export async function findGrant(
  { db }: Pick<CommandContext, 'db'>,
  id: string,
): Promise<GrantWithPerson | undefined> {
  const [found] = await db
    .select({ grant: roleGrants, person: people, isSetUp })
    .from(roleGrants)
    .innerJoin(people, eq(people.id, roleGrants.personId))
    .where(and(isActive, eq(roleGrants.id, id)));
  return found && { ...found, isSetUp: found.isSetUp === 1 };
}

/** What the list of people and their roles can be asked for. */
export const grantList: ListDefinition = {
  path: '/staff/people',
  filters: [
    {
      kind: 'choice',
      name: 'role',
      label: '角色',
      options: [
        { value: '', label: '全部角色' },
        ...Object.entries(roleWords).map(([value, label]) => ({ value, label })),
      ],
    },
    { kind: 'search', name: 'q', label: '手机号', hint: '完整的11位号码' },
  ],
  orders: [
    { value: 'oldest', label: '先授权的在前' },
    { value: 'newest', label: '新授权的在前' },
  ],
};

/**
 * Who holds which role now, with their count, in one request.
 * @param scopes only within these; everywhere when left out.
 * @param limit rows of one part.
 */
export async function listGrants(
  { db, keys }: Pick<CommandContext, 'db' | 'keys'>,
  { values, order, after }: ListAsked,
  { scopes, limit = ROWS_SHOWN }: { scopes?: readonly Scope[] | undefined; limit?: number } = {},
): Promise<{ rows: GrantWithPerson[]; count: number }> {
  const { id, role, scopeKind, scopeId, personId } = roleGrants;
  const halls = scopes?.filter((one) => one.scopeKind === 'hall').map((one) => one.scopeId);
  const wantedRole = role.enumValues.find((one) => one === values['role']);
  const phone = phoneField.safeParse(values['q']);
  const hashes = phone.success ? await keys.hashes('phone', phone.data) : [];
  const wanted = and(
    isActive,
    halls && and(eq(scopeKind, 'hall'), inArray(scopeId, halls)),
    wantedRole ? eq(role, wantedRole) : undefined,
    values['q'] ? inArray(people.phoneHash, hashes) : undefined,
  );
  const isNewest = order === 'newest';
  const beyond = after ? (isNewest ? lt(id, after) : gt(id, after)) : undefined;
  const withPerson = eq(people.id, personId);
  const [rows, [counted]] = await db.batch([
    db
      .select({ grant: roleGrants, person: people, isSetUp })
      .from(roleGrants)
      .innerJoin(people, withPerson)
      .where(and(wanted, beyond))
      .orderBy(isNewest ? desc(id) : asc(id))
      .limit(limit),
    boundedCount(
      db,
      db.select({ id }).from(roleGrants).innerJoin(people, withPerson).where(wanted),
    ),
  ]);
  return {
    rows: rows.map((row) => ({ ...row, isSetUp: row.isSetUp === 1 })),
    count: counted?.count ?? 0,
  };
}

/**
 * Roles that open nothing yet, since whoever was invited has not set up how to sign in; the oldest in front.
 * @param halls only at these; everywhere when left out.
 */
export function awaitedQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  halls?: readonly string[],
): QueueQuestion {
  const { scopeKind, scopeId, id } = roleGrants;
  const awaited = and(
    isActive,
    sql`NOT ${isSetUp}`,
    halls && and(eq(scopeKind, 'hall'), inArray(scopeId, [...halls])),
  );
  return queueQuestion(
    [
      db.select({ waiting: count() }).from(roleGrants).where(awaited),
      db.select().from(roleGrants).where(awaited).orderBy(asc(id)).limit(NEXT_SHOWN),
    ],
    ([[counted], next]) => ({
      queue: 'people',
      title: '人员和角色',
      href: '/staff/people',
      summary: `${counted?.waiting ?? 0}个角色的人还没有进来`,
      count: counted?.waiting ?? 0,
      overdue: 0,
      cut: (counted?.waiting ?? 0) > next.length,
      next: next.map((grant) => ({
        text: roleWords[grant.role],
        about: '邀请了，还没有设好登录方式',
        href: `/staff/people#grant-${grant.id}`,
        due: { text: waitedWords(grant.grantedAt, now), late: false },
      })),
    }),
  );
}

/** A person’s roles, ended ones too, the newest first. A query. */
export function ownRoles({ db }: Pick<CommandContext, 'db'>, personId: string) {
  return db
    .select({
      role: roleGrants.role,
      scopeKind: roleGrants.scopeKind,
      scopeId: roleGrants.scopeId,
      grantedAt: roleGrants.grantedAt,
      revokedAt: roleRevocations.revokedAt,
    })
    .from(roleGrants)
    .leftJoin(roleRevocations, eq(roleRevocations.grantId, roleGrants.id))
    .where(eq(roleGrants.personId, personId))
    .orderBy(desc(roleGrants.grantedAt));
}
