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
  isNull,
  lt,
  lte,
  ne,
  not,
  or,
  sql,
} from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { idempotencyKeys } from '../../lib/db/table.ts';
import { toHex } from '../../lib/ids.ts';
import { instantOf, type CalendarDate } from '../../lib/time.ts';
import { isLiving, personPhone } from '../accounts/queries.ts';
import { people, signInCodes, signIns, signOuts, type Person } from '../accounts/table.ts';
import { auditEntries } from '../audit/table.ts';
import { feedbackWords } from '../feedback/queries.ts';
import { visitFeedback } from '../feedback/table.ts';
import { fileName, ownFiles } from '../files/queries.ts';
import { ownHoursCertificates } from '../certificates/queries.ts';
import { visitCertificates } from '../certificates/table.ts';
import { contactNameOf, type BookingDetails } from '../bookings/queries.ts';
import {
  credentialAttempts,
  credentialResets,
  passwords,
  recoveryCodes,
  recoverySets,
  recoveryUses,
} from '../credentials/table.ts';
import { communityProfileVersions } from '../community-profiles/table.ts';
import { drillCards } from '../drill-people/table.ts';
import { imports } from '../imports/table.ts';
import { inquiries } from '../inquiries/table.ts';
import { doorEvents, doorNotes } from '../door/table.ts';
import { arrivals, bookingChanges, bookings, cancellations } from '../bookings/table.ts';
import { groupWords } from '../groups/queries.ts';
import { groupRequests } from '../groups/table.ts';
import { hallSessions } from '../halls/table.ts';
import { openMail } from '../notifications/queries.ts';
import {
  contactRemovals,
  mailAddresses,
  messageChoices,
  messageResends,
  outboxMessages,
  pushSubscriptions,
} from '../notifications/table.ts';
import { organisationMembers, organisations } from '../organisations/table.ts';
import { SET_ASIDE_DAYS } from '../phones/policy.ts';
import { ownClaims } from '../phones/queries.ts';
import { accountSetAsides, phoneChanges } from '../phones/table.ts';
import { passkeys } from '../passkeys/table.ts';
import { noShowAnswers, noShowAppeals, noShows } from '../no-shows/table.ts';
import { roleGrants, roleRevocations, staffInvitations } from '../roles/table.ts';
import { allOwnDuties } from '../roster/queries.ts';
import { ticketTries } from '../tickets/table.ts';
import { callsOfPerson } from '../call-outs/queries.ts';
import { openOwnEntries, ownVolunteerReads } from '../volunteers/queries.ts';
import { openOwnLogEntries, ownLogEntries } from '../drill-runs/queries.ts';
import { openOwnSignUps, ownSignUps } from '../drill-sign-ups/queries.ts';
import { waitingName } from '../waitlist/queries.ts';
import { waitlistEntries, waitlistOffers } from '../waitlist/table.ts';
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
  const held = await readTogether(ctx.db, {
    codes: sentCodes(ctx, phoneHashes),
    signIns: ownSignIns(ctx, person.id),
    notices: shownNotices(ctx, person.id),
    visits: ownVisits(ctx, person.id),
    changes: ownChanges(ctx, person.id),
    waits: ownWaits(ctx, person.id),
    drillSignUps: ownSignUps(ctx, person.id),
    drillLog: ownLogEntries(ctx, person.id),
    feedback: ownFeedback(ctx, person.id),
    certificates: ownCertificates(ctx, person.id),
    groups: ownGroups(ctx, person.id),
    tries: ctx.db
      .select({ n: count() })
      .from(ticketTries)
      .where(inArray(ticketTries.bookingId, ownBookingIds(ctx, person.id))),
    messages: ownMessages(ctx, person.id, phoneHashes),
    roles: ownRoles(ctx, person.id),
    organisations: ownOrganisations(ctx, person.id),
    inquiries: ownInquiries(ctx, person, phoneHashes),
    arrivalsMarked: ctx.db
      .select({ n: count() })
      .from(arrivals)
      .where(eq(arrivals.markedBy, person.id)),
    noShows: ownNoShows(ctx, person.id),
    hallDecisions: ctx.db
      .select({ n: count() })
      .from(auditEntries)
      .where(
        and(
          eq(auditEntries.actorKind, 'person'),
          eq(auditEntries.actorId, person.id),
          inArray(auditEntries.action, HALL_DECISIONS),
        ),
      ),
    ...ownVolunteerReads(ctx, person.id),
    callOuts: callsOfPerson(ctx, person.id),
    duties: allOwnDuties(ctx, person.id),
    hoursCertificates: ownHoursCertificates(ctx, person.id),
    doorEvents: ownDoorEvents(ctx, person.id),
    doorEventsMarked: ctx.db
      .select({ n: count() })
      .from(doorEvents)
      .where(eq(doorEvents.markedBy, person.id)),
    doorNotes: ctx.db
      .select({ n: count() })
      .from(doorNotes)
      .where(eq(doorNotes.writtenBy, person.id)),
    repeats: ctx.db
      .select({ n: count() })
      .from(idempotencyKeys)
      .where(inArray(idempotencyKeys.scope, [person.id, ...phoneHashes.map(toHex)])),
    phoneChanges: ctx.db
      .select({ changedAt: phoneChanges.changedAt })
      .from(phoneChanges)
      .where(eq(phoneChanges.personId, person.id))
      .orderBy(desc(phoneChanges.changedAt)),
    numberClaims: ownClaims(ctx, person.id),
    acts: ownActs(ctx, person.id),
    mails: ownMails(ctx, person.id),
    devices: ownDevices(ctx, person.id),
    messageChoices: ownChoices(ctx, person.id),
    contactRemovals: ownRemovals(ctx, person.id),
    resends: ctx.db
      .select({ n: count() })
      .from(messageResends)
      .where(eq(messageResends.resentBy, person.id)),
    files: ownFiles(ctx, person.id),
    passkeys: ownPasskeys(ctx, person.id),
    password: ctx.db
      .select({ setAt: passwords.createdAt })
      .from(passwords)
      .where(and(eq(passwords.personId, person.id), eq(passwords.state, 'active'))),
    recovery: ownRecoveryCodes(ctx, person.id),
    credentialAttempts: ctx.db
      .select({ n: count() })
      .from(credentialAttempts)
      .where(eq(credentialAttempts.personId, person.id)),
    invitations: ctx.db
      .select({ invitedAt: staffInvitations.invitedAt, expiresAt: staffInvitations.expiresAt })
      .from(staffInvitations)
      .where(eq(staffInvitations.personId, person.id))
      .orderBy(desc(staffInvitations.id)),
    credentialResets: ctx.db
      .select({ resetAt: credentialResets.resetAt, reason: credentialResets.reason })
      .from(credentialResets)
      .where(eq(credentialResets.personId, person.id))
      .orderBy(desc(credentialResets.id)),
  });
  return {
    phone,
    account: { id: person.id, createdAt: person.createdAt, lastSignInAt: person.seenAt },
    codes: held.codes,
    signIns: held.signIns,
    notices: held.notices,
    visits: await Promise.all(
      held.visits.map(async ({ booking, session, arrivedAt, cancelledAt }) => ({
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
        changes: held.changes
          .filter(({ bookingId }) => bookingId === booking.id)
          .toSorted((a, b) => a.changedAt.getTime() - b.changedAt.getTime())
          .map(({ what, changedAt, from }) => ({ what, changedAt, from })),
      })),
    ),
    waits: await Promise.all(
      held.waits.map(async ({ entry, session, offer }) => ({
        hall: session.hallSlug,
        startsAt: session.startsAt,
        adults: entry.adults,
        children: entry.children,
        leastPlaces: entry.leastPlaces,
        /** Null once the wait is over. */
        contactName: (await waitingName(ctx, person, entry)) || null,
        joinedAt: entry.joinedAt,
        state: entry.state,
        offeredPlaces: offer?.places ?? null,
      })),
    ),
    drillSignUps: await openOwnSignUps(ctx, person, held.drillSignUps),
    drillLog: await openOwnLogEntries(ctx, person, held.drillLog),
    feedback: await Promise.all(
      held.feedback.map(async ({ feedback, startsAt }) => ({
        hall: feedback.hallSlug,
        startsAt,
        score: feedback.score,
        words: await feedbackWords(ctx, person, feedback),
        state: feedback.state,
        givenAt: feedback.givenAt,
        editedAt: feedback.editedAt,
      })),
    ),
    certificates: held.certificates,
    groups: await Promise.all(
      held.groups.map(async ({ request }) => {
        const { leaderName, needs } = await groupWords(ctx, person, request);
        const { hallSlug, groupName, code, kind, buses, lunch, askedAt, state } = request;
        return {
          hall: hallSlug,
          code,
          groupName,
          kind,
          buses,
          lunch,
          askedAt,
          state,
          /** Null once their time is over. */
          leaderName: leaderName || null,
          needs: needs || null,
        };
      }),
    ),
    ticketTries: held.tries[0]?.n ?? 0,
    messages: held.messages,
    mails: await Promise.all(
      held.mails.map(async (mail) => ({
        address: await openMail(ctx, person, mail),
        registeredAt: mail.createdAt,
        confirmedAt: mail.confirmedAt,
      })),
    ),
    devices: held.devices,
    messageChoices: held.messageChoices,
    contactRemovals: held.contactRemovals,
    resends: held.resends[0]?.n ?? 0,
    inquiries: held.inquiries,
    roles: held.roles,
    organisations: held.organisations,
    files: await Promise.all(
      held.files.map(async ({ file, type }) => ({
        name: await fileName(ctx, file, person),
        purpose: file.purpose,
        type,
        size: file.size,
        state: file.state,
        sentAt: file.startedAt,
      })),
    ),
    credentials: {
      passkeys: held.passkeys,
      passwordSetAt: held.password[0]?.setAt ?? null,
      recoveryCodesLeft: held.recovery[0]?.n ?? 0,
    },
    credentialAttempts: held.credentialAttempts[0]?.n ?? 0,
    invitations: held.invitations,
    credentialResets: held.credentialResets,
    arrivalsMarked: held.arrivalsMarked[0]?.n ?? 0,
    volunteer: await openOwnEntries(ctx, person, held),
    callOuts: held.callOuts.map(({ kind, askedAt, place, answer }) => ({
      ...{ kind, askedAt, place, answer },
    })),
    duties: held.duties.map(({ duty, hall, reason }) => ({
      hall,
      startsAt: duty.startsAt,
      endsAt: duty.endsAt,
      state: duty.state,
      dropped: reason,
    })),
    service: held.entryHours,
    hoursCertificates: held.hoursCertificates,
    doorEvents: held.doorEvents,
    noShows: held.noShows,
    hallDecisions: held.hallDecisions[0]?.n ?? 0,
    doorEventsMarked: held.doorEventsMarked[0]?.n ?? 0,
    doorNotes: held.doorNotes[0]?.n ?? 0,
    repeats: held.repeats[0]?.n ?? 0,
    phoneChanges: held.phoneChanges,
    numberClaims: held.numberClaims,
    acts: held.acts,
  };
}

export type OwnData = Awaited<ReturnType<typeof readOwnData>>;

function ownPasskeys({ db }: Reads, personId: string) {
  return db
    .select({ name: passkeys.name, createdAt: passkeys.createdAt, usedAt: passkeys.usedAt })
    .from(passkeys)
    .where(and(eq(passkeys.personId, personId), eq(passkeys.state, 'active')))
    .orderBy(asc(passkeys.id));
}

function ownRecoveryCodes({ db }: Reads, personId: string) {
  return db
    .select({ n: count(recoveryCodes.id) })
    .from(recoveryCodes)
    .innerJoin(recoverySets, eq(recoverySets.id, recoveryCodes.setId))
    .leftJoin(recoveryUses, eq(recoveryUses.codeId, recoveryCodes.id))
    .where(and(eq(recoverySets.personId, personId), isNull(recoveryUses.codeId)));
}

function ownGroups({ db }: CommandContext, personId: string) {
  return db
    .select({ request: groupRequests })
    .from(groupRequests)
    .where(eq(groupRequests.personId, personId))
    .orderBy(desc(groupRequests.id));
}

function ownFeedback({ db }: Reads, personId: string) {
  return db
    .select({ feedback: visitFeedback, startsAt: hallSessions.startsAt })
    .from(visitFeedback)
    .innerJoin(bookings, eq(bookings.id, visitFeedback.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(eq(visitFeedback.personId, personId))
    .orderBy(desc(visitFeedback.givenAt));
}

function ownCertificates({ db }: Reads, personId: string) {
  return db
    .select({
      hall: hallSessions.hallSlug,
      startsAt: hallSessions.startsAt,
      code: visitCertificates.code,
      issuedAt: visitCertificates.issuedAt,
    })
    .from(bookings)
    .innerJoin(visitCertificates, eq(visitCertificates.bookingId, bookings.id))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(eq(bookings.personId, personId))
    .orderBy(desc(visitCertificates.issuedAt));
}

function ownWaits({ db }: CommandContext, personId: string) {
  return db
    .select({ entry: waitlistEntries, session: hallSessions, offer: waitlistOffers })
    .from(waitlistEntries)
    .innerJoin(hallSessions, eq(hallSessions.id, waitlistEntries.sessionId))
    .leftJoin(waitlistOffers, eq(waitlistOffers.entryId, waitlistEntries.id))
    .where(eq(waitlistEntries.personId, personId))
    .orderBy(desc(waitlistEntries.id));
}

/** What the audit log calls the decisions of a hall's manager and of the keeper of the calendar. */
const HALL_DECISIONS = [
  'hall_stop.create',
  'hall_stop.undo',
  'hall_stop.lift',
  'hall_outage.create',
  'hall_outage.end',
  'booking.move',
  'hall_session.pardon',
  'no_show.grant',
  'no_show.refuse',
  'hall_hours.save',
  'hall_late_rule.save',
  'hall_day.decide',
  'hall_session.add',
  'calendar_year.save',
];

function ownNoShows({ db }: Reads, personId: string) {
  return db
    .select({
      hall: hallSessions.hallSlug,
      startsAt: hallSessions.startsAt,
      state: noShows.state,
      grounds: noShowAppeals.grounds,
      appealedAt: noShowAppeals.appealedAt,
      answer: noShowAnswers.decision,
      answerReason: noShowAnswers.reason,
    })
    .from(noShows)
    .innerJoin(hallSessions, eq(hallSessions.id, noShows.sessionId))
    .leftJoin(noShowAppeals, eq(noShowAppeals.bookingId, noShows.bookingId))
    .leftJoin(noShowAnswers, eq(noShowAnswers.bookingId, noShows.bookingId))
    .where(eq(noShows.personId, personId))
    .orderBy(desc(noShows.happenedAt));
}

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
      method: signIns.method,
      device: signIns.device,
      usedAt: signIns.usedAt,
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

/** When one's parties went in and out, taken-back slips left out. */
function ownDoorEvents({ db }: Reads, personId: string) {
  return db
    .select({
      happenedAt: doorEvents.happenedAt,
      kind: doorEvents.kind,
      people: doorEvents.people,
      zone: doorEvents.zone,
    })
    .from(doorEvents)
    .where(
      and(
        inArray(doorEvents.bookingId, ownBookingIds({ db }, personId)),
        ne(doorEvents.kind, 'undo'),
        sql`NOT EXISTS (SELECT 1 FROM door_events AS later WHERE later.undoes = ${doorEvents.id})`,
      ),
    )
    .orderBy(desc(doorEvents.happenedAt));
}

/** A message names nobody; after its kind, its key has the id of the booking, the change or the code that it tells of. */
function ownMessages({ db }: Reads, personId: string, phoneHashes: Uint8Array<ArrayBuffer>[]) {
  const subject = sql<string>`substr(${outboxMessages.idempotencyKey}, instr(${outboxMessages.idempotencyKey}, ':') + 1, 36)`;
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

function ownMails({ db }: Reads, personId: string) {
  return db
    .select()
    .from(mailAddresses)
    .where(eq(mailAddresses.personId, personId))
    .orderBy(desc(mailAddresses.id));
}

function ownDevices({ db }: Reads, personId: string) {
  return db
    .select({ label: pushSubscriptions.label, registeredAt: pushSubscriptions.createdAt })
    .from(pushSubscriptions)
    .where(eq(pushSubscriptions.personId, personId))
    .orderBy(desc(pushSubscriptions.id));
}

function ownChoices({ db }: Reads, personId: string) {
  return db
    .select({ topic: messageChoices.topic, main: messageChoices.main, push: messageChoices.push })
    .from(messageChoices)
    .where(eq(messageChoices.personId, personId));
}

function ownRemovals({ db }: Reads, personId: string) {
  return db
    .select({ kind: contactRemovals.kind, removedAt: contactRemovals.removedAt })
    .from(contactRemovals)
    .where(eq(contactRemovals.personId, personId))
    .orderBy(desc(contactRemovals.id));
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

/** Its number came to somebody else a while ago. Only an administrator's stays, for others to act first. */
const isSetAside = (now: Date) => sql`(exists (select 1 from ${accountSetAsides}
    where ${accountSetAsides.personId} = ${people.id} and ${accountSetAsides.setAsideAt} <= ${keptUntil(now, SET_ASIDE_DAYS).getTime()})
  and not exists (select 1 from ${roleGrants} where ${roleGrants.personId} = ${people.id}
    and ${roleGrants.role} = 'administrator' and ${roleGrants.state} = 'active'))`;

/** Nobody has used it for so long that its number may be somebody else's by now. */
const isLeft = (now: Date) =>
  and(
    isLiving,
    lte(people.seenAt, keptUntil(now, DORMANT_DAYS)),
    // Whoever only telephones never signs in: a visit that was booked for them is still to come.
    sql`not exists (
      select 1 from ${bookings} inner join ${hallSessions} on ${hallSessions.id} = ${bookings.sessionId}
      where ${bookings.personId} = ${people.id} and ${bookings.state} = 'booked'
        and ${hallSessions.endsAt} > ${now.getTime()})`,
    or(
      and(
        not(isRelied),
        sql`${people.id} not in (select ${accountSetAsides.personId} from ${accountSetAsides})`,
      ),
      isSetAside(now),
    ),
  );

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
  const tables = [
    people,
    bookings,
    signInCodes,
    outboxMessages,
    inquiries,
    imports,
    doorNotes,
    communityProfileVersions,
    drillCards,
  ] as const;
  const counts = await Promise.all(
    tables.map(async (table) => {
      const older = lt(table.keyVersion, keys.version);
      const [row] = await db.select({ n: count() }).from(table).where(older);
      return [getTableName(table), row?.n ?? 0] as const;
    }),
  );
  return Object.fromEntries(counts);
}
