import { z } from 'zod';

/** One batch's share: each party is four rows in it, and an act stays below the platform's limits. */
export const MOVES_MAX = 100;

const unreadable = '名单读不懂。请回到上一页，再看一遍';

/** What the manager was shown and confirms: `booking>session` of each party, a line each. */
const plan = z
  .string({ error: unreadable })
  .max(MOVES_MAX * 80, { error: unreadable })
  .transform((text, ctx) => {
    const moves = text
      .split(/\s+/)
      .filter((line) => line !== '')
      .map((line) => {
        const [bookingId, sessionId, ...rest] = line.split('>');
        return { bookingId: bookingId ?? '', sessionId: sessionId ?? '', isOdd: rest.length > 0 };
      });
    const isId = (id: string) => z.uuid().safeParse(id).success;
    const isReadable = moves.every(
      ({ bookingId, sessionId, isOdd }) => isId(bookingId) && isId(sessionId) && !isOdd,
    );
    if (isReadable && moves.length > 0 && moves.length <= MOVES_MAX) {
      return moves.map(({ bookingId, sessionId }) => ({ bookingId, sessionId }));
    }
    ctx.addIssue({ code: 'custom', message: unreadable });
    return z.NEVER;
  });

export const movesInput = z.object({
  hallSlug: z.string().min(1).max(64),
  outageId: z.uuid({ error: '没有这一项' }),
  plan,
});
