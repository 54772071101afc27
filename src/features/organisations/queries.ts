import { and, asc, count, desc, eq, gt, gte, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { waitedWords } from '../../lib/time.ts';
import { kindWords, organisationStateWords } from './policy.ts';
import { people, type Person } from '../accounts/table.ts';
import type { Deed } from '../roles/policy.ts';
import {
  organisationDecisions,
  organisationMembers,
  organisations,
  type Organisation,
  type OrganisationDecision,
  type OrganisationMember,
} from './table.ts';

type ReadContext = Pick<CommandContext, 'db'>;

export interface OwnOrganisation {
  organisation: Organisation;
  member: OrganisationMember;
  decision: OrganisationDecision | null;
}

const ownOrganisations = (db: CommandContext['db']) =>
  db
    .select({
      organisation: organisations,
      member: organisationMembers,
      decision: organisationDecisions,
    })
    .from(organisationMembers)
    .innerJoin(organisations, eq(organisations.id, organisationMembers.organisationId))
    .leftJoin(organisationDecisions, eq(organisationDecisions.organisationId, organisations.id));

const isActive = eq(organisationMembers.state, 'active');

/** Somebody acts for it; its people have not all erased their accounts. */
const isClaimed = isNull(organisations.unclaimedAt);

/** The organisations that somebody acts for, the latest first. */
export async function listOwnOrganisations(
  { db }: ReadContext,
  personId: string,
): Promise<OwnOrganisation[]> {
  return ownOrganisations(db)
    .where(and(eq(organisationMembers.personId, personId), isActive))
    .orderBy(desc(organisations.id));
}

/** Organisations that somebody is responsible for while others act for them too: an erasure waits for these. */
export async function organisationsToHandOver(
  { db }: ReadContext,
  personId: string,
): Promise<Pick<Organisation, 'id' | 'name'>[]> {
  const others = alias(organisationMembers, 'others');
  return db
    .selectDistinct({ id: organisations.id, name: organisations.name })
    .from(organisationMembers)
    .innerJoin(organisations, eq(organisations.id, organisationMembers.organisationId))
    .innerJoin(
      others,
      and(
        eq(others.organisationId, organisationMembers.organisationId),
        eq(others.state, 'active'),
        ne(others.id, organisationMembers.id),
      ),
    )
    .where(
      and(
        eq(organisationMembers.personId, personId),
        eq(organisationMembers.responsible, true),
        isActive,
      ),
    );
}

export interface MemberWithPerson {
  member: OrganisationMember;
  person: Person;
}

const membersOf = (db: CommandContext['db'], organisationId: string) =>
  db
    .select({ member: organisationMembers, person: people })
    .from(organisationMembers)
    .innerJoin(people, eq(people.id, organisationMembers.personId))
    .where(and(eq(organisationMembers.organisationId, organisationId), isActive))
    .orderBy(desc(organisationMembers.responsible), asc(organisationMembers.id));

/** An organisation as its members see it; it does not exist for others. One request. */
export async function findOwnOrganisation(
  { db }: ReadContext,
  personId: string,
  id: string,
): Promise<(OwnOrganisation & { members: MemberWithPerson[] }) | undefined> {
  const [[own], members] = await db.batch([
    ownOrganisations(db).where(
      and(eq(organisations.id, id), eq(organisationMembers.personId, personId), isActive),
    ),
    membersOf(db, id),
  ]);
  return own && { ...own, members };
}

export interface Claim {
  organisation: Organisation;
  decision: OrganisationDecision | null;
  members: MemberWithPerson[];
}

/** An organisation as an officer sees it, with who acts for it. One request. */
export async function findClaim({ db }: ReadContext, id: string): Promise<Claim | undefined> {
  const [[found], members] = await db.batch([
    db
      .select({ organisation: organisations, decision: organisationDecisions })
      .from(organisations)
      .leftJoin(organisationDecisions, eq(organisationDecisions.organisationId, organisations.id))
      .where(eq(organisations.id, id)),
    membersOf(db, id),
  ]);
  return found && { ...found, members };
}

/** As ranges, which an index serves; `:` is the sign after `9`. */
const inRegions = (regions: readonly string[]) =>
  or(
    ...regions.map((code) =>
      and(gte(organisations.regionCode, code), lt(organisations.regionCode, `${code}:`)),
    ),
  ) ?? sql`0`;

/** What the list of organisations can be asked for. */
export const organisationList: ListDefinition = {
  path: '/staff/organisations',
  filters: [
    {
      kind: 'choice',
      name: 'state',
      label: '状态',
      initial: 'claimed',
      options: [
        ...Object.entries(organisationStateWords).map(([value, label]) => ({ value, label })),
        { value: 'all', label: '全部' },
      ],
    },
    {
      kind: 'choice',
      name: 'kind',
      label: '类型',
      options: [
        { value: '', label: '全部类型' },
        ...Object.entries(kindWords).map(([value, label]) => ({ value, label })),
      ],
    },
    { kind: 'search', name: 'q', label: '名称', hint: '写几个字就行' },
  ],
  orders: [
    { value: 'oldest', label: '先登记的在前' },
    { value: 'newest', label: '新登记的在前' },
  ],
};

/** Organisations within these counties, streets or towns, with their count. @param limit rows of one part. */
export async function listClaims(
  { db }: ReadContext,
  regions: readonly string[],
  { values, order, after }: ListAsked,
  limit = ROWS_SHOWN,
): Promise<{ rows: Organisation[]; count: number }> {
  const { id, state, kind, name } = organisations;
  const isNewest = order === 'newest';
  const wantedState = organisations.state.enumValues.find((one) => one === values['state']);
  const wantedKind = organisations.kind.enumValues.find((one) => one === values['kind']);
  const wanted = and(
    inRegions(regions),
    isClaimed,
    wantedState ? eq(state, wantedState) : undefined,
    wantedKind ? eq(kind, wantedKind) : undefined,
    // `instr` takes the text as it is; a pattern would need its signs escaped.
    values['q'] ? sql`instr(${name}, ${values['q']}) > 0` : undefined,
  );
  const beyond = after ? (isNewest ? lt(id, after) : gt(id, after)) : undefined;
  const [rows, [counted]] = await db.batch([
    db
      .select()
      .from(organisations)
      .where(and(wanted, beyond))
      .orderBy(isNewest ? desc(id) : asc(id))
      .limit(limit),
    boundedCount(db, db.select({ id }).from(organisations).where(wanted)),
  ]);
  return { rows, count: counted?.count ?? 0 };
}

/** Claims that wait for an officer of these regions, the oldest in front. */
export function claimsQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  regions: readonly string[],
): QueueQuestion {
  const waits = and(eq(organisations.state, 'claimed'), isClaimed, inRegions(regions));
  return queueQuestion(
    [
      db.select({ waiting: count() }).from(organisations).where(waits),
      db.select().from(organisations).where(waits).orderBy(asc(organisations.id)).limit(NEXT_SHOWN),
    ],
    ([[counted], next]) => ({
      queue: 'organisations',
      title: '核验单位',
      href: '/staff/organisations',
      summary: `${counted?.waiting ?? 0}个待核验`,
      count: counted?.waiting ?? 0,
      overdue: 0,
      cut: (counted?.waiting ?? 0) > next.length,
      next: next.map(({ id, name, kind, claimedAt }) => ({
        text: name,
        about: kindWords[kind],
        href: `/staff/organisations/${id}`,
        due: { text: waitedWords(claimedAt, now), late: false },
      })),
    }),
  );
}

/** What shows an organisation, and the proofs that belong to it, to an officer. */
export async function organisationDeed({ db }: ReadContext, id: string): Promise<Deed | undefined> {
  const [found] = await db
    .select({ regionCode: organisations.regionCode })
    .from(organisations)
    .where(eq(organisations.id, id));
  return found && { action: 'organisation.see', ...found };
}

/** The organisations that a person acts or acted for, the newest first. A query. */
export function ownMemberships({ db }: ReadContext, personId: string) {
  return db
    .select({
      name: organisations.name,
      joinedAt: organisationMembers.addedAt,
      responsible: organisationMembers.responsible,
      state: organisationMembers.state,
    })
    .from(organisationMembers)
    .innerJoin(organisations, eq(organisations.id, organisationMembers.organisationId))
    .where(eq(organisationMembers.personId, personId))
    .orderBy(desc(organisationMembers.id));
}
