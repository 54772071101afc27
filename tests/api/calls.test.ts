import { eq, like } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { people } from '../../src/features/accounts/table.ts';
import { requestSignInCode } from '../../src/features/accounts/commands.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import {
  acceptForCaller,
  leaveForCaller,
  waitForCaller,
  waitProvedByCaller,
} from '../../src/features/caller-waits/commands.ts';
import { forgetCalls, noteCall } from '../../src/features/calls/commands.ts';
import { listCalls } from '../../src/features/calls/queries.ts';
import { hallCalls } from '../../src/features/calls/table.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { joinWaitlist, serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { listQueue } from '../../src/features/waitlist/queries.ts';
import { waitlistEntries } from '../../src/features/waitlist/table.ts';
import { addMinutes, instantOf } from '../../src/lib/time.ts';
import { deliverAll, inCall, LANDLINE, offered, waiting } from '../helpers/losing-states-calls.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { hallWorker } from '../helpers/visits.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const HALL = testHall.slug;

describe('waiting by telephone', () => {
  it('is a wait at the end of the queue like any other, with a code to read out', async () => {
    const world = await createWorld();
    const session = await world.session({ capacity: 1 });
    await world.book((await world.person()).person, session);
    const early = (await world.person()).person;
    const wanted = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
    await joinWaitlist(world.ctx, early, wanted, key());
    const staff = await hallWorker(world);
    const { entryId } = await waitForCaller(
      world.ctx,
      staff,
      HALL,
      waiting(session.id, '13912345678'),
      key(),
    );
    const queue = await listQueue(world.ctx, session.id);
    expect(queue.map(({ entry }) => [entry.id === entryId, entry.position])).toEqual([
      [false, 1],
      [true, 2],
    ]);
    expect(queue[1]!.entry).toMatchObject({ joinedBy: staff.id });
    expect(queue[1]!.entry.code).toHaveLength(10);
  });

  it('of a landline has an account that no SMS can open, and the same one the next time', async () => {
    const world = await createWorld();
    const { staff, session } = await inCall(world);
    const [owner] = await world.ctx.db.select().from(people).where(eq(people.landline, true));
    expect(owner).toBeDefined();
    await expect(requestSignInCode(world.ctx, { phone: LANDLINE }, key())).rejects.toMatchObject({
      code: 'invalid',
    });
    await world.ctx.db.run('UPDATE hall_sessions SET open_places = 0');
    const other = await world.session({
      capacity: 3,
      openPlaces: 0,
      startsAt: addMinutes(NOW, 600),
    });
    // Written as people say it.
    await waitForCaller(world.ctx, staff, HALL, waiting(other.id, '0515-8888 0001'), key());
    const entries = await world.ctx.db.select().from(waitlistEntries);
    expect(entries.map(({ personId }) => personId)).toEqual([owner!.id, owner!.id]);
    expect(session.id).not.toBe(other.id);
  });

  it('is told by a call, and taken up in the call that the caller proves', async () => {
    const world = await createWorld();
    const { staff, said, callId, entryId } = await offered(world);
    expect(await listCalls(world.ctx, HALL)).toMatchObject([
      { phone: LANDLINE, words: expect.stringContaining('替您留了3个') as string },
    ]);
    await noteCall(world.ctx, staff, HALL, { callId, outcome: 'no_answer' }, key());
    expect(await listCalls(world.ctx, HALL)).toMatchObject([{ call: { tries: 1 } }]);
    await noteCall(world.ctx, staff, HALL, { callId, outcome: 'told' }, key());
    expect(await listCalls(world.ctx, HALL)).toEqual([]);
    // What was said is nobody's to read any more.
    expect(await world.ctx.db.select().from(hallCalls)).toMatchObject([
      { state: 'told', wordsCipher: new Uint8Array() },
    ]);
    const { proof } = (await waitProvedByCaller(world.ctx, staff, HALL, said))!;
    const { bookingId } = await acceptForCaller(world.ctx, staff, HALL, { entryId, proof }, key());
    const [booking] = await world.ctx.db.select().from(bookings).where(eq(bookings.id, bookingId));
    expect(booking).toMatchObject({ adults: 2, children: 1, bookedBy: staff.id });
    const acted = await world.ctx.db
      .select({ action: auditEntries.action, by: auditEntries.actorId })
      .from(auditEntries)
      .where(like(auditEntries.action, '%for_caller'));
    expect(acted).toEqual([
      { action: 'waitlist_entry.create_for_caller', by: staff.id },
      { action: 'booking.create_for_caller', by: staff.id },
    ]);
  });

  it('lists a call once, however often its message leaves, and forgets it when it is over', async () => {
    const world = await createWorld();
    const { callId } = await offered(world);
    // A sweep that dies after listing leaves a lease, and the message leaves again.
    await world.ctx.db.run('UPDATE outbox_messages SET delivered_at = NULL, leased_until = 0');
    expect(await deliverAll(world)).toBeGreaterThan(0);
    const calls = await world.ctx.db.select().from(hallCalls);
    expect(calls.map(({ id }) => id)).toEqual([callId]);
    // The offer is over: nobody is called about it.
    const later = world.at(addMinutes(NOW, 121));
    expect(await listCalls(later, HALL)).toEqual([]);
    expect(await forgetCalls(later)).toBe(1);
  });

  it('is offered for long enough to be called in the morning', async () => {
    const world = await createWorld();
    const { session } = await inCall(world, { startsAt: addMinutes(NOW, 2 * 24 * 60) });
    const evening = world.at(addMinutes(NOW, 13 * 60));
    await world.ctx.db.update(hallSessions).set({ capacity: 6, openPlaces: 6 });
    await serveWaitlists(evening);
    const [waits] = await listQueue(evening, session.id);
    expect(waits?.offer?.expiresAt).toEqual(instantOf('2026-11-26', 11 * 60));
  });

  it('ends when the caller says so, and the places go to the next one', async () => {
    const world = await createWorld();
    const { staff, entryId, proof, session } = await offered(world);
    const next = (await world.person()).person;
    const wanted = { sessionId: session.id, adults: 3, children: 0, contactName: '示例' };
    const { entryId: nextId } = await joinWaitlist(world.ctx, next, wanted, key());
    await leaveForCaller(world.ctx, staff, HALL, { entryId, proof }, key());
    await serveWaitlists(world.ctx);
    const queue = await listQueue(world.ctx, session.id);
    expect(queue.map(({ entry }) => [entry.id, entry.state])).toEqual([[nextId, 'offered']]);
  });

  it('is proved by its code and the last four digits, tried ten times an hour', async () => {
    const world = await createWorld();
    const { staff, said } = await inCall(world);
    const guess = () => waitProvedByCaller(world.ctx, staff, HALL, { ...said, lastFour: '0000' });
    for (let nth = 1; nth < 10; nth += 1) {
      await expect(guess()).rejects.toMatchObject({ reason: 'caller_not_proved' });
    }
    await expect(guess()).rejects.toMatchObject({ code: 'too_many' });
    const unknown = { ...said, code: 'AAAAA22222' };
    expect(await waitProvedByCaller(world.ctx, staff, HALL, unknown)).toBeUndefined();
  });
});
