import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { findPersonByPhone } from '../../src/features/accounts/queries.ts';
import { people } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { expireBookings } from '../../src/features/bookings/commands.ts';
import { bookingHistory } from '../../src/features/bookings/policy.ts';
import { contactNameOf, readOwnTicket } from '../../src/features/bookings/queries.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import {
  bookForCaller,
  cancelForCaller,
  changeForCaller,
  provedByCaller,
} from '../../src/features/callers/commands.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { eraseDormantAccounts } from '../../src/features/privacy/commands.ts';
import { joinWaitlist } from '../../src/features/waitlist/commands.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { hallWorker } from '../helpers/visits.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const HALL = testHall.slug;
const asked = (sessionId: string, phone = '13812345678') => ({
  ...{ phone, sessionId, adults: 2, children: 1, contactName: '示例郑奶奶' },
});

describe('booking for a caller', () => {
  it('makes the account of a new number, keeps who booked, and queues what a booking queues', async () => {
    const world = await createWorld();
    const session = await world.session();
    const staff = await hallWorker(world);
    const { bookingId } = await bookForCaller(world.ctx, staff, HALL, asked(session.id), key());
    const owner = await findPersonByPhone(world.ctx, '13812345678');
    const [booking] = await world.ctx.db.select().from(bookings);
    expect(booking).toMatchObject({ id: bookingId, personId: owner?.id, bookedBy: staff.id });
    expect(await contactNameOf(world.ctx, booking!, owner!)).toBe('示例郑奶奶');
    const queued = await world.ctx.db.select().from(outboxMessages);
    expect(queued.map(({ template }) => template)).toEqual(
      expect.arrayContaining(['booking_created', 'booking_reminder']),
    );
    const own = await readOwnTicket(world.ctx, owner!.id, bookingId);
    expect(bookingHistory(own!.ticket, own!.changes)).toMatchObject([
      { title: '预约成功', text: '打电话来，工作人员代办' },
    ]);
    const entries = await world.ctx.db.select().from(auditEntries);
    expect(entries.at(-1)).toMatchObject({
      action: 'booking.create_for_caller',
      actorId: staff.id,
    });
  });

  it('finds the account of a known number, and answers the same', async () => {
    const world = await createWorld();
    const session = await world.session();
    const { person } = await world.person('13812345678');
    const staff = await hallWorker(world);
    const before = await world.ctx.db.$count(people);
    const answer = await bookForCaller(world.ctx, staff, HALL, asked(session.id), key());
    expect(Object.keys(answer)).toEqual(['bookingId']);
    const [booking] = await world.ctx.db.select().from(bookings);
    expect(booking?.personId).toBe(person.id);
    expect(await world.ctx.db.$count(people)).toBe(before);
  });

  it('is done once when the form is sent twice, also for a new number', async () => {
    const world = await createWorld();
    const session = await world.session();
    const staff = await hallWorker(world);
    const once = key();
    const first = await bookForCaller(world.ctx, staff, HALL, asked(session.id), once);
    const second = await bookForCaller(world.ctx, staff, HALL, asked(session.id), once);
    expect(second).toEqual(first);
    expect(await world.ctx.db.$count(bookings)).toBe(1);
  });

  it('leaves nothing of a new number behind when the session is full', async () => {
    const world = await createWorld();
    const session = await world.session({ capacity: 2 });
    const staff = await hallWorker(world);
    const before = await world.ctx.db.$count(people);
    await expect(
      bookForCaller(world.ctx, staff, HALL, asked(session.id), key()),
    ).rejects.toMatchObject({ reason: 'session_full' });
    expect(await world.ctx.db.$count(people)).toBe(before);
  });

  it('passes nobody who waits in the queue', async () => {
    const world = await createWorld();
    const session = await world.session({ capacity: 3 });
    const family = (await world.person()).person;
    await world.book(family, session, { adults: 3, children: 0 });
    const { person } = await world.person();
    const wait = { sessionId: session.id, adults: 1, children: 0, leastPlaces: 1 };
    await joinWaitlist(world.ctx, person, { ...wait, contactName: '示例' }, key());
    await world.ctx.db.update(hallSessions).set({ capacity: 10, openPlaces: 10 });
    const staff = await hallWorker(world);
    await expect(
      bookForCaller(world.ctx, staff, HALL, asked(session.id), key()),
    ).rejects.toMatchObject({ reason: 'session_full' });
  });

  it('is for staff of the hall alone, by the role and by the guard', async () => {
    const world = await createWorld();
    const session = await world.session();
    const stranger = (await world.person()).person;
    const nobody = { id: stranger.id, roles: [] };
    await expect(
      bookForCaller(world.ctx, nobody, HALL, asked(session.id), key()),
    ).rejects.toMatchObject({ code: 'not_found' });
    const claimed = { role: 'hall_staff', scopeKind: 'hall', scopeId: HALL } as const;
    const liar = { id: stranger.id, roles: [claimed] };
    await expect(
      bookForCaller(world.ctx, liar, HALL, asked(session.id), key()),
    ).rejects.toMatchObject({ reason: 'session_unknown' });
    expect(await world.ctx.db.$count(bookings)).toBe(0);
  });

  it('keeps an account that nobody signs in to until its visit is over', async () => {
    const world = await createWorld();
    const session = await world.session();
    const staff = await hallWorker(world);
    await bookForCaller(world.ctx, staff, HALL, asked(session.id), key());
    const owner = await findPersonByPhone(world.ctx, '13812345678');
    const seenAt = addMinutes(NOW, -200 * 24 * 60);
    await world.ctx.db.update(people).set({ seenAt }).where(eq(people.id, owner!.id));
    expect(await eraseDormantAccounts(world.ctx)).toBe(0);
    const later = world.at(addMinutes(session.endsAt, 1));
    await expireBookings(later);
    expect(await eraseDormantAccounts(later)).toBe(1);
  });
});

describe('a caller’s booking', () => {
  async function called() {
    const world = await createWorld();
    const session = await world.session();
    const staff = await hallWorker(world);
    const { bookingId } = await bookForCaller(world.ctx, staff, HALL, asked(session.id), key());
    const [booking] = await world.ctx.db.select().from(bookings);
    const said = { code: booking!.code, lastFour: '5678' };
    return { world, session, staff, bookingId, said };
  }

  it('is opened by its code and the last four digits together', async () => {
    const { world, staff, said, bookingId } = await called();
    await expect(
      provedByCaller(world.ctx, staff, HALL, { ...said, lastFour: '0000' }),
    ).rejects.toMatchObject({ reason: 'caller_not_proved' });
    await expect(
      provedByCaller(world.ctx, staff, HALL, { ...said, code: 'ABCDEFGHJK' }),
    ).rejects.toMatchObject({ reason: 'caller_not_proved' });
    expect(await provedByCaller(world.ctx, staff, HALL, said)).toMatchObject({ bookingId });
  });

  it('counts the tries, whoever makes them', async () => {
    const { world, staff, said } = await called();
    for (let index = 0; index < 10; index += 1) {
      await expect(
        provedByCaller(world.ctx, staff, HALL, { ...said, lastFour: '0000' }),
      ).rejects.toMatchObject({ reason: 'caller_not_proved' });
    }
    await expect(provedByCaller(world.ctx, staff, HALL, said)).rejects.toMatchObject({
      code: 'too_many',
    });
  });

  it('is changed and cancelled with the proof of this call, by who heard it', async () => {
    const { world, session, staff, said, bookingId } = await called();
    const { proof } = await provedByCaller(world.ctx, staff, HALL, said);
    const change = { bookingId, proof, sessionId: session.id, adults: 3, children: 1 };
    const colleague = await hallWorker(world);
    await expect(changeForCaller(world.ctx, colleague, HALL, change, key())).rejects.toMatchObject({
      reason: 'call_is_over',
    });
    await changeForCaller(world.ctx, staff, HALL, change, key());
    await expect(
      cancelForCaller(world.at(addMinutes(NOW, 16)), staff, HALL, { bookingId, proof }, key()),
    ).rejects.toMatchObject({ reason: 'call_is_over' });
    await cancelForCaller(world.ctx, staff, HALL, { bookingId, proof }, key());
    const owner = await findPersonByPhone(world.ctx, '13812345678');
    const own = await readOwnTicket(world.ctx, owner!.id, bookingId);
    const told = bookingHistory(own!.ticket, own!.changes);
    expect(told.map(({ title }) => title)).toEqual(['预约成功', '改了', '取消了']);
    for (const { text } of told) expect(text).toContain('工作人员代办');
    const queued = await world.ctx.db.select().from(outboxMessages);
    expect(queued.map(({ template }) => template)).toEqual(
      expect.arrayContaining(['booking_changed', 'booking_cancelled']),
    );
  });

  it('keeps its owner’s limits', async () => {
    const { world, session, staff, said, bookingId } = await called();
    const late = world.at(addMinutes(session.cancellationClosesAt, 1));
    const { proof } = await provedByCaller(late, staff, HALL, said);
    await expect(
      cancelForCaller(late, staff, HALL, { bookingId, proof }, key()),
    ).rejects.toMatchObject({ reason: 'cancellation_closed' });
  });
});
