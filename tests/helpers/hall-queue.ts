import { addMinutes } from '../../src/lib/time.ts';
import { freeIn, queueOf, sizeOf, type Truth } from './hall-truth.ts';

/**
 * What a run of the job that serves queues has to do, in plain arithmetic and without a look at the engine: whose offer
 * has run out, whose queue is closed, who is offered how many.
 */
export function nextOrder(truth: Truth, now: Date) {
  const offers: { entryId: string; places: number }[] = [];
  const ended: string[] = [];
  for (const session of truth.sessions) {
    let free = freeIn(session);
    for (const { id, state } of truth.entries.filter(({ sessionId }) => sessionId === session.id)) {
      const offer = truth.offers.find(({ entryId }) => entryId === id);
      if (state !== 'offered' || !offer || offer.expiresAt > now) continue;
      ended.push(`${id} lapsed`);
      free += offer.places;
    }
    const queue = queueOf(truth, session);
    // Whoever waits for a stopped session hears of its stop.
    if (session.stopId) continue;
    if (now >= session.bookingClosesAt) {
      ended.push(...queue.map(({ id }) => `${id} closed`));
      continue;
    }
    // Nobody is asked to decide in less than twenty minutes.
    if (session.bookingClosesAt < addMinutes(now, 20)) continue;
    for (const entry of queue) {
      if (entry.leastPlaces > free) continue;
      const places = Math.min(free, sizeOf(entry));
      offers.push({ entryId: entry.id, places });
      free -= places;
    }
  }
  return { offers, ended };
}
