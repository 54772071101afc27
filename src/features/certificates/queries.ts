import { and, eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { bookings } from '../bookings/table.ts';
import { groupClasses, groupRequests } from '../groups/table.ts';
import { hallSessions } from '../halls/table.ts';
import { visitCertificates } from './table.ts';

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

/**
 * What a certificate says to anybody: where and when, and of a group which class. Nobody's name is behind it, and an
 * arrival that the door took back is none.
 */
export async function verifyCertificate({ db }: Reader, code: string) {
  const [found] = await db
    .select({
      code: visitCertificates.code,
      issuedAt: visitCertificates.issuedAt,
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
  return found;
}
