import { and, asc, count, desc, eq, gt, inArray, lte } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { readBookingCode } from '../../lib/ids.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { DAY_MS, formatDay } from '../../lib/time.ts';
import { findPersonByPhone } from '../accounts/queries.ts';
import { people, signIns, type Person } from '../accounts/table.ts';
import { bookings } from '../bookings/table.ts';
import { organisationMembers, organisations } from '../organisations/table.ts';
import { claimStateWords, decidableAt, isFresh, OBJECTION_DAYS, proofWords } from './policy.ts';
import {
  accountSetAsides,
  numberClaimDecisions,
  numberClaims,
  type NumberClaim,
  type NumberClaimDecision,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** One part of the list of claims; the next begins after its last. */
export const CLAIMS_SHOWN = 50;

/**
 * What of an account somebody knows: the code of any of its bookings, or the full name of an organisation that it
 * acts for. No contact name: whoever takes a number over gets calls for its former owner. One request.
 */
export async function findProof(
  { db }: Reads,
  personId: string,
  told: string,
): Promise<'none' | 'ticket' | 'organisation'> {
  const text = told.normalize('NFKC').trim();
  const code = readBookingCode(text) ?? '';
  const [ticket, acts] = await db.batch([
    db
      .select({ id: bookings.id })
      .from(bookings)
      .where(and(eq(bookings.personId, personId), eq(bookings.code, code)))
      .limit(1),
    db
      .select({ id: organisations.id })
      .from(organisationMembers)
      .innerJoin(organisations, eq(organisations.id, organisationMembers.organisationId))
      .where(
        and(
          eq(organisationMembers.personId, personId),
          eq(organisationMembers.state, 'active'),
          eq(organisations.name, text),
        ),
      )
      .limit(1),
  ]);
  if (ticket.length > 0) return 'ticket';
  return acts.length > 0 ? 'organisation' : 'none';
}

/** Whether a sign-in is so fresh that it proves the number it was made with. */
export async function isFreshSignIn(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  signInId: string,
): Promise<boolean> {
  const [found] = await db
    .select({ createdAt: signIns.createdAt })
    .from(signIns)
    .where(eq(signIns.id, signInId));
  return found !== undefined && isFresh(found, now);
}

/** The account that hangs on a number, or hung on it until somebody else came to have it. */
export async function findAccountOfNumber(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  phone: string,
): Promise<Person | undefined> {
  const hashes = await ctx.keys.hashes('phone', phone);
  const [aside] = await ctx.db
    .select({ person: people })
    .from(accountSetAsides)
    .innerJoin(people, eq(people.id, accountSetAsides.personId))
    .where(inArray(accountSetAsides.phoneHash, hashes))
    .orderBy(desc(accountSetAsides.setAsideAt))
    .limit(1);
  return aside?.person ?? findPersonByPhone(ctx, phone);
}

/** How often an account's number was told of a claim in the last 30 days. */
export async function claimsTold(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  accountId: string,
): Promise<number> {
  const since = new Date(now.getTime() - 30 * DAY_MS);
  return db.$count(
    numberClaims,
    and(
      eq(numberClaims.accountId, accountId),
      eq(numberClaims.told, true),
      gt(numberClaims.claimedAt, since),
    ),
  );
}

export interface OwnClaim {
  claim: NumberClaim;
  decision: NumberClaimDecision | null;
}

/** The newest of one's own claims: its state and what was decided, nothing of the account it is about. */
export async function findOwnClaim(
  { db }: Reads,
  claimantId: string,
): Promise<OwnClaim | undefined> {
  const [found] = await db
    .select({ claim: numberClaims, decision: numberClaimDecisions })
    .from(numberClaims)
    .leftJoin(numberClaimDecisions, eq(numberClaimDecisions.claimId, numberClaims.id))
    .where(eq(numberClaims.claimantId, claimantId))
    .orderBy(desc(numberClaims.id))
    .limit(1);
  return found;
}

export interface NumberClaimDetails extends OwnClaim {
  claimant: Person;
  account: Person | null;
  /** When the account's number came to somebody else who began afresh. */
  setAsideAt: Date | null;
}

/** A claim as it is decided on. */
export async function findNumberClaim(
  { db }: Reads,
  id: string,
): Promise<NumberClaimDetails | undefined> {
  const accounts = alias(people, 'accounts');
  const [found] = await db
    .select({
      claim: numberClaims,
      decision: numberClaimDecisions,
      claimant: people,
      account: accounts,
      setAsideAt: accountSetAsides.setAsideAt,
    })
    .from(numberClaims)
    .innerJoin(people, eq(people.id, numberClaims.claimantId))
    .leftJoin(accounts, eq(accounts.id, numberClaims.accountId))
    .leftJoin(accountSetAsides, eq(accountSetAsides.personId, numberClaims.accountId))
    .leftJoin(numberClaimDecisions, eq(numberClaimDecisions.claimId, numberClaims.id))
    .where(eq(numberClaims.id, id));
  return found;
}

/** Claims that wait, the oldest first. @param after the id of the last of the part before. */
export async function listNumberClaims({ db }: Reads, after?: string): Promise<NumberClaim[]> {
  return db
    .select()
    .from(numberClaims)
    .where(
      and(
        inArray(numberClaims.state, ['open', 'objected']),
        after ? gt(numberClaims.id, after) : undefined,
      ),
    )
    .orderBy(asc(numberClaims.id))
    .limit(CLAIMS_SHOWN);
}

/** Claims that wait for an administrator, the oldest in front; late from the day on which they can be granted. */
export function numberClaimsQueue({ db, now }: Pick<CommandContext, 'db' | 'now'>): QueueQuestion {
  const waits = inArray(numberClaims.state, ['open', 'objected']);
  const due = lte(numberClaims.claimedAt, new Date(now.getTime() - OBJECTION_DAYS * DAY_MS));
  return queueQuestion(
    [
      db.select({ waiting: count() }).from(numberClaims).where(waits),
      db.select({ due: count() }).from(numberClaims).where(and(waits, due)),
      db.select().from(numberClaims).where(waits).orderBy(asc(numberClaims.id)).limit(NEXT_SHOWN),
    ],
    ([[counted], [decidable], next]) => ({
      queue: 'number-claims',
      title: '找回账户',
      href: '/staff/phones',
      summary: `${counted?.waiting ?? 0}个待决定，${decidable?.due ?? 0}个过了反对期`,
      count: counted?.waiting ?? 0,
      overdue: 0,
      next: next.map((claim) => ({
        text: proofWords[claim.proof],
        about: claimStateWords[claim.state],
        href: `/staff/phones/${claim.id}`,
        due: { text: `${formatDay(decidableAt(claim))}起可以同意`, late: false },
      })),
    }),
  );
}

/** Claims by somebody, for the page of one's own data. A query. */
export function ownClaims({ db }: Reads, personId: string) {
  return db
    .select({ claimedAt: numberClaims.claimedAt, state: numberClaims.state })
    .from(numberClaims)
    .where(eq(numberClaims.claimantId, personId))
    .orderBy(desc(numberClaims.id));
}
