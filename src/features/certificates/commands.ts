import { and, eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, type Statement } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newBookingCode } from '../../lib/ids.ts';
import type { Person } from '../accounts/table.ts';
import { actOnce, auditEntry } from '../audit/statements.ts';
import { bookingReference } from '../bookings/schema.ts';
import { bookings } from '../bookings/table.ts';
import { groupReference } from '../groups/schema.ts';
import { ownHours } from '../volunteers/queries.ts';
import { certificateRefusals, hoursRefusals } from './policy.ts';
import { listClassCertificates } from './queries.ts';
import { hoursCertificates, visitCertificates } from './table.ts';

/**
 * Makes the certificate of a visit: a code that leads anybody to hall and date, and to no person; for a class also to
 * its label and to how many of it came in.
 * @throws DomainError `not_found` (also for somebody else's), `conflict` (nobody came, made before, what the door
 * noted of a class is forgotten by now), `unavailable`.
 */
export async function issueCertificate(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ bookingId: string; code: string }> {
  const { bookingId } = parseInput(bookingReference, input);
  const { code, statement } = newCertificate(ctx, person, bookingId);
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'certificate.issue',
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  const body = { bookingId };
  const request = { scope: person.id, key: parseKey(key), command: 'issueCertificate', body };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [statement, entry],
    answer: { bookingId, code },
    refusals: certificateRefusals,
  });
}

/**
 * Makes the certificates of all classes of a group that have come and have none yet, all of them or none.
 * @returns how many were made.
 * @throws DomainError `not_found` (also for somebody else's), `conflict` (no class that has come is without one, what
 * the door noted is forgotten by now), `unavailable`.
 */
export async function issueClassCertificates(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ requestId: string; issued: number }> {
  const { requestId } = parseInput(groupReference, input);
  const classes = await listClassCertificates(ctx, person.id, requestId);
  if (classes.length === 0) {
    throw new DomainError('not_found', 'request_unknown', '没有找到这个团体申请。');
  }
  const due = classes.filter(
    ({ booking, certificate }) => booking.state === 'arrived' && !certificate,
  );
  // With none, a booking that does not exist is asked about: a repetition is told its first answer before that.
  const ids = due.length > 0 ? due.map(({ booking }) => booking.id) : [''];
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'certificate.issue_for_classes',
    subjectKind: 'group_request',
    subjectId: requestId,
    details: { classes: due.length },
  });
  const request = {
    scope: person.id,
    key: parseKey(key),
    command: 'issueClassCertificates',
    body: { requestId },
  };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [...ids.map((id) => newCertificate(ctx, person, id).statement), entry],
    answer: { requestId, issued: due.length },
    refusals: {
      ...certificateRefusals,
      booking_unknown: {
        code: 'conflict',
        reason: 'no_class_to_certify',
        message: '到馆的班都有证明了，或者还没有班到馆。',
      },
    },
  });
}

function newCertificate(
  { db, now }: CommandContext,
  { id: personId }: Pick<Person, 'id'>,
  bookingId: string,
): { code: string; statement: Statement } {
  const code = newBookingCode();
  // Counted as the row is written: what the door noted of a class until then.
  const people = db
    .select({
      people: sql`(SELECT nullif(sum(entered), 0) FROM door_tallies WHERE booking_id = bookings.id)`,
    })
    .from(bookings)
    .where(and(eq(bookings.id, bookingId), eq(bookings.kind, 'group')));
  const row = db
    .insert(visitCertificates)
    .values({ bookingId, personId, code, issuedAt: now, people: sql<never>`(${people})` });
  return { code, statement: print(row) };
}

/**
 * Makes the certificate of all hours that a volunteer has served so far: a code that leads anybody to hours and dates,
 * and to no person.
 * @throws DomainError `conflict` (no hours yet, made before, hours added meanwhile), `unavailable`.
 */
export async function issueHoursCertificate(
  ctx: CommandContext,
  { id: personId }: Pick<Person, 'id'>,
  key: string,
): Promise<{ code: string }> {
  const { db, now } = ctx;
  const [own] = await ownHours(ctx, personId);
  if (!own || own.firstOn === null || own.lastOn === null) {
    throw new DomainError('conflict', 'no_hours', '还没有服务时长。签到以后就有了。');
  }
  const { minutes, services, firstOn, lastOn } = own;
  const code = newBookingCode();
  return actOnce(ctx, personId, key, {
    command: 'issueHoursCertificate',
    action: 'hours_certificate.issue',
    subject: ['person', personId],
    body: { services },
    details: { minutes, services },
    statements: [
      db
        .insert(hoursCertificates)
        .values({ code, personId, minutes, services, firstOn, lastOn, issuedAt: now }),
    ],
    refusals: hoursRefusals,
    answer: { code },
  });
}
