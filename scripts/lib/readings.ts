import { glob, readFile } from 'node:fs/promises';

const IS_HAN = /^\p{Script=Han}$/u;
/** A rarer reading than the second is a mistake more often than a help. */
const READINGS_KEPT = 2;
/** Third readings that everybody types: 着火 is zhaohuo. */
const READ_ALSO: Readonly<Record<string, string>> = { 着: 'zhao' };

/** The characters of GB 2312 in its order: what nearly every Chinese text is written with. */
function standardCharacters(): string[] {
  const decoder = new TextDecoder('gb2312');
  const characters: string[] = [];
  for (let high = 0xb0; high <= 0xf7; high += 1) {
    for (let low = 0xa1; low <= 0xfe; low += 1) {
      characters.push(decoder.decode(Uint8Array.of(high, low)));
    }
  }
  return characters.filter((one) => IS_HAN.test(one));
}

/**
 * What has to be found by its sound: GB 2312, and beyond it whatever the site's own files use, by code point.
 * @param folder of the content, with a slash at its end.
 */
export async function charactersToRead(folder: string): Promise<string[]> {
  const known = new Set(standardCharacters());
  const more = new Set<string>();
  for await (const file of glob('**/*.{md,yaml,json}', { cwd: folder })) {
    if (file.endsWith('readings.json')) continue;
    for (const one of await readFile(folder + file, 'utf8')) {
      if (IS_HAN.test(one) && !known.has(one)) more.add(one);
    }
  }
  return [...known, ...[...more].toSorted()];
}

/**
 * The text of `content/search/readings.json`: characters by their sounds, sounds in the order of the alphabet.
 * @param read a character's sounds without tones, the commonest first; ü is v.
 */
export function readingsFile(
  characters: readonly string[],
  read: (character: string) => readonly string[],
): string {
  const bySound = new Map<string, string>();
  for (const one of characters) {
    const also = READ_ALSO[one];
    const sounds = [...new Set(read(one))].filter(
      (sound) => /^[a-z]+$/.test(sound) && sound !== also,
    );
    for (const sound of [...sounds.slice(0, READINGS_KEPT), ...(also ? [also] : [])]) {
      bySound.set(sound, (bySound.get(sound) ?? '') + one);
    }
  }
  const sorted = [...bySound].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}
