import { count } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIns } from '../../src/features/accounts/table.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import { bookingBody, fieldValue, getPage, postForm, postJson } from '../helpers/asking.ts';
import { badBodies, badTexts, badValues, HTML, SQL } from '../helpers/bad-input.ts';
import { readLedger } from '../helpers/ledger.ts';
import { addHallStaff } from '../helpers/roles.ts';
import { HALL, startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

let site: TestSite;
let visitor: Visitor;
let stranger: Visitor;
let session: HallSession;
/** The one booking there is; nothing below may change it or add another. */
let bookingId: string;

beforeAll(async () => {
  site = await startTestSite();
  [visitor, stranger] = (await site.signInMany(2)) as [Visitor, Visitor];
  session = await site.openTestSession();
  await addHallStaff(site.context(), visitor.person.id, HALL);
  const made = await postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
  bookingId = made.body['bookingId'] as string;
});

afterAll(async () => {
  try {
    const { db } = site.context();
    expect(await readLedger(site.context(), session)).toMatchObject({ booked: 1, held: 1 });
    expect(await db.select({ rows: count() }).from(bookings)).toEqual([{ rows: 1 }]);
    expect(await db.select({ rows: count() }).from(signIns)).toEqual([{ rows: 2 }]);
    expect(site.site.output().includes('unexpected_error')).toBe(false);
  } finally {
    await site?.stop();
  }
});

/** A place where something can be put in, with values that are right but for the field under test. */
interface Target {
  path: () => string;
  values: () => Record<string, unknown>;
  as?: () => Visitor;
}

const KEY = 'idempotency-key';
const unknownId = '01930000-0000-7000-8000-000000000000';

const apiTargets: Record<string, Target & { fields: string[] }> = {
  'POST /api/sign-in-codes': {
    path: () => '/api/sign-in-codes',
    values: () => ({ phone: '10000007001' }),
    fields: ['phone', KEY],
  },
  'POST /api/sign-ins': {
    path: () => '/api/sign-ins',
    values: () => ({ codeId: unknownId, code: '123456' }),
    fields: ['codeId', 'code'],
  },
  'POST /api/bookings': {
    path: () => '/api/bookings',
    values: () => bookingBody(session),
    as: () => stranger,
    fields: ['sessionId', 'adults', 'children', 'contactName', KEY],
  },
  'POST /api/bookings/{id}/cancellation': {
    path: () => `/api/bookings/${bookingId}/cancellation`,
    values: () => ({}),
    as: () => visitor,
    fields: [KEY],
  },
  'POST /api/bookings/{id}/arrival': {
    path: () => `/api/bookings/${bookingId}/arrival`,
    values: () => ({}),
    as: () => visitor,
    fields: [KEY],
  },
};

const inChinese = expect.stringMatching(/\p{Script=Han}/u);

/** What a header can carry: some text in Latin letters, or nothing at all. */
const isHeader = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && /^[\t\x20-\x7e]*$/.test(value));

describe.each(Object.entries(apiTargets))('%s', (_, { path, values, as, fields }) => {
  test.for(fields)('refuses what is wrong in %s, and names it', async (field) => {
    const wanted: unknown[] = [];
    const found: unknown[] = [];
    const address = site.url + path();
    const cookie = as?.().cookie;
    for (const [what, value] of Object.entries(badValues)) {
      if (field === KEY && !isHeader(value)) continue;
      const answer =
        field === KEY
          ? await postJson(address, values(), { cookie, key: (value as string) ?? null })
          : await postJson(address, { ...values(), [field]: value }, { cookie });
      wanted.push({ what, status: 422, errors: [{ field, message: inChinese }] });
      found.push({ what, status: answer.status, errors: answer.body['errors'] });
    }
    expect(found).toEqual(wanted);
  });
});

describe('a body that is no JSON object', () => {
  const paths = ['/api/sign-in-codes', '/api/sign-ins', '/api/bookings'];
  test.for(paths)('is refused by %s', async (path) => {
    for (const [what, body] of Object.entries(badBodies)) {
      const { status } = await postJson(site.url + path, body, visitor);
      expect({ what, status }).toEqual({ what, status: 422 });
    }
  });

  test.for(paths)('and so is another content type by %s', async (path) => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data', '']) {
      const headers = { 'content-type': type };
      const body = bookingBody(session);
      const { status } = await postJson(site.url + path, body, { ...visitor, headers });
      expect({ type, status }).toEqual({ type, status: 422 });
    }
  });
});

describe('what the database alone can judge', () => {
  const book = (body: object) => postJson(`${site.url}/api/bookings`, body, stranger);

  test.for([
    ['a session that has begun', 'booking_closed', { startsInMinutes: -10 }],
    ['a session that is over', 'booking_closed', { startsInMinutes: -200 }],
    ['a session about to begin', 'booking_closed', { startsInMinutes: 29 }],
    ['a session far away', 'booking_not_open', { startsInMinutes: 21 * 24 * 60 }],
  ] as const)('%s cannot be booked', async ([, code, wishes]) => {
    const answer = await book(bookingBody(await site.openTestSession(wishes)));
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body['errors']).toEqual([{ field: 'sessionId', message: inChinese }]);
  });

  test('a session that is not there cannot be booked', async () => {
    for (const id of [unknownId, bookingId, visitor.person.id]) {
      const { status, body } = await book(bookingBody({ id }));
      expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'session_unknown' });
    }
  });

  test('parties of nobody, of children alone, of too many', async () => {
    const parties = [
      { adults: 0, children: 0, code: 'invalid_input', field: 'adults' },
      { adults: 0, children: 3, code: 'invalid_input', field: 'adults' },
      { adults: 1, children: 5, code: 'party_too_large', field: 'adults' },
      { adults: 6, children: 0, code: 'party_too_large', field: 'adults' },
      { adults: 10_000, children: 0, code: 'invalid_input', field: 'adults' },
      { adults: 1, children: 10_000, code: 'invalid_input', field: 'children' },
      { adults: 1, children: -1, code: 'invalid_input', field: 'children' },
    ];
    for (const { adults, children, code, field } of parties) {
      const answer = await book({ ...bookingBody(session), adults, children });
      expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ field }] } });
    }
  });

  test("somebody else's booking does not exist", async () => {
    for (const id of [bookingId, unknownId]) {
      for (const end of ['cancellation', 'arrival']) {
        const answer = await postJson(`${site.url}/api/bookings/${id}/${end}`, {}, stranger);
        expect(answer).toMatchObject({ status: 404, body: { code: 'booking_unknown' } });
      }
      const { status } = await getPage(`${site.url}/api/bookings/${id}`, stranger.cookie);
      expect(status).toBe(404);
    }
  });
});

const UUID = /^[\da-f-]{36}$/;

const formTargets: Record<string, Target & { fields: string[] }> = {
  'the sign-in form': {
    path: () => '/sign-in',
    values: () => ({ phone: '10000007002', next: '/me' }),
    fields: ['phone', 'key'],
  },
  'the form for the code': {
    path: () => `/sign-in/code?codeId=${unknownId}`,
    values: () => ({ codeId: unknownId, code: '123456', next: '/me' }),
    fields: ['codeId', 'code'],
  },
  'the booking form': {
    path: () => `/halls/${HALL}/sessions/${session.id}/confirmation`,
    values: () => ({ adults: '1', children: '0', contactName: '示例王芳' }),
    as: () => stranger,
    fields: ['adults', 'children', 'contactName', 'key'],
  },
  'the cancellation form': {
    path: () => `/me/bookings/${bookingId}/cancellation`,
    values: () => ({}),
    as: () => visitor,
    fields: ['key'],
  },
  'the form of a change': {
    path: () => `/me/bookings/${bookingId}/change`,
    values: () => ({ sessionId: session.id, adults: '2', children: '0' }),
    as: () => visitor,
    fields: ['adults', 'children', 'sessionId', 'key'],
  },
  'the form of a contact name': {
    path: () => `/me/data/contact-names/${bookingId}`,
    values: () => ({ contactName: '示例王方' }),
    as: () => visitor,
    fields: ['contactName', 'key'],
  },
  'the form that erases an account': {
    path: () => '/me/data/erasure',
    values: () => ({ lastFour: '0000' }),
    as: () => visitor,
    fields: ['lastFour', 'key'],
  },
  'the form for a ticket': {
    path: () => '/tickets',
    values: () => ({ code: 'ABCDE-FGHJK', lastFour: '0000' }),
    fields: ['code', 'lastFour'],
  },
  'the form of an inquiry': {
    path: () => '/inquiries',
    values: () => ({ kind: 'error', text: '第一行\n“第二行”', about: '/guides/cpr' }),
    // Text may hold anything; what the page and the phone may hold is tried in tests/unit.
    fields: ['kind', 'key'],
  },
  "the door's form for codes": {
    path: () => `/staff/halls/${HALL}`,
    values: () => ({ code: 'ABCDE-FGHJK' }),
    as: () => visitor,
    fields: ['code', 'key'],
  },
  "the door's form": {
    path: () => `/staff/halls/${HALL}`,
    values: () => ({ bookingId }),
    as: () => visitor,
    fields: ['bookingId', 'key'],
  },
};

describe.each(Object.entries(formTargets))('%s', (_, { path, values, as, fields }) => {
  test.for(fields)('comes back when %s is wrong, with what was typed', async (field) => {
    for (const [what, text] of Object.entries(badTexts)) {
      const typed: Record<string, unknown> = {
        ...{ key: crypto.randomUUID(), ...values() },
        [field]: text,
      };
      const sent = Object.entries(typed).filter(
        (one): one is [string, string] => one[1] !== undefined,
      );
      const { status, html } = await postForm(site.url + path(), Object.fromEntries(sent), {
        cookie: as?.().cookie,
      });
      expect({ what, status }).toEqual({ what, status: 422 });
      expect(html).toMatch(/没有办成|不能登记/);
      expect(hasForeignTag(html)).toBe(false);
      if (html.includes(`<label for="${field}"`)) expect(html).toContain(`id="${field}-problem"`);
      for (const [name, value] of sent) {
        const shown = fieldValue(html, name);
        if (shown === undefined || value === '') continue;
        // A key that was the mistake is replaced by a fresh one; all else stands as it was typed.
        if (name === 'key' && field === 'key') expect(shown).toMatch(UUID);
        else expect(shown).toBe(asShown(value));
      }
    }
  });

  test('is refused when it is no form', async () => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data']) {
      const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin' };
      const cookie = as?.().cookie;
      const { status } = await fetch(site.url + path(), {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, ...(cookie ? { cookie } : {}) },
        body: '{"adults":1}',
      });
      expect({ type, status }).toEqual({ type, status: 422 });
    }
  });
});

/** Long values are cut before they are shown again. */
const asShown = (typed: string) => typed.slice(0, 5000);

/** Inside the quotes of an attribute `<` is harmless; anywhere else it would be a tag. Ours name their file. */
const hasForeignTag = (html: string) => html.replaceAll(/="[^"]*"/g, '').includes('<script>');

describe('addresses', () => {
  test.for([
    [404, `/halls/${encodeURIComponent(HTML)}`],
    [404, `/halls/${HALL}/sessions/${encodeURIComponent(SQL)}`],
    [404, `/halls/${HALL}/sessions/${unknownId}`],
    [404, `/halls/${HALL}/sessions/${unknownId}/confirmation?adults=1&children=0`],
    [404, `/tickets/${encodeURIComponent(SQL)}`],
    [200, '/tickets/abcde-fghjk'],
    [404, `/regions/${encodeURIComponent(HTML)}`],
    [200, `/me?before=${encodeURIComponent(SQL)}`],
    [200, `/staff/halls/${HALL}?date=${encodeURIComponent(HTML)}&code=${encodeURIComponent(HTML)}`],
    [404, `/me/bookings/${unknownId}/change`],
    [404, `/me/bookings/${encodeURIComponent(SQL)}`],
    [404, `/me/bookings/${unknownId}/cancellation`],
    [404, `/me/bookings/${unknownId}/calendar.ics`],
    [404, `/staff/halls/${encodeURIComponent(HTML)}`],
    [404, `/guides/${encodeURIComponent(HTML)}`],
    [404, `/api/halls/${encodeURIComponent(SQL)}/sessions`],
    [422, `/api/bookings/${encodeURIComponent(SQL)}`],
    [404, '/nothing/%00'],
    [200, `/sign-in/code?codeId=${encodeURIComponent(HTML)}&next=${encodeURIComponent(HTML)}`],
    [200, `/sign-in?next=${encodeURIComponent(`/"><b>${HTML}`)}`],
  ] as const)('%d for %s', async ([status, path]) => {
    const answer = await getPage(site.url + path, visitor.cookie);
    expect(answer.status).toBe(status);
    expect(hasForeignTag(answer.html)).toBe(false);
  });

  test('a sign-in leads nowhere but into this site', async () => {
    for (const next of [
      'https://example.com/',
      '//example.com',
      '/\\example.com',
      'javascript:1',
    ]) {
      const { html } = await getPage(`${site.url}/sign-in?${new URLSearchParams({ next })}`);
      expect([next, fieldValue(html, 'next')]).toEqual([next, '/']);
    }
  });

  test('a cookie nobody gave out is nobody', async () => {
    for (const token of ['x', HTML, SQL, 'x'.repeat(4_000)]) {
      const cookie = `__Host-anlan=${encodeURIComponent(token)}`;
      const { status } = await postJson(`${site.url}/api/bookings`, bookingBody(session), {
        cookie,
      });
      expect(status).toBe(401);
    }
  });
});
