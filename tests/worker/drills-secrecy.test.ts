import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asc, gt } from 'drizzle-orm';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { sealEntries } from '../../src/features/audit/commands.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { endDrill, startDrill } from '../../src/features/drills/commands.ts';
import { listOwnDrills } from '../../src/features/drills/queries.ts';
import { drillRoles } from '../../src/features/drills/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { decideVolunteer, registerVolunteer } from '../../src/features/volunteers/commands.ts';
import { addDays, addMinutes, calendarDate, formatTime } from '../../src/lib/time.ts';
import {
  COUNTY,
  drilling,
  planned,
  published,
  recorded,
  region,
  regional,
} from '../helpers/drills.ts';
import { mending, released } from '../helpers/evaluated-drills.ts';
import { announced, assigned, opened } from '../helpers/open-drills.ts';
import { addHallStaff } from '../helpers/roles.ts';
import { listMadeFiles, listRoutes } from '../helpers/routes.ts';
import { HALL } from '../helpers/worker-site.ts';
import { startTwins, type At, type Twin } from '../helpers/twin-sites.ts';
import type { World } from '../helpers/world.ts';

/**
 * Two worlds, the same to the last id, but that in the second one blind drills are planned, opened, assigned, running, and
 * over since today. Every address of the site is asked in both by people who have no part in them, and every answer has to
 * be the same: what is new among the routes is asked by itself.
 */

/** Nobody of these is told of the blind drills. Officers of their county and their organisers are, and are not asked. */
const PERSONS = [
  'nobody',
  'stranger',
  'volunteer',
  'hall staff',
  'head of another school',
] as const;
type Person = (typeof PERSONS)[number];

/** Words that stand in nothing but the blind drills. */
const SECRET_TITLE = '夜间盲测拉练';

/** The real clock's, so that the site agrees; acts of today are dated ten minutes ahead, and midnight changes nothing. */
const NOW = new Date();
const LATER = addMinutes(NOW, 10);
const EARLIER = addMinutes(NOW, -26 * 60);
const MONTH = Number(calendarDate(NOW).slice(5, 7));
const YEAR = calendarDate(NOW).slice(0, 4);

let twins: readonly [Twin, Twin];
let stop: () => Promise<void>;
let organiser: Holder;
let head: Holder;
let school: { organisationId: string; regionCode: string };
let participantId: string;
let samples: Record<string, string>;
/** Ids that exist in the second world alone: two drills and a record, tried for everything; others for what they are of. */
let secretIds: string[];
let guessedNames: Record<string, string> = {};
const cookies = new Map<Person, string>();

/** The part of a world that the helpers of drills ask for. */
function worldOf(at: At): World {
  let people = 0;
  const person = async () => {
    people += 1;
    return signInByPhone(at(addMinutes(NOW, -2 * 24 * 60 + people)), `1000000${9000 + people}`);
  };
  return { ctx: at(NOW), at, person } as unknown as World;
}

async function build(at: At): Promise<void> {
  const world = worldOf(at);
  const cookieOf = ({ token }: { token: string }) => `__Host-anlan=${token}`;
  const longAgo = at(addMinutes(NOW, -70 * 24 * 60));
  // Enough organisations for a county's public numbers.
  for (const nth of ['一', '二', '三', '四', '五', '六']) {
    const one = await drilling(world, 'school', `示例第${nth}小学`, longAgo);
    if (nth === '一') ({ head, organiser: school } = one);
    if (nth === '二') cookies.set('head of another school', cookieOf(one));
  }
  organiser = await regional(world, 'drill_organiser');
  participantId = (await world.person()).person.id;
  cookies.set('stranger', cookieOf(await world.person()));
  const staff = await world.person();
  await addHallStaff(at(NOW), staff.person.id);
  cookies.set('hall staff', cookieOf(staff));
  const officer = await regional(world, 'reviewer');
  const volunteer = await world.person();
  cookies.set('volunteer', cookieOf(volunteer));
  const entry = { name: '示例陈晨', regionCode: COUNTY, adult: 'yes' };
  const able = { skills: ['first_aid'], purposes: ['drills', 'call_out'] };
  const { volunteerId } = await registerVolunteer(
    at(NOW),
    volunteer.person,
    { ...entry, ...able },
    key(),
  );
  await decideVolunteer(at(NOW), officer, { volunteerId, decision: 'confirmed' }, key());
  // What everybody may know of, in both worlds.
  await planned(at(EARLIER), organiser, region(), { year: YEAR, month: String(MONTH) });
  await published(at(EARLIER), organiser, region(), YEAR);
  const open = await opened(at(EARLIER), organiser, region(), when(addMinutes(NOW, 3 * 24 * 60)));
  await announced(at(EARLIER), organiser, open);
  samples = {
    ...{ id: open, drillId: open, slug: HALL, code: COUNTY, year: YEAR, day: calendarDate(NOW) },
    ...{ organisationId: school.organisationId, file: 'held.csv', list: 'duties' },
  };
}

const key = () => crypto.randomUUID();
const when = (at: Date) => ({ date: calendarDate(at), time: formatTime(at), minutes: '60' });

/** What the second world has more. */
async function keepSecrets(at: At): Promise<void> {
  const early = at(EARLIER);
  const item = {
    ...{ year: YEAR, month: String(MONTH), blind: 'yes', title: SECRET_TITLE },
    reason: '补一次不打招呼的演练',
  };
  const blind = { blind: 'yes', title: SECRET_TITLE };
  const soon = when(addMinutes(NOW, -30));
  const plannedId = await planned(early, organiser, region(), item);
  const itemId = await planned(early, organiser, region(), item);
  const preparing = await opened(early, organiser, region(), {
    ...{ ...blind, planItemId: itemId },
    ...when(addMinutes(NOW, 5 * 24 * 60)),
  });
  const part = await assigned(early, organiser, preparing, {
    ...{ personId: participantId, role: '总导调' },
  });
  const running = await opened(early, organiser, region(), { ...blind, ...soon });
  await startDrill(at(addMinutes(NOW, -20)), organiser, { drillId: running }, key());
  const doneItem = await planned(early, organiser, region(), item);
  const over = await opened(early, organiser, region(), {
    ...{ ...blind, planItemId: doneItem, ...soon },
  });
  await startDrill(at(addMinutes(NOW, -20)), organiser, { drillId: over }, key());
  await endDrill(at(LATER), organiser, { drillId: over, kind: 'finished', reason: '' }, key());
  const record = { hazard: '火灾', ...whenHeld(addMinutes(NOW, 5)) };
  const recordId = await recorded(at(LATER), organiser, region(), {
    ...{ ...record, planItemId: doneItem },
  });
  const own = await opened(early, head, school, {
    ...{ ...blind, ...soon, template: 'school-fire' },
  });
  await startDrill(at(addMinutes(NOW, -20)), head, { drillId: own }, key());
  await endDrill(at(LATER), head, { drillId: own, kind: 'finished', reason: '' }, key());
  const ownRecord = await recorded(at(LATER), head, school, record);
  await released(at(LATER), head, own);
  await mending(at(LATER), head, school, { dueDay: addDays(calendarDate(NOW), 30) });
  const roles = await early.db
    .select({ id: drillRoles.id, drillId: drillRoles.drillId })
    .from(drillRoles);
  const role = roles.find(({ drillId }) => drillId === preparing)?.id ?? '';
  secretIds = [preparing, own, ownRecord];
  guessedNames = { itemId: plannedId, recordId, participantId: part.id, roleId: role };
  const kept = await listOwnDrills(early, region());
  expect(kept.filter(({ drill }) => drill.blind)).toHaveLength(3);
}

const whenHeld = (at: Date) => ({ date: calendarDate(at), time: formatTime(at) });

/**
 * How many things were done at the site on a day, everybody may read off the audit log: not what they were. As many harmless
 * acts at the same moments make the worlds equal in that, and what stays different are hashes over what was done.
 */
async function doAsMuch(quiet: At, busy: At): Promise<void> {
  const sinceOf = async (at: At) =>
    at(NOW)
      .db.select()
      .from(auditEntries)
      .where(gt(auditEntries.sequence, before))
      .orderBy(asc(auditEntries.sequence));
  const before = await lastSequence(quiet);
  const acts = await sinceOf(busy);
  const nextYear = String(Number(YEAR) + 1);
  for (const { at } of acts) {
    await planned(quiet(at), organiser, region(), { year: nextYear, title: '明年的草稿' });
  }
  expect(await sinceOf(quiet)).toHaveLength(acts.length);
  for (const at of [quiet, busy]) while ((await sealEntries(at(LATER))) > 0);
}

const lastSequence = async (at: At) =>
  (await at(NOW).db.select().from(auditEntries)).reduce(
    (most, { sequence }) => Math.max(most, sequence ?? 0),
    0,
  );

beforeAll(async () => {
  ({ twins, stop } = await startTwins(build));
  const [quiet, busy] = twins;
  await keepSecrets(busy.at);
  await doAsMuch(quiet.at, busy.at);
});
afterAll(() => stop?.());

/** What differs between any two answers, or between any two sites, and tells nothing. */
function plain(text: string, origin: string): string {
  return (
    text
      .replaceAll(origin, 'https://site')
      .replaceAll(origin.replace('127.0.0.1', 'localhost'), 'https://files')
      // The squares that draw such an address: the two sites are at two ports.
      .replace(/d="M\d+ \d+h1v1h-1z[^"]*"/g, 'd="QR"')
      // One key for one intended write, drawn for each form; the secret that a page offers for a new password.
      .replace(/name="(key|offer)" value="[^"]*"/g, 'name="$1"')
      .replace(/<code[^>]*>[A-Z2-7 ]{32,}<\/code>/g, '<code>')
      // The request's own number, told where something went wrong.
      .replace(/"requestId":"[^"]+"|编号：?[\w-]{8,36}/g, 'request')
      // The moment of the answer: of a calendar file, of an empty feed, of an export, of lists that say how old they are.
      .replace(/DTSTAMP:\d{8}T\d{6}Z/g, 'DTSTAMP')
      .replace(/<updated>[^<]+<\/updated>/, '<updated>')
      .replace(/"(asOf|exportedAt|usedAt)":\s*"[^"]+"/g, '"$1"')
      .replace(/"(at|serverTime|now)":\s*\d{13}/g, '"$1"')
  );
}

/** Hashes over everything that was done: their sameness would mean that the same was done. */
const withoutHashes = (text: string) => text.replace(/[0-9a-f]{64}/g, 'hash');

/** Said of each answer by the clock or at random; the body's length stays among what is compared. */
const OWN_HEADERS = ['date', 'x-request-id', 'cf-ray', 'etag', 'age'];

interface Answer {
  status: number;
  headers: Record<string, string>;
  etag: string | null;
  /** What was read; of a file that is no text how many bytes. */
  body: string;
  /** What was asked of the database, request by request: how long an answer takes follows from it on every machine. */
  statements: string[];
}

/** What is asked once in some seconds or minutes, by whichever request comes then: urgent lines, and that a sign-in is in use. */
const isOwn = (sql: string) => /"banners"|"text_withdrawals"|update "sign_ins"/.test(sql);

interface Question {
  path: string;
  person: Person;
  method?: string;
  /** Alone on its way, so that what it asks of the database can be told from what others ask. */
  counted?: boolean;
}

async function askOne(
  twin: Twin,
  { path, person, method = 'GET', counted = true }: Question,
): Promise<Answer> {
  if (counted) await twin.proxy.reset();
  const cookie = cookies.get(person);
  const response = await fetch(`${twin.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'sec-fetch-site': 'same-origin',
      ...(cookie ? { cookie } : {}),
      ...(method === 'POST'
        ? {
            'content-type': path.startsWith('/api/')
              ? 'application/json'
              : 'application/x-www-form-urlencoded',
          }
        : {}),
      ...(method === 'POST' && path.startsWith('/api/') ? { 'idempotency-key': POST_KEY } : {}),
    },
    ...(method === 'POST' ? { body: path.startsWith('/api/') ? '{}' : `key=${POST_KEY}` } : {}),
  });
  const bytes = await response.arrayBuffer();
  if (counted) await twin.proxy.settled();
  const isText = /text|json|xml|calendar|javascript/.test(
    response.headers.get('content-type') ?? 'text',
  );
  const text = isText
    ? plain(new TextDecoder().decode(bytes), twin.url)
    : `${bytes.byteLength} bytes`;
  const headers = Object.fromEntries(
    [...response.headers]
      .filter(([name]) => !OWN_HEADERS.includes(name))
      .map(([name, value]) => [name, plain(value, twin.url)]),
  );
  const { status } = response;
  const body = path.includes('/audit') ? withoutHashes(text) : text;
  const statements = counted
    ? twin.proxy.seen.map(({ sql }) => sql).filter((sql) => !isOwn(sql))
    : [];
  const etag = path.includes('/audit') ? null : response.headers.get('etag');
  return { status, headers, etag, body, statements };
}

const POST_KEY = '0000-secrecy-test-key';

/** Both at the same moment; a second time where they differ, since a minute may have struck between them. */
async function differences(question: Question): Promise<string[]> {
  const { method = 'GET', path } = question;
  for (const attempt of [1, 2]) {
    const [quiet, busy] = await Promise.all(twins.map((twin) => askOne(twin, question)));
    if (!quiet || !busy) return ['nothing was answered'];
    const found = (Object.keys(quiet) as (keyof Answer)[]).filter(
      (part) => JSON.stringify(quiet[part]) !== JSON.stringify(busy[part]),
    );
    if (quiet.status >= 500) return [`${method} ${path} is answered with ${quiet.status}`];
    if (quiet.status === 200) answered.add(path);
    if (found.length === 0) return [];
    if (attempt === 2) {
      return found.map(
        (part) => `${method} ${path} ${part}: ${difference(quiet[part], busy[part])}`,
      );
    }
  }
  return [];
}

/** So many at once, where nobody counts what each of them asks. */
const AT_ONCE = 6;

async function allDifferences(questions: readonly Question[]): Promise<string[]> {
  const told: string[] = [];
  const left = [...questions];
  const one = async () => {
    for (let next = left.shift(); next; next = left.shift())
      told.push(...(await differences(next)));
  };
  const counted = questions.some((question) => question.counted !== false);
  await Promise.all(Array.from({ length: counted ? 1 : AT_ONCE }, one));
  return told;
}

/** Where two texts part, with what stands around. */
function difference(one: unknown, other: unknown): string {
  const [a, b] = [one, other].map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  if (a === undefined || b === undefined) return `${a} / ${b}`;
  const at = a.split('').findIndex((sign, index) => sign !== b[index]);
  const from = Math.max(0, at - 60);
  return `…${a.slice(from, at + 80)}… / …${b.slice(from, at + 80)}…`;
}

/** Addresses that were answered with a page or a file, to know that the test saw something. */
const answered = new Set<string>();

const SLUGS: Record<string, string> = {
  ...{ guides: 'cpr', elder: 'cpr', withdrawn: 'cpr', cards: 'lift-keeper', packs: 'parents' },
  ...{ campaigns: 'disaster-reduction-day', courses: 'high-rise', kinds: 'theme-park' },
  templates: 'community-earthquake',
};
const fill = (pattern: string, values: Record<string, string>) =>
  pattern.replace(/:(\w+)/g, (_, name: string) => values[name] ?? 'missing');
const guessed = (name: string, id: string): string =>
  guessedNames[name] ??
  (/^(id|code|\w+Id)$/.test(name) && name !== 'organisationId' ? id : (samples[name] ?? id));
const filled = (pattern: string) => {
  const slug = pattern.split('/').flatMap((part) => SLUGS[part] ?? [])[0];
  return fill(pattern, { ...samples, ...(slug ? { slug } : {}) });
};

/** With what people ask for in them: regions, months, words. */
const asked = () => [
  `/drills?region=${COUNTY}`,
  '/drills?region=320900',
  `/drills/calendar?month=${calendarDate(NOW).slice(0, 7)}`,
  `/drills/calendar?month=${calendarDate(NOW).slice(0, 7)}&region=${COUNTY}`,
  `/drills/results?region=${COUNTY}`,
  `/drills.ics?region=${COUNTY}`,
  `/drills/feed.xml?region=${COUNTY}`,
  `/drills/feed.json?region=${COUNTY}`,
  `/drills/plans/${COUNTY}?year=${YEAR}`,
  '/drills/plans/320900',
  `/api/drills?region=${COUNTY}`,
  `/api/drill-plans?region=${COUNTY}`,
  `/api/drill-plans/${COUNTY}/${YEAR}`,
  ...[SECRET_TITLE, '盲测', '双盲', '演练', '示例社区广场'].map(
    (q) => `/search?q=${encodeURIComponent(q)}`,
  ),
  `/search?q=${encodeURIComponent('演练')}&region=${COUNTY}`,
  '/api/audit/seals?after=0',
  `/audit?before=${calendarDate(LATER)}`,
  '/sitemap.xml',
  '/robots.txt',
  '/search-index.json',
];

describe('a blind drill', () => {
  test.for(PERSONS)('changes nothing that is answered on any address: %s', async (person) => {
    const patterns = (await listRoutes())
      .filter((route) => route.startsWith('GET '))
      .map((route) => route.slice(4));
    const paths = [...patterns.map(filled), ...(await listMadeFiles()).map(filled), ...asked()];
    const counted = person === 'nobody' || person === 'volunteer';
    const questions = [...new Set(paths)].map((path) => ({ path, person, counted }));
    expect(await allDifferences(questions)).toEqual([]);
    expect(answered.size).toBeGreaterThan(80);
  });

  test.for(['nobody', 'stranger'] as const)(
    'is no more there than what never was, whichever of its ids is guessed: %s',
    async (person) => {
      const questions = (await listRoutes()).flatMap((route) => {
        const [method = '', pattern = ''] = route.split(' ');
        if (!/:(id|code|\w+Id)\b/.test(pattern) || method === 'PUT') return [];
        // A drill's id for whatever is asked for, and more of them where drills are.
        const ids = pattern.includes('drill') ? secretIds : secretIds.slice(0, 1);
        return ids.map((id) => ({
          path: pattern.replace(/:(\w+)/g, (_, name: string) => guessed(name, id)),
          ...{ person, method },
          // Inside, an id that exists costs a request more before it is refused: an id has 74 random bits, see decision 47.
          counted: person === 'nobody' && !pattern.startsWith('/me/drills/'),
        }));
      });
      const [counted, others] = [true, false].map((is) =>
        questions.filter((one) => one.counted === is),
      );
      expect([
        ...(await allDifferences(counted ?? [])),
        ...(await allDifferences(others ?? [])),
      ]).toEqual([]);
    },
  );

  test('would have been seen: an announced drill is, where the public looks', async () => {
    const { at } = twins[1];
    const drillId = await opened(at(addMinutes(NOW, -60)), organiser, region(), {
      ...{ title: '示例新公告的演练', ...when(addMinutes(NOW, 2 * 24 * 60)) },
    });
    await announced(at(addMinutes(NOW, -60)), organiser, drillId);
    const places = [
      ...['/drills', '/drills.ics', '/drills/feed.xml', '/drills/feed.json', '/api/drills'],
      ...[`/drills/${drillId}`, `/search?q=${encodeURIComponent('新公告的演练')}`],
      `/drills/calendar?month=${calendarDate(addMinutes(NOW, 2 * 24 * 60)).slice(0, 7)}`,
    ];
    for (const path of places) {
      const found = await differences({ path, person: 'nobody' });
      expect({ path, seen: found.length > 0 }).toEqual({ path, seen: true });
    }
  });
});
