import { and, count, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { idempotencyKeys } from '../../lib/db/table.ts';
import { toHex } from '../../lib/ids.ts';
import { ownCodes, ownSignIns, personPhone } from '../accounts/queries.ts';
import { signInCodes, type Person } from '../accounts/table.ts';
import { ownActs } from '../audit/queries.ts';
import { auditEntries } from '../audit/table.ts';
import { contactNameOf } from '../bookings/queries.ts';
import { arrivals, bookingChanges, bookings, cancellations } from '../bookings/table.ts';
import { callsOfPerson } from '../call-outs/queries.ts';
import { ownCertificates, ownHoursCertificates } from '../certificates/queries.ts';
import { ownRecoveryCodes } from '../credentials/queries.ts';
import { credentialAttempts, credentialResets, passwords } from '../credentials/table.ts';
import { doorEvents, doorNotes } from '../door/table.ts';
import { openOwnLogEntries, ownLogEntries } from '../drill-runs/queries.ts';
import { openOwnSignUps, ownSignUps } from '../drill-sign-ups/queries.ts';
import { feedbackWords, ownFeedback } from '../feedback/queries.ts';
import { fileName, ownFiles } from '../files/queries.ts';
import { groupWords, ownGroups } from '../groups/queries.ts';
import { hallSessions } from '../halls/table.ts';
import { ownInquiries } from '../inquiries/queries.ts';
import { ownNoShows } from '../no-shows/queries.ts';
import {
  openMail,
  ownChoices,
  ownDevices,
  ownMails,
  ownRemovals,
} from '../notifications/queries.ts';
import { messageResends, outboxMessages } from '../notifications/table.ts';
import { ownMemberships } from '../organisations/queries.ts';
import { ownPasskeys } from '../passkeys/queries.ts';
import { ownClaims } from '../phones/queries.ts';
import { phoneChanges } from '../phones/table.ts';
import { contactNameChanges, noticesShown } from '../privacy/table.ts';
import { ownRoles } from '../roles/queries.ts';
import { staffInvitations } from '../roles/table.ts';
import { allOwnDuties } from '../roster/queries.ts';
import { ticketTries } from '../tickets/table.ts';
import { openOwnEntries, ownVolunteerReads } from '../volunteers/queries.ts';
import { ownWaits, waitingName } from '../waitlist/queries.ts';

type Reads = Pick<CommandContext, 'db'>;

/** Everything that the site holds about a person, decrypted: an item for each of the register. One request. */
export async function readOwnData(ctx: CommandContext, person: Person) {
  const phone = await personPhone(ctx, person);
  const phoneHashes = await ctx.keys.hashes('phone', phone);
  const held = await readTogether(ctx.db, {
    codes: ownCodes(ctx, phoneHashes),
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
    organisations: ownMemberships(ctx, person.id),
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
  'hall.open',
  'hall_rules.save',
  'hall_day.decide',
  'hall_session.add',
  'calendar_year.save',
];

function ownBookingIds({ db }: Reads, personId: string) {
  return db.select({ id: bookings.id }).from(bookings).where(eq(bookings.personId, personId));
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
