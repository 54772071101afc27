import { expect, it } from 'vitest';
import { cancelBooking, changeBooking } from '../../src/features/bookings/commands.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

/** The properties of a calendar file, lines unfolded; of its one event the same. */
function properties(file: string): Record<string, string> {
  const lines = file.replace(/\r\n /g, '').trim().split('\r\n');
  return Object.fromEntries(lines.map((line) => line.split(/:(.*)/s, 2) as [string, string]));
}

it('is the same entry after each change, and its last word is that the visit is off', async () => {
  const world = await createWorld();
  const { person, token } = await world.person();
  const bookingId = await world.book(person, await world.session());
  const later = await world.session({ startsAt: addMinutes(NOW, 24 * 60) });
  const read = async (minutes: number) => {
    const api = createApi(world, addMinutes(NOW, minutes));
    const answer = await api.get(`/me/bookings/${bookingId}/calendar.ics`, token);
    expect(answer.headers.get('Content-Type')).toContain('text/calendar');
    return properties(answer.body as string);
  };
  const change = { bookingId, sessionId: later.id, adults: 2, children: 0 };

  const booked = await read(0);
  expect(booked).toMatchObject({
    METHOD: 'PUBLISH',
    STATUS: 'CONFIRMED',
    SEQUENCE: '0',
    UID: `booking-${bookingId}@anlan`,
    DTSTART: '20261125T040000Z',
    DTSTAMP: '20261125T000000Z',
  });
  expect(await read(1)).toMatchObject({ UID: booked['UID'], SEQUENCE: '0' });

  await changeBooking(world.ctx, person, change, crypto.randomUUID());
  expect(await read(2)).toMatchObject({
    METHOD: 'PUBLISH',
    STATUS: 'CONFIRMED',
    SEQUENCE: '1',
    UID: booked['UID'],
    DTSTART: '20261126T000000Z',
    DTSTAMP: '20261125T000200Z',
  });

  await cancelBooking(world.ctx, person, { bookingId }, crypto.randomUUID());
  expect(await read(3)).toMatchObject({
    METHOD: 'CANCEL',
    STATUS: 'CANCELLED',
    SEQUENCE: '2',
    UID: booked['UID'],
  });
});
