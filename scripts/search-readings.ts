/**
 * Writes `content/search/readings.json` anew. Readings come from pinyin-pro 3.29.4 (MIT), which the site itself does
 * not need and therefore does not install: `npm install --prefix <folder> pinyin-pro@3.29.4`, then
 * `npm run search-readings -- <folder>`. A test says when it is due: a text uses a character that nobody can spell.
 */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { ROOT } from './lib/processes.ts';
import { charactersToRead, readingsFile } from './lib/readings.ts';

interface PinyinPro {
  pinyin: (
    text: string,
    options: { toneType: 'none'; type: 'array'; v: true; multiple?: true },
  ) => string[];
}

const folder = process.argv[2];
if (!folder) {
  console.error('Say where pinyin-pro lies: npm run search-readings -- <folder>');
  process.exit(1);
}
const require = createRequire(join(resolve(folder), 'package.json'));
const { pinyin } = require('pinyin-pro') as PinyinPro;
const options = { toneType: 'none', type: 'array', v: true } as const;
const characters = await charactersToRead(join(ROOT, 'content/'));
const text = readingsFile(characters, (one) => [
  ...pinyin(one, options).slice(0, 1),
  ...pinyin(one, { ...options, multiple: true }),
]);
await writeFile(join(ROOT, 'content/search/readings.json'), text);
console.log(`${characters.length} characters written to content/search/readings.json`);
