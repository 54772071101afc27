import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { readSentCode } from '../../scripts/lib/demo-people.ts';
import { requestSignInCode } from '../../src/features/accounts/commands.ts';
import { signInCodes, signIns, type Person } from '../../src/features/accounts/table.ts';
import { signInInput } from '../../src/features/accounts/schema.ts';
import { bookingInput } from '../../src/features/bookings/schema.ts';
import { inquiryInput } from '../../src/features/inquiries/schema.ts';
import { claimOrganisation } from '../../src/features/organisations/commands.ts';
import { findClaim } from '../../src/features/organisations/queries.ts';
import { bookingCodeOf } from '../helpers/codes.ts';
import { listTables } from '../helpers/database.ts';
import { columnFields } from '../helpers/fields.ts';
import { createSiteApp, writingRoutes, type SendInit, type SiteApp } from '../helpers/site-app.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';
import { addMinutes } from '../../src/lib/time.ts';

/** Hundreds of requests a test: a busy machine needs longer than usual. */
vi.setConfig({ testTimeout: 30_000 });

const UNKNOWN = '01930000-0000-7000-8000-000000000000';
const key = () => crypto.randomUUID();
const fill = (pattern: string, value = UNKNOWN) => pattern.replace(/:\w+/g, value);
const isApi = (path: string) => path.startsWith('/api/');

/** All that the database holds, as text. */
async function contents({ ctx }: World): Promise<string> {
  const rows: string[] = [];
  for (const table of (await listTables(ctx.db)).sort()) {
    const found = await ctx.db.$client.execute(`SELECT * FROM "${table}" ORDER BY 1, 2`);
    rows.push(...found.rows.map((row) => JSON.stringify([table, ...Object.values(row)], readable)));
  }
  return rows.join('\n');
}

function readable(_key: string, value: unknown): unknown {
  return value instanceof ArrayBuffer ? Buffer.from(value).toString('hex') : value;
}

describe('a request that another site made', () => {
  const origins = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'none', Origin: 'https://example.com' },
    { Origin: 'https://example.com', 'Sec-Fetch-Site': '' },
    { Origin: 'null', 'Sec-Fetch-Site': '' },
  ];

  it('is refused by every route that writes, before anything is looked at', async () => {
    const world = await createWorld();
    const { token } = await world.person();
    const site = createSiteApp(world);
    const before = await contents(world);
    for (const { method, pattern } of writingRoutes()) {
      for (const headers of origins) {
        for (const body of bodies()) {
          const init = { ...body, token, key: key(), headers: { ...body.headers, ...headers } };
          const { status } = await site.send(method, fill(pattern), init);
          expect([method, pattern, headers, status]).toEqual([method, pattern, headers, 403]);
        }
      }
    }
    expect(await contents(world)).toBe(before);
  });

  /** What a form of another site can send, and what only its script could. */
  const bodies = (): SendInit[] => [
    { form: { phone: '13800138000', key: key() } },
    { json: '{"phone":"13800138000"}', headers: { 'Content-Type': 'text/plain' } },
    { json: { phone: '13800138000' } },
  ];
});

const ELSEWHERE = [
  ...[
    'https://example.com/',
    '//example.com',
    '///example.com',
    '/\\example.com',
    '\\\\example.com',
  ],
  ...[
    '/.//example.com',
    '/x/..//example.com',
    '/%2e//example.com',
    'javascript:alert(1)',
    '/\t/example.com',
  ],
  ...[
    '/\n/example.com',
    'https:example.com',
    '/@example.com',
    '//example.com\\@site',
    ' //example.com',
  ],
  ...[
    '/me\r\nSet-Cookie: a=b',
    '/me%0d%0aSet-Cookie:%20a=b',
    '/\u0000//example.com',
    '/me\u2028//x',
  ],
];

/** Where a browser on the site goes from an answer. */
function destination(answer: Response): URL {
  const location = answer.headers.get('Location') ?? '';
  expect(location).not.toMatch(/\p{Cc}/u);
  return new URL(location, 'https://site.invalid/sign-in');
}

describe('a destination that leads elsewhere', () => {
  it('is no destination after a sign-in', async () => {
    const world = await createWorld();
    const site = createSiteApp(world);
    for (const [index, next] of ELSEWHERE.entries()) {
      const form = { phone: `1380013${2000 + index}`, key: key(), next };
      const asked = destination(await site.send('POST', '/sign-in', { form }));
      expect([next, asked.origin]).toEqual([next, 'https://site.invalid']);
      const codeId = asked.searchParams.get('codeId') ?? '';
      const code = await readSentCode(world.ctx, codeId);
      const answer = await site.send('POST', '/sign-in/code', { form: { codeId, code, next } });
      expect(answer.status).toBe(303);
      expect([next, destination(answer).origin]).toEqual([next, 'https://site.invalid']);
      const cookies = answer.headers.getSetCookie();
      expect(cookies.map((one) => one.split('=')[0])).toEqual(['__Host-anlan']);
    }
  });

  it('is none for whoever has to sign in first, whatever address they ask for', async () => {
    const world = await createWorld();
    const site = createSiteApp(world);
    const paths = fc
      .webUrl({ withQueryParameters: true })
      .map((url) => url.replace(/^https?:\/\//, ''));
    await fc.assert(
      fc.asyncProperty(fc.oneof(paths, fc.constantFrom(...ELSEWHERE)), async (text) => {
        const path = `/me/bookings/${UNKNOWN}/change?next=${encodeURIComponent(text)}&${text.replace(/[^\w=&%/.:@?-]/g, '')}`;
        const answer = await site.send('POST', path, { form: { key: key() } });
        const to = destination(answer);
        expect([to.origin, to.pathname]).toEqual(['https://site.invalid', '/sign-in']);
        const next = new URL(to.searchParams.get('next') ?? '', 'https://site.invalid');
        expect(next.origin).toBe('https://site.invalid');
      }),
      { seed: 1, numRuns: 40 },
    );
  });
});

describe('line ends in what is sent', () => {
  it('end no header and begin no line of a calendar', async () => {
    const world = await createWorld();
    const { person, token } = await world.person();
    const bookingId = await world.book(person, await world.session());
    const site = createSiteApp(world);
    const evil = 'a\r\nSet-Cookie: evil=1\r\nX-Evil: 1';
    const host = `/me/bookings/${bookingId}/calendar.ics?x=${encodeURIComponent(evil)}`;
    const calendar = await (await site.send('GET', host, { token })).text();
    expect(calendar).toContain('BEGIN:VEVENT');
    for (const line of calendar.split('\r\n')) expect(line).toMatch(/^($| |[A-Z-]+[:;])/);
    expect(calendar).not.toContain('evil');
    for (const { method, pattern } of writingRoutes()) {
      const path = fill(pattern, encodeURIComponent(evil));
      const values = {
        code: evil,
        phone: evil,
        next: evil,
        codeId: evil,
        answer: evil,
        about: evil,
      };
      const init = isApi(path) ? { json: values, key: 'x'.repeat(20) } : { form: values };
      const answer = await site.send(method, path, { ...init, token });
      expect([pattern, answer.headers.get('X-Evil')]).toEqual([pattern, null]);
      expect(answer.headers.getSetCookie().join()).not.toContain('evil');
      expect([pattern, answer.status < 500 || answer.status === 503]).toEqual([pattern, true]);
    }
  });
});

describe('a path that climbs', () => {
  const climbs = [
    ...['..%2f..%2fpackage.json', '%2e%2e%2f%2e%2e%2fwrangler.toml', '..%5c..%5cpackage.json'],
    ...[
      '....//....//package.json',
      '%252e%252e%252fpackage.json',
      '..%00.json',
      '2026-11-25.json%2f..',
    ],
  ];
  const places = ['/audit/roots/', '/api/halls/', '/api/bookings/', '/api/inquiries/', '/f/'];

  it.each(places)('finds nothing under %s', async (place) => {
    const world = await createWorld();
    const { token } = await world.person();
    const site = createSiteApp(world);
    for (const climb of climbs) {
      for (const end of ['', '/sessions']) {
        const answer = await site.send('GET', `${place}${climb}${end}`, { token });
        expect([climb, [404, 422].includes(answer.status)]).toEqual([climb, true]);
        const text = await answer.text();
        expect(text).not.toMatch(/dependencies|compatibility_date|DATABASE_URL/);
      }
    }
  });
});

describe('a sign-in code', () => {
  async function pending(world: World, phone = '13800138000') {
    const { codeId } = await requestSignInCode(world.ctx, { phone }, key());
    return { codeId, code: await readSentCode(world.ctx, codeId) };
  }
  const guess = (site: SiteApp, codeId: string, code: string) =>
    site.send('POST', '/api/sign-ins', { json: { codeId, code } });

  it('opens once: the same again is refused, and so are twenty at once', async () => {
    const world = await createWorld();
    // Known before: else the number, which is unique, would hold what the code must.
    await world.person('13800138000');
    const site = createSiteApp(world);
    const { codeId, code } = await pending(world);
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess(site, codeId, code)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await guess(site, codeId, code)).status).toBe(422);
    expect(await world.ctx.db.$count(signIns)).toBe(2);
  });

  it('is tried five times, whether one after another or all at once', async () => {
    const world = await createWorld();
    const site = createSiteApp(world);
    const { codeId, code } = await pending(world);
    const wrong = Array.from({ length: 40 }, (_, n) => String((Number(code) + n + 1) % 1_000_000));
    const answers = await Promise.all(
      wrong.map((one) => guess(site, codeId, one.padStart(6, '0'))),
    );
    const looked = (await Promise.all(answers.map((one) => one.json()))) as { code: string }[];
    const reasons = Map.groupBy(looked, ({ code: reason }) => reason);
    expect(reasons.get('code_wrong')).toHaveLength(5);
    expect(reasons.get('code_tries_used_up')).toHaveLength(35);
    expect((await guess(site, codeId, code)).status).toBe(429);
    expect(await world.ctx.db.$count(signIns)).toBe(0);
  });

  it('is one of ten a day, however they are asked for: fifty guesses in a million', async () => {
    const world = await createWorld();
    const site = createSiteApp(world);
    let sent = 0;
    for (let minute = 0; minute < 24 * 60; minute += 20) {
      site.now = addMinutes(NOW, minute);
      const written = minute % 40 === 0 ? '13800138000' : '+86 138-0013-8000';
      const init = { json: { phone: written }, key: key() };
      sent += (await site.send('POST', '/api/sign-in-codes', init)).status === 201 ? 1 : 0;
    }
    expect(sent).toBe(10);
    expect(await world.ctx.db.$count(signInCodes)).toBe(10);
  });
});

describe('a cookie', () => {
  const HARD = /; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/;

  it('is out of reach for scripts, other sites and other hosts, whatever it opens', async () => {
    const world = await createWorld();
    const { person } = await world.person('13800138001');
    const bookingId = await world.book(person, await world.session());
    const site = createSiteApp(world);
    const code = await bookingCodeOf(world.ctx, bookingId);
    const ticket = await site.send('POST', '/tickets', { form: { code, lastFour: '8001' } });
    expect(ticket.headers.getSetCookie()).toEqual([expect.stringMatching(HARD)]);
    expect(ticket.headers.getSetCookie()[0]).toMatch(/^__Host-anlan-ticket=/);
    const { codeId } = await requestSignInCode(world.ctx, { phone: '13800138009' }, key());
    const own = { codeId, code: await readSentCode(world.ctx, codeId) };
    const signedIn = await site.send('POST', '/sign-in/code', { form: own });
    expect(signedIn.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-anlan=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });

  it('is another one at each sign-in, and one that was planted becomes nobody’s', async () => {
    const world = await createWorld();
    const site = createSiteApp(world);
    const planted = 'A'.repeat(43);
    const { codeId } = await requestSignInCode(world.ctx, { phone: '13800138009' }, key());
    const own = { codeId, code: await readSentCode(world.ctx, codeId) };
    const answer = await site.send('POST', '/sign-in/code', { form: own, token: planted });
    expect(answer.headers.getSetCookie()[0]).not.toContain(planted);
    expect((await site.send('GET', '/api/bookings', { token: planted })).status).toBe(401);
  });
});

/** Somebody with a thing of every kind that has an address of its own. */
async function owner(world: World) {
  const { person, token } = await world.person('13800138001');
  const session = await world.session();
  const bookingId = await world.book(person, session, { adults: 2, children: 0 });
  const school = { kind: 'school', name: '示例第一小学', regionCode: '320904' };
  const { organisationId } = await claimOrganisation(world.ctx, person, school, key());
  const claim = await findClaim(world.ctx, organisationId);
  const memberId = claim?.members[0]?.member.id ?? '';
  return { person, token, session, bookingId, organisationId, memberId };
}

describe('what belongs to somebody else', () => {
  /** Bodies that their owner could send; every route of one’s own with an id in it has one. */
  const bodiesOf = ({ session, memberId }: Awaited<ReturnType<typeof owner>>) => ({
    '/me/bookings/:id/cancellation': {},
    '/me/bookings/:id/change': { sessionId: session.id, adults: '1', children: '0' },
    '/me/data/contact-names/:id': { contactName: '示例李明' },
    '/me/organisations/:id': { phone: '13800138005' },
    '/me/organisations/:id/handover': { memberId },
    '/me/organisations/:id/departure': { memberId },
    '/api/bookings/:id/cancellation': {},
    '/api/bookings/:id/changes': { sessionId: session.id, adults: 1, children: 0 },
    '/api/bookings/:id/arrival': {},
    '/api/bookings/:id/feedback': { score: 5 },
    '/me/bookings/:id/appeal': { grounds: 'urgent' },
    '/me/bookings/:id/feedback': { score: '5' },
    '/api/organisations/:id/decision': { decision: 'verified', reason: '' },
    '/api/organisations/:id/members': { phone: '13800138005' },
    '/api/organisations/:id/handover': { memberId },
    '/api/organisations/:id/departures': { memberId },
    '/api/organisations/:id/drill-records': {
      ...{ hazard: '地震', date: '2026-11-24', time: '09:30', expected: 9 },
    },
    '/me/organisations/:id/traits': { 'traits.mine': 'yes' },
    '/me/organisations/:id/drills/record': {
      ...{ hazard: '地震', date: '2026-11-24', time: '09:30', expected: '9' },
    },
    '/me/organisations/:id/drills/records/:recordId': { text: '补充一句' },
    '/me/organisations/:id/drills/records/:recordId/correction': { version: '1' },
    '/me/organisations/:id/drills/plan/:year': {},
    '/me/organisations/:id/drills/plan/:year/item': {
      ...{ title: '示例演练', hazard: '地震', month: '12', responsible: '示例办公室' },
    },
    '/me/organisations/:id/drills/plan/:year/drop': { reason: '示例' },
    '/api/me/data/contact-names/:id': { contactName: '示例李明' },
  });

  it('is not there for a stranger, and stays as it was', async () => {
    const world = await createWorld();
    const own = await owner(world);
    await world.person('13800138005');
    const { token } = await world.person('13800138006');
    const site = createSiteApp(world);
    // That a sign-in is in use is noted once a day.
    await site.send('GET', '/api/bookings', { token });
    const before = await contents(world);
    const bodies = new Map<string, object>(Object.entries(bodiesOf(own)));
    const asked = writingRoutes().filter(({ pattern }) =>
      /^\/(api\/)?(me|bookings|organisations)\/.*:id/.test(pattern),
    );
    expect(asked.map(({ pattern }) => pattern)).toEqual(expect.arrayContaining([...bodies.keys()]));
    for (const { method, pattern } of asked) {
      const id = pattern.includes('organisations') ? own.organisationId : own.bookingId;
      const path = fill(pattern, id);
      const body = bodies.get(pattern) ?? {};
      const init = isApi(path)
        ? { json: body, key: key() }
        : { form: { ...(body as Record<string, string>), key: key() } };
      const { status } = await site.send(method, path, { ...init, token });
      expect([method, pattern, status]).toEqual([method, pattern, 404]);
    }
    for (const path of [
      `/api/bookings/${own.bookingId}`,
      `/api/organisations/${own.organisationId}`,
    ]) {
      expect((await site.send('GET', path, { token })).status).toBe(404);
    }
    const calendar = `/me/bookings/${own.bookingId}/calendar.ics`;
    expect((await site.send('GET', calendar, { token })).status).toBe(404);
    expect(await contents(world)).toBe(before);
  });
});

/** An act that succeeds, and what somebody might add to it. */
interface Act {
  pattern: string;
  status: number;
  /** Fields that it takes beyond those of its body. */
  takes?: object;
  /** Brings the world about and says what is sent: where, what, and by whom. */
  prepare(world: World): Promise<{ path: string; body: Record<string, unknown>; token?: string }>;
}

const acts: Act[] = [
  {
    pattern: '/sign-in-codes',
    status: 201,
    prepare: async () => ({ path: '/api/sign-in-codes', body: { phone: '13800138000' } }),
  },
  {
    pattern: '/sign-ins',
    status: 201,
    takes: signInInput.shape,
    prepare: async (world) => {
      const { codeId } = await requestSignInCode(world.ctx, { phone: '13800138000' }, key());
      const code = await readSentCode(world.ctx, codeId);
      return { path: '/api/sign-ins', body: { codeId, code } };
    },
  },
  {
    pattern: '/bookings',
    status: 201,
    takes: bookingInput.shape,
    prepare: async (world) => {
      const { token } = await world.person();
      const { id: sessionId } = await world.session();
      const body = { sessionId, adults: 1, children: 0, contactName: '示例王芳' };
      return { path: '/api/bookings', body, token };
    },
  },
  {
    pattern: '/bookings/{id}/changes',
    status: 201,
    prepare: async (world) => {
      const { token, session, bookingId } = await owner(world);
      const body = { sessionId: session.id, adults: 1, children: 0 };
      return { path: `/api/bookings/${bookingId}/changes`, body, token };
    },
  },
  {
    pattern: '/bookings/{id}/cancellation',
    status: 201,
    prepare: async (world) => {
      const { token, bookingId } = await owner(world);
      return { path: `/api/bookings/${bookingId}/cancellation`, body: {}, token };
    },
  },
  {
    pattern: '/inquiries',
    status: 201,
    takes: inquiryInput.shape,
    prepare: async () => ({ path: '/api/inquiries', body: { kind: 'error', text: '示例：错了' } }),
  },
  {
    pattern: '/organisations',
    status: 201,
    prepare: async (world) => {
      const { token } = await world.person();
      const body = { kind: 'school', name: '示例第二小学', regionCode: '320904' };
      return { path: '/api/organisations', body, token };
    },
  },
  {
    pattern: '/me/data/contact-names/{id}',
    status: 201,
    prepare: async (world) => {
      const { token, bookingId } = await owner(world);
      const body = { contactName: '示例李明' };
      return { path: `/api/me/data/contact-names/${bookingId}`, body, token };
    },
  },
  {
    pattern: 'POST /me/organisations',
    status: 303,
    prepare: async (world) => {
      const { token } = await world.person();
      const body = { kind: 'school', name: '示例第二小学', regionCode: '320904' };
      return { path: '/me/organisations', body, token };
    },
  },
  {
    pattern: 'POST the booking form',
    status: 303,
    takes: bookingInput.shape,
    prepare: async (world) => {
      const { token } = await world.person();
      const session = await world.session();
      const body = { adults: '1', children: '0', contactName: '示例王芳' };
      const path = `/halls/${session.hallSlug}/sessions/${session.id}/confirmation`;
      return { path, body, token };
    },
  },
  {
    pattern: 'POST /me/phone',
    status: 303,
    prepare: async (world) => {
      const { token } = await world.person();
      return { path: '/me/phone', body: { phone: '13800138000' }, token };
    },
  },
  {
    pattern: 'POST /me/phone/claim',
    status: 303,
    prepare: async (world) => {
      const { token } = await world.person();
      const body = { phone: '13800138000', answer: '示例小学' };
      return { path: '/me/phone/claim', body, token };
    },
  },
];

describe('fields that nobody asked for', () => {
  const MARK = '0193dead-0000-7000-8000-00000000dead';
  const INSTANT = 946_684_800_123;

  /** Every column of the database under its name in programs, each with what somebody might want in it. */
  async function wishes(known: object, victim: Person, form: boolean) {
    const wanted: Record<string, unknown> = {};
    for (const name of [...(await columnFields()), 'roles', 'isAdmin']) {
      if (Object.hasOwn(known, name)) continue;
      wanted[name] = name.endsWith('At') ? INSTANT : /Id$|By$/.test(name) ? victim.id : MARK;
    }
    wanted['state'] = 'verified';
    wanted['role'] = 'administrator';
    wanted['responsible'] = form ? '1' : true;
    return form
      ? Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, String(value)]))
      : wanted;
  }

  /** What the database holds, with what differs from one time to another taken out. */
  async function shape(world: World, victim: Person): Promise<string[]> {
    const text = (await contents(world)).replaceAll(victim.id, 'VICTIM');
    return text
      .split('\n')
      .map((row) =>
        row
          .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
          .replace(/[0-9a-f]{32,}/g, 'BYTES')
          .replace(/(?<=")[2-9A-HJKMNP-Z]{10}(?=\\?")/g, 'CODE'),
      )
      .sort();
  }

  async function run(act: Act, extra: boolean) {
    const world = await createWorld();
    const { person: victim } = await world.person('13800138099');
    const site = createSiteApp(world);
    const { path, body, token } = await act.prepare(world);
    const form = !isApi(path);
    const sent = extra
      ? { ...(await wishes({ ...act.takes, ...body, key: '' }, victim, form)), ...body }
      : body;
    const init = form
      ? { form: { ...(sent as Record<string, string>), key: 'k'.repeat(20) } }
      : { json: sent, key: 'k'.repeat(20) };
    const answer = await site.send('POST', path, { ...init, ...(token ? { token } : {}) });
    expect([act.pattern, answer.status]).toEqual([act.pattern, act.status]);
    return { world, shape: await shape(world, victim) };
  }

  it.each(acts)('change nothing: $pattern', async (act) => {
    const plain = await run(act, false);
    const greedy = await run(act, true);
    expect(greedy.shape).toEqual(plain.shape);
    const held = await contents(greedy.world);
    expect(held).not.toContain(MARK);
    expect(held).not.toContain(String(INSTANT));
  });

  it('are taken from every table', async () => {
    expect(await columnFields()).toEqual(
      expect.arrayContaining(['id', 'personId', 'state', 'role', 'createdAt', 'responsible']),
    );
  });
});
