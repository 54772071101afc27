import { and, isNull, lte } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { bookingBody, getPage, postForm, postJson } from '../helpers/asking.ts';
import { addHallStaff } from '../helpers/roles.ts';
import { HALL, startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

const isDelivery = (sql: string) => sql.startsWith('update "outbox_messages"');
/** Urgent lines and withdrawn guides: asked for once in five seconds, whoever reads whichever page. */
const isLiveState = (sql: string) => /^select [^\n]* from "banners" /.test(sql);

let site: TestSite;
let visitor: Visitor;
let staff: Visitor;

beforeAll(async () => {
  site = await startTestSite();
  [visitor, staff] = (await site.signInMany(2)) as [Visitor, Visitor];
  await addHallStaff(site.context(), staff.person.id, HALL);
});
afterAll(() => site?.stop());

/** Every message has left, so that no delivery runs into what is counted next. */
async function untilDelivered(): Promise<void> {
  const { db } = site.context();
  await site.site.runScheduled();
  await vi.waitUntil(async () => {
    const waiting = await db
      .select({ id: outboxMessages.id })
      .from(outboxMessages)
      .where(
        // A reminder waits for its day.
        and(
          isNull(outboxMessages.deliveredAt),
          isNull(outboxMessages.droppedAt),
          lte(outboxMessages.notBefore, new Date()),
        ),
      );
    return waiting.length === 0;
  });
  await site.proxy.reset();
}

/**
 * The database requests that an answer waits for. Delivery after the commit is held until the answer has come:
 * what comes without it does not wait for it.
 */
async function requestsBefore(ask: () => Promise<{ status: number }>, status: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  site.proxy.fail({ kind: 'hold', until: () => promise }, { when: isDelivery });
  const answer = await ask();
  const waitedFor = site.proxy.seen.filter(({ fault }) => fault !== 'hold');
  resolve();
  expect(answer.status).toBe(status);
  return waitedFor.map(({ sql }) => sql);
}

describe('database requests', () => {
  beforeEach(untilDelivered);

  const signInRead = expect.stringMatching(/^select .* from "sign_ins"/);
  const commit = (table: string) =>
    expect.stringMatching(
      new RegExp(
        [
          '^insert into "idempotency_keys" [^\\n]*',
          `insert into "${table}" [^\\n]*`,
          '(?:insert into "(?:outbox_messages|audit_entries)" [^\\n]*\\n){2}BEGIN IMMEDIATE\\nCOMMIT\\nROLLBACK$',
        ].join('\\n'),
      ),
    );

  test('a booking by the API: one to read the sign-in, one to decide and write', async () => {
    const session = await site.openTestSession();
    const requests = await requestsBefore(
      () => postJson(`${site.url}/api/bookings`, bookingBody(session), visitor),
      201,
    );
    expect(requests).toEqual([signInRead, commit('bookings')]);
  });

  test('a booking by the form: the same two', async () => {
    const session = await site.openTestSession();
    const values = {
      adults: '1',
      children: '0',
      contactName: '示例王芳',
      key: crypto.randomUUID(),
    };
    const requests = await requestsBefore(
      () =>
        postForm(`${site.url}/halls/${HALL}/sessions/${session.id}/confirmation`, values, visitor),
      303,
    );
    expect(requests).toEqual([signInRead, commit('bookings')]);
  });

  test('a refused booking: the same two', async () => {
    const session = await site.openTestSession({ capacity: 1 });
    const requests = await requestsBefore(
      () => postJson(`${site.url}/api/bookings`, bookingBody(session, 2), visitor),
      409,
    );
    expect(requests).toEqual([signInRead, commit('bookings')]);
  });

  test('a cancellation: the same two', async () => {
    const session = await site.openTestSession();
    const { body } = await postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
    await untilDelivered();
    const address = `${site.url}/api/bookings/${String(body['bookingId'])}/cancellation`;
    const requests = await requestsBefore(() => postJson(address, {}, visitor), 201);
    expect(requests).toEqual([signInRead, commit('cancellations')]);
  });

  test('a change: the same two', async () => {
    const session = await site.openTestSession();
    const { body } = await postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
    await untilDelivered();
    const address = `${site.url}/api/bookings/${String(body['bookingId'])}/changes`;
    const change = { sessionId: session.id, adults: 2, children: 0 };
    const requests = await requestsBefore(() => postJson(address, change, visitor), 201);
    expect(requests).toEqual([signInRead, commit('booking_changes')]);
  });

  test('an arrival by code: one more, to know whose code it is', async () => {
    const session = await site.openTestSession({
      startsInMinutes: 20,
      bookingClosesAt: addMinutes(new Date(), 19),
    });
    const { body } = await postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
    await untilDelivered();
    const requests = await requestsBefore(
      () => postJson(`${site.url}/api/halls/${HALL}/arrivals`, { code: body['code'] }, staff),
      201,
    );
    const [first, second, third, ...rest] = requests;
    expect([first, third]).toEqual([signInRead, expect.stringContaining('insert into "arrivals"')]);
    expect(second).toMatch(/^select .* from "bookings"/);
    expect(rest).toEqual([]);
  });

  test('pages: one to read the sign-in where they need it, and one for what they show', async () => {
    const today = { startsInMinutes: 31, lastsMinutes: 1 };
    const session = await site.openTestSession(today);
    await site.openTestSession(today);
    const { body } = await postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
    await untilDelivered();
    const booking = `/me/bookings/${String(body['bookingId'])}`;
    const confirmation = `/halls/${HALL}/sessions/${session.id}/confirmation`;
    const expected: [path: string, as: Visitor | undefined, requests: number][] = [
      ['/guides', visitor, 0],
      ['/elder/guides/cpr', visitor, 0],
      ['/guides/cpr/quiz?q1=a', visitor, 0],
      ['/halls', visitor, 0],
      ['/sign-in', visitor, 0],
      ['/nothing-here', visitor, 0],
      // Both at once: the sessions and the newest notices.
      ['/', visitor, 2],
      ['/regions', visitor, 0],
      ['/regions/320900', visitor, 0],
      ['/campaigns', visitor, 0],
      ['/drills/templates', visitor, 0],
      ['/communities/plan-templates', visitor, 0],
      ['/communities/plan-templates/village', visitor, 0],
      // The drills of the month, and how many there are by county.
      ['/drills/calendar', visitor, 2],
      ['/drills.ics', visitor, 1],
      ['/campaigns/first-aid-day', visitor, 0],
      ['/guides/cpr/poster', visitor, 0],
      ['/feeds/guides.xml', visitor, 1],
      ['/feeds/campaigns.ics', visitor, 0],
      ['/halls/fuliang', visitor, 0],
      ['/tickets', visitor, 0],
      ['/audit', visitor, 1],
      [`/tickets/${String(body['code'])}`, undefined, 0],
      [`/tickets/${String(body['code'])}`, visitor, 2],
      [`/tickets/${String(body['code'])}`, staff, 3],
      ['/courses', visitor, 1],
      ['/courses/high-rise', visitor, 1],
      [`/embed/halls/${HALL}`, visitor, 1],
      [`/api/halls/${HALL}/availability`, undefined, 1],
      [`/halls/${HALL}`, visitor, 1],
      [`/halls/${HALL}/calendar?month=2026-12`, undefined, 1],
      [`/halls/${HALL}/calendar?week=2026-12-01&people=5`, visitor, 1],
      [`/halls/${HALL}/fit`, visitor, 0],
      [`/halls/${HALL}/fit?age1=40`, visitor, 1],
      ['/certificates', visitor, 0],
      ['/certificates/ABCDEFGHJK', visitor, 1],
      [`/halls/${HALL}/sessions/${session.id}`, undefined, 1],
      [`/halls/${HALL}/sessions/${session.id}`, visitor, 1],
      [`${confirmation}?adults=1&children=0`, undefined, 1],
      [`${confirmation}?adults=1&children=0`, visitor, 2],
      [`${confirmation}?adults=9&children=0`, undefined, 1],
      ['/api/halls', undefined, 1],
      [`/api/halls/${HALL}/sessions`, undefined, 1],
      ['/api/bookings', visitor, 2],
      ['/me', undefined, 0],
      ['/me', visitor, 2],
      [booking, visitor, 2],
      [`${booking}/cancellation`, visitor, 2],
      [`${booking}/feedback`, visitor, 2],
      [`${booking}/certificate`, visitor, 2],
      [`${booking}/change`, visitor, 2],
      [`${booking}/calendar.ics`, visitor, 2],
      ['/staff', staff, 2],
      [`/staff/halls/${HALL}/bookings`, staff, 2],
      [`/staff/halls/${HALL}/desk`, staff, 2],
      [`/staff/halls/${HALL}`, staff, 2],
      [`/staff/halls/${HALL}/week`, staff, 2],
      ['/me/volunteer?county=320904', visitor, 2],
      ['/me/volunteer/duties', visitor, 2],
      ['/me/volunteer/certificate', visitor, 2],
      [`/staff/halls/${HALL}/numbers`, staff, 2],
      [`/staff/halls/${HALL}/numbers/use.csv`, staff, 2],
    ];
    const counted: typeof expected = [];
    for (const [path, as] of expected) {
      await site.proxy.reset();
      await getPage(site.url + path, as?.cookie);
      const requests = site.proxy.seen.filter(({ sql }) => !isDelivery(sql) && !isLiveState(sql));
      counted.push([path, as, requests.length]);
    }
    const plain = (rows: typeof expected) => rows.map(([path, as, n]) => [path, Boolean(as), n]);
    expect(plain(counted)).toEqual(plain(expected));
  });
});
