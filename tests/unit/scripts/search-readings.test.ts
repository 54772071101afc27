import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { charactersToRead, readingsFile } from '../../../scripts/lib/readings.ts';
import { readSounds } from '../../../src/lib/search.ts';

const content = fileURLToPath(new URL('../../../content/', import.meta.url));
const file = await readFile(`${content}search/readings.json`, 'utf8');
const sounds = readSounds(JSON.parse(file) as Record<string, string>);

describe('content/search/readings.json', () => {
  it('has every character of GB 2312 and of the site’s own texts, else run `npm run search-readings`', async () => {
    const characters = await charactersToRead(content);
    expect(characters.length).toBeGreaterThan(6763);
    expect(characters.filter((one) => !sounds.has(one))).toEqual([]);
  });

  it('is what the script makes of its readings, to the letter', async () => {
    const characters = await charactersToRead(content);
    const kept = new Set(characters);
    // A character that a text has lost may stay until the next run.
    const all = [...characters, ...[...sounds.keys()].filter((one) => !kept.has(one))];
    expect(
      Object.fromEntries(readSounds(JSON.parse(readingsFile(all, read)) as Record<string, string>)),
    ).toEqual(Object.fromEntries(sounds));
    if (all.length === characters.length) expect(readingsFile(all, read)).toBe(file);
  });

  /** ICU, which knows nothing of the library that the readings come from, sorts by sound. */
  it('agrees with the order in which ICU sorts by pinyin', () => {
    const { compare } = new Intl.Collator('zh-Hans-u-co-pinyin');
    const sorted = [...sounds.keys()].toSorted(compare);
    const around = (at: number) =>
      [...sorted.slice(Math.max(0, at - 6), at), ...sorted.slice(at + 1, at + 7)]
        .map((one) => sounds.get(one) ?? [])
        .filter((list) => list.length === 1)
        .flat();
    const odd = sorted.filter(
      (one, at) => !sounds.get(one)?.some((sound) => around(at).includes(sound)),
    );
    // Those alone with their sound, such as 嗯 and 日, have no neighbour to agree with.
    expect(odd.length, odd.join('')).toBeLessThan(40);
  });
});

function read(character: string): readonly string[] {
  return sounds.get(character) ?? [];
}
