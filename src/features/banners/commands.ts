import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, type Json, type Query } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { can, type Deed, type Holder } from '../roles/policy.ts';
import { bannerRefusals } from './policy.ts';
import { bannerExtensionInput, bannerInput, bannerReviewInput, bannerStepInput } from './schema.ts';
import { bannerEnds, bannerExtensions, bannerReleases, bannerReviews, banners } from './table.ts';

const release = { action: 'publication.release', region: null, involved: [] } as const;

function require(by: Holder, deed: Deed, reason: string): void {
  if (!can(by, deed)) throw new DomainError('not_found', reason, '没有找到这一项。');
}

interface Step {
  command: string;
  action: string;
  body: Record<string, Json>;
  details?: Record<string, Json>;
}

/** One row, its audit entry and its key, in one batch; whatever is not allowed the guards refuse. */
async function commitStep(
  ctx: CommandContext,
  by: Holder,
  { command, action, body, details }: Step,
  bannerId: string,
  row: Query,
  key: string,
): Promise<{ bannerId: string }> {
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action,
    subjectKind: 'banner',
    subjectId: bannerId,
    ...(details ? { details } : {}),
  });
  const request = { scope: by.id, key: parseKey(key), command, body };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [row, entry],
    answer: { bannerId },
    refusals: bannerRefusals,
  });
}

/**
 * Writes an urgent line. Nobody sees it before another person releases it.
 * @throws DomainError `not_found` (not an editor), `invalid` (fields), `unavailable`.
 */
export async function writeBanner(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ bannerId: string }> {
  require(by, { action: 'publication.write', region: null }, 'writing_not_yours');
  const { href = null, region = null, ...words } = parseInput(bannerInput, input);
  const bannerId = newId(ctx.now);
  const body = { ...words, href, region };
  const row = ctx.db
    .insert(banners)
    .values({ id: bannerId, ...body, writtenBy: by.id, writtenAt: ctx.now });
  const step = { command: 'writeBanner', action: 'banner.write', body };
  return commitStep(ctx, by, step, bannerId, row, key);
}

/**
 * Lets an urgent line out, by the urgent procedure: two people instead of three, and a third looks afterwards.
 * @throws DomainError `not_found` (not yours, no such line), `conflict` (one's own words, released, dropped, a day
 * old, three are live already), `unavailable`.
 */
export async function releaseBanner(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ bannerId: string }> {
  require(by, release, 'release_not_yours');
  const { bannerId } = parseInput(bannerStepInput, input);
  const row = ctx.db
    .insert(bannerReleases)
    .values({ bannerId, releasedBy: by.id, releasedAt: ctx.now });
  const step = {
    command: 'releaseBanner',
    action: 'banner.release',
    body: { bannerId },
    details: { procedure: 'urgent' },
  };
  return commitStep(ctx, by, step, bannerId, row, key);
}

/**
 * Lets a live line stand for so many hours from now.
 * @throws DomainError `not_found`, `invalid` (hours), `conflict` (not released, over), `unavailable`.
 */
export async function extendBanner(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ bannerId: string }> {
  require(by, release, 'release_not_yours');
  const { bannerId, hours } = parseInput(bannerExtensionInput, input);
  const row = ctx.db
    .insert(bannerExtensions)
    .values({ id: newId(ctx.now), bannerId, hours, extendedBy: by.id, extendedAt: ctx.now });
  const body = { bannerId, hours };
  const step = { command: 'extendBanner', action: 'banner.extend', body, details: { hours } };
  return commitStep(ctx, by, step, bannerId, row, key);
}

/**
 * Takes a line down before its time, or drops one that was never let out.
 * @throws DomainError `not_found`, `conflict` (over), `unavailable`.
 */
export async function endBanner(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ bannerId: string }> {
  require(by, release, 'release_not_yours');
  const { bannerId } = parseInput(bannerStepInput, input);
  const row = ctx.db.insert(bannerEnds).values({ bannerId, endedBy: by.id, endedAt: ctx.now });
  const step = { command: 'endBanner', action: 'banner.end', body: { bannerId } };
  return commitStep(ctx, by, step, bannerId, row, key);
}

/**
 * The look afterwards, by somebody who neither wrote nor released it.
 * @throws DomainError `not_found`, `invalid` (no opinion), `conflict` (not released, reviewed, one's own),
 * `unavailable`.
 */
export async function reviewBanner(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ bannerId: string }> {
  require(by, release, 'release_not_yours');
  const { bannerId, opinion } = parseInput(bannerReviewInput, input);
  const row = ctx.db
    .insert(bannerReviews)
    .values({ bannerId, opinion, reviewedBy: by.id, reviewedAt: ctx.now });
  const body = { bannerId, opinion };
  const step = { command: 'reviewBanner', action: 'banner.review', body };
  return commitStep(ctx, by, step, bannerId, row, key);
}
