import { beforeEach, describe, expect, test } from 'vitest';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

type Properties = Record<string, string[]>;

/** The events of a calendar file, lines unfolded: properties without their parameters, alarms as a list of triggers. */
function eventsOf(file: string): Properties[] {
  const lines = file.replace(/\r\n /g, '').split('\r\n');
  const events: Properties[] = [];
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') events.push({});
    const [, name = '', value = ''] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? [];
    const event = events.at(-1);
    if (event && name) (event[name] ??= []).push(value);
  }
  return events;
}

async function read(query: string, minutes = 0) {
  const api = createApi(world, addMinutes(NOW, minutes));
  return api.get(`/household/reminders.ics?${query}`);
}

describe('reminders for a home, as a calendar file', () => {
  test('have a time, a UID that stays, a rule or a packet’s date, and alarms', async () => {
    const answer = await read('adults=2&until-water=2027-05-01');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Type')).toContain('text/calendar');
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    const file = answer.body as string;
    expect(file.startsWith('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n')).toBe(true);
    expect(file.trim().endsWith('END:VCALENDAR')).toBe(true);
    const events = eventsOf(file);
    expect(events.map(({ UID }) => UID?.[0])).toEqual(
      ['water', 'food', 'medicine', 'extinguisher', 'power', 'alarm', 'walk'].map(
        (id) => `household-${id}@anlan`,
      ),
    );
    const [water, food, , , , alarm] = events;
    // Nine in the morning in China; a week ahead there is still time to buy.
    expect(water).toMatchObject({ DTSTART: ['20270501T010000Z'], TRIGGER: ['-P7D', 'PT0S'] });
    expect(water).not.toHaveProperty('RRULE');
    expect(food).toMatchObject({
      DTSTART: ['20270525T010000Z'],
      RRULE: ['FREQ=MONTHLY;INTERVAL=6'],
    });
    expect(alarm).toMatchObject({
      RRULE: ['FREQ=MONTHLY;INTERVAL=1'],
      TRIGGER: ['PT0S'],
      ACTION: ['DISPLAY'],
    });
    expect(file.match(/BEGIN:VALARM/g)?.length).toBe(file.match(/END:VALARM/g)?.length);
  });

  test('made again, replace those of before', async () => {
    const [first, second] = await Promise.all([
      read('adults=2&until-water=2027-05-01'),
      read('adults=3&until-water=2027-08-01', 10),
    ]);
    const [before, after] = [first, second].map(({ body }) => eventsOf(body as string));
    expect(after?.map(({ UID }) => UID)).toEqual(before?.map(({ UID }) => UID));
    expect(Number(after?.[0]?.['SEQUENCE'])).toBeGreaterThan(Number(before?.[0]?.['SEQUENCE']));
  });

  test('carry nothing of an address but what the form knows', async () => {
    const { body } = await read('adults=2&name=%E5%BC%A0%E4%B8%89&x=%0d%0aATTENDEE:a@b.example');
    expect(body).not.toContain('ATTENDEE');
    expect(eventsOf(body as string)[0]?.['URL']?.[0]).toMatch(/\/household\?adults=2$/);
  });

  test('are refused for an address that makes no sense, with the field', async () => {
    const { status } = await read('adults=2&until-water=2020-01-01');
    expect(status).toBe(422);
  });
});
