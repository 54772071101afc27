import { z } from 'zod';
import { AUDIENCES, PLACES, TOPIC_GROUPS, type Place } from '../guides/schema.ts';

/** The longest everyday name has eight or nine characters; what is longer is a sentence. */
const word = z.string({ error: '请写一个词' }).regex(/^[\p{Script=Han}a-z0-9]{1,10}$/u, {
  error: '只写汉字、小写字母和数字，最多10个，不打空格',
});
const isWithoutRepeats = (list: readonly string[]) => new Set(list).size === list.length;
const wordList = z
  .array(word, { error: '请写一列词' })
  .min(1, { error: '至少写1个词' })
  .refine(isWithoutRepeats, { error: '词写重了' });
const sentence = z.string({ error: '请写一句话' }).min(2, { error: '请写一句话' });

/** `content/search/words.json`: how people call things, in their own words. */
export const searchWordsSchema = z.strictObject({
  /** Each list: words for one thing. Whoever asks for one finds what is written with another. */
  synonyms: z.array(
    z.tuple([word], word, { error: '请写一列词' }).refine(isWithoutRepeats, { error: '词写重了' }),
  ),
  /** A guide's file name, and what people call what it is about. */
  names: z.record(z.string(), wordList),
  /** Pages with no file in `content/`. */
  pages: z.array(
    z.strictObject({
      href: z.string().regex(/^\/[a-z/-]+$/, { error: '请写本站的地址，例如 /drills' }),
      title: sentence,
      summary: sentence,
      /** What else stands there, where a page is longer than its summary. */
      about: sentence.optional(),
      names: wordList,
    }),
  ),
  /** What an empty page of answers offers to ask. */
  common: z.array(sentence).min(4, { error: '至少写4个常见的问题' }),
});
export type SearchWords = z.output<typeof searchWordsSchema>;

/** Each season by its months, as the calendar of the weather services has them. */
export const SEASONS = {
  spring: { title: '春季', months: [3, 4, 5] },
  summer: { title: '夏季', months: [6, 7, 8] },
  autumn: { title: '秋季', months: [9, 10, 11] },
  winter: { title: '冬季', months: [12, 1, 2] },
} as const;
export type Season = keyof typeof SEASONS;

const choice = <Value extends string>(values: readonly Value[]) =>
  z.enum(values).optional().catch(undefined);

/** The address of a page of answers. What it says beyond the choices is left out: a mistyped link still finds. */
export const searchPageInput = z.object({
  q: z.string().catch('').default(''),
  /** One of the headings of the list of guides. */
  group: choice(TOPIC_GROUPS.map(({ title }) => title)),
  /** Where it happens. */
  place: choice(Object.keys(PLACES) as Place[]),
  audience: choice(AUDIENCES),
  season: choice(Object.keys(SEASONS) as Season[]),
  /** The code of a region with a page of its own. */
  region: z
    .string()
    .regex(/^[1-9]\d{5}$/)
    .optional()
    .catch(undefined),
});
/** `content/search/page-texts.json`: all the words of pages whose words have no file of their own, by address. */
export const pageTextsSchema = z.record(z.string(), sentence);
export type PageTexts = z.output<typeof pageTextsSchema>;

export type SearchAsked = z.output<typeof searchPageInput>;
