import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  guideSchema,
  reviewersSchema,
  type Guide,
} from '../../../../src/features/guides/schema.ts';
import {
  choicesOf,
  claimAddress,
  findClaim,
  markQuiz,
  quizProblems,
  quizState,
} from '../../../../src/features/quizzes/policy.ts';
import { quizSchema, type Quiz } from '../../../../src/features/quizzes/schema.ts';
import reviewers from '../../../../content/reviewers.json';
import { explainContentError } from '../../../../src/lib/content.ts';
import { calendarDate } from '../../../../src/lib/time.ts';

const content = (path: string) => new URL(`../../../../content/${path}`, import.meta.url);
const frontmatterOf = (text: string) => parseFrontmatter(text).frontmatter as unknown;
const slugs = readdirSync(content('quizzes')).map((name) => name.replace(/\.yaml$/, ''));
const readQuiz = (slug: string) =>
  quizSchema.safeParse(
    frontmatterOf(`---\n${readFileSync(content(`quizzes/${slug}.yaml`), 'utf8')}\n---\n`),
  );
const schema = guideSchema({
  reviewers: reviewersSchema.parse(reviewers),
  today: calendarDate(new Date()),
});
const readGuide = (slug: string): Guide =>
  schema.parse(frontmatterOf(readFileSync(content(`guides/${slug}.md`), 'utf8')));

/** What leaves only minutes has a tile on the first page: each of these is tested above all. */
const MOST_IMPORTANT = 24;

describe('the quizzes in content/', () => {
  it('are there for the guides that matter most', () => {
    expect(slugs.length).toBeGreaterThanOrEqual(MOST_IMPORTANT);
  });

  it.each(slugs)('%s asks what its guide says', (slug) => {
    const quiz = readQuiz(slug);
    if (!quiz.success) {
      expect.fail(explainContentError(`content/quizzes/${slug}.yaml`, quiz.error));
    }
    expect(quizProblems(readGuide(slug), quiz.data)).toEqual([]);
  });
});

const earthquake = readGuide('earthquake');
const quiz = readQuiz('earthquake').data!;
const withRest = (rests: Quiz['questions'][number]['rests']): Quiz => ({
  questions: quiz.questions.map((one, index) => (index === 0 ? { ...one, rests } : one)),
});

describe('a question', () => {
  it('is refused when its guide does not say the sentence any more, by number and with what to do', () => {
    const moved = withRest({ part: 'after', text: earthquake.now[0]!.text });
    const [problem] = quizProblems(earthquake, moved);
    expect(problem).toContain('第1条：指南的 after 里没有“蹲低');
    expect(problem).toContain('请重看这一题');
    const changed = { ...earthquake, now: earthquake.now.slice(1) };
    expect(quizProblems(changed, quiz)).toHaveLength(1);
    expect(quizProblems(undefined, quiz)).toEqual(['没有同名的指南，请查文件名']);
  });

  it('finds what it rests on in pairs and in changes, with why', () => {
    const [pair, change] = [earthquake.pairs[0]!, earthquake.changes[0]!];
    expect(findClaim(earthquake, { rests: { part: 'pairs', text: pair.do } })).toMatchObject({
      dont: pair.dont,
      anchor: 'pairs',
    });
    const claim = findClaim(earthquake, { rests: { part: 'changes', text: change.new } });
    expect(claim).toMatchObject({ why: change.why, anchor: 'why' });
    expect(claimAddress('earthquake', claim!)).toMatch(
      /^\/guides\/earthquake#why:~:text=%[\w%.~]+$/,
    );
  });

  it('shows all of its answers, in the same order each time, the right one anywhere', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, fc.uniqueArray(text, { minLength: 2, maxLength: 4 }), (ask, answers) => {
        const [right = '', ...wrong] = answers;
        const question = { ...quiz.questions[0]!, ask, right, wrong };
        const choices = choicesOf(question);
        expect(choices.map((one) => one.text).toSorted()).toEqual(answers.toSorted());
        expect(choices.filter(({ isRight }) => isRight).map((one) => one.text)).toEqual([right]);
        expect(choicesOf({ ...question, wrong: wrong.toReversed() })).toEqual(choices);
        expect(new Set(choices.map(({ letter }) => letter)).size).toBe(choices.length);
      }),
    );
    const places = slugs.flatMap((slug) =>
      readQuiz(slug).data!.questions.map((one) =>
        choicesOf(one).findIndex(({ isRight }) => isRight),
      ),
    );
    for (const place of [0, 1, 2]) {
      expect(places.filter((one) => one === place).length).toBeGreaterThan(places.length / 5);
    }
  });
});

describe('an address', () => {
  const given = (letters: readonly string[]) =>
    new URLSearchParams(letters.map((letter, index) => [`q${index + 1}`, letter]));
  const right = quiz.questions.map((one) => choicesOf(one).find(({ isRight }) => isRight)!.letter);

  it('asks without answers, is sent back with some, is marked with all', () => {
    const state = (asked: URLSearchParams) => quizState(markQuiz(quiz, asked), asked);
    expect(state(new URLSearchParams())).toBe('fresh');
    expect(state(new URLSearchParams({ utm: '1' }))).toBe('fresh');
    expect(state(new URLSearchParams({ done: '1' }))).toBe('unfinished');
    expect(state(given(right.slice(1)))).toBe('unfinished');
    expect(state(given(right))).toBe('marked');
    expect(markQuiz(quiz, given(right)).every(({ chosen }) => chosen?.isRight)).toBe(true);
  });

  it('with anything else counts as not answered', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/^[abc]$/.test(text)),
        (letter) => {
          const asked = given(right.with(0, letter));
          expect(markQuiz(quiz, asked)[0]!.chosen).toBeUndefined();
          expect(quizState(markQuiz(quiz, asked), asked)).toBe('unfinished');
        },
      ),
    );
  });
});
