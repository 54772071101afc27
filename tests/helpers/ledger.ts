import { and, eq, inArray, ne, sum } from 'drizzle-orm';
import { expect } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import { bookings, type Booking } from '../../src/features/bookings/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';

export interface Ledger {
  /** `hall_sessions.booked`. */
  booked: number;
  /** The places of the bookings that are not cancelled. */
  held: number;
  bookings: Booking[];
  /** Subjects of the audit entries that tell of these bookings being made. */
  audited: string[];
  /** Keys of the messages that confirm them. */
  confirmed: string[];
}

/** All that a session's bookings have left behind, read apart from each other. */
export async function readLedger(
  { db }: Pick<CommandContext, 'db'>,
  { id }: Pick<HallSession, 'id'>,
): Promise<Ledger> {
  const ofSession = eq(bookings.sessionId, id);
  const [session] = await db.select().from(hallSessions).where(eq(hallSessions.id, id));
  const rows = await db.select().from(bookings).where(ofSession);
  const active = and(ofSession, ne(bookings.state, 'cancelled'));
  const [places] = await db
    .select({ adults: sum(bookings.adults), children: sum(bookings.children) })
    .from(bookings)
    .where(active);
  const ids = rows.map((row) => row.id);
  const entries = await db
    .select({ subject: auditEntries.subjectId })
    .from(auditEntries)
    .where(and(eq(auditEntries.action, 'booking.create'), inArray(auditEntries.subjectId, ids)));
  const keys = ids.map((one) => `booking-created:${one}`);
  const messages = await db
    .select({ key: outboxMessages.idempotencyKey })
    .from(outboxMessages)
    .where(inArray(outboxMessages.idempotencyKey, keys));
  return {
    booked: session?.booked ?? Number.NaN,
    held: Number(places?.adults ?? 0) + Number(places?.children ?? 0),
    bookings: rows,
    audited: entries.map(({ subject }) => subject),
    confirmed: messages.map(({ key }) => key),
  };
}

/** No place is lost or sold twice, and each booking has left exactly one audit entry and one message. */
export function expectBalanced({ booked, held, bookings: rows, audited, confirmed }: Ledger): void {
  const ids = rows.map(({ id }) => id).sort();
  expect(booked).toBe(held);
  expect(audited.sort()).toEqual(ids);
  expect(confirmed.sort()).toEqual(ids.map((id) => `booking-created:${id}`));
}
