import { describe, expect, it } from 'vitest';
import {
  arrangeAnswers,
  isAskedFor,
  quickIndex,
  type FoundDocument,
} from '../../../../src/features/search/policy.ts';
import { searchPageInput } from '../../../../src/features/search/schema.ts';
import { createSearch, normalise, readSounds } from '../../../../src/lib/search.ts';
import questions from '../../../search/questions.json' with { type: 'json' };
import readings from '../../../../content/search/readings.json' with { type: 'json' };
import { contentIndex, find, guideFiles, searchWords } from '../../../helpers/search.ts';

interface Question {
  asked: string;
  wanted: string[];
}

const hrefs = (asked: string) => find(asked).found.map(({ document }) => document.href);
/** Questions whose answer is not among the first so many. */
const missed = (list: readonly Question[], first: number) =>
  list
    .filter(
      ({ asked, wanted }) =>
        !hrefs(asked)
          .slice(0, first)
          .some((one) => wanted.includes(one)),
    )
    .map(({ asked }) => asked);

const guides = contentIndex.documents.filter(({ kind }) => kind === 'guide');
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** Every word of two characters, with the guides on which it stands. */
const words = new Map<string, Set<string>>();
for (const { href, fields } of guides) {
  for (const { segment } of fields.flatMap(([, text]) => [...segmenter.segment(text)])) {
    if (!/^\p{Script=Han}{2}$/u.test(segment)) continue;
    words.set(segment, (words.get(segment) ?? new Set()).add(href));
  }
}

describe('what people ask', () => {
  it('has its guide among the first three answers, for all of the 150 questions', () => {
    expect(questions.everyday).toHaveLength(150);
    expect(missed(questions.everyday, 3)).toEqual([]);
  });

  it('is mostly answered by the first', () => {
    expect(missed(questions.everyday, 1).length).toBeLessThanOrEqual(4);
  });

  it('is answered too where it is said in other words', () => {
    expect(missed(questions.more, 3)).toEqual([]);
    expect(missed(questions.later, 3).length).toBeLessThanOrEqual(1);
  });

  it('is answered too where strangers ask: unspaced, in dialect, by sound, in two words', () => {
    expect(missed(questions.strangers, 3).length).toBeLessThanOrEqual(4);
    expect(missed(questions.strangers, 1).length).toBeLessThanOrEqual(14);
  });

  it('is answered while it is typed, from the small index', () => {
    const quick = quickIndex(contentIndex);
    const documents = quick.documents.map((entry) => ({
      ...entry,
      fields: [
        [10, normalise([entry.title, ...entry.names].join(' '))] as const,
        [5, normalise([entry.summary, ...entry.now].join(' '))] as const,
      ],
    }));
    const typed = createSearch({ ...quick, documents });
    const wrong = questions.everyday.filter(
      ({ asked, wanted }) =>
        !typed(asked)
          .found.slice(0, 5)
          .some(({ document }) => wanted.includes(document.href)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('a word on a page', () => {
  it('leads to every guide on which it stands', () => {
    expect(words.size).toBeGreaterThan(3000);
    const lost = [...words].filter(([word, wanted]) => {
      const found = new Set(hrefs(word));
      return [...wanted].some((href) => !found.has(href));
    });
    expect(lost).toEqual([]);
  });

  it('leads there beside another of the same page, with no space between them', () => {
    const all = [...words];
    const lost = guides.flatMap(({ href }, at) => {
      const own = all.filter(([, on]) => on.has(href)).map(([word]) => word);
      const asked = `${own[(at * 7) % own.length]}${own[(at * 31 + 5) % own.length]}`;
      return hrefs(asked).includes(href) ? [] : [asked];
    });
    expect(lost).toEqual([]);
  });

  it('leads first to the guide of which it is the title, and to the page of which it is a heading', () => {
    const titles = guideFiles.map(({ id, data }) => ({
      asked: data.title,
      wanted: [`/guides/${id}`],
    }));
    const headings = guideFiles.flatMap(({ id, body }) =>
      [...body.matchAll(/^#+ (.+)$/gm)].map(([, asked = '']) => ({
        asked,
        wanted: [`/guides/${id}`],
      })),
    );
    expect(missed(titles, 1)).toEqual([]);
    expect(headings.length).toBeGreaterThan(150);
    expect(missed(headings, 10)).toEqual([]);
  });
});

describe('the words of content/search', () => {
  it('name guides that exist, each of them', () => {
    expect(Object.keys(searchWords.names).toSorted()).toEqual(guideFiles.map(({ id }) => id));
  });

  it('lead to their own guide among the first three', () => {
    const asked = Object.entries(searchWords.names).flatMap(([slug, names]) =>
      names.map((name) => ({ asked: name, wanted: [`/guides/${slug}`] })),
    );
    expect(missed(asked, 3)).toEqual([]);
  });

  it('can all be asked for by their sound', () => {
    const sounds = readSounds(readings);
    const unread = contentIndex.vocabulary.filter(([word]) =>
      Array.from(word).some((one) => !sounds.has(one)),
    );
    expect(unread).toEqual([]);
  });

  it('offer common questions that have an exact answer', () => {
    for (const asked of searchWords.common) expect.soft(find(asked).isExact, asked).toBe(true);
  });
});

describe('the page of answers', () => {
  const read = (query: string) =>
    searchPageInput.parse(Object.fromEntries(new URLSearchParams(query)));

  it('tells at once what to do now, before anything else', () => {
    const { now, groups } = arrangeAnswers(find('家里煤气味'));
    expect(now?.href).toBe('/guides/gas-co');
    expect(now?.now?.length).toBeGreaterThan(2);
    expect(groups[0]?.documents).not.toContain(now);
  });

  it('tells nobody what to do about something else: not of crowds whose house shakes', () => {
    const told = Object.values(questions)
      .flat()
      .map(({ asked, wanted }) => ({ asked, wanted, now: arrangeAnswers(find(asked)).now?.href }));
    const wrong = told.filter(({ now, wanted }) => now && !wanted.includes(now));
    expect(wrong).toEqual([]);
    expect(told.filter(({ now }) => now).length).toBeGreaterThan(300);
  });

  it('tells nobody what to do where a page is called what was asked', () => {
    expect(arrangeAnswers(find('下载海报')).now).toBeUndefined();
    expect(arrangeAnswers(find('打什么电话')).now).toBeUndefined();
  });

  it('finds a hall by its place, whatever the plan calls it', () => {
    expect(hrefs('连云港体验馆门票')[0]).toBe('/halls/lianyungang');
    expect(hrefs('盐城科普馆预约')[0]).toBe('/halls/yancheng');
  });

  it('tells nobody what to do on the strength of a few characters', () => {
    const { now, groups } = arrangeAnswers(find('震撼人民'));
    expect(now).toBeUndefined();
    expect(groups.length).toBeGreaterThan(0);
  });

  it('has nothing to tell where the answer is a place', () => {
    const { groups } = arrangeAnswers(find('怎么申请示范社区'));
    expect(groups[0]?.documents[0]?.href).toBe('/communities');
  });

  it('leaves out choices that there are not', () => {
    expect(read('q=火&group=x&audience=%3Cb%3E&season=13&region=1')).toEqual({ q: '火' });
    expect(read('')).toEqual({ q: '' });
  });

  it.each([
    ['group=急救', ({ group }: FoundDocument) => group === '急救'],
    ['audience=学校', ({ audience }: FoundDocument) => audience?.includes('学校')],
    ['season=winter', ({ seasons }: FoundDocument) => seasons?.includes('winter')],
    ['region=320900', ({ regions }: FoundDocument) => regions?.includes('320900')],
  ] as const)('is narrowed by %s', (query, belongs) => {
    const kept = contentIndex.documents.filter((one) => isAskedFor(one, read(query)));
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.length).toBeLessThan(contentIndex.documents.length);
    expect(kept.every(belongs)).toBe(true);
  });
});
