import { and, asc, desc, eq, gt, like, or } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { people, type Person } from '../accounts/table.ts';
import {
  organisationDecisions,
  organisationMembers,
  organisations,
  type Organisation,
  type OrganisationDecision,
  type OrganisationMember,
} from './table.ts';

type ReadContext = Pick<CommandContext, 'db'>;

/** One part of the queue; the next begins after its last. */
export const CLAIMS_SHOWN = 50;

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

/** The organisations that somebody acts for, the latest first. */
export async function listOwnOrganisations(
  { db }: ReadContext,
  personId: string,
): Promise<OwnOrganisation[]> {
  return ownOrganisations(db)
    .where(and(eq(organisationMembers.personId, personId), isActive))
    .orderBy(desc(organisations.id));
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

/**
 * Claims that wait within these regions, the oldest first.
 * @param regions codes of counties, streets or towns.
 * @param after the id of the last of the part before.
 */
export async function listClaims(
  { db }: ReadContext,
  regions: readonly string[],
  after?: string,
): Promise<Organisation[]> {
  if (regions.length === 0) return [];
  return db
    .select()
    .from(organisations)
    .where(
      and(
        eq(organisations.state, 'claimed'),
        or(...regions.map((code) => like(organisations.regionCode, `${code}%`))),
        after ? gt(organisations.id, after) : undefined,
      ),
    )
    .orderBy(asc(organisations.id))
    .limit(CLAIMS_SHOWN);
}
