import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PART_BYTES } from '../../src/features/files/policy.ts';
import { listSubjectFiles } from '../../src/features/files/queries.ts';
import { claimOrganisation } from '../../src/features/organisations/commands.ts';
import { postJson } from '../helpers/asking.ts';
import { contentDigest, partsIn, pdf, PURPOSE } from '../helpers/files.ts';
import { jpeg, SECRET } from '../helpers/pictures.ts';
import { startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

let site: TestSite;
let owner: Visitor;
let schools = 0;

beforeAll(async () => {
  site = await startTestSite();
  [owner] = (await site.signInMany(1)) as [Visitor];
});
afterAll(() => site?.stop());

const own = () => ({ cookie: owner.cookie, 'sec-fetch-site': 'same-origin' });

async function claim(): Promise<string> {
  schools += 1;
  const school = {
    kind: 'school',
    name: `示例第${'一二三四五'[schools - 1]}小学`,
    regionCode: '320904',
  };
  const answer = await claimOrganisation(site.context(), owner.person, school, crypto.randomUUID());
  return answer.organisationId;
}

async function send(organisationId: string, bytes: Uint8Array<ArrayBuffer>, name: string) {
  const body = new FormData();
  body.append('key', crypto.randomUUID());
  body.append('file', new File([bytes], name));
  const answer = await fetch(`${site.url}/me/organisations/${organisationId}/proof`, {
    ...{ method: 'POST', headers: own(), body, redirect: 'manual' },
  });
  return { status: answer.status, html: await answer.text() };
}

/** The one file of a school, looked through, and where its owner is sent to see it. */
async function seen(organisationId: string): Promise<string> {
  await site.site.runScheduled();
  const [file] = await listSubjectFiles(site.context(), 'organisation', organisationId);
  const answer = await fetch(`${site.url}/files/${file?.id}`, {
    headers: own(),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  return answer.headers.get('location') ?? '';
}

describe('the built site', () => {
  test('takes a form with a file, and shows it from the other host with the right headers', async () => {
    const organisationId = await claim();
    const photo = new Uint8Array(jpeg({ pixels: Buffer.alloc(5000, 9), orientation: 6 }));
    expect((await send(organisationId, photo, '照片.jpg')).status).toBe(303);
    const link = await seen(organisationId);
    expect(new URL(link).hostname).toBe('localhost');
    const answer = await fetch(link);
    const kept = Buffer.from(await answer.arrayBuffer());
    expect(kept.includes(SECRET)).toBe(false);
    expect(kept.includes(Buffer.alloc(5000, 9))).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(kept.length),
      'content-security-policy':
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'content-disposition': `inline; filename="__.jpg"; filename*=UTF-8''%E7%85%A7%E7%89%87.jpg`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
    });
    expect(answer.headers.has('set-cookie')).toBe(false);
    for (const address of [link.replace('localhost', '127.0.0.1'), `${new URL(link).origin}/me`]) {
      const elsewhere = await fetch(address, { headers: own() });
      await elsewhere.arrayBuffer();
      expect([address, elsewhere.status]).toEqual([address, 404]);
    }
  });

  test('takes parts, goes on after a break, and gives ranges back', async () => {
    const bytes = pdf(2 * PART_BYTES + 5);
    bytes.fill(3, 100);
    const announced = { purpose: PURPOSE, name: '大文件.pdf', size: bytes.length };
    const started = await postJson(`${site.url}/api/files`, announced, owner);
    const address = `${site.url}/api/files/${String(started.body['fileId'])}`;
    const parts = partsIn(bytes);
    for (const number of [2, 0, 1]) {
      const part = parts[number] ?? new Uint8Array();
      const kept = await fetch(`${address}/parts/${number}`, {
        method: 'PUT',
        headers: {
          ...own(),
          'content-type': 'application/octet-stream',
          'content-digest': contentDigest(part),
        },
        body: part,
      });
      expect([number, kept.status]).toEqual([number, 200]);
      await kept.arrayBuffer();
      if (number === 0) {
        const there = await fetch(address, { headers: own() });
        expect(await there.json()).toMatchObject({ parts: [0, 2], partCount: 3 });
      }
    }
    expect((await postJson(`${address}/completion`, {}, owner)).status).toBe(201);
    const organisationId = await claim();
    const body = new FormData();
    body.append('key', crypto.randomUUID());
    body.append('fileId', String(started.body['fileId']));
    const attached = await fetch(`${site.url}/me/organisations/${organisationId}/proof`, {
      ...{ method: 'POST', headers: own(), body, redirect: 'manual' },
    });
    expect(attached.status).toBe(303);
    const link = await seen(organisationId);
    const whole = Buffer.from(await (await fetch(link)).arrayBuffer());
    expect(whole.equals(Buffer.from(bytes))).toBe(true);
    const range = { range: `bytes=${PART_BYTES - 2}-${2 * PART_BYTES + 1}` };
    const middle = await fetch(link, { headers: range });
    expect([middle.status, middle.headers.get('content-length')]).toEqual([
      206,
      String(PART_BYTES + 4),
    ]);
    expect((await middle.arrayBuffer()).byteLength).toBe(PART_BYTES + 4);
  });

  test('tells whoever sends too much in one go, or the wrong thing, what to do', async () => {
    const organisationId = await claim();
    const large = await send(organisationId, pdf(11 * 1024 * 1024), '太大.pdf');
    expect(large.status).toBe(422);
    expect(large.html).toContain('不能超过10 MB');
    const page = new Uint8Array(Buffer.from('<script>alert(1)</script>'));
    const wrong = await send(organisationId, page, '介绍信.pdf');
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('改名字不起作用');
    const none = await send(organisationId, new Uint8Array(), '');
    expect(none.status).toBe(422);
    expect(none.html).toContain('请选一个文件');
    expect(await listSubjectFiles(site.context(), 'organisation', organisationId)).toEqual([]);
  });
});
