import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HallSession } from '../../src/features/halls/table.ts';
import { bookingBody, fieldValue, getPage, postForm, postJson } from '../helpers/asking.ts';
import { expectBalanced, readLedger } from '../helpers/ledger.ts';
import { HALL, startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

/** The Worker gives up on the database after four seconds, once: waiting twice would take eight. */
const ANSWER_WITHIN_MS = 6_000;
const SLOWER_THAN_THE_WORKER_WAITS_MS = 5_000;
const SENTENCE = '系统一时连不上，刚才的操作可能还没有办成。请过一会儿再按一次，不会重复办理。';

const isCommit = (sql: string) => sql.includes('insert into "bookings"');

let site: TestSite;
let visitors: Visitor[];

beforeAll(async () => {
  site = await startTestSite();
  visitors = await site.signInMany(48);
});
afterAll(() => site?.stop());
afterEach(async () => {
  await site.startDatabase();
  await site.proxy.reset();
});

function nextVisitor(): Visitor {
  const visitor = visitors.pop();
  if (!visitor) throw new Error('Sign in more people for these tests.');
  return visitor;
}

/** One intended booking, asked for as often as needed under its one key. */
interface Attempt {
  session: HallSession;
  fails(): Promise<void>;
  succeeds(): Promise<void>;
}

async function measured<Answer>(ask: Promise<Answer>): Promise<Answer> {
  const startedAt = performance.now();
  const answer = await ask;
  expect(performance.now() - startedAt).toBeLessThan(ANSWER_WITHIN_MS);
  return answer;
}

async function attemptByApi(): Promise<Attempt> {
  const session = await site.openTestSession();
  const options = { cookie: nextVisitor().cookie, key: crypto.randomUUID() };
  const ask = () => postJson(`${site.url}/api/bookings`, bookingBody(session, 3), options);
  return {
    session,
    fails: async () => {
      const { status, headers, body } = await measured(ask());
      expect(status).toBe(503);
      expect(headers.get('content-type')).toMatch('application/problem+json');
      expect(headers.get('retry-after')).toBe('5');
      expect(body).toMatchObject({ code: 'database_unavailable', detail: SENTENCE });
    },
    succeeds: async () => expect((await ask()).status).toBe(201),
  };
}

async function attemptByForm(): Promise<Attempt> {
  const session = await site.openTestSession();
  const { cookie } = nextVisitor();
  const address = `${site.url}/halls/${HALL}/sessions/${session.id}/confirmation?adults=1&children=2`;
  const key = fieldValue((await getPage(address, cookie)).html, 'key') ?? '';
  const values = { adults: '1', children: '2', contactName: '示例欧阳若兰', key };
  const ask = () => postForm(address, values, { cookie });
  return {
    session,
    fails: async () => {
      const { status, headers, html } = await measured(ask());
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('5');
      expect(html).toContain(SENTENCE);
      for (const [name, value] of Object.entries(values))
        expect(fieldValue(html, name)).toBe(value);
    },
    succeeds: async () => {
      const { status, headers } = await ask();
      expect(status).toBe(303);
      expect(headers.get('location')).toMatch(/^\/me\/bookings\/[\w-]+$/);
    },
  };
}

async function expectBookedOnce({ session }: Attempt): Promise<void> {
  const ledger = await readLedger(site.context(), session);
  expect(ledger.bookings).toHaveLength(1);
  expect(ledger.booked).toBe(3);
  expectBalanced(ledger);
}

async function expectNothing({ session }: Attempt): Promise<void> {
  const ledger = await readLedger(site.context(), session);
  expect(ledger).toMatchObject({ booked: 0, held: 0, bookings: [] });
}

const ways = [
  { way: 'the API', prepare: attemptByApi },
  { way: 'the form', prepare: attemptByForm },
];

describe.each(ways)('a booking by $way', ({ prepare }) => {
  test.for<{ fault: string; strike: () => void | Promise<void> }>([
    { fault: 'is cut off', strike: () => site.proxy.fail({ kind: 'refuse' }) },
    { fault: 'answers rubbish', strike: () => site.proxy.fail({ kind: 'garble' }) },
    {
      fault: 'is cut off just before the commit',
      strike: () => site.proxy.fail({ kind: 'refuse' }, { when: isCommit }),
    },
    {
      fault: 'answers the commit with rubbish',
      strike: () => site.proxy.fail({ kind: 'garble' }, { when: isCommit }),
    },
    { fault: 'has stopped', strike: () => site.stopDatabase() },
  ])('waits for a database that $fault', async ({ strike }) => {
    const attempt = await prepare();
    await strike();
    await attempt.fails();
    await attempt.fails();
    site.proxy.pass();
    await site.startDatabase();
    await expectNothing(attempt);
    await attempt.succeeds();
    await expectBookedOnce(attempt);
    await attempt.succeeds();
    await expectBookedOnce(attempt);
  });

  test('that was committed while its answer got lost is not made twice', async () => {
    const attempt = await prepare();
    site.proxy.fail({ kind: 'loseAnswer' }, { when: isCommit });
    await attempt.fails();
    await expectBookedOnce(attempt);
    await attempt.fails();
    site.proxy.pass();
    await attempt.succeeds();
    await expectBookedOnce(attempt);
  });
});

describe('a database that is killed', () => {
  test('while it holds the booking loses nothing that it had promised, and takes nothing twice', async () => {
    const attempts = await Promise.all(
      [...ways, ...ways, ...ways, ...ways].map(({ prepare }) => prepare()),
    );
    let commits = 0;
    const isFourthCommit = (sql: string) => isCommit(sql) && (commits += 1) === 4;
    site.proxy.fail({ kind: 'hold', until: () => site.killDatabase() }, { when: isFourthCommit });
    const told = await Promise.allSettled(attempts.map((one) => one.succeeds()));
    const promised = attempts.filter((_, index) => told[index]?.status === 'fulfilled');
    expect(promised.length).toBeLessThan(attempts.length);
    site.proxy.pass();
    await site.startDatabase();
    await Promise.all(promised.map(expectBookedOnce));
    await Promise.all(attempts.map((one) => one.succeeds()));
    await site.proxy.settled();
    await Promise.all(attempts.map(expectBookedOnce));
  });
});

describe('a slow database', () => {
  const prepareAll = () => Promise.all(ways.map(({ prepare }) => prepare()));

  test('is not waited for', async () => {
    const attempts = await prepareAll();
    site.proxy.slowBy(SLOWER_THAN_THE_WORKER_WAITS_MS);
    await Promise.all(attempts.map((one) => one.fails()));
    site.proxy.pass();
    await Promise.all(attempts.map(expectNothing));
    await Promise.all(attempts.map((one) => one.succeeds()));
    await site.proxy.settled();
    await Promise.all(attempts.map(expectBookedOnce));
  });

  test('may commit late, before or after the same request comes again', async () => {
    const attempts = await prepareAll();
    site.proxy.slowBy(SLOWER_THAN_THE_WORKER_WAITS_MS, { when: isCommit });
    await Promise.all(attempts.map((one) => one.fails()));
    site.proxy.pass();
    const [before, after] = attempts as [Attempt, Attempt];
    await before.succeeds();
    await site.proxy.settled();
    await expectBookedOnce(before);
    await expectBookedOnce(after);
    await after.succeeds();
    await expectBookedOnce(after);
  });
});

describe('while the database is away', () => {
  const pages = (session: HallSession) => [
    `/halls/${HALL}`,
    `/halls/${HALL}/sessions/${session.id}`,
    `/halls/${HALL}/sessions/${session.id}/confirmation?adults=1&children=0`,
    '/tickets/ABCDEFGHJK',
    '/me',
    `/me/bookings/${session.id}`,
    `/me/bookings/${session.id}/cancellation`,
    `/me/bookings/${session.id}/change`,
    `/me/bookings/${session.id}/calendar.ics`,
    `/sign-in/code?codeId=${session.id}`,
    '/staff',
    `/staff/halls/${HALL}`,
  ];
  const staticPages = [
    ...['/', '/guides', '/guides/cpr', '/guides/earthquake', '/halls', '/privacy', '/tickets'],
    ...[
      '/halls/fuliang',
      '/drills',
      '/communities',
      '/regions',
      '/regions/320900',
      '/sitemap',
      '/search?q=火',
    ],
  ];

  test('pages that need it say so and lead to the guides, which work; then all is well again', async () => {
    const { cookie } = nextVisitor();
    const session = await site.openTestSession();
    await site.stopDatabase();
    for (const path of pages(session)) {
      const { status, headers, html } = await getPage(site.url + path, cookie);
      expect({ path, status, retryAfter: headers.get('retry-after') }).toEqual({
        path,
        status: 503,
        retryAfter: '5',
      });
      expect(html).toContain(SENTENCE);
      expect(html).toContain('<a href="/guides">安全指南</a>照常可看');
    }
    for (const path of [...staticPages, '/sign-in']) {
      const { status } = await getPage(site.url + path, cookie);
      expect({ path, status }).toEqual({ path, status: 200 });
    }
    const api = await fetch(`${site.url}/api/halls`);
    expect(api.status).toBe(503);
    expect(await api.json()).toMatchObject({ code: 'database_unavailable' });

    await site.startDatabase();
    for (const path of ['/', `/halls/${HALL}`, '/me', '/api/halls']) {
      const { status } = await getPage(site.url + path, cookie);
      expect({ path, status }).toEqual({ path, status: 200 });
    }
    expect(site.site.child.exitCode).toBeNull();
  });

  test('asking for a code and cancelling wait for it too', async () => {
    const { cookie } = nextVisitor();
    const session = await site.openTestSession();
    const booking = await postJson(`${site.url}/api/bookings`, bookingBody(session), { cookie });
    const cancellation = `/me/bookings/${String(booking.body['bookingId'])}/cancellation`;
    const key = crypto.randomUUID();
    const forms = [
      { path: '/sign-in', values: { phone: '1000000 9999', next: '/me', key } },
      { path: cancellation, values: { key } },
    ];
    await site.stopDatabase();
    for (const { path, values } of forms) {
      const { status, html } = await postForm(site.url + path, values, { cookie });
      expect({ path, status }).toEqual({ path, status: 503 });
      expect(html).toContain(SENTENCE);
      for (const [name, value] of Object.entries(values))
        expect(fieldValue(html, name)).toBe(value);
    }
    await site.startDatabase();
    for (const { path, values } of forms) {
      expect((await postForm(site.url + path, values, { cookie })).status).toBe(303);
      expect((await postForm(site.url + path, values, { cookie })).status).toBe(303);
    }
    const ledger = await readLedger(site.context(), session);
    expect(ledger).toMatchObject({ booked: 0, bookings: [{ state: 'cancelled' }] });
    expectBalanced(ledger);
  });
});
