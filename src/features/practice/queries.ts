import { getCollection } from 'astro:content';
import { practiceProblems, type PracticePlaces } from './policy.ts';

/**
 * Every hall and course with the guides that its exhibits or lessons belong to.
 * @throws when one names a guide that does not exist: the build stops and says which file and field.
 */
export async function listPracticePlaces(): Promise<PracticePlaces> {
  const [halls, courses, guides] = await Promise.all([
    getCollection('halls'),
    getCollection('courses'),
    getCollection('guides'),
  ]);
  const [problem] = practiceProblems(
    { halls, courses },
    guides.map(({ id }) => id),
  );
  if (problem) throw new Error(problem);
  return { halls, courses };
}
