import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { expireFiles, scanFiles } from '../../src/features/files/commands.ts';
import { PART_BYTES, PURPOSES } from '../../src/features/files/policy.ts';
import { listSubjectFiles } from '../../src/features/files/queries.ts';
import { fileParts, filePurposes, files } from '../../src/features/files/table.ts';
import { addProof } from '../../src/features/organisations/commands.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { personPhone } from '../../src/features/accounts/queries.ts';
import { demonstrationScanner } from '../../src/lib/scanner.ts';
import type { FileContext } from '../../src/lib/storage.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { runJobs } from '../../functions/jobs/run.ts';
import { defaultDeps, Scope } from '../../functions/scope.ts';
import { createApi, type Api } from '../helpers/api.ts';
import {
  begin,
  claimSchool,
  contentDigest,
  EICAR,
  partsIn,
  pdf,
  PURPOSE,
  receive,
  upload,
  withStore,
} from '../helpers/files.ts';
import { jpeg, SECRET } from '../helpers/pictures.ts';
import { NOW } from '../helpers/session.ts';
import { strongSignIn } from '../helpers/site-app.ts';
import { openStore, type TestStore } from '../helpers/store.ts';
import { createWorld, TEST_KEYS, type World } from '../helpers/world.ts';

const OCTETS = { 'Content-Type': 'application/octet-stream' };
const FILES_ORIGIN = 'http://files.test';
const key = () => crypto.randomUUID();

let world: World;
let store: TestStore;
let ctx: FileContext;
let api: Api;
let owner: { person: Person; token: string };

beforeEach(async () => {
  world = await createWorld();
  store = await openStore();
  ctx = withStore(world.ctx, store);
  api = apiAt(NOW);
  owner = await world.person();
});

function apiAt(now: Date, settings: Readonly<Record<string, string>> = { FILES_ORIGIN }): Api {
  return createApi(world, now, { FILES_S3: JSON.stringify(store.settings), ...settings });
}

const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

async function put(fileId: string, number: number, part: Uint8Array, digest = contentDigest(part)) {
  const answer = await api.send(
    `/api/files/${fileId}/parts/${number}`,
    { method: 'PUT', headers: { ...OCTETS, 'Content-Digest': digest }, body: new Uint8Array(part) },
    owner.token,
  );
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Attached to a school of the county and looked through. */
async function proof(fileId: string) {
  const organisationId = await claimSchool(world, owner.person);
  await addProof(ctx, owner.person, { organisationId, file: fileId }, key());
  await scanFiles(ctx, demonstrationScanner);
  return organisationId;
}

/** An officer of the county, or of another one. */
async function officer(scopeId = '320904') {
  const { person } = await world.person();
  const role = { role: 'reviewer', scopeKind: 'region', scopeId } as const;
  return { person, token: await strongSignIn(world, person.id, [role]) };
}

/** Where the site sends somebody who may see a file. */
async function follow(fileId: string, token: string) {
  const answer = await api.send(`/files/${fileId}`, {}, token);
  expect(answer.status).toBe(303);
  return answer.headers.get('location') ?? '';
}

describe('an upload in parts', () => {
  it(
    'goes on after a break, and gives back exactly what was sent',
    { timeout: 20_000 },
    async () => {
      const bytes = pdf(PART_BYTES + 1000);
      bytes.fill(7, 1000);
      const started = await api.post(
        '/api/files',
        { purpose: PURPOSE, name: '介绍信.pdf', size: bytes.length },
        { token: owner.token },
      );
      expect(started).toMatchObject({ status: 201, body: { partBytes: PART_BYTES } });
      const { fileId } = started.body as { fileId: string };
      const parts = partsIn(bytes);
      expect(await put(fileId, 1, parts[1]!)).toMatchObject({ status: 200 });
      store.failAfter = 0;
      expect(await put(fileId, 0, parts[0]!)).toMatchObject({ status: 503 });
      store.failAfter = Number.POSITIVE_INFINITY;
      const there = await api.get(`/api/files/${fileId}`, owner.token);
      expect(there.body).toMatchObject({ partCount: 2, parts: [1], state: 'uploading' });
      const early = await api.post(`/api/files/${fileId}/completion`, {}, { token: owner.token });
      expect(early).toMatchObject({ status: 409, body: { code: 'file_incomplete' } });
      expect(await put(fileId, 0, parts[0]!)).toMatchObject({ status: 200 });
      const done = await api.post(`/api/files/${fileId}/completion`, {}, { token: owner.token });
      expect(done).toMatchObject({ status: 201, body: { fileId } });
      await api.settled();
      const link = await follow(fileId, owner.token);
      expect((await bytesOf(await api.send(link, {}))).equals(Buffer.from(bytes))).toBe(true);
      const middle = await api.send(link, {
        headers: { Range: `bytes=${PART_BYTES - 3}-${PART_BYTES + 2}` },
      });
      expect(middle.status).toBe(206);
      expect(middle.headers.get('content-range')).toBe(
        `bytes ${PART_BYTES - 3}-${PART_BYTES + 2}/${bytes.length}`,
      );
      expect([...(await bytesOf(middle))]).toEqual([7, 7, 7, 7, 7, 7]);
      const beyond = await api.send(link, { headers: { Range: `bytes=${bytes.length}-` } });
      expect(beyond.status).toBe(416);
    },
  );

  it('refuses a part whose hash, size or number is wrong, and keeps nothing of it', async () => {
    const fileId = await begin(ctx, owner.person, pdf(500), []);
    const wrong = contentDigest(pdf(501));
    expect(await put(fileId, 0, pdf(500), wrong)).toMatchObject({
      status: 422,
      body: { code: 'part_wrong_hash' },
    });
    for (const [number, part] of [
      [0, pdf(499)],
      [0, pdf(501)],
      [1, pdf(500)],
      [99, pdf(500)],
    ] as const) {
      expect((await put(fileId, number, part)).status).toBe(422);
    }
    expect((await put(fileId, 0, pdf(500), 'sha-256=oops')).status).toBe(422);
    expect((await put(fileId, 0, new Uint8Array(PART_BYTES + 1))).status).toBe(422);
    expect(store.objects.size).toBe(0);
  });

  it('takes the same part twice, and no other bytes in its place', async () => {
    const fileId = await begin(ctx, owner.person, pdf(500), []);
    const both = await Promise.all([put(fileId, 0, pdf(500)), put(fileId, 0, pdf(500))]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await put(fileId, 0, pdf(500, 'other'))).toMatchObject({
      status: 409,
      body: { code: 'part_differs' },
    });
    expect(store.objects.size).toBe(1);
    expect(await world.ctx.db.select().from(fileParts)).toHaveLength(1);
  });

  it('is complete once: asked again with the same key it answers the same', async () => {
    const fileId = await begin(ctx, owner.person, pdf());
    const once = { token: owner.token, key: key() };
    const first = await api.post(`/api/files/${fileId}/completion`, {}, once);
    expect(await api.post(`/api/files/${fileId}/completion`, {}, once)).toMatchObject({
      status: 201,
      body: first.body,
    });
    const other = await api.post(`/api/files/${fileId}/completion`, {}, { token: owner.token });
    expect(other).toMatchObject({ status: 409, body: { code: 'file_not_uploading' } });
  });

  it('is nobody else’s', async () => {
    const fileId = await begin(ctx, owner.person, pdf());
    const { token } = await world.person();
    expect((await api.get(`/api/files/${fileId}`, token)).status).toBe(404);
    const part = await api.send(
      `/api/files/${fileId}/parts/0`,
      {
        method: 'PUT',
        headers: { ...OCTETS, 'Content-Digest': contentDigest(pdf()) },
        body: pdf(),
      },
      token,
    );
    expect(part.status).toBe(404);
    expect((await api.post(`/api/files/${fileId}/completion`, {}, { token })).status).toBe(404);
  });

  it('loses where and with what a photo was taken, and the original is gone', async () => {
    const photo = new Uint8Array(jpeg({ pixels: Buffer.alloc(900, 0xfe), orientation: 6 }));
    const fileId = await upload(ctx, owner.person, photo);
    const kept = [...store.objects.values()];
    expect(kept).toHaveLength(1);
    expect(kept[0]?.includes(SECRET)).toBe(false);
    expect(kept[0]?.includes(Buffer.alloc(900, 0xfe))).toBe(true);
    const [row] = await world.ctx.db.select().from(files).where(eq(files.id, fileId));
    expect(row).toMatchObject({ state: 'quarantined', size: kept[0]?.length });
  });

  it('gives up what it cannot take, whatever it is called, and says what to do', async () => {
    const tried = [
      [new Uint8Array(Buffer.from('<html><script>alert(1)</script></html>')), '改名字不起作用'],
      [new Uint8Array(Buffer.from('PK\x03\x04'.padEnd(60, '\0'), 'latin1')), '先解压'],
      [
        new Uint8Array(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heic'.padEnd(60, '\0'), 'latin1')),
        '截一次屏',
      ],
      [new Uint8Array(jpeg({ pixels: Buffer.alloc(90) }).subarray(0, 140)), '图片打不开'],
    ] as const;
    for (const [bytes, words] of tried) {
      await expect(upload(ctx, owner.person, bytes)).rejects.toMatchObject({
        code: 'invalid',
        fields: [{ field: 'file', message: expect.stringContaining(words) as string }],
      });
    }
    const states = await world.ctx.db.select({ state: files.state }).from(files);
    expect(states.every(({ state }) => state === 'removed')).toBe(true);
  });

  it('stops at the day’s share', async () => {
    const small = { purpose: PURPOSE, name: 'a.pdf', size: 10 };
    for (let count = 0; count < PURPOSES[PURPOSE].dayFilesMax; count += 1) {
      expect((await api.post('/api/files', small, { token: owner.token })).status).toBe(201);
    }
    expect(await api.post('/api/files', small, { token: owner.token })).toMatchObject({
      status: 429,
      body: { code: 'files_used_up_day' },
    });
    const other = await world.person();
    expect((await api.post('/api/files', small, { token: other.token })).status).toBe(201);
    const big = { ...small, size: PURPOSES[PURPOSE].sizeMax };
    for (let count = 0; count < 4; count += 1) {
      await api.post('/api/files', big, { token: other.token });
    }
    expect((await api.post('/api/files', big, { token: other.token })).status).toBe(429);
    const tooBig = await api.post(
      '/api/files',
      { ...big, size: big.size + 1 },
      { token: owner.token },
    );
    expect(tooBig).toMatchObject({ status: 422, body: { code: 'file_too_large' } });
  });
});

describe('a form with a file', () => {
  const post = (organisationId: string, body: BodyInit, headers: Record<string, string> = {}) =>
    api.send(
      `/me/organisations/${organisationId}/proof`,
      { method: 'POST', body, headers: { 'Sec-Fetch-Site': 'same-origin', ...headers } },
      owner.token,
    );

  const formWith = (bytes: Uint8Array<ArrayBuffer>, name: string, own = key()) => {
    const form = new FormData();
    form.append('key', own);
    form.append('file', new File([bytes], name, { type: 'text/html' }));
    return form;
  };

  it('attaches it; sent again it is attached once', async () => {
    const organisationId = await claimSchool(world, owner.person);
    const own = key();
    for (let time = 0; time < 2; time += 1) {
      const answer = await post(organisationId, formWith(pdf(), '..\\..\\/etc/介绍 信.pdf', own));
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        `/me/organisations/${organisationId}`,
      ]);
    }
    const attached = await listSubjectFiles(ctx, 'organisation', organisationId);
    expect(attached).toMatchObject([{ name: '介绍 信.pdf', type: 'pdf', size: 400 }]);
    expect(
      [...store.objects.keys()].every((one) => /^files\/[\da-f-]{36}\/0-[\da-f]{64}$/.test(one)),
    ).toBe(true);
  });

  it('never stores a photo as it came', async () => {
    const organisationId = await claimSchool(world, owner.person);
    const photo = new Uint8Array(jpeg({ pixels: Buffer.alloc(90, 3) }));
    expect((await post(organisationId, formWith(photo, 'a.jpg'))).status).toBe(303);
    expect([...store.objects.values()].map((one) => one.includes(SECRET))).toEqual([false]);
  });

  it('takes nothing for an organisation of somebody else, and stores nothing', async () => {
    const organisationId = await claimSchool(world, (await world.person()).person);
    expect((await post(organisationId, formWith(pdf(), 'a.pdf'))).status).toBe(404);
    expect(store.objects.size).toBe(0);
  });

  it('is refused when another site sends it', async () => {
    const organisationId = await claimSchool(world, owner.person);
    const answer = await post(organisationId, formWith(pdf(), 'a.pdf'), {
      'Sec-Fetch-Site': 'cross-site',
    });
    expect(answer.status).toBe(403);
  });

  it('takes no fourth, and none after the decision', async () => {
    const organisationId = await claimSchool(world, owner.person);
    for (const content of ['1', '2', '3']) {
      const file = await receive(ctx, owner.person, pdf(400, content));
      await addProof(ctx, owner.person, { organisationId, file }, key());
    }
    const file = await receive(ctx, owner.person, pdf(400, '4'));
    await expect(
      addProof(ctx, owner.person, { organisationId, file }, key()),
    ).rejects.toMatchObject({ reason: 'subject_files_used_up' });
  });
});

describe('a scan', () => {
  it('blocks the test virus, tells its owner, and the file is never served again', async () => {
    const fileId = await upload(ctx, owner.person, pdf(500, EICAR));
    const organisationId = await claimSchool(world, owner.person);
    await addProof(ctx, owner.person, { organisationId, file: fileId }, key());
    const staff = await officer();
    const scope = new Scope(
      {
        DATABASE_URL: world.url,
        PERSONAL_DATA_KEYS: TEST_KEYS,
        FILES_S3: JSON.stringify(store.settings),
        DEMONSTRATION: '1',
      },
      'test',
      { ...defaultDeps, now: () => NOW, log: () => {} },
    );
    await runJobs(scope);
    const [row] = await world.ctx.db.select().from(files).where(eq(files.id, fileId));
    expect(row?.state).toBe('infected');
    expect(row?.bytesDeletedAt).toEqual(NOW);
    expect(store.objects.size).toBe(0);
    for (const token of [owner.token, staff.token]) {
      expect((await api.send(`/files/${fileId}`, {}, token)).status).toBe(404);
    }
    const told = await world.ctx.db
      .select()
      .from(outboxMessages)
      .where(eq(outboxMessages.template, 'file_infected'));
    expect(told).toHaveLength(1);
    const entries = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'file.block'));
    expect(entries).toMatchObject([{ subjectId: fileId, actorKind: 'job' }]);
  });

  it('finds the test virus across the border of two parts', async () => {
    const bytes = pdf(PART_BYTES + 100);
    bytes.set(Buffer.from(EICAR), PART_BYTES - 30);
    await upload(ctx, owner.person, bytes);
    expect(await scanFiles(ctx, demonstrationScanner)).toBe(1);
    expect(await world.ctx.db.select({ state: files.state }).from(files)).toEqual([
      { state: 'infected' },
    ]);
  });

  it('that fails leaves the file in quarantine, behind those that were not tried', async () => {
    const failures: unknown[] = [];
    const broken = { name: 'broken', scan: () => Promise.reject(new Error('away')) };
    const first = await upload(ctx, owner.person);
    expect(await scanFiles(ctx, broken, (error) => failures.push(error))).toBe(0);
    expect(failures).toHaveLength(1);
    expect((await api.send(`/files/${first}`, {}, owner.token)).status).toBe(404);
    expect(await scanFiles(ctx, demonstrationScanner)).toBe(1);
  });

  it('that nobody does leaves files to staff, as a download', async () => {
    const fileId = await upload(ctx, owner.person);
    const organisationId = await claimSchool(world, owner.person);
    await addProof(ctx, owner.person, { organisationId, file: fileId }, key());
    const staff = await officer();
    api = apiAt(NOW, { FILES_ORIGIN, DEMONSTRATION: '0' });
    expect((await api.send(`/files/${fileId}`, {}, owner.token)).status).toBe(404);
    const answer = await api.send(`/files/${fileId}`, {}, staff.token);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'application/octet-stream',
    ]);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    await bytesOf(answer);
  });
});

describe('a file', () => {
  it('is shown to its owner and to the officer of its county, and to nobody else', async () => {
    const fileId = await upload(ctx, owner.person);
    await proof(fileId);
    const staff = await officer();
    const neighbour = await officer('320902');
    for (const token of [owner.token, staff.token]) {
      const shown = await api.send(await follow(fileId, token), {});
      expect(shown.status).toBe(200);
      expect((await bytesOf(shown)).equals(Buffer.from(pdf()))).toBe(true);
    }
    for (const token of [neighbour.token, (await world.person()).token]) {
      expect((await api.send(`/files/${fileId}`, {}, token)).status).toBe(404);
    }
    const nobody = await api.send(`/files/${fileId}`, {});
    expect(nobody.headers.get('location')).toBe(`/sign-in?next=%2Ffiles%2F${fileId}`);
  });

  it('is shown with headers that let nothing in it run', async () => {
    const picture = await receive(ctx, owner.person, jpeg({ pixels: Buffer.of(1) }), '照片.jpg');
    await scanFiles(ctx, demonstrationScanner);
    const answer = await api.send(await follow(picture, owner.token), {});
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-security-policy':
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'content-disposition': `inline; filename="__.jpg"; filename*=UTF-8''%E7%85%A7%E7%89%87.jpg`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, no-store',
    });
    expect(answer.headers.has('set-cookie')).toBe(false);
    await bytesOf(answer);
  });

  it('lets no name into the headers', async () => {
    const named = await receive(ctx, owner.person, pdf(), 'a"\r\nSet-Cookie: x=1\r\n\r\n<b>.pdf');
    await scanFiles(ctx, demonstrationScanner);
    const answer = await api.send(`/files/${named}?download=1`, {}, owner.token);
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="a_Set-Cookie_ x_1_b_.pdf"; filename*=UTF-8''a%22Set-Cookie%3A%20x%3D1%3Cb%3E.pdf`,
    );
    expect(answer.headers.has('set-cookie')).toBe(false);
    await bytesOf(answer);
  });

  it('is a download where there is no host for files', async () => {
    const fileId = await receive(ctx, owner.person);
    await scanFiles(ctx, demonstrationScanner);
    api = apiAt(NOW, {});
    const answer = await api.send(`/files/${fileId}`, {}, owner.token);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect((await bytesOf(answer)).equals(Buffer.from(pdf()))).toBe(true);
    expect((await api.send('/f/x', {})).status).toBe(404);
  });
});

describe('a link', () => {
  it('opens one file for five minutes, and nothing when anything in it is changed', async () => {
    const [first, second] = [await receive(ctx, owner.person), await receive(ctx, owner.person)];
    const stranger = await world.person();
    await scanFiles(ctx, demonstrationScanner);
    const link = await follow(first, owner.token);
    const opens = async (address: string, one = api) => {
      const answer = await one.send(address, {});
      await bytesOf(answer);
      return answer.status;
    };
    expect(await opens(link)).toBe(200);
    expect(await opens(link, apiAt(new Date(NOW.getTime() + 4 * 60_000)))).toBe(200);
    expect(await opens(link, apiAt(new Date(NOW.getTime() + 5 * 60_000)))).toBe(404);
    expect(await opens(link.replace(first, second))).toBe(404);
    expect(await opens(link.replace(owner.person.id, stranger.person.id))).toBe(404);
    expect(await opens(link.replace(/\.(\d+)\./, (_, at: string) => `.${Number(at) + 60}.`))).toBe(
      404,
    );
    expect(await opens(`${link}.x`)).toBe(404);
    expect(await opens(`${link.slice(0, -4)}AAAA`)).toBe(404);
  });

  it('ends with the right that it was given for', async () => {
    const fileId = await upload(ctx, owner.person);
    await proof(fileId);
    const staff = await officer();
    const link = await follow(fileId, staff.token);
    await world.ctx.db.$client.execute("UPDATE role_grants SET state = 'revoked'");
    expect((await api.send(link, {})).status).toBe(404);
  });

  it('leads to a host that shows files and nothing else', async () => {
    for (const path of ['/', '/sign-in', '/me', '/api/halls', '/files/x']) {
      expect((await api.send(`${FILES_ORIGIN}${path}`, {}, owner.token)).status).toBe(404);
    }
    const fileId = await receive(ctx, owner.person);
    await scanFiles(ctx, demonstrationScanner);
    const link = new URL(await follow(fileId, owner.token));
    expect((await api.send(link.pathname, {})).status).toBe(404);
  });
});

describe('the time of a file', () => {
  it('ends after three days when it was never finished or taken up', async () => {
    await begin(ctx, owner.person, pdf());
    await upload(ctx, owner.person);
    const later = (days: number, ms = 0) => ({
      ...ctx,
      now: new Date(NOW.getTime() + days * DAY_MS + ms),
    });
    expect(await expireFiles(later(3))).toBe(0);
    expect(await expireFiles(later(3, 1))).toBe(2);
  });

  it('ends a year after it was attached', async () => {
    await proof(await upload(ctx, owner.person));
    const at = (days: number) => ({ ...ctx, now: new Date(NOW.getTime() + days * DAY_MS + 1) });
    expect(await expireFiles(at(364))).toBe(0);
    expect(await expireFiles(at(365))).toBe(1);
  });

  it('ends with its owner’s account', async () => {
    const fileId = await upload(ctx, owner.person);
    const held = await readOwnData(ctx, owner.person);
    expect(held.files).toMatchObject([{ name: '介绍信.pdf', state: 'quarantined' }]);
    const lastFour = (await personPhone(ctx, owner.person)).slice(-4);
    await eraseAccount(ctx, owner.person, { lastFour }, key());
    const [row] = await world.ctx.db.select().from(files).where(eq(files.id, fileId));
    expect(row).toMatchObject({ state: 'removed', nameCipher: new Uint8Array() });
    await expect(begin(ctx, owner.person, pdf(), [])).rejects.toThrow();
  });
});

describe('the limits', () => {
  it('are the same in the rules and in the database', async () => {
    const rows = await world.ctx.db.select().from(filePurposes).orderBy(filePurposes.name);
    const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'name');
    const purposes = Object.entries(PURPOSES).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const stated = purposes.map(([name, rules]) => ({
      name,
      ...Object.fromEntries(Object.entries(rules).filter(([rule]) => columns.includes(rule))),
    }));
    expect(columns).toHaveLength(6);
    expect(rows).toEqual(stated);
  });
});
