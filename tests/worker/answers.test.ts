import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bookingBody, getPage, postForm, postJson } from '../helpers/asking.ts';
import { readLedger } from '../helpers/ledger.ts';
import { addHallStaff } from '../helpers/roles.ts';
import { HALL, startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let site: TestSite;
let visitor: Visitor;
let staff: Visitor;

beforeAll(async () => {
  site = await startTestSite();
  [visitor, staff] = (await site.signInMany(2)) as [Visitor, Visitor];
  await addHallStaff(site.context(), staff.person.id, HALL);
});
afterAll(() => site?.stop());

/** Where each kind of answer comes from; every one of them by way of the Worker. */
function answers(): Record<string, () => Promise<Response>> {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  const post = (path: string, init: RequestInit = {}) =>
    fetch(site.url + path, { method: 'POST', redirect: 'manual', headers, ...init });
  return {
    'a page': () => fetch(`${site.url}/halls/${HALL}`),
    'a page that is not there': () => fetch(`${site.url}/nothing-here`),
    'an answer of the API': () => fetch(`${site.url}/api/halls`),
    'its description': () => fetch(`${site.url}/api/openapi.json`),
    'no such address of the API': () => fetch(`${site.url}/api/nothing-here`),
    'nobody signed in': () => fetch(`${site.url}/api/bookings`),
    'a mistake': () => post('/api/sign-in-codes', { body: '{}' }),
    'a redirection': () => post('/sign-out', { headers: { 'sec-fetch-site': 'same-origin' } }),
    'a request from another site': () =>
      post('/api/sign-in-codes', { headers: { ...headers, 'sec-fetch-site': 'cross-site' } }),
    'too large a body': () => post('/api/sign-in-codes', { body: ' '.repeat(65 * 1024) }),
    'a form that was refused': () =>
      post('/sign-in', {
        headers: { 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ phone: '12' }),
      }),
    'a page without its database': async () => {
      site.proxy.fail({ kind: 'refuse' });
      return fetch(`${site.url}/halls/${HALL}`);
    },
    'the API without its database': async () => {
      site.proxy.fail({ kind: 'refuse' });
      return fetch(`${site.url}/api/halls`);
    },
  };
}

describe('headers', () => {
  const shared = [
    'content-security-policy',
    'referrer-policy',
    'x-content-type-options',
    'x-frame-options',
    'cross-origin-opener-policy',
    'cross-origin-resource-policy',
    'permissions-policy',
    'strict-transport-security',
  ];

  test('every answer of the Worker has an id of its own and the headers of the static pages', async () => {
    const fixed = await fetch(`${site.url}/guides`);
    const wanted = shared.map((name) => [name, fixed.headers.get(name) ?? 'missing']);
    expect(fixed.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
    const ids: (string | null)[] = [];
    for (const [what, ask] of Object.entries(answers())) {
      const { headers } = await ask();
      site.proxy.pass();
      const found = shared.map((name) => [name, headers.get(name) ?? 'missing']);
      expect([what, ...found]).toEqual([what, ...wanted]);
      expect([what, headers.get('x-request-id')]).toEqual([what, expect.stringMatching(UUID)]);
      ids.push(headers.get('x-request-id'));
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a page for frames of other sites may be framed by any, and by that alone is less strict', async () => {
    const page = await fetch(`${site.url}/halls/${HALL}`);
    const embed = await fetch(`${site.url}/embed/halls/${HALL}`);
    expect(embed.status).toBe(200);
    const rules = (answer: Response) =>
      new Map(
        (answer.headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
          const [name = '', ...values] = rule.split(' ');
          return [name, values.join(' ')];
        }),
      );
    expect(Object.fromEntries(rules(embed))).toEqual({
      ...Object.fromEntries(rules(page)),
      'frame-ancestors': '*',
      'form-action': "'none'",
      'script-src': "'none'",
    });
    expect(embed.headers.has('x-frame-options')).toBe(false);
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(embed.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    for (const name of ['referrer-policy', 'x-content-type-options', 'permissions-policy']) {
      expect(embed.headers.get(name)).toBe(page.headers.get(name));
    }
    const signedIn = await fetch(`${site.url}/embed/halls/${HALL}`, {
      headers: { cookie: visitor.cookie },
    });
    expect(signedIn.headers.has('set-cookie')).toBe(false);
    const html = await signedIn.text();
    expect(html).not.toMatch(/<form|<script/);
    for (const [link] of html.matchAll(/<a [^>]*>/g)) {
      expect(link).toMatch(/href="http[^"]*" target="_blank" rel="noopener"/);
    }
  });

  test('an id sent along is not taken over', async () => {
    const headers = { 'x-request-id': 'mine' };
    const answer = await fetch(`${site.url}/api/halls`, { headers });
    expect(answer.headers.get('x-request-id')).toMatch(UUID);
  });

  test('no page has anything inline that the policy would block', async () => {
    const session = await site.openTestSession();
    const own = await postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
    const booking = `/me/bookings/${String(own.body['bookingId'])}`;
    const sessionPage = `/halls/${HALL}/sessions/${session.id}`;
    const confirmation = `${sessionPage}/confirmation?adults=1&children=0`;
    const paths = [
      ...['/guides', '/guides/cpr', '/guides/earthquake', '/guides/household-fire', '/halls'],
      ...['/', '/privacy', `/halls/${HALL}`, sessionPage, '/sign-in', '/me', booking],
      ...[`${booking}/cancellation`, `${booking}/change`, confirmation, '/sign-in/code'],
      ...['/tickets', '/tickets/ABCDEFGHJK', '/staff', `/staff/halls/${HALL}`],
      ...['/drills', '/communities', '/regions', '/regions/320900', '/sitemap', '/search?q=火'],
      ...['/guides/cpr/poster', '/guides/cpr/broadcast', '/campaigns', '/campaigns/first-aid-day'],
      ...['/drills/templates', '/drills/templates/school-fire'],
      ...['/me/data', '/me/data/erasure', '/me/data/erased', '/privacy/erasures'],
      ...['/courses', '/courses/self-rescue', '/halls/kinds/theme-park', `/embed/halls/${HALL}`],
      ...['/halls?region=320900', `/staff/halls/${HALL}/courses`],
      ...['/halls/fuliang', '/dev/inbox', '/styleguide', '/nothing-here'],
    ];
    const { cookie } = visitor;
    const pages = await Promise.all(
      paths.map((path) =>
        getPage(site.url + path, path.startsWith('/staff') ? staff.cookie : cookie),
      ),
    );
    pages.push(await postForm(site.url + confirmation, { contactName: '<b>' }, { cookie }));
    for (const { html } of pages) {
      expect(html).toMatch(/<!doctype html>/i);
      // A block of data is not run, so that the policy has nothing to say about it.
      expect(
        html.match(/<script(?![^>]*\s(?:src=|type="application\/ld\+json"))[^>]*>/gi),
      ).toBeNull();
      expect(html.match(/<style[^>]*>/gi)).toBeNull();
      expect(html.match(/<[^>]*\s(?:style|on[a-z]+)\s*=[^>]*>/gi)).toBeNull();
      expect(html.match(/(?:href|src|action)="\s*(?:javascript|data):[^"]*"/gi)).toBeNull();
    }
  });
});

describe('problems', () => {
  test.for([
    ['nothing there', 404, 'no_such_address', () => postJson(`${site.url}/api/nothing`, {})],
    ['a mistake', 422, 'invalid_input', () => postJson(`${site.url}/api/sign-in-codes`, {})],
    [
      'nobody signed in',
      401,
      'not_signed_in',
      async () => postJson(`${site.url}/api/bookings`, bookingBody(await site.openTestSession())),
    ],
    [
      'no places',
      409,
      'session_full',
      async () => {
        const session = await site.openTestSession({ openPlaces: 0 });
        return postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
      },
    ],
  ] as const)('%s: %d %s', async ([, status, code, ask]) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: expect.stringMatching(/\p{Script=Han}/u),
      status,
      detail: expect.stringMatching(/\p{Script=Han}.*。$/u),
      instance: expect.stringMatching(/^\/api\//),
      code,
      requestId: answer.headers.get('x-request-id'),
      ...(status === 422 ? { errors: expect.any(Array) } : {}),
    });
  });
});

describe('a write sent from elsewhere', () => {
  const origins = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbouring site', { 'sec-fetch-site': 'same-site' }],
    ['another origin, by a browser without Sec-Fetch-Site', { origin: 'https://example.com' }],
    ['a page without an origin', { origin: 'null' }],
  ] as const;

  test.for(origins)('is refused: %s', async ([, from]) => {
    const session = await site.openTestSession();
    const headers = { cookie: visitor.cookie, ...from };
    const form = new URLSearchParams({
      ...{ adults: '1', children: '0', contactName: '示例王芳' },
      key: crypto.randomUUID(),
    });
    const page = await fetch(`${site.url}/halls/${HALL}/sessions/${session.id}/confirmation`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: form,
    });
    expect(page.status).toBe(403);
    expect(await page.text()).toContain('不是从本站的页面发出的');
    for (const type of ['application/json', 'text/plain']) {
      const answer = await fetch(`${site.url}/api/bookings`, {
        method: 'POST',
        headers: { ...headers, 'content-type': type, 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify(bookingBody(session)),
      });
      expect([type, answer.status]).toEqual([type, 403]);
      expect(await answer.json()).toMatchObject({ code: 'cross_site_request' });
    }
    const ledger = await readLedger(site.context(), session);
    expect(ledger).toMatchObject({ booked: 0, bookings: [] });
  });

  test('is taken from programs, which have no site', async () => {
    const session = await site.openTestSession();
    const answer = await fetch(`${site.url}/api/bookings`, {
      method: 'POST',
      headers: {
        cookie: visitor.cookie,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      },
      body: JSON.stringify(bookingBody(session)),
    });
    expect(answer.status).toBe(201);
  });
});

describe('what is sent to an address that takes nothing', () => {
  const paths = ['/', '/guides/earthquake', `/halls/${HALL}`, '/me', '/notices.atom'];
  const methods = ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

  test.for(paths)('finds no form there, and nothing fails: %s', async (path) => {
    for (const method of methods) {
      const headers = { 'sec-fetch-site': 'same-origin', cookie: visitor.cookie };
      const answer = await fetch(site.url + path, { method, headers, redirect: 'manual' });
      expect([method, answer.status]).toEqual([method, 404]);
      expect(await answer.text()).toContain('这个地址不收表单');
    }
  });
});

describe('the address of a withdrawn text', () => {
  test.for(['%5Cevil.example', '%09/evil.example', '/evil.example', '%5C%5Cevil.example/x'])(
    'leads nowhere but within the site: /withdrawn/%s',
    async (rest) => {
      const answer = await fetch(`${site.url}/withdrawn/${rest}`, { redirect: 'manual' });
      const to = new URL(answer.headers.get('location') ?? '', site.url);
      expect(to.origin).toBe(site.url);
    },
  );
});

describe('a body over 64 KB', () => {
  const TOO_MUCH = 'x'.repeat(64 * 1024 + 1);
  /** Without a length in front: the limit must hold while reading. */
  const chunked = () => new Blob([TOO_MUCH]).stream();

  test.for([
    ['with its length', () => ({ body: TOO_MUCH })],
    ['in chunks', () => ({ body: chunked(), duplex: 'half' as const })],
  ] as const)('is refused: %s', async ([, init]) => {
    const from = { 'sec-fetch-site': 'same-origin' };
    const answer = await fetch(`${site.url}/api/sign-in-codes`, {
      method: 'POST',
      headers: { ...from, 'content-type': 'application/json' },
      ...init(),
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'body_too_large' });
    const page = await fetch(`${site.url}/sign-in`, {
      method: 'POST',
      headers: { ...from, 'content-type': 'application/x-www-form-urlencoded' },
      ...init(),
    });
    expect(page.status).toBe(413);
    expect(await page.text()).toContain('发送的内容太大');
  });
});

describe('a workbook', () => {
  test('is written by the Worker itself, and kept nowhere on the way', async () => {
    const answer = await fetch(`${site.url}/staff/halls/${HALL}/numbers/lead.xlsx`, {
      headers: { cookie: staff.cookie },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*\.xlsx/);
    // Names of files stand uncompressed in the archive's directory at its end.
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(bytes.includes('xl/workbook.xml')).toBe(true);
    expect(bytes.includes('xl/worksheets/sheet1.xml')).toBe(true);
  });
});

test('a hall that waits to be opened to bookings is words alone', async () => {
  const answer = await fetch(`${site.url}/halls/lianyungang`);
  expect(answer.status).toBe(200);
  const html = await answer.text();
  expect(html).toContain('预约还没有开通');
  expect(html).not.toContain('href="#sessions"');
});
