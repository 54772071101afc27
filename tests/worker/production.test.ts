import { glob, readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildTemporarily, type TemporaryBuild } from '../../scripts/lib/site.ts';
import { DEMO_STAFF } from '../../src/dev/demo.ts';
import { COPY_SETS, type CopyList } from '../../src/lib/offline/copies.ts';

/** What a guide may cost over the air: its HTML without the drawings, and its styles. */
const GUIDE_MAX_BYTES = 6 * 1024;
const STYLES_MAX_BYTES = 3000;
/** Tags, addresses and the frame around the words; the words themselves weigh what they weigh. */
const MARKUP_MAX_BYTES = 1500;
/** What a card, or the page of numbers, may cost whole: its drawing, its words and its styles. */
const CARD_MAX_BYTES = 7 * 1024;
/** They share their parts with pages that are no guides, each part a sheet of its own that is loaded once. */
const CARD_MAX_SHEETS = 5;

/** All scripts of a page for reading. */
const SCRIPTS_MAX_BYTES = 3 * 1024;
/** Loaded apart from every page, once for as long as it stays the same. */
const WORKER_MAX_BYTES = 6 * 1024;

const guides = readdirSync(new URL('../../content/guides/', import.meta.url)).map((file) =>
  file.replace('.md', '.html'),
);

let build: TemporaryBuild;
beforeAll(async () => {
  const given = process.env['ANLAN_TEST_PRODUCTION_BUILD'];
  build = given
    ? { outDir: given, remove: async () => {} }
    : await buildTemporarily({ devTools: false });
});
afterAll(() => build?.remove());

async function filesThatSay(folder: string, words: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('**/*.{mjs,js,html,json}', { cwd: folder })) {
    if (words.test(await readFile(join(folder, file), 'utf8'))) found.push(file);
  }
  return found;
}

const compressed = (text: string) => brotliCompressSync(text).length;

/** Of all scripts of a page, those included that they import. */
async function weighScripts(text: string, seen = new Set<string>()): Promise<number> {
  const names = [...text.matchAll(/(?:\/_astro|["'`]\.)\/([\w-]+\.js)/g)].map(
    ([, name = '']) => name,
  );
  let sum = 0;
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    const script = await readFile(join(build.outDir, 'client/_astro', name), 'utf8');
    sum += compressed(script) + (await weighScripts(script, seen));
  }
  return sum;
}

async function weigh(file: string, folder = 'guides') {
  const client = join(build.outDir, 'client');
  const html = await readFile(join(client, folder, file), 'utf8');
  const bare = html.replace(/<svg[\s\S]*?<\/svg>/g, '');
  const addresses = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)];
  const sheets = await Promise.all(
    addresses.map(([, href = '']) => readFile(join(client, href), 'utf8')),
  );
  const page = compressed(bare);
  return {
    whole: compressed(html),
    page,
    markup: page - compressed(bare.replace(/<[^>]+>/g, '\n')),
    styles: sheets.reduce((sum, sheet) => sum + compressed(sheet), 0),
    sheets: sheets.length,
    scripts: html.match(/<script/g)?.length ?? 0,
  };
}

describe('a production build', () => {
  it('knows nothing of how the demonstration’s staff sign in, which the build for tests does', async () => {
    const words = new RegExp(`${DEMO_STAFF.password}|${DEMO_STAFF.totpSecret}`);
    expect(await filesThatSay(build.outDir, words)).toEqual([]);
    expect(await filesThatSay(inject('siteBuild'), words)).not.toEqual([]);
  });

  it.each([/开发收件箱|"\/dev\/inbox"/, /全站的部件和它们的每一种状态/])(
    'contains no page for development, which the build for tests does: %s',
    async (page) => {
      expect(await filesThatSay(build.outDir, page)).toEqual([]);
      expect(await filesThatSay(inject('siteBuild'), page)).not.toEqual([]);
    },
  );
});

describe('a guide over the air', () => {
  it('keeps the whole budget where the words leave room for it', async () => {
    const { page, styles } = await weigh('earthquake.html');
    expect(page + styles).toBeLessThanOrEqual(GUIDE_MAX_BYTES);
  });

  it.each(guides)('%s has light styles, light markup and one script', async (file) => {
    const { styles, markup, sheets, scripts } = await weigh(file);
    expect(styles).toBeLessThanOrEqual(STYLES_MAX_BYTES);
    expect(markup).toBeLessThanOrEqual(MARKUP_MAX_BYTES);
    expect(sheets).toBeLessThanOrEqual(3);
    expect(scripts).toBe(1);
  });

  it.each(['guides/earthquake', 'elder/guides/earthquake', 'elder/guides/earthquake/more'])(
    '%s has light scripts, none of which holds up the page',
    async (path) => {
      const html = await readFile(join(build.outDir, 'client', `${path}.html`), 'utf8');
      const tags = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
      expect(tags.filter((tag) => !tag.includes('type="module"'))).toEqual([]);
      expect(await weighScripts(html)).toBeLessThanOrEqual(SCRIPTS_MAX_BYTES);
    },
  );
});

describe('copies for use without a link', () => {
  const read = (file: string) => readFile(join(build.outDir, 'client', file), 'utf8');

  it('are of guides and of nothing else, with what they weigh', async () => {
    const { sets } = JSON.parse(await read('offline.json')) as CopyList;
    const slugs = guides.map((file) => file.replace('.html', ''));
    expect(Object.keys(sets.guides)).toEqual(
      expect.arrayContaining(['/guides', ...slugs.map((slug) => `/guides/${slug}`)]),
    );
    expect(Object.keys(sets.elder)).toEqual(
      expect.arrayContaining(['/elder', ...slugs.map((slug) => `/elder/guides/${slug}/more`)]),
    );
    const pages = COPY_SETS.flatMap((set) => Object.entries(sets[set]));
    for (const [path, [words, bytes, sentBytes]] of pages) {
      expect.soft(path).toMatch(/^(\/guides(\/[a-z0-9-]+)?|\/elder(\/[a-z0-9/-]+)?)$/);
      expect.soft(words).toMatch(/^[\w-]{8}$/);
      expect.soft(bytes).toBeGreaterThan(sentBytes);
    }
    expect(new Set(pages.map(([, [words]]) => words)).size).toBeGreaterThan(guides.length * 3 - 5);
  });

  it('are kept by a worker that knows no address of anybody’s own', async () => {
    const worker = await read('guides-worker.js');
    expect(compressed(worker)).toBeLessThanOrEqual(WORKER_MAX_BYTES);
    expect(worker).not.toMatch(/["'`]\/(me|staff|api|tickets|halls|sign-in)\b/);
    expect(await read('guides.html')).toContain('/guides.webmanifest');
    for (const page of ['offline.html', 'elder/offline.html']) {
      const html = await read(page);
      expect(html, page).toMatch(/<div data-offline[^>]*>/);
      expect(html, page).toMatch(/<ul[^>]*data-kept[^>]*><\/ul>/);
      expect(html, page).toContain('tel:120');
    }
  });
});

describe('a card for a post, and the numbers to call, over the air', () => {
  const cards = readdirSync(new URL('../../content/cards/', import.meta.url)).map(
    (file) => ['cards', file.replace('.md', '.html')] as const,
  );

  it.each([...cards, ['', 'phones.html'] as const])(
    '%s/%s is light and has no script',
    async (folder, file) => {
      const { whole, styles, sheets, scripts } = await weigh(file, folder);
      expect(whole + styles).toBeLessThanOrEqual(CARD_MAX_BYTES);
      expect(sheets).toBeLessThanOrEqual(CARD_MAX_SHEETS);
      expect(scripts).toBe(0);
    },
  );
});
