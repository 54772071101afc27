import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { endBanner } from '../../src/features/banners/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { getPage, postForm } from '../helpers/asking.ts';
import { HTML } from '../helpers/bad-input.ts';
import {
  actOnText,
  releaseTestBanner,
  releaseTestNotice,
  threeEditors,
} from '../helpers/publishing.ts';
import { addRole } from '../helpers/roles.ts';
import { startTestSite, type TestSite } from '../helpers/worker-site.ts';

/** A change is known everywhere within five seconds, and one question more. */
const KNOWN_WITHIN = { timeout: 8_000, interval: 250 };
const DOUBT = '暂时查不到有没有新的紧急通知';
/** Prerendered, on demand, with a mistake in it. */
const pages = ['/', '/guides/earthquake', '/guides', '/halls', '/regions/320900', '/no/such/page'];

let site: TestSite;
let editors: [Holder, Holder, Holder];
beforeAll(async () => {
  site = await startTestSite();
  editors = await threeEditors(site);
});
afterAll(() => site?.stop());
afterEach(async () => {
  await site.startDatabase();
  await site.proxy.reset();
});

const page = (path: string) => getPage(site.url + path);

/** Asks until the answer is as it should be: others learn of a change a few seconds after it. */
async function soon(path: string, words: string | RegExp, isThere = true): Promise<void> {
  await expect
    .poll(async () => {
      const { html } = await page(path);
      return typeof words === 'string' ? html.includes(words) : words.test(html);
    }, KNOWN_WITHIN)
    .toBe(isThere);
}

describe('an urgent line', () => {
  test('stands at the head of every page while it is live, escaped, and weighs nothing otherwise', async () => {
    const before = await page('/guides/earthquake');
    expect(before.html).not.toContain('live.css');
    const etag = before.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    const line = `示例${HTML}&"'`.slice(0, 60);
    const bannerId = await releaseTestBanner(site.context(), editors, {
      line,
      href: '/guides/flood#now',
      region: '320900',
    });
    await soon('/guides/earthquake', 'class="live"');
    for (const path of pages) {
      const { html, headers } = await page(path);
      expect(html, path).toContain('<b>红色预警</b> <a href="/guides/flood#now">示例&lt;');
      expect(html, path).toContain('江苏省盐城市，到');
      expect(html, path).not.toContain(line);
      expect(html, path).toMatch(/href="\/live\.css"[\s\S]*<\/head>/);
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    }
    // A browser's own copy from before the line is not called fresh.
    const again = await fetch(`${site.url}/guides/earthquake`, {
      headers: { 'if-none-match': etag },
    });
    expect({ status: again.status, etag: again.headers.get('etag') }).toEqual({
      status: 200,
      etag: null,
    });
    expect(await again.text()).toContain('class="live"');
    const css = await fetch(`${site.url}/live.css`);
    expect(css.headers.get('content-type')).toContain('text/css');

    await endBanner(site.context(), editors[2], { bannerId }, crypto.randomUUID());
    await soon('/guides/earthquake', 'class="live"', false);
    const after = await fetch(`${site.url}/guides/earthquake`, {
      headers: { 'if-none-match': etag },
    });
    expect(after.status).toBe(304);
  });
});

describe('a withdrawn guide', () => {
  const spellings = [
    '/guides/cpr',
    '/guides/cp%72',
    '/guides/cpr.html',
    '/guides/cpr/',
    '/guides//cpr',
  ];

  test('is gone from its address and the lists, and comes back', async () => {
    const reason = `示例：次数写错了${HTML}`;
    await actOnText(site.context(), editors, {
      ...{ kind: 'guide', slug: 'cpr', act: 'withdraw', reason, instead: 'gas-co' },
    });
    await soon('/guides/cpr', '本文已撤下');
    const gone = await page('/guides/cpr');
    expect(gone.status).toBe(410);
    expect(gone.headers.get('cache-control')).toBe('no-store');
    expect(gone.html).toContain('示例：次数写错了&lt;');
    expect(gone.html).not.toContain(reason);
    expect(gone.html).toContain('<a href="/guides/gas-co">燃气泄漏、一氧化碳中毒怎么办</a>');
    expect(gone.html).toContain('name="robots" content="noindex"');
    expect(gone.html).toContain('tel:120');

    // Whatever else is about it goes too, and who reads in large type stays there.
    const elder = await page('/elder/guides/cpr');
    expect(elder.status).toBe(410);
    expect(elder.html).toContain('<a href="/elder/guides/gas-co">');
    expect(elder.html).toContain('示例：次数写错了&lt;');
    const made = ['poster', 'broadcast', 'broadcast-30.txt'].map((part) => `/guides/cpr/${part}`);
    const quiz = ['/guides/cpr/quiz', '/guides/cpr/quiz?q1=a'];
    for (const path of ['/elder/guides/cpr/more', ...quiz, ...made]) {
      expect({ path, status: (await page(path)).status }).toEqual({ path, status: 410 });
    }
    for (const path of ['/elder', '/elder/guides', '/elder/guides/gas-co']) {
      expect((await page(path)).html, path).not.toMatch(/href="\/elder\/guides\/cpr[/"]/);
    }
    expect((await fetch(`${site.url}/elder/withdrawn/guides/cpr`)).url).toBe(
      `${site.url}/elder/guides/cpr`,
    );

    for (const path of spellings) {
      const answer = await fetch(site.url + path);
      const html = await answer.text();
      expect({ path, old: html.includes('按压') }).toEqual({ path, old: false });
    }
    for (const path of ['/', '/guides', '/sitemap', '/guides/gas-co', '/regions/320900']) {
      const { html } = await page(path);
      expect(html, path).not.toMatch(/href="\/guides\/cpr["#]/);
    }
    for (const path of ['/guides', '/sitemap']) {
      expect((await page(path)).html, path).not.toContain('心肺复苏');
    }
    expect((await page('/guides/gas-co')).html).toContain('（已撤下）');
    // Who has copied it is told: an entry that vanished would live on in every copy.
    const feed = (await (await fetch(`${site.url}/feeds/guides.json`)).json()) as {
      items: { id: string; title: string; content_text: string }[];
    };
    expect(feed.items[0]).toMatchObject({ id: `${site.url}/guides/cpr` });
    expect(feed.items[0]?.title).toMatch(/^已撤下：/);
    expect(feed.items[0]?.content_text).not.toContain('按胸口');
    const live = await fetch(`${site.url}/live.json`);
    expect(await live.json()).toMatchObject({
      texts: [{ path: '/guides/cpr', state: 'withdrawn', instead: '/guides/gas-co' }],
    });

    // A dead database neither brings it back nor takes the others down.
    await site.stopDatabase();
    for (let times = 0; times < 3; times += 1) {
      const startedAt = performance.now();
      expect((await page('/guides/cpr')).status).toBe(410);
      const other = await page('/guides/earthquake');
      expect(other.status).toBe(200);
      expect(other.html).not.toContain(DOUBT);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    }
    await site.startDatabase();

    await actOnText(site.context(), editors, { kind: 'guide', slug: 'cpr', act: 'reinstate' });
    await soon('/guides/cpr', '按压');
    expect((await page('/guides/cpr')).status).toBe(200);
    expect((await page('/guides')).html).toContain('href="/guides/cpr"');
  });

  test('is asked for by one and confirmed by another, with effect on the next page', async () => {
    const [proposer, confirmer] = await site.signInMany(2);
    for (const { person } of [proposer!, confirmer!]) {
      const held = { role: 'editor', scopeKind: 'site', scopeId: '' } as const;
      await addRole(site.context(), person.id, held);
    }
    const address = `${site.url}/staff/withdrawals/guides/lightning`;
    const words = { act: 'withdraw', reason: '示例：距离写错了', key: crypto.randomUUID() };
    expect((await postForm(address, words, proposer)).status).toBe(303);
    const { html } = await getPage(address, confirmer!.cookie);
    const withdrawalId = /name="withdrawalId" value="([\w-]+)"/.exec(html)?.[1] ?? '';
    const decision = { withdrawalId, decision: 'confirmed', key: crypto.randomUUID() };
    expect((await postForm(address, decision, proposer)).status).toBe(409);
    expect((await page('/guides/lightning')).status).toBe(200);
    expect((await postForm(address, decision, confirmer)).status).toBe(303);
    expect((await page('/guides/lightning')).status).toBe(410);
  });
});

describe('a withdrawn card or pack', () => {
  const texts = [
    {
      name: { kind: 'card', slug: 'kiln-operator' },
      path: '/cards/kiln-operator',
      lists: ['/cards', '/sitemap', '/search?q=窑炉工', '/packs/teachers', '/guides/gas-kiln'],
    },
    {
      name: { kind: 'pack', slug: 'officers' },
      path: '/packs/officers',
      lists: ['/guides', '/sitemap', '/search?q=基层干部', '/cards/village-informant'],
    },
  ] as const;

  /** The lists that lead to a text. */
  async function leading({ path, lists }: (typeof texts)[number]): Promise<string[]> {
    const read = await Promise.all(lists.map(async (list) => (await page(list)).html));
    return lists.filter((_, index) => read[index]?.includes(`href="${path}"`));
  }

  test('is gone from its address, the lists and the search, and comes back', async () => {
    const before = await Promise.all(texts.map(({ path }) => page(path)));
    for (const text of texts) {
      const [own, sitemap, search] = text.lists;
      expect(await leading(text)).toEqual(expect.arrayContaining([own, sitemap, search]));
      const act = { act: 'withdraw', instead: 'gas-kiln' } as const;
      await actOnText(site.context(), editors, { ...text.name, ...act });
    }
    for (const [index, text] of texts.entries()) {
      const { html = '' } = before[index] ?? {};
      const title = /<title>([^<·]*)/.exec(html)?.[1]?.trim() ?? '';
      const heading = /<h2[^>]*>([^<]+)<\/h2>/.exec(html)?.[1] ?? '';
      await soon(text.path, '本文已撤下');
      const gone = await page(text.path);
      expect(gone.status).toBe(410);
      expect(gone.html).toContain(`《${title}》`);
      expect(gone.html).toContain('示例：次数写错了');
      expect(gone.html).toContain('href="/guides/gas-kiln"');
      expect(gone.html).not.toContain(`>${heading}</h2>`);
      expect(await leading(text)).toEqual([]);
      expect((await page('/sitemap')).html).not.toContain(`>${title}<`);
    }
    // What browsers answer from while somebody types takes its withdrawals from here.
    expect(await (await fetch(`${site.url}/live.json`)).json()).toMatchObject({
      texts: expect.arrayContaining(
        texts.map(({ path }) => expect.objectContaining({ path, state: 'withdrawn' })),
      ),
    });

    for (const { name } of texts) {
      await actOnText(site.context(), editors, { ...name, act: 'reinstate' });
    }
    for (const text of texts) {
      await soon(text.path, '本文已撤下', false);
      expect((await page(text.path)).status).toBe(200);
      expect(await leading(text)).toContain('/sitemap');
    }
  });

  test('is taken down on a page of its own for staff', async () => {
    const [editor] = await site.signInMany(1);
    await addRole(site.context(), editor!.person.id, {
      ...{ role: 'editor', scopeKind: 'site', scopeId: '' },
    });
    const list = await getPage(`${site.url}/staff/withdrawals`, editor!.cookie);
    for (const path of ['/guides/cpr', '/cards/lift-keeper', '/packs/parents']) {
      expect(list.html).toContain(`href="/staff/withdrawals${path}"`);
    }
    const address = `${site.url}/staff/withdrawals/cards/lift-keeper`;
    const words = { act: 'withdraw', reason: '示例：电话写错了', key: crypto.randomUUID() };
    expect((await postForm(address, words, editor)).status).toBe(303);
    const { html } = await getPage(address, editor!.cookie);
    expect(html).toContain('有人提出撤下');
    expect(html).not.toContain('马上生效');
    for (const path of ['/cards/no-such', '/halls/cpr', '/guides/lift-keeper']) {
      const { status } = await getPage(`${site.url}/staff/withdrawals${path}`, editor!.cookie);
      expect({ path, status }).toEqual({ path, status: 404 });
    }
  });
});

describe('a site that knows nothing yet', () => {
  test('serves its guides without the database, soon, and says what it cannot know', async () => {
    const fresh = await startTestSite();
    try {
      await fresh.stopDatabase();
      for (const path of ['/guides/earthquake', '/guides', '/', '/regions']) {
        const startedAt = performance.now();
        const { status, html } = await getPage(fresh.url + path);
        expect({ path, status }).toEqual({ path, status: 200 });
        expect(html).toContain(DOUBT);
        expect(performance.now() - startedAt).toBeLessThan(1_500);
      }
      expect((await fetch(`${fresh.url}/live.json`)).status).toBe(503);
    } finally {
      await fresh.stop();
    }
  });
});

describe('a notice', () => {
  const hostile = `示例${HTML}`.slice(0, 40);

  test('is text in every field, on every page', async () => {
    const noticeId = await releaseTestNotice(site.context(), editors, {
      title: hostile,
      body: `## ${HTML}\n- ${HTML}\n\n${HTML}\n[x](javascript:alert(1))`,
      issuer: hostile,
    });
    for (const path of ['/', '/notices', `/notices/${noticeId}`, '/notices?region=320900']) {
      const { html, status } = await page(path);
      expect(status, path).toBe(200);
      expect(html, path).toContain(hostile.replaceAll('<', '&lt;').split('>')[0]);
      expect(html.replaceAll(/="[^"]*"/g, ''), path).not.toContain('<script>');
      expect(html, path).not.toContain('href="javascript:');
    }
    const feed = await fetch(`${site.url}/notices.atom`);
    expect(feed.headers.get('content-type')).toContain('application/atom+xml');
    expect(await feed.text()).not.toContain('<script');
  });

  test('is found by whatever address somebody makes up, or is not', async () => {
    for (const query of ['kind=x&region=y&before=z', `region=${encodeURIComponent(HTML)}`]) {
      expect((await page(`/notices?${query}`)).status).toBe(200);
    }
    expect((await page(`/notices/${encodeURIComponent(HTML)}`)).status).toBe(404);
  });
});
