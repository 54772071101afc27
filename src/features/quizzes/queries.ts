import { getCollection, getEntry } from 'astro:content';
import type { GuideEntry } from '../guides/queries.ts';
import { quizProblems } from './policy.ts';
import type { Quiz } from './schema.ts';

/**
 * The guides that have a quiz, by slug.
 * @throws when a question rests on a sentence that its guide does not say: the build stops and names it.
 */
export async function listQuizzes(
  guides: readonly GuideEntry[],
): Promise<ReadonlyMap<string, Quiz>> {
  const quizzes = await getCollection('quizzes');
  for (const { id, data } of quizzes) {
    const guide = guides.find((entry) => entry.id === id)?.data;
    const [problem] = quizProblems(guide, data);
    if (problem) throw new Error(`content/quizzes/${id}.yaml：${problem}`);
  }
  return new Map(quizzes.map(({ id, data }) => [id, data]));
}

/** A guide and its quiz; undefined when either is not there. */
export async function findQuiz(
  slug: string,
): Promise<{ guide: GuideEntry; quiz: Quiz } | undefined> {
  const guide = await getEntry('guides', slug);
  const quiz = await getEntry('quizzes', slug);
  return guide && quiz ? { guide, quiz: quiz.data } : undefined;
}
