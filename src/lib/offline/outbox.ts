import type { Drawer } from './drawer.ts';

/** What a sending came to. */
export type Sending =
  /** Taken; those refused among them are told of, and forgotten as well. */
  | { state: 'taken' }
  /** No link, or a site in trouble: the same again later. */
  | { state: 'no_link' }
  /** The site wants to know who this is: kept until somebody has signed in. */
  | { state: 'sign_in' };

export interface Outbox<Entry> {
  add(entry: Entry): Promise<void>;
  waiting(): Promise<Entry[]>;
  /** Sends all that waits, in order; stops at the first trouble. @returns what the last sending came to. */
  flush(): Promise<Sending>;
}

const FIRST_DELAY_MS = 2_000;
/** A link that comes back is noticed by the browser; this is for those that come and go unnoticed. */
const LONGEST_DELAY_MS = 30_000;

/** How long to wait after so many sendings in a row that came to nothing. @param luck 0 to 1, so that many devices do not return together. */
export function delayAfter(failures: number, luck: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(delay * (0.75 + luck / 2));
}

/**
 * A queue that outlives reloads. An entry goes only once the site has answered for it, so that it may be sent twice:
 * whoever receives it knows it by its id.
 * @param batchMax entries of one sending.
 */
export function createOutbox<Entry>(
  drawer: Drawer,
  send: (entries: readonly Entry[]) => Promise<Sending>,
  batchMax: number,
): Outbox<Entry> {
  let flushing: Promise<Sending> | undefined;

  const flush = async (): Promise<Sending> => {
    for (;;) {
      const queued = (await drawer.queue()).slice(0, batchMax);
      if (queued.length === 0) return { state: 'taken' };
      const sending = await send(queued.map(({ entry }) => entry as Entry));
      if (sending.state !== 'taken') return sending;
      await drawer.drop(queued.map(({ place }) => place));
    }
  };

  return {
    add: (entry) => drawer.push(entry),
    waiting: async () => (await drawer.queue()).map(({ entry }) => entry as Entry),
    flush: () => {
      // One at a time in this tab; another tab's sending is harmless.
      flushing ??= flush().finally(() => {
        flushing = undefined;
      });
      return flushing;
    },
  };
}
