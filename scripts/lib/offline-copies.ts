import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import {
  COPY_SETS,
  copySetOf,
  type CopyList,
  type ListedPage,
} from '../../src/lib/offline/copies.ts';

/** The oldest browsers that have what the worker and the pages' scripts need. */
const BROWSERS = ['chrome90', 'safari15', 'firefox90'];

const WORKER = new URL('../../src/browser/guides-worker.ts', import.meta.url);

/** What somebody reads there: a new style sheet is not a new version of what a guide says. */
function digestWords(html: string): string {
  const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html;
  const words = main.replace(/<svg[\s\S]*?<\/svg>|<script[\s\S]*?<\/script>|<[^>]+>|\s/g, '');
  return createHash('sha256').update(words).digest('base64url').slice(0, 8);
}

/** @param folder the built pages. */
export async function listCopies(folder: string): Promise<CopyList> {
  const paths: string[] = [];
  for await (const file of glob('{guides,elder}{.html,/**/*.html}', { cwd: folder })) {
    const path = `/${file.replaceAll('\\', '/').replace(/\.html$/, '')}`;
    if (copySetOf(path)) paths.push(path);
  }
  const pages = await Promise.all(
    paths.toSorted().map(async (path) => {
      const html = await readFile(`${folder}${path}.html`, 'utf8');
      const listed: ListedPage = [
        digestWords(html),
        Buffer.byteLength(html),
        brotliCompressSync(html).length,
      ];
      return [path, listed] as const;
    }),
  );
  const ofSet = (set: string) =>
    Object.fromEntries(pages.filter(([path]) => copySetOf(path) === set));
  return {
    sets: Object.fromEntries(COPY_SETS.map((set) => [set, ofSet(set)])) as CopyList['sets'],
  };
}

/**
 * Writes what the copies for use without a link need, once the pages are there: the list of what may be kept, and the
 * worker that keeps it.
 * @param folder the built pages.
 */
export async function writeOfflineCopies(folder: string): Promise<void> {
  await writeFile(`${folder}/offline.json`, JSON.stringify(await listCopies(folder)));
  await build({
    entryPoints: [WORKER.pathname],
    outfile: `${folder}/guides-worker.js`,
    bundle: true,
    minify: true,
    format: 'iife',
    target: BROWSERS,
    legalComments: 'none',
    logLevel: 'warning',
  });
}
