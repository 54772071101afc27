import type { BatchItem } from 'drizzle-orm/batch';

/** One thing that waits, with where it is done. */
export interface Waiting {
  text: string;
  href: string;
  /** What tells it apart from the others. */
  about?: string;
  /** Until when, in words; `late` makes the words strong, it never says anything alone. */
  due?: { text: string; late: boolean };
}

/** What waits for somebody in one part of their work, the most urgent first. */
export interface Queue {
  /** Its name for programs and tests: `inquiries`. */
  queue: string;
  title: string;
  href: string;
  /** `7件待答复`: the count with its own unit. */
  summary: string;
  count: number;
  overdue: number;
  next: readonly Waiting[];
  /** More wait than `next` shows. */
  cut?: boolean;
}

/** Rows of a queue that the desk shows; the list itself has the rest. */
export const NEXT_SHOWN = 3;

/** What a feature asks the database for its queue. The questions of all features go into one request. */
export interface QueueQuestion {
  queries: readonly BatchItem<'sqlite'>[];
  read: (results: readonly unknown[]) => Queue | Queue[];
}

type Results<Queries extends readonly BatchItem<'sqlite'>[]> = {
  [Index in keyof Queries]: Queries[Index]['_']['result'];
};

/** Ties what is asked to how it is read, so that each feature's reader is typed by its own queries. */
export function queueQuestion<const Queries extends readonly BatchItem<'sqlite'>[]>(
  queries: Queries,
  read: (results: Results<Queries>) => Queue | Queue[],
): QueueQuestion {
  return { queries, read: (results) => read(results as Results<Queries>) };
}
