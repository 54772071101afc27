import { addMinutes } from '../../lib/time.ts';

/** One sweep's share: each message costs up to three subrequests, and a Worker has a bounded number of them. */
export const DELIVERY_BATCH_MAX = 20;

/** Long enough for a whole batch at a slow provider; after it another sweep may take the messages over. */
export const LEASE_MINUTES = 5;

/** As long as the code records beside them; then nobody needs to know what was sent. */
export const MESSAGES_KEPT_DAYS = 2;

const TRIES_MAX = 8;

/** When a failed message is tried again: after 1, 2, 4 … minutes; null once it has used up its tries (about two hours). */
export function nextTry(now: Date, tries: number): Date | null {
  return tries >= TRIES_MAX ? null : addMinutes(now, 2 ** (tries - 1));
}
