import { access, glob, readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { PAGE_KINDS } from '../../scripts/lib/lighthouse.ts';

/**
 * What Lighthouse asks of a page beyond axe, asked of every page that is drawn ahead, from its HTML alone: each guide, its twin in
 * large type, its poster and script in seconds. Lighthouse itself looks at the pages that `lighthouse.spec.ts` draws.
 */
interface BuiltPage {
  path: string;
  html: string;
}

const slugs = readdirSync(new URL('../../content/guides/', import.meta.url)).map((file) =>
  file.replace('.md', ''),
);
/** On paper, in another page's place, or on the device: search engines have no business there. */
const NOT_INDEXED =
  /^\/(guides\/[^/]+\/(poster|broadcast)|(elder\/)?(withdrawn\/.+|offline)|me\/.+)$/;
/** Drawn when they are asked for; pages in large type name them as theirs. */
const ON_DEMAND = ['/', '/halls'];
/** Lighthouse's own list of words that say nothing of where a link leads, as far as it is Chinese. */
const VAGUE = ['这里', '点击这里', '点这里', '更多', '了解更多', '更多信息', '查看更多', '链接'];

let client: string;
let pages: BuiltPage[];
beforeAll(async () => {
  client = join(inject('siteBuild'), 'client');
  pages = [];
  for await (const file of glob('**/*.html', { cwd: client })) {
    // Of the build for tests alone.
    if (file === 'styleguide.html') continue;
    const html = await readFile(join(client, file), 'utf8');
    pages.push({ path: `/${file.replaceAll('\\', '/').replace(/\.html$/, '')}`, html });
  }
});

type Tag = ReadonlyMap<string, string>;

function tagsOf(html: string, name: string): Tag[] {
  const tags = html.matchAll(new RegExp(`<${name}(\\s(?:[^>"]|"[^"]*")*)?>`, 'g'));
  return [...tags].map(
    ([, attributes = '']) =>
      new Map(
        [...attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, key = '', value = '']) => [
          key,
          value,
        ]),
      ),
  );
}

const wordsOf = (html: string) => html.replace(/<[^>]+>/g, '').trim();

/** What is wrong, page by page. */
function told(find: (page: BuiltPage) => readonly string[]): string[] {
  return pages.flatMap((page) => find(page).map((problem) => `${page.path}: ${problem}`));
}

const said = (problem: string, isBad: boolean) => (isBad ? [problem] : []);

describe('every page that is drawn ahead', () => {
  it('stands here, four and more of each guide', () => {
    const paths = new Set(pages.map(({ path }) => path));
    const kinds = [...Object.values(PAGE_KINDS), (slug: string) => `/elder/guides/${slug}/more`];
    const wanted = slugs.flatMap((slug) => kinds.map((of) => of(slug)));
    expect(wanted.filter((path) => !paths.has(path))).toEqual([]);
  });

  it('says what kind of document it is before anything else', () => {
    const problems = told(({ html }) => [
      ...said('no doctype', !/^<!doctype html>/i.test(html)),
      ...said('no language', !html.includes('<html lang="zh-CN"')),
      ...said('no charset at its head', !html.slice(0, 1024).includes('<meta charset="utf-8"')),
      ...said('no viewport', !/name="viewport" content="width=device-width/.test(html)),
      ...said('cannot be enlarged', /user-scalable|maximum-scale/.test(html)),
    ]);
    expect(problems).toEqual([]);
  });

  it('has a title of its own, a description and one first heading', () => {
    const titles = new Map<string, string>();
    const problems = told(({ path, html }) => {
      const [title = '', ...further] = [...html.matchAll(/<title>([^<]*)<\/title>/g)]
        .filter(({ index }) => index < html.indexOf('</head>'))
        .map(([, text = '']) => text);
      const isIndexed = !NOT_INDEXED.test(path);
      const same = titles.get(title);
      if (isIndexed) titles.set(title, path);
      const description = tagsOf(html, 'meta').find((tag) => tag.get('name') === 'description');
      return [
        ...said(
          'no title, or two',
          title.replace('· 安澜', '').trim() === '' || further.length > 0,
        ),
        ...said(`the title of ${same ?? ''}`, isIndexed && same !== undefined),
        ...said('no description', isIndexed && !description?.get('content')),
        ...said('not one first heading', tagsOf(html, 'h1').length !== 1),
      ];
    });
    expect(problems).toEqual([]);
  });

  it('may be found, or may not, as meant; and names itself, if anything, as its true address', () => {
    const paths = new Set([...ON_DEMAND, ...pages.map(({ path }) => path)]);
    const isPath = (path: string | undefined) => path !== undefined && paths.has(path);
    const problems = told(({ path, html }) => {
      const robots = tagsOf(html, 'meta').find((tag) => tag.get('name') === 'robots');
      const canonical = tagsOf(html, 'link').find((tag) => tag.get('rel') === 'canonical');
      const href = canonical?.get('href');
      const leadsTo = href === undefined ? undefined : URL.parse(href)?.pathname;
      return [
        ...said('kept from search engines', !NOT_INDEXED.test(path) && robots !== undefined),
        ...said('shown to search engines', NOT_INDEXED.test(path) && !robots),
        ...said(`canonical ${href}`, href !== undefined && !isPath(leadsTo)),
      ];
    });
    expect(problems).toEqual([]);
  });

  it('has links that lead somewhere and say where', () => {
    const problems = told(({ path, html }) => {
      const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id));
      return [...html.matchAll(/<a(\s(?:[^>"]|"[^"]*")*)?>([\s\S]*?)<\/a>/g)].flatMap(
        ([tag, , inner = '']) => {
          const attributes = tagsOf(tag, 'a')[0];
          const href = attributes?.get('href') ?? '';
          const words = wordsOf(inner) || attributes?.get('aria-label') || '';
          const [page, anchor] = href.split('#');
          const isHere = anchor !== undefined && (page === '' || page === path);
          return [
            ...said(
              `a link without an address: ${words}`,
              !/^(\/|#|\?|https:|tel:|mailto:)/.test(href),
            ),
            ...said(
              `a link without words: ${href}`,
              words === '' && !/<svg[^>]+role="img"/.test(inner),
            ),
            ...said(`says nothing: ${words}`, VAGUE.includes(words)),
            ...said(
              `no such place: ${href}`,
              isHere && !anchor?.startsWith(':~:') && !ids.has(decodeURIComponent(anchor ?? '')),
            ),
          ];
        },
      );
    });
    expect(problems).toEqual([]);
  });

  it('names each part once, and only parts that there are', () => {
    const problems = told(({ html }) => {
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id);
      const named = [
        ...html.matchAll(/\s(?:aria-labelledby|aria-describedby|aria-controls|for)="([^"]+)"/g),
      ];
      return [
        ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `twice: ${id}`),
        ...named
          .flatMap(([, list = '']) => list.split(/\s+/))
          .filter((id) => !ids.includes(id))
          .map((id) => `not there: ${id}`),
      ];
    });
    expect(problems).toEqual([]);
  });

  it('has pictures with words, and with their size before they come', () => {
    const problems = told(({ html }) => [
      ...tagsOf(html, 'img').flatMap((tag) => [
        ...said(`no words: ${tag.get('src')}`, !tag.has('alt')),
        ...said(`no size: ${tag.get('src')}`, !tag.get('width') || !tag.get('height')),
      ]),
      ...tagsOf(html, 'svg').flatMap((tag) => [
        ...said(
          'a drawing without words',
          tag.get('aria-hidden') !== 'true' && tag.get('role') !== 'img',
        ),
        ...said(
          'a drawing without a size',
          !tag.has('viewBox') && !(tag.has('width') && tag.has('height')),
        ),
      ]),
    ]);
    expect(problems).toEqual([]);
  });

  it('asks only for what the build made, and has nothing that its policy forbids', async () => {
    const isMade = new Map<string, boolean>();
    const asked = (html: string) => [
      ...tagsOf(html, 'link')
        .filter((tag) => !['canonical', 'alternate'].includes(tag.get('rel') ?? ''))
        .map((tag) => tag.get('href') ?? ''),
      ...['script', 'img', 'iframe', 'source', 'video', 'audio'].flatMap((name) =>
        tagsOf(html, name).flatMap((tag) => tag.get('src') ?? []),
      ),
    ];
    for (const address of new Set(pages.flatMap(({ html }) => asked(html)))) {
      const there = access(join(client, address)).then(
        () => true,
        () => false,
      );
      isMade.set(address, address.startsWith('/') && (await there));
    }
    const problems = told(({ html }) => [
      ...asked(html)
        .filter((address) => !isMade.get(address))
        .map((address) => `asks for ${address}`),
      ...tagsOf(html, 'script')
        .filter((tag) => !tag.has('src') && tag.get('type') !== 'application/ld+json')
        .map(() => 'a script within the page'),
      ...said('styles within the page', /<style[\s>]|<[a-z][^>]*\sstyle="/.test(html)),
      ...said('a handler within the page', /<[a-z][^>]*\son[a-z]+="/.test(html)),
    ]);
    expect(problems).toEqual([]);
  });

  it('tells programs what they can read', () => {
    const pattern = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/g;
    const blocks = pages.flatMap(({ html }) => [...html.matchAll(pattern)]);
    for (const [, text = ''] of blocks) expect(JSON.parse(text)).toHaveProperty('@context');
  });
});
