import { addMinutes } from '../../lib/time.ts';

/** One sweep's share: each message costs up to three subrequests, and a Worker has a bounded number of them. */
export const DELIVERY_BATCH_MAX = 20;

/** Long enough for a slow provider; after it another sweep may take the message over. */
export const LEASE_MINUTES = 1;

const TRIES_MAX = 8;

/** When a failed message is tried again: after 1, 2, 4 … minutes; null once it has used up its tries (about two hours). */
export function nextTry(now: Date, tries: number): Date | null {
  return tries >= TRIES_MAX ? null : addMinutes(now, 2 ** (tries - 1));
}
