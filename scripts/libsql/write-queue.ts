import type { Outcome } from './connection.ts';

/** How often the head of the queue looks whether another process gave the lock back. */
const POLL_MS = 25;

interface Waiter {
  attempt: () => Outcome;
  last: Outcome;
  finish: (outcome: Outcome) => void;
}

/**
 * Statements that found the database locked wait here, first come first served, instead of inside
 * the synchronous driver, where they would keep the lock's owner from ever finishing.
 */
export class WriteQueue {
  readonly #waitMs: number;
  readonly #waiters: Waiter[] = [];
  #poll: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** Repeats a busy attempt until it is not busy, the time is over or the client is gone. */
  async retry(first: Outcome, attempt: () => Outcome, signal: AbortSignal): Promise<Outcome> {
    if (this.#isClosed || signal.aborted) return first;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const waiter: Waiter = { attempt, last: first, finish: resolve };
    const giveUp = (): void => this.#remove(waiter);
    const timer = setTimeout(giveUp, this.#waitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiters.push(waiter);
    this.#poll ??= setInterval(() => this.wake(), POLL_MS);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Lets the first waiter try again. To be called whenever a lock may have been given back. */
  wake(): void {
    const head = this.#waiters[0];
    if (head === undefined) return;
    head.last = head.attempt();
    if (head.last.ok || !head.last.isBusy) this.#remove(head);
  }

  /** Ends all waiting at once with the busy outcome. */
  close(): void {
    this.#isClosed = true;
    while (this.#waiters[0] !== undefined) this.#remove(this.#waiters[0]);
  }

  #remove(waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index === -1) return;
    this.#waiters.splice(index, 1);
    if (this.#waiters.length === 0) {
      clearInterval(this.#poll);
      this.#poll = undefined;
    }
    waiter.finish(waiter.last);
  }
}
