import { glob } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../functions/app.ts';
import { publishRoot, sealEntries } from '../../src/features/audit/commands.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { createInquiry } from '../../src/features/inquiries/commands.ts';
import { findByCode } from '../../src/features/inquiries/queries.ts';
import { claimOrganisation } from '../../src/features/organisations/commands.ts';
import { findClaim } from '../../src/features/organisations/queries.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { bookingBody, postJson } from '../helpers/asking.ts';
import { HALL, startTestSite, type TestSite } from '../helpers/worker-site.ts';

/** Who may reach a route: what stands here is written by hand and knows nothing of the code it checks. */
type Who =
  'everybody' | 'signed in' | 'owner' | 'door' | 'hall manager' | 'reviewer' | 'editor' | 'staff';
type Person =
  | 'nobody'
  | 'visitor'
  | 'owner'
  | 'hallStaff'
  | 'hallManager'
  | 'reviewer'
  | 'editor'
  | 'administrator';

const PEOPLE: readonly Person[] = [
  'nobody',
  'visitor',
  'owner',
  'hallStaff',
  'hallManager',
  'reviewer',
  'editor',
  'administrator',
];
const ALLOWED: Record<Who, readonly Person[]> = {
  everybody: PEOPLE,
  'signed in': PEOPLE.slice(1),
  owner: ['owner'],
  door: ['hallStaff', 'hallManager'],
  'hall manager': ['hallManager', 'administrator'],
  reviewer: ['reviewer'],
  editor: ['editor'],
  staff: ['hallStaff', 'hallManager', 'reviewer', 'editor', 'administrator'],
};

/** Every route of the app and every page. A new one fails the test below until somebody says whose it is. */
const ROUTES: Record<string, Who> = {
  'GET /': 'everybody',
  'GET /api/audit/receipts/:id': 'everybody',
  'GET /api/audit/roots': 'everybody',
  'GET /api/audit/seals': 'everybody',
  'GET /api/bookings': 'signed in',
  'GET /api/bookings/:id': 'owner',
  'GET /api/halls': 'everybody',
  'GET /api/halls/:slug/sessions': 'everybody',
  'GET /api/inquiries/:code': 'everybody',
  'GET /api/openapi.json': 'everybody',
  'GET /audit': 'everybody',
  'GET /audit/key.json': 'everybody',
  'GET /audit/receipts/:id': 'everybody',
  'GET /audit/roots/:file': 'everybody',
  'GET /communities': 'everybody',
  'GET /drills': 'everybody',
  'GET /guides': 'everybody',
  'GET /guides/:slug': 'everybody',
  'GET /halls': 'everybody',
  'GET /halls/:slug': 'everybody',
  'GET /halls/:slug/sessions/:sessionId': 'everybody',
  'GET /halls/:slug/sessions/:sessionId/confirmation': 'everybody',
  'GET /inquiries': 'everybody',
  'GET /inquiries/:code': 'everybody',
  'GET /inquiries/track': 'everybody',
  'GET /me': 'signed in',
  'GET /me/bookings/:id': 'owner',
  'GET /me/bookings/:id/calendar.ics': 'owner',
  'GET /me/bookings/:id/cancellation': 'owner',
  'GET /me/bookings/:id/change': 'owner',
  'GET /me/data': 'signed in',
  'GET /me/data/contact-names/:id': 'owner',
  'GET /me/data/erased': 'everybody',
  'GET /me/data/erasure': 'signed in',
  'GET /me/data/export.json': 'signed in',
  'GET /me/organisations': 'signed in',
  'GET /me/organisations/:organisationId': 'owner',
  'GET /me/organisations/:organisationId/departure': 'owner',
  'GET /me/organisations/:organisationId/handover': 'owner',
  'GET /privacy': 'everybody',
  'GET /privacy/erasures': 'everybody',
  'GET /regions': 'everybody',
  'GET /regions/:code': 'everybody',
  'GET /sign-in': 'everybody',
  'GET /sign-in/code': 'everybody',
  'GET /sitemap': 'everybody',
  'GET /staff': 'staff',
  'GET /staff/halls/:slug': 'door',
  'GET /staff/organisations': 'reviewer',
  'GET /staff/organisations/:organisationId': 'reviewer',
  'GET /staff/inquiries': 'editor',
  'GET /staff/inquiries/:id': 'editor',
  'GET /staff/people': 'hall manager',
  'GET /staff/people/revocation': 'hall manager',
  'GET /tickets': 'everybody',
  'GET /tickets/:code': 'everybody',
  'POST /api/bookings': 'signed in',
  'POST /api/bookings/:id/arrival': 'door',
  'POST /api/bookings/:id/cancellation': 'owner',
  'POST /api/bookings/:id/changes': 'owner',
  'POST /api/halls/:slug/arrivals': 'signed in',
  'POST /api/inquiries': 'everybody',
  'POST /api/sign-in-codes': 'everybody',
  'POST /api/sign-ins': 'everybody',
  'POST /api/sign-outs': 'everybody',
  'POST /halls/:slug/sessions/:sessionId/confirmation': 'signed in',
  'POST /inquiries': 'everybody',
  'POST /me/bookings/:id/cancellation': 'owner',
  'POST /me/bookings/:id/change': 'owner',
  'POST /me/data/contact-names/:id': 'owner',
  'POST /me/data/erasure': 'signed in',
  'POST /me/organisations': 'signed in',
  'POST /me/organisations/:organisationId': 'owner',
  'POST /me/organisations/:organisationId/departure': 'owner',
  'POST /me/organisations/:organisationId/handover': 'owner',
  'POST /sign-in': 'everybody',
  'POST /sign-in/code': 'everybody',
  'POST /sign-out': 'everybody',
  'POST /staff/halls/:slug': 'door',
  'POST /staff/organisations/:organisationId': 'reviewer',
  'POST /staff/inquiries/:id': 'editor',
  'POST /staff/people': 'hall manager',
  'POST /staff/people/revocation': 'hall manager',
  'POST /tickets': 'everybody',
  'POST /tickets/:code': 'everybody',
};

const UNKNOWN = '01930000-0000-7000-8000-000000000000';
/** Where the shape is looked at before the person: a sound shape that leads to nothing. */
const BODIES: Record<string, object> = {
  'POST /api/bookings': { sessionId: UNKNOWN, adults: 1, children: 0, contactName: '示例王芳' },
  'POST /api/bookings/:id/changes': { sessionId: UNKNOWN, adults: 1, children: 0 },
  'POST /api/halls/:slug/arrivals': { code: 'ABCDEFGHJK' },
};

/** `src/pages/halls/[slug]/index.astro` → `/halls/:slug`, in the words of the app's own routes. */
async function listRoutes(): Promise<string[]> {
  const routes = createApp()
    .routes.filter(({ path, method }) => !path.includes('*') && method !== 'ALL')
    .map(({ path, method }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
    .map((route) => route.replace('organisations/:id', 'organisations/:organisationId'));
  for await (const file of glob('src/pages/**/*.astro')) {
    const path = file
      .replaceAll('\\', '/')
      .replace(/^src\/pages/, '')
      .replace(/(\/index)?\.astro$/, '')
      .replace('sessions/[id]', 'sessions/:sessionId')
      .replace('organisations/[id]', 'organisations/:organisationId')
      .replace(/\[(\w+)\]/g, ':$1');
    if (!/^\/(404|500)$/.test(path)) routes.push(`GET ${path || '/'}`);
  }
  return [...new Set(routes)].sort();
}

let site: TestSite;
let values: Record<string, string>;
let audit: Record<string, string>;
let inquiryCode: string;
let inquiryId: string;
const cookies = new Map<Person, string>();

beforeAll(async () => {
  site = await startTestSite();
  const visitors = await site.signInMany(PEOPLE.length - 1);
  PEOPLE.slice(1).forEach((one, index) => cookies.set(one, visitors[index]!.cookie));
  const ctx = site.context();
  const hall = { scopeKind: 'hall', scopeId: HALL } as const;
  const idOf = (one: Person) => visitors[PEOPLE.indexOf(one) - 1]!.person.id;
  await addRole(ctx, idOf('hallStaff'), { role: 'hall_staff', ...hall });
  await addRole(ctx, idOf('hallManager'), { role: 'hall_manager', ...hall });
  await addRole(ctx, idOf('reviewer'), {
    ...{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' },
  });
  await addRole(ctx, idOf('administrator'), {
    ...{ role: 'administrator', scopeKind: 'site', scopeId: '' },
  });
  const session = await site.openTestSession();
  const made = await postJson(`${site.url}/api/bookings`, bookingBody(session), {
    cookie: cookies.get('owner'),
  });
  await addRole(ctx, idOf('editor'), { role: 'editor', scopeKind: 'site', scopeId: '' });
  inquiryCode = (await createInquiry(ctx, { kind: 'error', text: '示例' }, crypto.randomUUID()))
    .code;
  inquiryId = (await findByCode(ctx, inquiryCode))?.inquiry.id ?? '';
  const school = { kind: 'school', name: '示例小学', regionCode: '320904' };
  const { organisationId } = await claimOrganisation(
    ctx,
    { id: idOf('owner') },
    school,
    crypto.randomUUID(),
  );
  const claim = await findClaim(ctx, organisationId);
  const [entry] = await ctx.db.select().from(auditEntries).limit(1);
  await sealEntries(ctx);
  await publishRoot({ ...ctx, now: addMinutes(ctx.now, 2 * 24 * 60) });
  audit = { id: entry?.id ?? '', file: `${calendarDate(entry?.at ?? ctx.now)}.json` };
  values = {
    organisationId,
    member: claim?.members[0]?.member.id ?? '',
    id: String(made.body['bookingId']),
    code: 'ABCDEFGHJK',
    sessionId: session.id,
    slug: HALL,
  };
});
afterAll(() => site?.stop());

async function ask(route: string, person: Person): Promise<{ status: number; to: string }> {
  const [method = '', pattern = ''] = route.split(' ');
  const samples: Record<string, string> = pattern.startsWith('/guides')
    ? { slug: 'cpr' }
    : pattern.startsWith('/regions')
      ? { code: '320900' }
      : pattern.includes('/inquiries')
        ? { code: inquiryCode, id: inquiryId }
        : pattern.includes('/audit')
          ? audit
          : values;
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => samples[name] ?? 'missing');
  const query =
    method === 'GET' && path.endsWith('/confirmation')
      ? '?adults=1&children=0'
      : `?member=${values['member']}`;
  const isApi = path.startsWith('/api/');
  const cookie = cookies.get(person);
  const response = await fetch(site.url + path + query, {
    method,
    redirect: 'manual',
    headers: {
      'sec-fetch-site': 'same-origin',
      ...(cookie ? { cookie } : {}),
      ...(isApi ? { 'idempotency-key': crypto.randomUUID() } : {}),
      ...(method === 'POST' ? { 'content-type': bodyType(isApi) } : {}),
    },
    // Nothing that a right command would accept: nothing may change here, whoever asks.
    ...(method === 'POST' ? { body: isApi ? apiBody(route) : 'key=authorisation-test-key' } : {}),
  });
  await response.arrayBuffer();
  return { status: response.status, to: response.headers.get('location') ?? '' };
}

const apiBody = (route: string) => JSON.stringify(BODIES[route] ?? {});
const bodyType = (isApi: boolean) =>
  isApi ? 'application/json' : 'application/x-www-form-urlencoded';

/** What an answer lets its asker know: in, to the sign-in first, or that there is no such thing. */
function outcome({ status, to }: { status: number; to: string }): 'in' | 'sign in' | 'not there' {
  if (status === 401 || to.startsWith('/sign-in?')) return 'sign in';
  return status === 404 ? 'not there' : 'in';
}

test('every route and every page says whose it is', async () => {
  expect(await listRoutes()).toEqual(Object.keys(ROUTES).sort());
});

describe('a route', () => {
  /** Signing out ends what the others need; what it answers is tested where it belongs. */
  const asked = Object.entries(ROUTES).filter(([route]) => !/sign-outs?$/.test(route));

  test.for(asked)('%s is for: %s', async ([route, who]) => {
    for (const person of PEOPLE) {
      const answer = await ask(route, person);
      const expected = ALLOWED[who].includes(person)
        ? 'in'
        : person === 'nobody'
          ? 'sign in'
          : 'not there';
      expect({ route, person, outcome: outcome(answer) }).toEqual({
        route,
        person,
        outcome: expected,
      });
      expect(answer.status).toBeLessThan(500);
    }
  });
});
