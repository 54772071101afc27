import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import type { Feed } from '../../lib/feeds.ts';
import { within } from '../../lib/within.ts';
import { listGuides } from '../guides/queries.ts';
import { textStates } from '../withdrawals/queries.ts';
import { guideFeed } from './policy.ts';

/** A program that reads feeds comes again by itself; nobody waits for it. */
const STATES_MS = 3_000;

/**
 * The feed at an address of the site.
 * @throws DomainError `unavailable` when nobody can say which guides are withdrawn: readers keep what they have and come
 * again, rather than be told that a withdrawn guide stands.
 */
export async function readGuideFeed(
  context: () => Promise<CommandContext>,
  { url, now }: { url: URL; now: Date },
): Promise<Feed> {
  const [guides, states] = await Promise.all([
    listGuides(),
    within(STATES_MS, async () => textStates(await context())),
  ]);
  if (!states) {
    throw new DomainError('unavailable', 'guide_states_unknown', '暂时查不到。请过一会儿再来。', {
      retryAfterSeconds: 60,
    });
  }
  return guideFeed(
    guides,
    states.filter(({ kind }) => kind === 'guide'),
    { origin: url.origin, self: url.pathname, now },
  );
}
