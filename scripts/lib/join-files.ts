import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The bundler's own: what is inserted into pages on their way stands elsewhere. */
const SHEET = /<link rel="stylesheet" href="(\/_astro\/[\w-]+\.css)">/g;
const SCRIPT = /<script type="module" src="(\/_astro\/[\w-]+\.js)">/g;

/**
 * Gives each page that is drawn ahead one style sheet in place of several, in their order, and scripts that import nothing. Each
 * further file costs a round trip, and a connection where the way is HTTP/1.1; together they also compress better
 * (decision 41). Pages drawn on demand keep theirs, so that all files stay.
 * @param folder the built pages.
 */
export async function joinFiles(folder: string): Promise<void> {
  const sheetOf = remember((addresses) => joinSheets(folder, addresses));
  const scriptOf = remember((addresses) => joinScript(folder, addresses));
  for await (const file of glob('**/*.html', { cwd: folder })) {
    const path = join(folder, file);
    const html = await readFile(path, 'utf8');
    const sheets = addressesIn(html, SHEET);
    const scripts = new Map(
      await Promise.all(
        addressesIn(html, SCRIPT).map(async (one) => [one, await scriptOf([one])] as const),
      ),
    );
    const sheet = sheets.length > 1 ? await sheetOf(sheets) : sheets[0];
    const joined = html
      .replace(SHEET, (link, address: string) =>
        address === sheets[0] ? link.replace(address, sheet ?? address) : '',
      )
      .replace(SCRIPT, (tag, address: string) =>
        tag.replace(address, scripts.get(address) ?? address),
      );
    if (joined !== html) await writeFile(path, joined);
  }
}

const addressesIn = (html: string, tag: RegExp) => [
  ...new Set([...html.matchAll(tag)].map(([, address = '']) => address)),
];

/** Pages share what they are made of: each combination is written once. */
function remember(write: (addresses: readonly string[]) => Promise<string>) {
  const written = new Map<string, Promise<string>>();
  return (addresses: readonly string[]) => {
    const key = addresses.join();
    const made = written.get(key) ?? write(addresses);
    written.set(key, made);
    return made;
  };
}

async function joinSheets(folder: string, addresses: readonly string[]): Promise<string> {
  const sheets = await Promise.all(
    addresses.map((address) => readFile(join(folder, address), 'utf8')),
  );
  return writeNamed(folder, sheets.map((sheet) => sheet.trim()).join('\n'), 'css');
}

async function joinScript(folder: string, [address = '']: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, address)],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  return writeNamed(folder, outputFiles[0]?.text.trim() ?? '', 'js');
}

/** @returns the address. */
async function writeNamed(folder: string, text: string, kind: 'css' | 'js'): Promise<string> {
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 6);
  const address = `/_astro/${name}.${kind}`;
  await writeFile(join(folder, address), text);
  return address;
}
