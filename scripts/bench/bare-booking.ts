/**
 * The limit for a booking: the statements that the site sends, sent by `@libsql/client` and nothing else. No
 * parsing, no cryptography, no log; the values are of the same kinds and lengths. Its messages wait until tomorrow,
 * since nobody could open them.
 */
import { createClient } from '@libsql/client';
import { v7 } from 'uuid';

interface Booking {
  personId: string;
  sessionId: string;
  tokenHash: string;
}

const SIGN_IN = `select "sign_ins"."id", "people"."id", "people"."phone_hash", "people"."key_version",
  "people"."data_key_cipher", "people"."phone_cipher", "people"."created_at" from "sign_ins"
  inner join "people" on "people"."id" = "sign_ins"."person_id"
  left join "sign_outs" on "sign_outs"."sign_in_id" = "sign_ins"."id"
  where ("sign_ins"."token_hash" = ? and "sign_ins"."expires_at" > ? and "sign_outs"."sign_in_id" is null)`;

const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const insert = (table: string, row: Record<string, string | number | null | Uint8Array>) => ({
  sql: `insert into "${table}" (${Object.keys(row).join(', ')})
    values (${Object.keys(row)
      .map(() => '?')
      .join(', ')})`,
  args: Object.values(row),
});

function statements({ personId, sessionId }: Booking, now: number) {
  const id = v7();
  const code = Array.from(bytes(10), (byte) => String.fromCharCode(65 + (byte % 26))).join('');
  const answer = JSON.stringify({ bookingId: id, code });
  const details = JSON.stringify({ sessionId, adults: 1, children: 0 });
  return [
    insert('idempotency_keys', {
      ...{ scope: personId, key: crypto.randomUUID(), command: 'createBooking' },
      ...{ request_digest: bytes(32), answer, created_at: now },
    }),
    insert('bookings', {
      ...{ id, code, session_id: sessionId, person_id: personId, adults: 1, children: 0 },
      ...{ contact_name_cipher: bytes(46), contact_name_hash: bytes(32), key_version: 1 },
      ...{ created_at: now, state: 'booked' },
    }),
    insert('audit_entries', {
      ...{ sequence: null, id: v7(), at: now, actor_kind: 'person', actor_id: personId },
      ...{ action: 'booking.create', subject_kind: 'booking', subject_id: id, details },
      ...{ request_id: v7(), digest: bytes(32) },
    }),
    insert('outbox_messages', {
      ...{ id: v7(), channel: 'sms', template: 'booking_created', content_cipher: bytes(80) },
      ...{ key_version: 1, idempotency_key: `booking-created:${id}`, created_at: now },
      ...{
        not_before: now + 86_400_000,
        leased_until: 0,
        tries: 0,
        delivered_at: null,
        dead_at: null,
        dropped_at: null,
      },
      ...{ last_error: null },
    }),
  ];
}

export default {
  async fetch(request: Request, env: { DATABASE_URL: string }): Promise<Response> {
    const booking = (await request.json()) as Booking;
    const client = createClient({ url: env.DATABASE_URL });
    const now = Date.now();
    const tokenHash = Uint8Array.from(atob(booking.tokenHash), (char) => char.charCodeAt(0));
    await client.execute({ sql: SIGN_IN, args: [tokenHash, now] });
    await client.batch(statements(booking, now), 'write');
    return Response.json({}, { status: 201 });
  },
};
