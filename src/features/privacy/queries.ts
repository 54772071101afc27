import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableName,
  gt,
  gte,
  inArray,
  lt,
  lte,
  not,
  sql,
} from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { idempotencyKeys } from '../../lib/db/table.ts';
import { toHex } from '../../lib/ids.ts';
import { instantOf, type CalendarDate } from '../../lib/time.ts';
import { isLiving, personPhone } from '../accounts/queries.ts';
import { people, signInCodes, signIns, signOuts, type Person } from '../accounts/table.ts';
import { auditEntries } from '../audit/table.ts';
import { contactNameOf, type BookingDetails } from '../bookings/queries.ts';
import { inquiries } from '../inquiries/table.ts';
import { arrivals, bookingChanges, bookings, cancellations } from '../bookings/table.ts';
import { hallSessions } from '../halls/table.ts';
import { outboxMessages } from '../notifications/table.ts';
import { organisationMembers, organisations } from '../organisations/table.ts';
import { roleGrants, roleRevocations } from '../roles/table.ts';
import { ticketTries } from '../tickets/table.ts';
import { DORMANT_DAYS, keptUntil } from './policy.ts';
import {
  accountErasures,
  contactNameChanges,
  erasureRuns,
  noticesShown,
  type ErasedWhat,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** The scope of an erasure's key: the person is gone by the time it is repeated, and with them their own scope. */
export const ERASURE_SCOPE = 'erasure';

/** One part of the public list of erasures: a month. */
export const ERASURE_DAYS_SHOWN = 31;

/** Bookings that nobody has ended and whose session is not over: those that an erasure cancels. A query. */
export function comingBookings({ db, now }: Pick<CommandContext, 'db' | 'now'>, personId: string) {
  return db
    .select({ booking: bookings, session: hallSessions })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(
      and(
        eq(bookings.personId, personId),
        eq(bookings.state, 'booked'),
        gt(hallSessions.endsAt, now),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** What an erasure ends besides the account: coming bookings, and roles that are held. One request. */
export async function readHeld(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
): Promise<{ coming: BookingDetails[]; grants: string[] }> {
  const held = and(eq(roleGrants.personId, personId), eq(roleGrants.state, 'active'));
  const [coming, grants] = await ctx.db.batch([
    comingBookings(ctx, personId),
    ctx.db.select({ id: roleGrants.id }).from(roleGrants).where(held),
  ]);
  return { coming, grants: grants.map(({ id }) => id) };
}

/** Everything that the site holds about a person, decrypted: an item for each of the register. One request. */
export async function readOwnData(ctx: CommandContext, person: Person) {
  const phone = await personPhone(ctx, person);
  const phoneHashes = await ctx.keys.hashes('phone', phone);
  const [codes, logins, notices, visits, changes, tries, messages, ...others] = await ctx.db.batch([
    sentCodes(ctx, phoneHashes),
    ownSignIns(ctx, person.id),
    shownNotices(ctx, person.id),
    ownVisits(ctx, person.id),
    ownChanges(ctx, person.id),
    ctx.db
      .select({ n: count() })
      .from(ticketTries)
      .where(inArray(ticketTries.bookingId, ownBookingIds(ctx, person.id))),
    ownMessages(ctx, person.id, phoneHashes),
    ownRoles(ctx, person.id),
    ownOrganisations(ctx, person.id),
    ownInquiries(ctx, person, phoneHashes),
    ctx.db.select({ n: count() }).from(arrivals).where(eq(arrivals.markedBy, person.id)),
    ctx.db
      .select({ n: count() })
      .from(idempotencyKeys)
      .where(inArray(idempotencyKeys.scope, [person.id, ...phoneHashes.map(toHex)])),
    ownActs(ctx, person.id),
  ]);
  const [roles, memberships, asked, marked, repeats, acts] = others;
  return {
    phone,
    account: { id: person.id, createdAt: person.createdAt, lastSignInAt: person.seenAt },
    codes,
    signIns: logins,
    notices,
    visits: await Promise.all(
      visits.map(async ({ booking, session, arrivedAt, cancelledAt }) => ({
        bookingId: booking.id,
        code: booking.code,
        hall: session.hallSlug,
        startsAt: session.startsAt,
        endsAt: session.endsAt,
        adults: booking.adults,
        children: booking.children,
        /** Null once its time is over. */
        contactName: (await contactNameOf(ctx, booking, person)) || null,
        state: booking.state,
        bookedAt: booking.createdAt,
        arrivedAt,
        cancelledAt,
        changes: changes
          .filter(({ bookingId }) => bookingId === booking.id)
          .toSorted((a, b) => a.changedAt.getTime() - b.changedAt.getTime())
          .map(({ what, changedAt, from }) => ({ what, changedAt, from })),
      })),
    ),
    ticketTries: tries[0]?.n ?? 0,
    messages,
    inquiries: asked,
    roles,
    organisations: memberships,
    arrivalsMarked: marked[0]?.n ?? 0,
    repeats: repeats[0]?.n ?? 0,
    acts,
  };
}

export type OwnData = Awaited<ReturnType<typeof readOwnData>>;

function ownBookingIds({ db }: Reads, personId: string) {
  return db.select({ id: bookings.id }).from(bookings).where(eq(bookings.personId, personId));
}

function sentCodes({ db }: Reads, phoneHashes: Uint8Array<ArrayBuffer>[]) {
  return db
    .select({ sentAt: signInCodes.createdAt, expiresAt: signInCodes.expiresAt })
    .from(signInCodes)
    .where(inArray(signInCodes.phoneHash, phoneHashes))
    .orderBy(desc(signInCodes.createdAt));
}

function ownSignIns({ db }: Reads, personId: string) {
  return db
    .select({
      at: signIns.createdAt,
      expiresAt: signIns.expiresAt,
      signedOutAt: signOuts.signedOutAt,
    })
    .from(signIns)
    .leftJoin(signOuts, eq(signOuts.signInId, signIns.id))
    .where(eq(signIns.personId, personId))
    .orderBy(desc(signIns.createdAt));
}

function shownNotices({ db }: Reads, personId: string) {
  return db
    .select({ version: noticesShown.version, shownAt: noticesShown.shownAt })
    .from(noticesShown)
    .where(eq(noticesShown.personId, personId))
    .orderBy(desc(noticesShown.version));
}

function ownVisits({ db }: Reads, personId: string) {
  return db
    .select({
      booking: bookings,
      session: hallSessions,
      arrivedAt: arrivals.arrivedAt,
      cancelledAt: cancellations.cancelledAt,
    })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
    .leftJoin(cancellations, eq(cancellations.bookingId, bookings.id))
    .where(eq(bookings.personId, personId))
    .orderBy(desc(bookings.id));
}

/** Changes of session and party, with what it was before; and when the name was put right. */
function ownChanges({ db }: Reads, personId: string) {
  return db
    .select({
      bookingId: bookingChanges.bookingId,
      what: sql<'visit' | 'contact_name'>`'visit'`,
      changedAt: bookingChanges.changedAt,
      from: {
        startsAt: hallSessions.startsAt,
        adults: bookingChanges.fromAdults,
        children: bookingChanges.fromChildren,
      },
    })
    .from(bookingChanges)
    .innerJoin(hallSessions, eq(hallSessions.id, bookingChanges.fromSessionId))
    .where(inArray(bookingChanges.bookingId, ownBookingIds({ db }, personId)))
    .unionAll(
      db
        .select({
          bookingId: contactNameChanges.bookingId,
          what: sql<'visit' | 'contact_name'>`'contact_name'`,
          changedAt: contactNameChanges.changedAt,
          // What the name was is kept nowhere.
          from: {
            startsAt: sql<Date>`null`,
            adults: sql<number>`null`,
            children: sql<number>`null`,
          },
        })
        .from(contactNameChanges)
        .where(inArray(contactNameChanges.bookingId, ownBookingIds({ db }, personId))),
    );
}

/** A message names nobody; its key ends with the id of the booking, the change or the code that it tells of. */
function ownMessages({ db }: Reads, personId: string, phoneHashes: Uint8Array<ArrayBuffer>[]) {
  const subject = sql<string>`substr(${outboxMessages.idempotencyKey}, instr(${outboxMessages.idempotencyKey}, ':') + 1)`;
  const subjects = ownBookingIds({ db }, personId)
    .unionAll(
      db
        .select({ id: bookingChanges.id })
        .from(bookingChanges)
        .where(eq(bookingChanges.personId, personId)),
    )
    .unionAll(
      db
        .select({ id: signInCodes.id })
        .from(signInCodes)
        .where(inArray(signInCodes.phoneHash, phoneHashes)),
    );
  return db
    .select({
      template: outboxMessages.template,
      queuedAt: outboxMessages.createdAt,
      deliveredAt: outboxMessages.deliveredAt,
    })
    .from(outboxMessages)
    .where(inArray(subject, subjects))
    .orderBy(desc(outboxMessages.id));
}

function ownRoles({ db }: Reads, personId: string) {
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

function ownOrganisations({ db }: Reads, personId: string) {
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

/**
 * That this number was left with a question, not what it said: anybody may leave any number. None from before the
 * account: they may be of the number's last owner.
 */
function ownInquiries({ db }: Reads, person: Person, phoneHashes: Uint8Array<ArrayBuffer>[]) {
  return db
    .select({
      kind: inquiries.kind,
      sentAt: inquiries.createdAt,
      answeredAt: inquiries.answeredAt,
    })
    .from(inquiries)
    .where(
      and(inArray(inquiries.phoneHash, phoneHashes), gte(inquiries.createdAt, person.createdAt)),
    )
    .orderBy(desc(inquiries.createdAt));
}

function ownActs({ db }: Reads, personId: string) {
  return db
    .select({
      at: auditEntries.at,
      action: auditEntries.action,
      subjectKind: auditEntries.subjectKind,
      subjectId: auditEntries.subjectId,
    })
    .from(auditEntries)
    .where(eq(auditEntries.actorId, personId))
    .orderBy(desc(auditEntries.sequence));
}

/** Whether an account was erased under this key: its owner, who is signed out by now, may ask again. */
export async function wasErased({ db }: Reads, key: string): Promise<boolean> {
  const [row] = await db
    .select({ key: idempotencyKeys.key })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.scope, ERASURE_SCOPE), eq(idempotencyKeys.key, key)));
  return row !== undefined;
}

/** Holds a role or acts for an organisation: others count on it, so the account does not end by itself. */
const isRelied = sql`(exists (select 1 from ${roleGrants} where ${roleGrants.personId} = ${people.id} and ${roleGrants.state} = 'active')
  or exists (select 1 from ${organisationMembers} where ${organisationMembers.personId} = ${people.id} and ${organisationMembers.state} = 'active'))`;

/** Nobody has used it for so long that its number may be somebody else's by now. */
const isLeft = (now: Date) =>
  and(isLiving, lte(people.seenAt, keptUntil(now, DORMANT_DAYS)), not(isRelied));

/** Accounts that nobody has used for so long that they go. */
export async function dueAccounts(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: people.id })
    .from(people)
    .where(isLeft(now))
    .orderBy(asc(people.seenAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Whether the job would end this account now; asked before anybody is let in. */
export async function isDueAccount(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  id: string,
): Promise<boolean> {
  const [row] = await db
    .select({ id: people.id })
    .from(people)
    .where(and(eq(people.id, id), isLeft(now)));
  return row !== undefined;
}

/** Everybody who has an account, by id, for a list of hashes to be held against. */
export async function livingIds({ db }: Reads, limit: number, after = ''): Promise<string[]> {
  const rows = await db
    .select({ id: people.id })
    .from(people)
    .where(and(isLiving, gt(people.id, after)))
    .orderBy(asc(people.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The list that is kept beside the backups. */
export async function listErasures({ db }: Reads): Promise<string[]> {
  const rows = await db
    .select({ hash: accountErasures.personHash })
    .from(accountErasures)
    .orderBy(asc(accountErasures.erasedAt));
  return rows.map(({ hash }) => toHex(hash));
}

export interface ErasureDay {
  date: CalendarDate;
  erased: { what: ErasedWhat; howMany: number }[];
}

/**
 * What was erased, by days in China, the newest first; at most `ERASURE_DAYS_SHOWN`, days without any left out.
 * @param before only days before this one.
 */
export async function erasureDays(
  { db }: Reads,
  before?: CalendarDate,
): Promise<{ days: ErasureDay[]; next: CalendarDate | undefined }> {
  const day = sql<string>`date(${erasureRuns.ranAt} / 1000, 'unixepoch', '+8 hours')`;
  const until = before ? lt(erasureRuns.ranAt, instantOf(before)) : undefined;
  const dates = db
    .select({ day })
    .from(erasureRuns)
    .where(until)
    .groupBy(day)
    .orderBy(desc(day))
    .limit(ERASURE_DAYS_SHOWN + 1);
  const rows = await db
    .select({
      date: day,
      what: erasureRuns.what,
      howMany: sql<number>`sum(${erasureRuns.howMany})`,
    })
    .from(erasureRuns)
    .where(and(until, inArray(day, dates)))
    .groupBy(day, erasureRuns.what)
    .orderBy(desc(day), asc(erasureRuns.what));
  const days = [...Map.groupBy(rows, ({ date }) => date)].map(([date, erased]) => ({
    date,
    erased: erased.map(({ what, howMany }) => ({ what, howMany })),
  }));
  const shown = days.slice(0, ERASURE_DAYS_SHOWN);
  return { days: shown, next: days.length > shown.length ? shown.at(-1)?.date : undefined };
}

/** Rows that still need an older secret, by table: while there are any, none may be removed. */
export async function rowsOfOlderVersions({
  db,
  keys,
}: Pick<CommandContext, 'db' | 'keys'>): Promise<Record<string, number>> {
  const tables = [people, bookings, signInCodes, outboxMessages, inquiries] as const;
  const counts = await Promise.all(
    tables.map(async (table) => {
      const older = lt(table.keyVersion, keys.version);
      const [row] = await db.select({ n: count() }).from(table).where(older);
      return [getTableName(table), row?.n ?? 0] as const;
    }),
  );
  return Object.fromEntries(counts);
}
