import { count } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIns } from '../../src/features/accounts/table.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { region } from '../helpers/drills.ts';
import { listProgrammes } from '../../scripts/lib/list-programmes.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import { listNaming } from '../helpers/namings.ts';
import { opened } from '../helpers/open-drills.ts';
import { FIRST_RULES, ruleTexts } from '../../src/features/hall-rules/policy.ts';
import { createImport } from '../../src/features/imports/commands.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { reportOutage } from '../../src/features/outages/commands.ts';
import type { Brought } from '../../src/features/reviews/statements.ts';
import { addDays, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { decided } from '../helpers/filed-applications.ts';
import { offices, walkedTo } from '../helpers/walked-applications.ts';
import type { World } from '../helpers/world.ts';
import { bookingBody, fieldValue, getPage, postForm, postJson } from '../helpers/asking.ts';
import { badBodies, badTexts, badValues, HTML, SQL } from '../helpers/bad-input.ts';
import { claimSchool } from '../helpers/files.ts';
import { readLedger } from '../helpers/ledger.ts';
import { addHallStaff, addRole } from '../helpers/roles.ts';
import { HALL, startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

let site: TestSite;
let visitor: Visitor;
let stranger: Visitor;
let session: HallSession;
/** The one booking there is; nothing below may change it or add another. */
let bookingId: string;
/** Claimed by the visitor. */
let organisationId: string;
let communityId: string;
let applicationId: string;
/** Files that wait for an office: for their visit, their notice, their naming, their recheck. */
let files: Record<'visit' | 'notice' | 'naming' | 'recheck', string>;
/** How often somebody signed in before anything was tried. */
let signedIn: number;
let importId: string;
let namingId: string;
let outageId: string;
/** Three weeks ahead: nothing can be logged yet. */
let drillId: string;
/** None of its rows can be brought in. */
const TABLE = '日期,时间,姓名,手机号,成人\n明天,9:00,王,1,1';

beforeAll(async () => {
  site = await startTestSite();
  [visitor, stranger] = (await site.signInMany(2)) as [Visitor, Visitor];
  session = await site.openTestSession();
  await addHallStaff(site.context(), visitor.person.id, HALL);
  const held = { role: 'editor', scopeKind: 'site', scopeId: '' } as const;
  await addRole(site.context(), visitor.person.id, held);
  const made = await postJson(`${site.url}/api/bookings`, bookingBody(session), visitor);
  bookingId = made.body['bookingId'] as string;
  const manager = { role: 'hall_manager', scopeKind: 'hall', scopeId: HALL } as const;
  await addRole(site.context(), visitor.person.id, manager);
  const by = { id: visitor.person.id, roles: [manager] };
  // Of a day without sessions: nobody would have to move.
  const out = { hallSlug: HALL, what: 'hall:', reason: '示例原因', places: '9' };
  const onDay = { fromDay: addDays(calendarDate(new Date()), 200) };
  ({ outageId } = await reportOutage(
    site.context(),
    by,
    { ...out, ...onDay },
    crypto.randomUUID(),
  ));
  const table = { what: `bookings:${HALL}`, pasted: TABLE };
  ({ importId } = await createImport(site.context(), by, table, crypto.randomUUID()));
  const reviewer = { role: 'reviewer', scopeKind: 'region', scopeId: '320904' } as const;
  await addRole(site.context(), visitor.person.id, reviewer);
  namingId = await listNaming(site.context(), { ...by, roles: [reviewer] });
  const organiser = { role: 'drill_organiser', scopeKind: 'region', scopeId: '320904' } as const;
  await addRole(site.context(), visitor.person.id, organiser);
  const date = addDays(calendarDate(new Date()), 21);
  drillId = await opened(site.context(), { ...by, roles: [organiser] }, region(), { date });
  const administrator = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
  await addRole(site.context(), visitor.person.id, administrator);
  organisationId = await claimSchool({ ctx: site.context() }, visitor.person);
  const claim = { kind: 'committee', name: '示例社区居民委员会', regionCode: '320904' };
  ({ organisationId: communityId } = await claimOrganisation(
    site.context(),
    stranger.person,
    claim,
    crypto.randomUUID(),
  ));
  const verdict = { organisationId: communityId, decision: 'verified', reason: '' };
  await decideOrganisation(site.context(), by, verdict, crypto.randomUUID());
  ({ applicationId } = await beginApplication(
    site.context(),
    { id: stranger.person.id, roles: [] },
    { organisationId: communityId, programme: 'jiangsu-community' },
    listProgrammes,
    crypto.randomUUID(),
  ));
  const province = { role: 'reviewer', scopeKind: 'region', scopeId: '320000' } as const;
  await addRole(site.context(), visitor.person.id, province);
  files = await walkedFiles();
  [{ rows: signedIn } = { rows: 0 }] = await site
    .context()
    .db.select({ rows: count() })
    .from(signIns);
});

/** One file in each state in which an office fills in a form of its own, decided by others so far. */
async function walkedFiles(): Promise<typeof files> {
  const ctx = site.context();
  const before = { ...ctx, now: new Date(ctx.now.getTime() - 30 * DAY_MS) };
  const yesterday = { ...ctx, now: new Date(before.now.getTime() - DAY_MS) };
  let people = 0;
  const world = {
    ctx: before,
    at: (now: Date) => ({ ...ctx, now }),
    person: () => signInByPhone(yesterday, `1391111${String((people += 1)).padStart(4, '0')}`),
  } as unknown as World;
  const by = await offices(world);
  const walked = (nth: number, until: string) =>
    walkedTo(world, by, until, { name: `示例第${nth}社区居民委员会` });
  const [visit, notice, naming] = [
    await walked(1, 'step:county-review'),
    await walked(2, 'notice_due'),
    await walked(3, 'notice'),
  ];
  const noticed = await walked(4, 'notice');
  const over = world.at(new Date(noticed.ctx.now.getTime() + 15 * DAY_MS));
  const named = { act: 'naming', document: '关于命名示例社区的通知' } as Brought;
  await decided(over, by.province, noticed.applicationId, named);
  return {
    visit: visit.applicationId,
    notice: notice.applicationId,
    naming: naming.applicationId,
    recheck: noticed.applicationId,
  };
}

afterAll(async () => {
  try {
    const { db } = site.context();
    expect(await readLedger(site.context(), session)).toMatchObject({ booked: 1, held: 1 });
    expect(await db.select({ rows: count() }).from(bookings)).toEqual([{ rows: 1 }]);
    expect(await db.select({ rows: count() }).from(signIns)).toEqual([{ rows: signedIn }]);
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
  /** A mistake leads back to the question before it, which has no key yet; those on the page are other forms'. */
  asksAgain?: boolean;
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
  'the form of the door': {
    path: () => `/staff/halls/${HALL}/door`,
    values: () => ({ code: 'ABCDEFGHJK' }),
    as: () => visitor,
    fields: ['code', 'key'],
  },
  'the form of the day’s notes': {
    path: () => `/staff/halls/${HALL}/notes`,
    values: () => ({ kind: 'other', minute: '9:05', text: '示例', action: '' }),
    as: () => visitor,
    fields: ['kind', 'minute', 'key'],
  },
  'the form of a volunteer': {
    path: () => '/me/volunteer',
    values: () => ({
      ...{ name: '示例陈晨', regionCode: '320904', adult: 'yes' },
      ...{ 'skills.guiding': 'yes', 'purposes.guiding': 'yes' },
    }),
    as: () => stranger,
    fields: ['name', 'regionCode', 'key'],
  },
  'the form of a roster': {
    // Of the session's own week: on a Sunday evening the one that is shown by itself may still be this one.
    path: () => `/staff/halls/${HALL}/roster?from=${calendarDate(session.startsAt)}`,
    values: () => ({ sessions: session.id, guides: '1', skill: 'guiding', trained: 'no' }),
    as: () => visitor,
    fields: ['sessions', 'guides', 'skill', 'key'],
  },
  'the form of the waitlist': {
    path: () => `/halls/${HALL}/sessions/${session.id}/waitlist`,
    values: () => ({ adults: '1', children: '0', leastPlaces: '1', contactName: '示例王芳' }),
    as: () => stranger,
    // How few would do may be left out.
    fields: ['adults', 'children', 'contactName', 'key'],
  },
  'the form for a caller': {
    path: () => `/staff/halls/${HALL}/desk`,
    values: () => ({
      ...{ phone: '10000007005', contactName: '示例郑奶奶', adults: '1', children: '0' },
      sessionId: session.id,
    }),
    as: () => visitor,
    fields: ['phone', 'contactName', 'adults', 'children', 'sessionId', 'key'],
  },
  'the form for a caller who waits': {
    path: () => `/staff/halls/${HALL}/desk/wait`,
    values: () => ({
      ...{ phone: '0515-88887005', contactName: '示例郑奶奶', adults: '1', children: '0' },
      ...{ sessionId: session.id, leastPlaces: '1' },
    }),
    as: () => visitor,
    // How few would do may be left out.
    fields: ['phone', 'contactName', 'adults', 'children', 'sessionId', 'key'],
  },
  'the form of a call': {
    path: () => `/staff/halls/${HALL}/calls`,
    values: () => ({ callId: bookingId, outcome: 'told' }),
    as: () => visitor,
    fields: ['callId', 'outcome', 'key'],
  },
  'the form for what a caller says': {
    path: () => `/staff/halls/${HALL}/desk/call`,
    values: () => ({ code: 'ABCDE-FGHJK', lastFour: '1234' }),
    as: () => visitor,
    fields: ['code', 'lastFour'],
  },
  'the form that cancels for a caller': {
    path: () => `/staff/halls/${HALL}/desk/${bookingId}/cancellation`,
    values: () => ({ proof: '1.x' }),
    as: () => visitor,
    fields: ['key'],
  },
  'the form that changes for a caller': {
    path: () => `/staff/halls/${HALL}/desk/${bookingId}/change`,
    values: () => ({ proof: '1.x', sessionId: session.id, adults: '2', children: '0' }),
    as: () => visitor,
    fields: ['adults', 'children', 'sessionId', 'key'],
  },
  'the form of feedback': {
    path: () => `/me/bookings/${bookingId}/feedback`,
    values: () => ({ score: '5', words: '' }),
    as: () => visitor,
    fields: ['score', 'key'],
  },
  'the form of a certificate': {
    path: () => `/me/bookings/${bookingId}/certificate`,
    values: () => ({}),
    as: () => visitor,
    fields: ['key'],
  },
  'the form of a group': {
    path: () => `/halls/${HALL}/groups/confirmation`,
    values: () => ({
      ...{ kind: 'school', groupName: '示例小学', leaderName: '示例', buses: '0', lunch: 'no' },
      ...{ 'classes.0.label': '一班', 'classes.0.adults': '2', 'classes.0.sessionId': session.id },
      ...{ 'classes.0.boys': '9', 'classes.0.girls': '9', 'classes.0.others': '0' },
    }),
    as: () => stranger,
    // The name of a group may be any line of text.
    fields: ['leaderName', 'buses', 'classes.0.adults', 'key'],
  },
  'the form that stops sessions': {
    path: () => `/staff/halls/${HALL}/stops`,
    // A day of long ago: nothing can be stopped on it.
    values: () => ({
      ...{ sessionId: '', fromDay: '2026-01-05', untilDay: '2026-01-05' },
      ...{ cause: 'other', reason: '示例原因' },
    }),
    as: () => visitor,
    fields: ['fromDay', 'untilDay', 'cause', 'key'],
  },
  'the form of an outage': {
    path: () => `/staff/halls/${HALL}/outages`,
    values: () => ({
      ...{ what: 'hall:', reason: '示例原因', fromDay: '2026-01-05' },
      ...{ untilDay: '2026-01-05', places: '9' },
    }),
    as: () => visitor,
    fields: ['what', 'fromDay', 'key'],
    asksAgain: true,
  },
  'the form of moves because of an outage': {
    path: () => `/staff/halls/${HALL}/outages/${outageId}/moves`,
    values: () => ({ plan: `${bookingId}>${session.id}` }),
    as: () => visitor,
    fields: ['plan', 'key'],
  },
  'the form of how long late visitors are waited for': {
    path: () => `/staff/halls/${HALL}/lateness`,
    values: () => ({ lateMinutes: '20' }),
    as: () => visitor,
    fields: ['lateMinutes', 'key'],
  },
  'the form of a hall’s rules': {
    path: () => `/staff/halls/${HALL}/rules`,
    values: () => ({ ...ruleTexts(FIRST_RULES) }),
    as: () => visitor,
    fields: ['partyMax', 'groupMin', 'key'],
  },
  'the form that opens a hall to bookings': {
    path: () => '/staff/halls/lianyungang/opening',
    values: () => ({ ...ruleTexts(FIRST_RULES) }),
    as: () => visitor,
    fields: ['bookingWindowDays', 'key'],
  },
  'the form that leads to another zone': {
    path: () => `/staff/halls/${HALL}/door/inside`,
    values: () => ({ bookingId, zone: '海洋灾害' }),
    as: () => visitor,
    fields: ['bookingId', 'key'],
  },
  'the form of a week': {
    path: () => `/staff/halls/${HALL}/hours`,
    values: () => ({ season: '', fromDay: '', untilDay: '', hours: '周二 09:00-10:15 40' }),
    as: () => visitor,
    fields: ['hours', 'key'],
  },
  'the form of one day': {
    path: () => `/staff/halls/${HALL}/calendar/2026-01-05`,
    values: () => ({ kind: 'closed', reason: '示例原因', hours: '' }),
    as: () => visitor,
    fields: ['kind', 'key'],
  },
  'the form of a contact name': {
    path: () => `/me/data/contact-names/${bookingId}`,
    values: () => ({ contactName: '示例王方' }),
    as: () => visitor,
    fields: ['contactName', 'key'],
  },
  'the form for another number': {
    path: () => '/me/phone',
    values: () => ({ phone: '13800138000' }),
    as: () => visitor,
    fields: ['phone', 'key'],
  },
  'the form for the codes of another number': {
    path: () => `/me/phone/code?codeId=${unknownId}`,
    values: () => ({ codeId: unknownId, code: '123456', oldCodeId: '', oldCode: '' }),
    as: () => visitor,
    fields: ['codeId', 'code', 'key'],
  },
  'the form for a lost number': {
    path: () => '/me/phone/claim',
    values: () => ({ phone: '13800138000', answer: '示例小学' }),
    as: () => visitor,
    // What is told of an account may be any line of text.
    fields: ['phone', 'key'],
  },
  'the form that objects to a claim': {
    path: () => '/phone-objection',
    values: () => ({ code: 'ABCDE-FGHJK' }),
    fields: ['code'],
  },
  'the form that erases an account': {
    path: () => '/me/data/erasure',
    values: () => ({ lastFour: '0000' }),
    as: () => visitor,
    fields: ['lastFour', 'key'],
  },
  'the form of how messages go': {
    path: () => '/me/notifications',
    values: () => ({ visit: 'sms', reminder: 'sms', organisation: 'sms' }),
    as: () => visitor,
    fields: ['visit', 'reminder', 'organisation', 'key'],
  },
  'the form of a mail address': {
    path: () => '/me/notifications/mail',
    values: () => ({ address: 'wang@example.cn' }),
    as: () => visitor,
    fields: ['address', 'key'],
  },
  'the form for the code of a mail': {
    path: () => `/me/notifications/mail/code?mailAddressId=${unknownId}`,
    values: () => ({ mailAddressId: unknownId, code: '123456' }),
    as: () => visitor,
    fields: ['mailAddressId', 'code'],
  },
  'the form that removes an address': {
    path: () => '/me/notifications/mail/removal',
    values: () => ({ contactId: unknownId }),
    as: () => visitor,
    fields: ['contactId', 'key'],
  },
  'the form of a browser': {
    path: () => '/me/notifications/devices',
    values: () => ({ subscription: '{}' }),
    as: () => visitor,
    fields: ['subscription', 'key'],
  },
  'the form that removes a browser': {
    path: () => '/me/notifications/devices/removal',
    values: () => ({ contactId: unknownId }),
    as: () => visitor,
    fields: ['contactId', 'key'],
  },
  'the form that proves who one is': {
    path: () => '/staff/sign-in',
    values: () => ({ password: 'kite', totp: '123456', next: '/staff' }),
    as: () => visitor,
    // A wrong password is a try, and tries are counted.
    fields: ['totp'],
  },
  'the form for a recovery code': {
    path: () => '/staff/sign-in/recovery',
    values: () => ({ recoveryCode: 'ABCD' }),
    as: () => visitor,
    fields: ['recoveryCode'],
  },
  'the form of a new password': {
    path: () => '/staff/credentials/password',
    values: () => ({ password: 'kite-lantern-harbour', again: '', totp: '123456' }),
    as: () => visitor,
    fields: ['again', 'totp'],
  },
  'the form that takes a password away': {
    path: () => '/staff/credentials/removal',
    values: () => ({ what: 'password' }),
    as: () => visitor,
    fields: ['key'],
  },
  'the form for new recovery codes': {
    path: () => '/staff/credentials/recovery-codes',
    values: () => ({}),
    as: () => visitor,
    fields: ['key'],
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
  'the form of a proof': {
    path: () => `/me/organisations/${organisationId}/proof`,
    values: () => ({ fileId: unknownId }),
    as: () => visitor,
    fields: ['fileId', 'key'],
  },
  'the form of a community’s plan': {
    path: () => `/me/organisations/${communityId}/profile/sections/plan`,
    values: () => ({ version: '0', year: '0', title: '示例社区应急预案' }),
    as: () => stranger,
    // Anything may be left empty; what each field may hold is tried in tests/unit.
    fields: ['version', 'key'],
  },
  'the form of a risk map': {
    path: () => `/me/organisations/${communityId}/profile/risk-map`,
    values: () => ({ fileId: unknownId }),
    as: () => stranger,
    fields: ['fileId', 'key'],
  },
  'the form that follows an application': {
    path: () => '/track',
    values: () => ({ code: 'ABCDEFGHJK' }),
    fields: ['code'],
  },
  'the form that names a number for a draw': {
    path: () => '/staff/draws',
    values: () => ({
      ...{ queue: 'jiangsu-community/1/city-review/320900', numberWords: '示例彩票某一期的号码' },
      ...{ numberSource: '示例网站', numberOn: '2099-01-01', numberDigits: '12' },
    }),
    as: () => visitor,
    fields: ['queue', 'numberOn', 'numberDigits'],
  },
  'the form of an application’s beginning': {
    path: () => '/me/applications/new',
    values: () => ({ organisationId: communityId, regionCode: '', programme: 'jiangsu-community' }),
    as: () => stranger,
    fields: ['organisationId', 'programme', 'key'],
  },
  'the form of an application’s points': {
    path: () => `/me/applications/${applicationId}/points/organisation`,
    values: () => ({
      'money-used.version': '0',
      'money-used.said': 'yes',
      'money-used.reason': '',
    }),
    as: () => stranger,
    fields: ['money-used.version'],
  },
  'the form of an application’s conditions': {
    path: () => `/me/applications/${applicationId}/conditions`,
    values: () => ({ 'plan.version': '0', 'plan.said': 'yes' }),
    as: () => stranger,
    fields: ['plan.version'],
  },
  'the form of a file as evidence': {
    path: () => `/me/applications/${applicationId}/evidence/point/money-used`,
    values: () => ({ fileId: unknownId, kind: 'file', title: '' }),
    as: () => stranger,
    fields: ['fileId'],
  },
  'the form that hands an application in': {
    path: () => `/me/applications/${applicationId}/submission`,
    values: () => ({ on: 'draft', confirmed: 'yes' }),
    as: () => stranger,
    // The state that was seen is told anew.
    fields: ['confirmed'],
  },
  'the form that takes an application back': {
    path: () => `/me/applications/${applicationId}/withdrawal`,
    values: () => ({ on: 'draft', reason: '不报了' }),
    as: () => stranger,
    fields: ['key'],
  },
  'the form of a stamped form': {
    path: () => `/me/applications/${applicationId}/stamped`,
    values: () => ({ fileId: unknownId, level: 'applicant' }),
    as: () => stranger,
    fields: ['fileId', 'level'],
  },
  'the form of a year’s call': {
    path: () => '/staff/applications/rounds',
    values: () => ({
      ...{ programme: 'jiangsu-community', regionCode: '320904', document: '示例申报通知' },
      ...{ opensOn: '2099-01-01', closesOn: '2099-01-31' },
    }),
    as: () => visitor,
    fields: ['programme', 'regionCode', 'opensOn', 'closesOn', 'key'],
  },
  'the form of who works for somebody': {
    path: () => '/staff/applications/delegations',
    // To nobody there is: nothing is written, whatever is sent.
    values: () => ({
      ...{ regionCode: '320904', fromId: visitor.person.id, toId: unknownId },
      ...{ fromOn: '2099-01-01', untilOn: '2099-01-02' },
    }),
    as: () => visitor,
    fields: ['fromId', 'toId', 'fromOn', 'untilOn'],
  },
  'the form of who took over an office': {
    path: () => '/staff/applications/successions',
    values: () => ({ regionCode: '320904', successorCode: '320902', document: '示例区划文件' }),
    as: () => visitor,
    fields: ['regionCode', 'successorCode', 'key'],
  },
  'the form of an act on many applications': {
    path: () => '/staff/applications',
    // None that there is.
    values: () => ({ [`file.${unknownId}`]: 'yes', act: 'assignment', officerId: unknownId }),
    as: () => visitor,
    fields: ['act', 'officerId'],
  },
  'the form of a candidate’s notice': {
    path: () => `/staff/applications/${files.notice}/notice`,
    values: () => ({
      ...{ on: 'notice_due', opensOn: addDays(calendarDate(new Date()), 1) },
      ...{ office: '示例减灾办公室', phone: '025-88880000', address: '示例路1号', email: '' },
    }),
    as: () => visitor,
    fields: ['opensOn', 'phone', 'key'],
  },
  'the form of a naming': {
    path: () => `/staff/applications/${files.naming}/naming`,
    values: () => ({
      ...{ on: 'notice', documentTitle: '关于命名示例社区的通知', documentNumber: '' },
      ...{ namedOn: calendarDate(new Date()), namedBy: '示例命名机关' },
    }),
    as: () => visitor,
    fields: ['namedOn', 'key'],
  },
  'the form of a recheck': {
    path: () => `/staff/applications/${files.recheck}/recheck`,
    values: () => ({ on: 'named', act: 'rectification', reason: '示例：路线图没有更新' }),
    as: () => visitor,
    fields: ['act', 'key'],
  },
  'the form of a planned visit': {
    path: () => `/staff/applications/${files.visit}/visit`,
    values: () => ({ act: 'plan', plannedOn: calendarDate(new Date()), party: '示例局2人' }),
    as: () => visitor,
    fields: ['plannedOn', 'key'],
  },
  'the form of a notice': {
    path: () => '/staff/notices/new',
    values: () => ({ title: '示例', kind: 'service', body: '内容', issuer: '示例局', region: '' }),
    as: () => visitor,
    // Texts may hold anything; their limits are tried in tests/unit.
    fields: ['kind', 'key'],
  },
  'the form of an urgent line': {
    path: () => '/staff/banners/new',
    values: () => ({ line: '示例', level: 'red', hours: '6', href: '', region: '' }),
    as: () => visitor,
    fields: ['level', 'hours', 'key'],
  },
  'the form that withdraws a text': {
    path: () => '/staff/withdrawals/cards/kiln-operator',
    values: () => ({ act: 'withdraw', reason: '示例', instead: 'gas-co' }),
    as: () => visitor,
    fields: ['key'],
  },
  'the form of a course': {
    path: () => `/staff/halls/${HALL}/courses`,
    values: () => ({
      ...{
        courseSlug: 'high-rise',
        date: addDays(calendarDate(new Date()), 3),
        time: '07:07',
        minutes: '60',
      },
      ...{ places: '9', partyMax: '2', heldAt: '示例', joiningNote: '', adultsOnly: 'no' },
    }),
    as: () => visitor,
    fields: ['courseSlug', 'date', 'time', 'minutes', 'places', 'partyMax', 'key'],
  },
  'the form that shows a name': {
    path: () => `/staff/halls/${HALL}/bookings/${bookingId}`,
    values: () => ({ reason: 'contact' }),
    as: () => visitor,
    fields: ['reason', 'key'],
  },
  'the form of a drill that was held': {
    path: () => '/staff/drills/regions/320904/record',
    // Texts may hold anything; what the lines of classes and the time it took may hold is tried in tests/unit.
    values: () => ({ hazard: '地震', date: '2099-01-01', time: '09:30', expected: '9' }),
    as: () => visitor,
    fields: ['hazard', 'date', 'time', 'expected', 'key'],
  },
  'the form of a call-out list': {
    path: () => '/staff/drills/call-out?region=320904',
    // Nobody has agreed to be called here: nothing is opened, whatever is sent.
    values: () => ({ kind: 'drill', reason: '示例' }),
    as: () => visitor,
    fields: ['kind', 'reason'],
  },
  'the form that answers a call-out': {
    path: () => '/me/call-outs',
    values: () => ({ callOutId: '01930000-0000-7000-8000-000000000000', answer: 'can' }),
    as: () => visitor,
    fields: ['callOutId', 'answer', 'key'],
  },
  'the form that opens a drill': {
    path: () => '/me/drills/new?region=320904&template=school-fire',
    values: () => ({
      ...{ template: 'school-fire', title: '示例演练', date: '2020-01-01', time: '09:00' },
      ...{ minutes: '60', place: '示例广场' },
    }),
    as: () => visitor,
    fields: ['title', 'date', 'time', 'minutes', 'place', 'key'],
  },
  'the form of when and where': {
    path: () => `/me/drills/${drillId}/version`,
    // Over, so that nothing of it is ever written; texts may hold anything but numbers of people.
    values: () => ({
      ...{ version: '1', title: '示例演练', hazard: '地震', form: 'practical', content: 'single' },
      ...{ purpose: 'test', date: '2020-01-01', time: '09:00', minutes: '60', place: '示例广场' },
    }),
    as: () => visitor,
    fields: ['title', 'hazard', 'form', 'date', 'time', 'minutes', 'place', 'key'],
  },
  'the form of an inject': {
    path: () => `/me/drills/${drillId}/script/inject`,
    // Told to nobody there is.
    values: () => ({ scriptVersion: '1', minute: '5', by: '广播', text: '停电', expect: '点名' }),
    as: () => visitor,
    fields: ['minute', 'by'],
  },
  'the form of a role': {
    path: () => `/me/drills/${drillId}/people/role`,
    // There is one of this name.
    values: () => ({
      ...{ roleVersion: '0', scriptVersion: '1', name: '总导调', part: 'controller' },
      ...{ filledBy: 'assigned', capacity: '1', duty: '发情景' },
    }),
    as: () => visitor,
    fields: ['part', 'filledBy', 'capacity', 'key'],
  },
  'the form of a head-count': {
    path: () => `/me/drills/${drillId}/run`,
    values: () => ({ kind: 'muster', unit: '3栋', expected: '40', value: '38' }),
    as: () => visitor,
    // Each entry has a form and a key of its own.
    asksAgain: true,
    fields: ['unit', 'value', 'key'],
  },
  'the form of a finding': {
    path: () => `/me/drills/${drillId}/findings/new`,
    values: () => ({ kind: 'rectification', itemId: '', problem: '示例：门推不开' }),
    as: () => visitor,
    fields: ['kind', 'key'],
  },
  'the form of something to be mended': {
    path: () => '/me/improvements/new?region=320904',
    values: () => ({
      what: '示例：换合页',
      owner: 'office',
      office: '总务组',
      dueDay: '2099-01-01',
    }),
    as: () => visitor,
    fields: ['owner', 'office', 'dueDay', 'key'],
  },
  'the form of grades': {
    path: () => '/staff/drills/grades?region=320904',
    values: () => ({ excellent: '90', good: '80', pass: '60', reason: '示例原因' }),
    as: () => visitor,
    fields: ['excellent', 'good', 'pass', 'key'],
  },
  'the form of a planned drill': {
    path: () => `/staff/drills/regions/320904/plan/${calendarDate(new Date()).slice(0, 4)}/item`,
    values: () => ({ title: '示例演练', hazard: '地震', month: '12', responsible: '示例办公室' }),
    as: () => visitor,
    fields: ['title', 'hazard', 'month', 'responsible', 'key'],
  },
  'the form of a drill rule': {
    path: () => '/staff/drills/rules',
    values: () => ({
      ...{ rule: 'school-monthly', target: 'mine', every: 'month', counts: 'any' },
      ...{ sourceTitle: '示例指南', sourceNumber: '', sourceClause: '', fromDay: '2099-01' },
    }),
    as: () => visitor,
    fields: ['rule', 'target', 'every', 'counts', 'fromDay', 'key'],
  },
  'the form of an export': {
    path: () => `/staff/exports/bookings?hall=${HALL}`,
    values: () => ({ format: 'csv', extent: 'masked' }),
    as: () => visitor,
    fields: ['format', 'extent', 'key'],
  },
  'the form of an import': {
    path: () => '/staff/imports',
    // What is pasted may hold anything; how it is read is tried in tests/unit.
    values: () => ({ what: `bookings:${HALL}`, pasted: TABLE }),
    as: () => visitor,
    fields: ['what', 'key'],
  },
  'the form that removes a naming': {
    path: () => `/staff/namings/${namingId}/removal`,
    values: () => ({ reason: '文号录错了' }),
    as: () => visitor,
    fields: ['key'],
  },
  'the form that confirms an import': {
    path: () => `/staff/imports/${importId}`,
    values: () => ({}),
    as: () => visitor,
    fields: ['key'],
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

describe.each(Object.entries(formTargets))('%s', (_, { path, values, as, fields, asksAgain }) => {
  test.for(fields)('comes back when %s is wrong, with what was typed', async (field) => {
    // All at once: none of them may change anything.
    const trying = Object.entries(badTexts).map(async ([what, text]) => {
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
        if (shown === undefined || value === '' || (asksAgain && name === 'key')) continue;
        // A key that was the mistake is replaced by a fresh one; all else stands as it was typed.
        if (name === 'key' && field === 'key') expect(shown).toMatch(UUID);
        else expect(shown).toBe(asShown(value));
      }
    });
    await Promise.all(trying);
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
    [404, `/guides/${encodeURIComponent(HTML)}/quiz`],
    [404, '/guides/ferry/quiz'],
    [200, `/guides/cpr/quiz?q1=${encodeURIComponent(HTML)}&q2=${encodeURIComponent(SQL)}&done=1`],
    [404, `/api/halls/${encodeURIComponent(SQL)}/sessions`],
    [404, `/api/halls/${encodeURIComponent(SQL)}/availability`],
    [404, `/halls/${encodeURIComponent(HTML)}/availability.ics`],
    [404, `/embed/halls/${encodeURIComponent(HTML)}`],
    [404, `/courses/${encodeURIComponent(HTML)}`],
    [404, `/halls/kinds/${encodeURIComponent(HTML)}`],
    [200, `/halls?region=${encodeURIComponent(HTML)}&kind=${encodeURIComponent(SQL)}&booking=x`],
    [404, `/drills/plans/${encodeURIComponent(HTML)}`],
    [404, '/drills/plans/999999'],
    [200, `/drills?region=${encodeURIComponent(HTML)}`],
    [200, `/drills/calendar?month=${encodeURIComponent(SQL)}&region=${encodeURIComponent(HTML)}`],
    [200, `/drills/results?region=${encodeURIComponent(SQL)}`],
    [404, `/drills/results/${encodeURIComponent(SQL)}`],
    [200, `/drills.ics?region=${encodeURIComponent(HTML)}`],
    [422, `/api/drills?region=${encodeURIComponent(HTML)}`],
    [404, `/staff/drills/numbers?region=${encodeURIComponent(SQL)}`],
    [404, `/staff/drills/numbers/${encodeURIComponent(HTML)}`],
    [404, `/staff/drills/call-out/${encodeURIComponent(SQL)}`],
    [200, `/drills/plans/320904?year=${encodeURIComponent(HTML)}`],
    [200, `/staff/drills?region=${encodeURIComponent(HTML)}&state=x&q=${encodeURIComponent(SQL)}`],
    [404, `/staff/drills/organisations/${encodeURIComponent(SQL)}`],
    [404, `/staff/drills/regions/320904/records/${encodeURIComponent(SQL)}`],
    [404, `/staff/drills/regions/320904/plan/${encodeURIComponent(SQL)}`],
    [422, `/api/drill-plans/${encodeURIComponent(SQL)}/2026`],
    [422, `/api/bookings/${encodeURIComponent(SQL)}`],
    [404, '/nothing/%00'],
    [404, '/audit/roots/..%2f..%2fkey.json'],
    [404, '/_astro/..%2f..%2fserver%2fwrangler.json'],
    [404, '/..%2fserver%2fwrangler.json'],
    [404, '/%2e%2e%5cserver%5cwrangler.json'],
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
      const query = new URLSearchParams({ next });
      const staff = await getPage(`${site.url}/staff/sign-in?${query}`, stranger.cookie);
      expect([next, fieldValue(staff.html, 'next')]).toEqual([next, '/staff']);
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
