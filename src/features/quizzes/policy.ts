import type { Guide } from '../guides/schema.ts';
import { LETTERS, type ClaimPart, type Question, type Quiz } from './schema.ts';

/** The sentence of a guide that a question rests on, and where it is read. */
export interface Claim {
  part: ClaimPart;
  text: string;
  /** Of a pair: what not to do. */
  dont?: string;
  /** Of a change: why the old advice was given up. */
  why?: string;
  /** The section of the guide's page. */
  anchor: string;
}

/** What the claims of one part are called by: the sentence that says what to do. */
function claimsOf(guide: Guide, part: ClaimPart): Claim[] {
  if (part === 'pairs') {
    return guide.pairs.map((pair) => ({ part, text: pair.do, dont: pair.dont, anchor: 'pairs' }));
  }
  if (part === 'changes') {
    return guide.changes.map((one) => ({ part, text: one.new, why: one.why, anchor: 'why' }));
  }
  return guide[part].map(({ text }) => ({ part, text, anchor: part }));
}

/** Undefined when the guide does not say it, or not in these words any more. */
export function findClaim(guide: Guide, { rests }: Pick<Question, 'rests'>): Claim | undefined {
  return claimsOf(guide, rests.part).find(({ text }) => text === rests.text);
}

/** What a schema cannot see, since it never sees the guide: questions that rest on nothing. */
export function quizProblems(guide: Guide | undefined, quiz: Quiz): string[] {
  if (!guide) return ['没有同名的指南，请查文件名'];
  return quiz.questions.flatMap((question, index) =>
    findClaim(guide, question)
      ? []
      : [
          `questions 第${index + 1}条：指南的 ${question.rests.part} 里没有“${question.rests.text}”。` +
            '指南改过了，请重看这一题',
        ],
  );
}

/** One question as a page shows it. */
export interface Choice {
  letter: string;
  text: string;
  isRight: boolean;
}

/**
 * The answers in an order that is always the same for a question, and does not tell the right one: by a hash of their
 * words (FNV-1a), since a guide's page is made once and an address must mean the same tomorrow.
 */
export function choicesOf({ ask, right, wrong }: Question): Choice[] {
  return [right, ...wrong]
    .map((text) => ({ text, isRight: text === right, at: hash(ask + text) }))
    .toSorted((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1))
    .map(({ text, isRight }, index) => ({ letter: LETTERS[index] ?? 'a', text, isRight }));
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return value;
}

export interface Marked {
  question: Question;
  /** `q1`, as the address names it. */
  name: string;
  choices: readonly Choice[];
  /** Undefined when nothing was chosen, or something that is no answer. */
  chosen: Choice | undefined;
}

/** Marks what an address says. @param given the answers by name, `q1` = `b`. */
export function markQuiz(quiz: Quiz, given: Pick<URLSearchParams, 'get'>): Marked[] {
  return quiz.questions.map((question, index) => {
    const name = `q${index + 1}`;
    const choices = choicesOf(question);
    return {
      question,
      name,
      choices,
      chosen: choices.find((one) => one.letter === given.get(name)),
    };
  });
}

export type QuizState = 'fresh' | 'unfinished' | 'marked';

/** An address without answers asks; one with some of them is sent back; one with all of them is marked. */
export function quizState(
  marked: readonly Marked[],
  given: Pick<URLSearchParams, 'has'>,
): QuizState {
  if (!marked.some(({ name }) => given.has(name)) && !given.has('done')) return 'fresh';
  return marked.every(({ chosen }) => chosen) ? 'marked' : 'unfinished';
}

/** Leads to the sentence itself where a browser knows how (URL fragment text directives), otherwise to its section. */
export function claimAddress(slug: string, { anchor, text }: Claim): string {
  return `/guides/${slug}#${anchor}:~:text=${encodeURIComponent(text).replaceAll('-', '%2D')}`;
}
