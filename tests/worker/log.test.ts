import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readSentCode } from '../../scripts/lib/demo-people.ts';
import { bookingBody, getPage, postForm, postJson } from '../helpers/asking.ts';
import { HALL, startTestSite, type TestSite } from '../helpers/worker-site.ts';

const PHONE = '10000008123';
const NAME = '示例欧阳若兰';

let site: TestSite;
/** What the log must not know. */
const secrets: string[] = [PHONE, NAME];
/** The ids of all answers, in order. */
const answered: (string | null)[] = [];

function note<Answer extends { headers: Headers }>(answer: Answer): Answer {
  answered.push(answer.headers.get('x-request-id'));
  return answer;
}

/** Signs in as a visitor does. @returns the Cookie header. */
async function signIn(): Promise<string> {
  const asked = note(await postJson(`${site.url}/api/sign-in-codes`, { phone: PHONE }));
  const codeId = asked.body['codeId'] as string;
  const code = await readSentCode(site.context(), codeId);
  note(await getPage(`${site.url}/sign-in/code?codeId=${codeId}`));
  const wrong = code === '000000' ? '000001' : '000000';
  note(await postForm(`${site.url}/sign-in/code`, { codeId, code: wrong }));
  const signedIn = note(await postJson(`${site.url}/api/sign-ins`, { codeId, code }));
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
  secrets.push(code, cookie.split('=')[1] ?? '');
  return cookie;
}

/** A visit with its mistakes and its mishaps. */
async function visit(): Promise<void> {
  const session = await site.openTestSession();
  const cookie = await signIn();
  const page = `${site.url}/halls/${HALL}/sessions/${session.id}/confirmation?adults=1&children=0`;
  note(await getPage(page, cookie));
  const values = { adults: '1', children: '0', contactName: NAME, key: crypto.randomUUID() };
  note(await postForm(page, { ...values, adults: '0' }, { cookie }));
  for (const kind of ['refuse', 'garble', 'loseAnswer'] as const) {
    site.proxy.fail({ kind });
    note(await postForm(page, values, { cookie }));
    note(await getPage(`${site.url}/me`, cookie));
    note(await postJson(`${site.url}/api/bookings`, bookingBody(session), { cookie }));
  }
  site.proxy.pass();
  note(await postForm(page, values, { cookie }));
  const again = { ...bookingBody(session), contactName: NAME };
  note(await postJson(`${site.url}/api/bookings`, again, { cookie }));
  const { html } = note(await getPage(`${site.url}/me`, cookie));
  secrets.push(/[2-9A-Z]{5}-[2-9A-Z]{5}/.exec(html)?.[0] ?? 'no booking code');
  note(await getPage(`${site.url}/nothing-here?phone=${PHONE}`));
  await site.site.runScheduled();
}

interface LogLine {
  event: string;
  requestId: string;
  route?: string;
}

function logLines(): LogLine[] {
  const lines = site.site.output().split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
}

beforeAll(async () => {
  site = await startTestSite();
  await visit();
});
afterAll(() => site?.stop());

test('each answer has one line in the log, with the id that the answer carries', async () => {
  const logged = () => logLines().filter(({ event }) => event === 'request');
  await vi.waitUntil(() => logged().some(({ requestId }) => requestId === answered.at(-1)));
  const ids = logged().map(({ requestId }) => requestId);
  const ours = ids.filter((id) => answered.includes(id));
  expect(ours).toEqual(answered);
});

test('what failed is told under the id of its answer', () => {
  const failures = logLines().filter(({ event }) => event === 'database_unavailable');
  // Three mishaps, each met by a form, a page and the API.
  expect(
    failures.map(({ requestId }) => requestId).filter((id) => answered.includes(id)),
  ).toHaveLength(9);
});

test('no line knows a phone number, a name, a code or a token', () => {
  const output = site.site.output();
  expect(secrets).toHaveLength(5);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(5);
    expect(output.includes(secret)).toBe(false);
    expect(output.includes(secret.replace('-', ''))).toBe(false);
    expect(output.includes(encodeURIComponent(secret))).toBe(false);
  }
});
