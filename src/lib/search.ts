/**
 * Search in short Chinese texts without an index of words: what is asked is cut into runs of two to four characters, and
 * each is looked for in the texts themselves. A word that stands on a page is therefore always found, whatever a
 * dictionary would make of it. Knows no feature; the same code runs in the Worker and in browsers.
 */

/** One thing that can be found. Texts are `normalise`d already. */
export interface SearchDocument {
  href: string;
  /** How much a place counts, with what stands there. */
  fields: readonly (readonly [weight: number, text: string])[];
  /** What people call it. An asked text that contains one of them means this document. */
  names: readonly string[];
}

/** A word, and each way to spell it in pinyin without tones and spaces. */
export type SpelledWord = readonly [word: string, ...spellings: string[]];

/** All that a search needs; plain data, so that it travels as JSON. */
export interface SearchIndex<Document extends SearchDocument = SearchDocument> {
  documents: readonly Document[];
  /** Each list: words for one thing. */
  synonyms: readonly (readonly [string, ...string[]])[];
  /** What can be asked for by its sound. */
  vocabulary: readonly SpelledWord[];
}

/** Characters by their sound: `{ "di": "地第低…" }`. */
export type Readings = Readonly<Record<string, string>>;
/** Each character's sounds. */
export type Sounds = ReadonlyMap<string, readonly string[]>;

export interface Found<Document> {
  document: Document;
  score: number;
  /** Whether what was asked contains one of its names. */
  isNamed: boolean;
}

export interface SearchAnswers<Document> {
  /** The best first; empty only where nothing that was asked stands anywhere. */
  found: Found<Document>[];
  /** False where no document has it all: the first ones are what comes closest. */
  isExact: boolean;
  /** What was looked for, the parts of what was asked and what it may mean: for asking elsewhere. */
  words: string[];
  /** The parts that stand in no document: the name of a village, or of nothing. */
  unknown: string[];
}

/** More than anybody asks in one line. The rest is not read, so that no question is dear. */
export const ASKED_CHARACTERS = 40;

const IS_HAN = /\p{Script=Han}/u;
/** Runs longer than this are told apart by their parts. */
const LONGEST_RUN = 4;
/** In these nobody's meaning lies: a run with one of them says little, however rare it is. */
const SMALL_WORDS =
  /[了的吗呢吧啊是我你他她在有个么什怎能会要可以这那把被到和里上下不没就都还去来]/;
const SMALL_WORD_SHARE = 0.3;
/** What asks, whatever is asked about: half of all titles have it, and are not what is meant. */
const ASKING =
  /怎么办(?![理法事证卡])|怎么回事|怎么样|怎么弄|为什么|什么时候|什么意思|怎么|怎样|如何|什么|咋办|咋整|咋|请问/g;
/** The same thing in another word. */
const SYNONYM_SHARE = 0.8;
/** What somebody may have meant. */
const GUESS_SHARE = 0.8;
/** A document that is called what was asked stands before one that merely says it. */
const NAME_WEIGHT = 14;
const GUESSES = 8;
/** A document with more than this of what was asked is an answer, and not only the closest one. */
const EXACT_SHARE = 0.6;

/** Half width, small letters, anything but letters and digits a space. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The first `ASKED_CHARACTERS` of what somebody asks, normalised. */
const readAsked = (asked: string) =>
  normalise(
    Array.from(asked.slice(0, 4 * ASKED_CHARACTERS))
      .slice(0, ASKED_CHARACTERS)
      .join(''),
  );

/** `着火了` → 着火, 火了, 着火了. A run of letters or digits is one term. */
function runsOf(asked: string): string[] {
  const runs = asked.match(/\p{Script=Han}+|[^\p{Script=Han} ]+/gu) ?? [];
  return runs.flatMap((run) => {
    const characters = Array.from(run);
    if (!IS_HAN.test(run) || characters.length === 1) return [run];
    const parts: string[] = [];
    for (let length = 2; length <= LONGEST_RUN; length += 1) {
      for (let from = 0; from + length <= characters.length; from += 1) {
        parts.push(characters.slice(from, from + length).join(''));
      }
    }
    return parts;
  });
}

/** What was asked about, without the words of asking; all of it where there is nothing else. */
const askedAbout = (text: string) => text.replace(ASKING, ' ').trim() || text;

const shareOf = (text: string) => (SMALL_WORDS.test(text) ? SMALL_WORD_SHARE : 1);

/** Finds everything in which what was asked, or what was probably meant, stands. */
export type Search<Document extends SearchDocument> = (asked: string) => SearchAnswers<Document>;

/** @param sounds with them, a character written for another of the same sound is understood too. */
export function createSearch<Document extends SearchDocument>(
  { documents, synonyms, vocabulary }: SearchIndex<Document>,
  sounds?: Sounds,
): Search<Document> {
  const wordsBySound = new Map<string, string[]>();
  for (const [word, ...spellings] of sounds ? vocabulary : []) {
    for (const way of new Set(spellings.map(blur))) {
      wordsBySound.set(way, [...(wordsBySound.get(way) ?? []), word]);
    }
  }
  /** @param understood the characters of what stands somewhere: 孩爬 in 小孩爬窗户 is cut out of two words. */
  const bySound = (run: string, understood: ReadonlySet<string>): string[] => {
    if (!sounds || SMALL_WORDS.test(run)) return [];
    const unclear = Array.from(run).filter((one) => !understood.has(one));
    if (unclear.length === 0 || (run.length === 2 && unclear.length < 2)) return [];
    const [, ...spellings] = spellWord(run, sounds);
    const words = spellings.flatMap((way) => wordsBySound.get(blur(way)) ?? []);
    return words.filter((word) => word.length === run.length);
  };

  return (asked) => {
    const text = readAsked(asked);
    if (text === '') return { found: [], isExact: true, words: [], unknown: [] };
    const joined = text.replaceAll(' ', '');
    const about = askedAbout(text);
    const runs = weighRuns(documents, [...new Set(runsOf(about))]);
    const letters = (text.match(/[a-z]+/g) ?? []).join('');
    const understood = new Set(
      runs
        .filter(({ many, text: run }) => many > 0 && run.length > 1 && !SMALL_WORDS.test(run))
        .flatMap(({ text: run }) => Array.from(run)),
    );
    const guesses = new Set([
      ...(letters.length > 1 ? byPinyin(vocabulary, letters) : []),
      ...runs.filter(({ many }) => many === 0).flatMap((run) => bySound(run.text, understood)),
    ]);
    const meant = [joined, ...[...guesses].slice(0, GUESSES)];
    const others = synonyms.filter((group) =>
      group.some((word) => meant.some((one) => one.includes(word))),
    );
    const known = rank(
      documents,
      [
        ...runs,
        ...meant.slice(1).map((word) => weigh(documents, [word], GUESS_SHARE)),
        ...others.map((group) => weigh(documents, group, SYNONYM_SHARE)),
      ],
      // One sound in a long sentence is a hint, and calls nothing by its name.
      meant.filter((word, at) => at === 0 || letters !== '' || 2 * word.length >= about.length),
    );
    // What longer runs are made of, or the whole of what is no longer.
    const parts = runs.filter((run) => run.text.length <= 2 || !IS_HAN.test(run.text));
    const isKnown = 2 * parts.filter(({ many }) => many > 0).length >= parts.length;
    const words = [...parts.map((part) => part.text), ...meant.slice(1), ...others.flat()];
    const unknown = parts.filter(({ many }) => many === 0).map((part) => part.text);
    if (known.found.length > 0) {
      return { ...known, words, unknown, isExact: isKnown && known.isExact && guesses.size === 0 };
    }
    // Nothing of it stands anywhere: each character by itself comes closest.
    const characters = [...new Set(joined)].filter((one) => IS_HAN.test(one));
    const closest = characters.map((one) => weigh(documents, [one], shareOf(one)));
    return { ...rank(documents, closest, []), words, unknown, isExact: false };
  };
}

interface Term {
  text: string;
  /** What it counts, from its share and how rare it is. */
  rarity: number;
  /** In how many documents it stands. */
  many: number;
  /** The weight of its best place in each document, in their order; 0 where it stands nowhere. */
  weights: readonly number[];
}

/** @param texts one, or several that count as one. */
function weigh(
  documents: readonly SearchDocument[],
  texts: readonly [string, ...string[]],
  share: number,
): Term {
  const weights = documents.map(({ fields }) => {
    let most = 0;
    for (const [weight, words] of fields) {
      if (weight > most && texts.some((text) => words.includes(text))) most = weight;
    }
    return most;
  });
  const many = weights.filter((weight) => weight > 0).length;
  const rarity = many && share * Math.log(1 + documents.length / many);
  return { text: texts[0], weights, many, rarity };
}

/** The parts of what was asked, the shorter ones first: what contains something that stands nowhere stands nowhere. */
function weighRuns(documents: readonly SearchDocument[], runs: readonly string[]): Term[] {
  const absent = new Set<string>();
  return runs.map((run) => {
    const isAbsent = run.length > 2 && (absent.has(run.slice(0, -1)) || absent.has(run.slice(1)));
    const term = isAbsent
      ? { text: run, weights: [], many: 0, rarity: 0 }
      : weigh(documents, [run], shareOf(run));
    if (term.many === 0) absent.add(run);
    return term;
  });
}

function rank<Document extends SearchDocument>(
  documents: readonly Document[],
  terms: readonly Term[],
  meant: readonly string[],
): Pick<SearchAnswers<Document>, 'found' | 'isExact'> {
  const whole = terms.reduce((sum, { rarity }) => sum + rarity, 0);
  const found = documents
    .map((document, position) => {
      let score = 0;
      let covered = 0;
      for (const { weights, rarity } of terms) {
        const weight = weights[position] ?? 0;
        score += rarity * weight;
        if (weight > 0) covered += rarity;
      }
      const named = Math.max(0, ...document.names.map((name) => calledBy(meant, name)));
      const share = whole === 0 ? 0 : covered / whole;
      return { document, share, named, score: score * (0.4 + 0.6 * share) + named };
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  return {
    found: found.map(({ document, score, named }) => ({ document, score, isNamed: named > 0 })),
    isExact: found.some(({ share, named }) => named > 0 || share > EXACT_SHARE),
  };
}

/** Longer names say more: 燃气中毒 more than 燃气. */
const calledBy = (meant: readonly string[], name: string) =>
  meant.some((one) => one.includes(name)) ? NAME_WEIGHT * Math.sqrt(name.length) : 0;

/** What many people do not hear: zh and z, ng and n. */
const blur = (pinyin: string) => pinyin.replace(/([zcs])h/g, '$1').replace(/([aeiou]n)g/g, '$1');

/** A vocabulary that costs less: whoever spells 燃气泄漏 has spelled 燃气, so only 燃气 stays. */
export const shortestWords = (vocabulary: readonly SpelledWord[]): SpelledWord[] =>
  vocabulary.filter(
    ([word]) => !vocabulary.some(([other]) => other !== word && word.includes(other)),
  );

/** Shorter ones are too like each other for a letter to be wrong. */
const MISTYPED_LETTERS = 5;

function byPinyin(vocabulary: readonly SpelledWord[], letters: string): string[] {
  const blurred = blur(letters);
  const tests: ((spelling: string) => boolean)[] = [
    (spelling) => spelling === letters,
    (spelling) => letters.length > 2 && spelling.startsWith(letters),
    (spelling) => spelling.length > 4 && letters.includes(spelling),
    (spelling) => blur(spelling) === blurred,
    (spelling) => letters.length >= MISTYPED_LETTERS && isOneOff(spelling, letters),
  ];
  for (const test of tests) {
    const words = vocabulary.filter(([, ...spellings]) => spellings.some(test));
    if (words.length > 0) return words.map(([word]) => word);
  }
  return [];
}
/** One letter more, less or other, or two in the wrong order. */
function isOneOff(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  const shortest = Math.min(a.length, b.length) - start;
  while (end < shortest && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && left === `${right[1]}${right[0]}`;
}

/** @returns each character's sounds, for `createSearch` and `spellWord`. */
export function readSounds(readings: Readings): Sounds {
  const sounds = new Map<string, string[]>();
  for (const [sound, characters] of Object.entries(readings)) {
    for (const one of characters) sounds.set(one, [...(sounds.get(one) ?? []), sound]);
  }
  return sounds;
}

/** Every way to spell a word, a few at most: 重 is read in two. */
export function spellWord(word: string, sounds: Sounds): SpelledWord {
  let spellings = [''];
  for (const character of word) {
    const parts = sounds.get(character) ?? [character];
    spellings = spellings.flatMap((start) => parts.map((part) => start + part)).slice(0, 4);
  }
  return [word, ...spellings];
}
