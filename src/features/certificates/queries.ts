import { and, asc, desc, eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { bookings } from '../bookings/table.ts';
import { groupClasses, groupRequests } from '../groups/table.ts';
import { hallSessions } from '../halls/table.ts';
import { hoursCertificates, visitCertificates } from './table.ts';

type Reader = Pick<CommandContext, 'db'>;

/** A person's own visit with the certificate that was made of it, if one was; the class, for a group's. */
export async function findOwnCertificate({ db }: Reader, personId: string, bookingId: string) {
  const [found] = await db
    .select({
      booking: bookings,
      session: hallSessions,
      certificate: visitCertificates,
      groupName: groupRequests.groupName,
      classLabel: groupClasses.label,
    })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .leftJoin(visitCertificates, eq(visitCertificates.bookingId, bookings.id))
    .leftJoin(groupClasses, eq(groupClasses.bookingId, bookings.id))
    .leftJoin(groupRequests, eq(groupRequests.id, groupClasses.requestId))
    .where(and(eq(bookings.id, bookingId), eq(bookings.personId, personId)));
  return found;
}

/** The classes of a group that somebody leads, with the certificates made of them, in order of time. */
export async function listClassCertificates({ db }: Reader, personId: string, requestId: string) {
  return db
    .select({
      booking: bookings,
      session: hallSessions,
      certificate: visitCertificates,
      classLabel: groupClasses.label,
    })
    .from(groupClasses)
    .innerJoin(bookings, eq(bookings.id, groupClasses.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .leftJoin(visitCertificates, eq(visitCertificates.bookingId, bookings.id))
    .where(and(eq(groupClasses.requestId, requestId), eq(bookings.personId, personId)))
    .orderBy(asc(hallSessions.startsAt), asc(groupClasses.label));
}

/**
 * What a certificate says to anybody: where and when, and of a group which class and how many. Nobody's name is behind it, and an
 * arrival that the door took back is none.
 */
export async function verifyCertificate({ db }: Reader, code: string) {
  const [found] = await visitByCode(db, code);
  return found;
}

/** What a certificate of either kind says to anybody: whoever holds the paper need not know which. One request. */
export async function verifyCode({ db }: Reader, code: string) {
  const [[visit], [hours]] = await db.batch([visitByCode(db, code), hoursByCode(db, code)]);
  return { visit, hours };
}

function visitByCode(db: Reader['db'], code: string) {
  return db
    .select({
      code: visitCertificates.code,
      issuedAt: visitCertificates.issuedAt,
      people: visitCertificates.people,
      hallSlug: hallSessions.hallSlug,
      startsAt: hallSessions.startsAt,
      groupName: groupRequests.groupName,
      classLabel: groupClasses.label,
    })
    .from(visitCertificates)
    .innerJoin(bookings, eq(bookings.id, visitCertificates.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .leftJoin(groupClasses, eq(groupClasses.bookingId, bookings.id))
    .leftJoin(groupRequests, eq(groupRequests.id, groupClasses.requestId))
    .where(and(eq(visitCertificates.code, code), eq(bookings.state, 'arrived')));
}

/** What a certificate of hours says to anybody: how long, how often and between which days. Nobody's name is behind it. */
export async function verifyHours({ db }: Reader, code: string) {
  const [found] = await hoursByCode(db, code);
  return found;
}

function hoursByCode(db: Reader['db'], code: string) {
  return db
    .select({
      code: hoursCertificates.code,
      issuedAt: hoursCertificates.issuedAt,
      minutes: hoursCertificates.minutes,
      services: hoursCertificates.services,
      firstOn: hoursCertificates.firstOn,
      lastOn: hoursCertificates.lastOn,
    })
    .from(hoursCertificates)
    .where(eq(hoursCertificates.code, code));
}

/** A person's certificates of hours, the newest first. A query. */
export function ownHoursCertificates({ db }: Reader, personId: string) {
  return db
    .select({
      code: hoursCertificates.code,
      minutes: hoursCertificates.minutes,
      services: hoursCertificates.services,
      firstOn: hoursCertificates.firstOn,
      lastOn: hoursCertificates.lastOn,
      issuedAt: hoursCertificates.issuedAt,
    })
    .from(hoursCertificates)
    .where(eq(hoursCertificates.personId, personId))
    .orderBy(desc(hoursCertificates.issuedAt));
}

/** The certificates of a person’s visits, the newest first. A query. */
export function ownCertificates({ db }: Reader, personId: string) {
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
