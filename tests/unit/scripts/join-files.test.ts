import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { joinFiles } from '../../../scripts/lib/join-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anlan-join-'));
  await mkdir(join(folder, '_astro'));
  await mkdir(join(folder, 'guides'));
  await write('_astro/first.css', '.a{color:red}\n');
  await write('_astro/second.css', '.a{color:blue}');
  await write('_astro/word.js', 'export const word = "whole";');
  await write('_astro/page.js', 'import { word } from "./word.js"; document.title = word;');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFile(join(folder, file), text);
const read = (file: string) => readFile(join(folder, file), 'utf8');
const sheet = (name: string) => `<link rel="stylesheet" href="/${name}.css">`;
const linked = (html: string) =>
  [...html.matchAll(/(?:href|src)="\/([^"]+)"/g)].map(([, at]) => at);

it('gives a page one sheet in the order of its own, and a script that imports nothing', async () => {
  const script = '<script type="module" src="/_astro/page.js"></script>';
  const page = `${sheet('_astro/second')}${sheet('_astro/first')}${script}`;
  await write('guides/a.html', page);
  await write('b.html', page);
  await joinFiles(folder);
  const html = await read('guides/a.html');
  expect(await read('b.html')).toBe(html);
  const [css = '', js = '', ...rest] = linked(html);
  expect(rest).toEqual([]);
  expect(await read(css)).toBe('.a{color:blue}\n.a{color:red}');
  expect(await read(js)).toContain('"whole"');
  expect(await read(js)).not.toContain('import');
});

it('leaves alone what is not the bundler’s, and a page with one sheet', async () => {
  const pages = [sheet('_astro/first'), `${sheet('live')}${sheet('_astro/first')}`, '<p>a</p>'];
  for (const [at, page] of pages.entries()) await write(`${at}.html`, page);
  await joinFiles(folder);
  for (const [at, page] of pages.entries()) expect(await read(`${at}.html`)).toBe(page);
});
