import { glob, readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildTemporarily, type TemporaryBuild } from '../../scripts/lib/site.ts';
import { DEMO_STAFF } from '../../src/dev/demo.ts';

/** What a guide may cost over the air: its HTML without the drawings, and its styles. */
const GUIDE_MAX_BYTES = 6 * 1024;
const STYLES_MAX_BYTES = 3000;
/** Tags, addresses and the frame around the words; the words themselves weigh what they weigh. */
const MARKUP_MAX_BYTES = 1500;

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

async function weigh(file: string) {
  const client = join(build.outDir, 'client');
  const html = await readFile(join(client, 'guides', file), 'utf8');
  const bare = html.replace(/<svg[\s\S]*?<\/svg>/g, '');
  const addresses = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)];
  const sheets = await Promise.all(
    addresses.map(([, href = '']) => readFile(join(client, href), 'utf8')),
  );
  const page = compressed(bare);
  return {
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

  it.each(guides)('%s has light styles, light markup and no script', async (file) => {
    const { styles, markup, sheets, scripts } = await weigh(file);
    expect(styles).toBeLessThanOrEqual(STYLES_MAX_BYTES);
    expect(markup).toBeLessThanOrEqual(MARKUP_MAX_BYTES);
    expect(sheets).toBeLessThanOrEqual(3);
    expect(scripts).toBe(0);
  });
});
