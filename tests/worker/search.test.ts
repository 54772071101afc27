import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QuickIndex } from '../../src/features/search/policy.ts';
import { TEXT_PAGES, textOfPage } from '../../scripts/lib/page-texts.ts';
import { ASKED_CHARACTERS } from '../../src/lib/search.ts';
import { getPage } from '../helpers/asking.ts';
import { find } from '../helpers/search.ts';
import { HTML } from '../helpers/bad-input.ts';
import { actOnText, releaseTestNotice, threeEditors } from '../helpers/publishing.ts';
import { startTestSite, type TestSite } from '../helpers/worker-site.ts';

/** What the first answer costs a browser besides the page: index and script. */
const INDEX_MAX_BYTES = 27 * 1024;
const SCRIPT_MAX_BYTES = 3 * 1024;
const KNOWN_WITHIN = { timeout: 8_000, interval: 250 };

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site?.stop());

const ask = (q: string, rest: Record<string, string> = {}) =>
  getPage(`${site.url}/search?${new URLSearchParams({ q, ...rest })}`);

/** A sentence that changed since the last run loses a word or two; a page that was rewritten loses many. */
const LOST_SHARE = 0.05;

describe('pages whose words stand in no file of content/', () => {
  test.each(TEXT_PAGES)(
    '%s is found by its words, else it is time for `npm run search-texts`',
    async (path) => {
      const { html } = await getPage(site.url + path);
      const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
      const words = new Set(
        [...segmenter.segment(textOfPage(html))]
          .map(({ segment }) => segment)
          .filter((word) => /^\p{Script=Han}{2,}$/u.test(word)),
      );
      expect(words.size).toBeGreaterThan(100);
      const lost = [...words].filter(
        (word) => !find(word).found.some(({ document }) => document.href === path),
      );
      expect(lost.length / words.size, lost.join()).toBeLessThanOrEqual(LOST_SHARE);
    },
  );
});

describe('the page of answers', () => {
  test('says what to do now first, and stays out of search engines', async () => {
    const { html, status } = await ask('煤气味');
    expect(status).toBe(200);
    expect(html).toContain('闻到燃气味：别碰开关，别点火。');
    expect(html.indexOf('现在就做')).toBeLessThan(html.indexOf('class="answers"'));
    expect(html).toContain('name="robots" content="noindex"');
    expect(html).toContain('href="tel:119"');
  });

  test('is one tap away from the first page, before its tiles', async () => {
    const { html } = await getPage(`${site.url}/`);
    expect(html.indexOf('href="/search"')).toBeGreaterThan(0);
    expect(html.indexOf('href="/search"')).toBeLessThan(html.indexOf('/guides/earthquake#now'));
  });

  test('tells nobody in a shaking house what to do in a crowd', async () => {
    const { html } = await ask('手机充电炸了');
    expect(html).not.toContain('开始涨潮');
    const { html: shaking } = await ask('屋子摇了怎么办');
    expect(shaking).toContain('蹲低，躲到结实的桌子下面。');
    expect(shaking).not.toContain('觉得挤，就斜着往边上走');
  });

  test('says what comes closest, and what is asked often where nothing does', async () => {
    expect((await ask('dizheng')).html).toContain('没有完全一样的，最接近的是');
    const nothing = await ask('😀');
    expect(nothing.html).toContain('没有找到');
    expect(nothing.html).toContain('常有人问');
    expect((await ask('')).html).toContain('常有人问');
  });

  test('lists all that fits where nothing is asked, without a script', async () => {
    const { html } = await ask('', { place: '家里', season: 'winter' });
    expect(html).toContain('href="/guides/gas-co"');
    expect(html).not.toContain('href="/guides/forest-fire"');
    expect(html).not.toContain('常有人问');
    const all = await ask('', { audience: '家庭' });
    expect(all.html.match(/data-guide="/g)?.length).toBeGreaterThan(50);
    const { html: list } = await getPage(`${site.url}/guides`);
    for (const name of ['group', 'place', 'audience', 'season', 'region']) {
      expect(list).toContain(`<select id="${name}"`);
    }
  });

  test('is narrowed by its address, and says so where nothing is left', async () => {
    const { html } = await ask('地震', { group: '急救', region: '320900' });
    expect(html).toContain('这个范围里没有');
    expect((await ask('地震', { group: '没有这一类' })).html).toContain('/guides/earthquake');
  });

  test.each([
    ['markup', HTML],
    ['a script', '</script><script>alert(1)</script>'],
    ['ten thousand characters', '地震'.repeat(5000)],
    ['a pattern', '.*+?^${}()|[]\\'],
    ['half a character', '\ud800火'],
    ['quotes for the database', "'; DROP TABLE notices; --"],
  ])('takes %s for words', async (_, asked) => {
    // Longer addresses are the platform's to refuse.
    const { html, status } = await ask(asked.slice(0, 7000));
    expect(status).toBe(200);
    // Within quotes a bracket is a character like any other.
    const outsideQuotes = html.replaceAll(/"[^"]*"/g, '""');
    expect(outsideQuotes).not.toContain('<script>');
    expect(outsideQuotes).not.toContain(HTML);
    expect(html.includes('只看了前')).toBe(Array.from(asked).length > ASKED_CHARACTERS);
  });

  test('finds notices, and goes without them while the database is away', async () => {
    const editors = await threeEditors(site);
    await releaseTestNotice(site.context(), editors, { title: '示例：煤气味的通知' });
    expect((await ask('煤气味')).html).toContain('示例：煤气味的通知');
    site.proxy.fail({ kind: 'refuse' });
    const { html, status } = await ask('煤气味');
    await site.proxy.reset();
    expect(status).toBe(200);
    expect(html).toContain('公告、演练和社区暂时查不到');
    expect(html).toContain('闻到燃气味：别碰开关，别点火。');
  });

  test('shows what is called by the name of a place before texts that have a like character', async () => {
    const editors = await threeEditors(site);
    await releaseTestNotice(site.context(), editors, { title: '示例：苑亭村停水一天' });
    const { html: village } = await ask('苑亭');
    expect(village).toContain('示例：苑亭村停水一天');
    expect(village).not.toContain('class="answers"');
    expect(village).not.toContain('没有完全一样的');
    const { html } = await ask('苑亭村停水');
    expect(html.indexOf('示例：苑亭村停水一天')).toBeLessThan(html.indexOf('class="answers"'));
  });

  test('never offers a guide that is withdrawn', async () => {
    const editors = await threeEditors(site);
    await actOnText(site.context(), editors, { kind: 'guide', slug: 'choking', act: 'withdraw' });
    await expect
      .poll(async () => (await ask('噎住了')).html, KNOWN_WITHIN)
      .not.toContain('/guides/choking');
    expect((await ask('噎住了')).html).not.toContain('掌根拍背5次');
    const live = (await (await fetch(`${site.url}/live.json`)).json()) as {
      texts: { path: string; state: string }[];
    };
    expect(live.texts).toContainEqual(
      expect.objectContaining({ path: '/guides/choking', state: 'withdrawn' }),
    );
  });
});

describe('answers while somebody types', () => {
  test('cost few bytes', async () => {
    const index = await (await fetch(`${site.url}/search-index.json`)).text();
    expect((JSON.parse(index) as QuickIndex).documents.length).toBeGreaterThan(90);
    expect(brotliCompressSync(index).length).toBeLessThanOrEqual(INDEX_MAX_BYTES);
    const { html } = await ask('');
    const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, src = '']) => src);
    expect(scripts).toHaveLength(2);
    const read = async (path: string) => (await fetch(new URL(path, site.url))).text();
    const texts = await Promise.all(scripts.map(read));
    const shared = texts.flatMap((text) => [...text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)]);
    const parts = await Promise.all(shared.map(([, file = '']) => read(`/_astro/${file}`)));
    const bytes = [...texts, ...parts].reduce(
      (sum, text) => sum + brotliCompressSync(text).length,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(SCRIPT_MAX_BYTES);
  });
});
