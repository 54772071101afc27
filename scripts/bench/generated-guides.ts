import { parseFrontmatter } from 'astro/markdown';
import { drawnNumbers } from '../lib/drawn.ts';

export interface GuideFile {
  slug: string;
  text: string;
  /** The slug of the guide that it was made from. */
  from?: string;
}

/** Fields that people read and that may say anything; the others are chosen from lists. */
const SAID = new Set(['title', 'summary', 'text', 'do', 'dont', 'old', 'new', 'why']);
const HAN = /\p{Script=Han}+/gu;
/** Links lead to sources by their keys. */
const LINKS = /(\]\([^)]*\))/;

/**
 * Guides as long and as rich as the real ones, each with words of its own: two of them are no more alike than two drawn
 * at random, so that no check for copies takes one for another. The same count gives the same guides.
 * @param own the guides to take the shape and the words from.
 */
export function generateGuides(own: readonly GuideFile[], count: number): GuideFile[] {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
  const vocabulary = [
    ...new Set(
      own.flatMap(({ text }) =>
        [...segmenter.segment(text)].map(({ segment }) => segment).filter(isTwoHan),
      ),
    ),
  ];
  return Array.from({ length: count }, (_, index) => {
    const model = own[index % own.length];
    if (!model) throw new Error('There is no guide to take the shape from.');
    const next = drawnNumbers(index + 1);
    const drawnWord = () => vocabulary[Math.floor(next() * vocabulary.length)] ?? '';
    const replaced = (text: string) =>
      text.replace(HAN, (run) => takeCharacters(drawnWord, run.length));
    const { frontmatter, content } = parseFrontmatter(model.text);
    // The tiles of the first page are for a handful.
    const said = JSON.stringify({ ...frontmatter, tile: undefined }, (key, value: unknown) =>
      typeof value === 'string' && SAID.has(key) ? replaced(value) : asWritten(value),
    );
    const body = content
      .split(LINKS)
      .map((part) => (LINKS.test(part) ? part : replaced(part)))
      .join('');
    return {
      slug: `generated-${index + 1}`,
      from: model.slug,
      // JSON is YAML too.
      text: `---\n${said}\n---\n${body}`,
    };
  });
}

const isTwoHan = (word: string) => /^\p{Script=Han}{2}$/u.test(word);

/** `JSON.stringify` hands over dates as instants; a file has the day. */
const asWritten = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? value.slice(0, 10) : value;

function takeCharacters(drawnWord: () => string, length: number): string {
  let taken = '';
  while (taken.length < length) taken += drawnWord();
  return taken.slice(0, length);
}
