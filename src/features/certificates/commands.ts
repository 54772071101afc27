import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newBookingCode } from '../../lib/ids.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { bookingReference } from '../bookings/schema.ts';
import { certificateRefusals } from './policy.ts';
import { visitCertificates } from './table.ts';

/**
 * Makes the certificate of a visit: a code that leads anybody to hall and date, and to no person.
 * @throws DomainError `not_found` (also for somebody else's), `conflict` (nobody came, made before), `unavailable`.
 */
export async function issueCertificate(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ bookingId: string; code: string }> {
  const { bookingId } = parseInput(bookingReference, input);
  const { db, now } = ctx;
  const code = newBookingCode();
  const row = db
    .insert(visitCertificates)
    .values({ bookingId, personId: person.id, code, issuedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'certificate.issue',
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  const body = { bookingId };
  const request = { scope: person.id, key: parseKey(key), command: 'issueCertificate', body };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { bookingId, code },
    refusals: certificateRefusals,
  });
}
