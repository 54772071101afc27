import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from './client.ts';

type Queries = Readonly<Record<string, BatchItem<'sqlite'>>>;

/** What each query gives, under the name it was given. */
type Answers<Asked extends Queries> = { [Name in keyof Asked]: Asked[Name]['_']['result'] };

/** Reads many things in ONE request, by name: a page that adds one cannot shift the others' places. */
export async function readTogether<Asked extends Queries>(
  db: Database,
  queries: Asked,
): Promise<Answers<Asked>> {
  const [first, ...rest] = Object.values(queries);
  if (!first) throw new Error('Nothing was asked for.');
  const answers = await db.batch([first, ...rest]);
  const named = Object.keys(queries).map((name, index) => [name, answers[index]]);
  // The batch answers in the order in which it was asked.
  return Object.fromEntries(named) as Answers<Asked>;
}
