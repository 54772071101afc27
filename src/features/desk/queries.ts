import type { CommandContext } from '../../lib/context.ts';
import type { Queue, QueueQuestion } from '../../lib/queues.ts';
import { lateEntriesQueue } from '../audit/queries.ts';
import { fullRegionName } from '../towns/queries.ts';
import { dutiesQueue } from '../duties/queries.ts';
import { hallsQueue } from '../bookings/queries.ts';
import { callsQueue } from '../calls/queries.ts';
import { groupsQueue } from '../groups/queries.ts';
import { feedbackQueue } from '../feedback/queries.ts';
import { importsQueue } from '../imports/queries.ts';
import { inquiriesQueue } from '../inquiries/queries.ts';
import { claimsQueue } from '../organisations/queries.ts';
import { bannersQueue } from '../banners/queries.ts';
import { appealsQueue } from '../no-shows/queries.ts';
import { reviewingRegions } from '../review-desk/policy.ts';
import { applicationsQueue } from '../review-desk/queries.ts';
import { noticesQueue } from '../notices/queries.ts';
import { numberClaimsQueue } from '../phones/queries.ts';
import { withdrawalsQueue } from '../withdrawals/queries.ts';
import {
  can,
  dutyRegions,
  hallsOf,
  keepsVolunteers,
  mayGrant,
  publishesSomewhere,
  publishingRegions,
  verifyingRegions,
  volunteerScopes,
  type Holder,
} from '../roles/policy.ts';
import { awaitedQueue } from '../roles/queries.ts';
import type { Scope } from '../roles/table.ts';
import { rosterQueue } from '../roster/queries.ts';
import { volunteersQueue } from '../volunteers/queries.ts';

/**
 * Everything that may wait for a person, in the order in which it is shown. A feature adds a line here and a
 * question beside its other queries.
 */
function questionsFor(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  holder: Holder,
  hallName: (slug: string) => string,
): QueueQuestion[] {
  const halls = hallsOf(holder);
  const managed = halls.filter((hall) => can(holder, { action: 'hall.manage', hall }));
  const regions = verifyingRegions(holder);
  return [
    ...(can(holder, { action: 'audit.read' }) ? [lateEntriesQueue(ctx)] : []),
    ...(halls.length > 0 ? [hallsQueue(ctx, halls, hallName), callsQueue(ctx, halls)] : []),
    ...(managed.length > 0
      ? [
          groupsQueue(ctx, managed, hallName),
          rosterQueue(ctx, managed, hallName),
          feedbackQueue(ctx, managed),
        ]
      : []),
    ...halls.flatMap((hall) =>
      can(holder, { action: 'hall.manage', hall }) ? [appealsQueue(ctx, hall, hallName(hall))] : [],
    ),
    ...(can(holder, { action: 'inquiry.answer' }) ? [inquiriesQueue(ctx)] : []),
    ...(can(holder, { action: 'publication.see', region: null })
      ? [bannersQueue(ctx), withdrawalsQueue(ctx)]
      : []),
    ...(publishesSomewhere(holder) ? [noticesQueue(ctx, publishingRegions(holder))] : []),
    ...(reviewingRegions(holder).length > 0
      ? [applicationsQueue(ctx, reviewingRegions(holder))]
      : []),
    ...(regions.length > 0 ? [claimsQueue(ctx, regions)] : []),
    ...(dutyRegions(holder).length > 0 ? [dutiesQueue(ctx, dutyRegions(holder))] : []),
    ...(keepsVolunteers(holder) ? [volunteersQueue(ctx, volunteerScopes(holder))] : []),
    ...(can(holder, { action: 'number_claim.decide' }) ? [numberClaimsQueue(ctx)] : []),
    ...(mayGrant(holder)
      ? [awaitedQueue(ctx, can(holder, { action: 'role.list' }) ? undefined : halls)]
      : []),
    importsQueue(ctx, holder.id),
  ];
}

/** What needs somebody today, for all their roles, in one request. */
export async function readDesk(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  holder: Holder,
  hallName: (slug: string) => string,
): Promise<Queue[]> {
  const questions = questionsFor(ctx, holder, hallName);
  const [first, ...rest] = questions.flatMap(({ queries }) => queries);
  if (!first) return [];
  const results: readonly unknown[] = await ctx.db.batch([first, ...rest]);
  let from = 0;
  return questions.flatMap(({ queries, read }) => {
    const own = results.slice(from, from + queries.length);
    from += queries.length;
    return read(own);
  });
}

/** What a role is held for, as people call it. */
export async function scopeName(
  { scopeKind, scopeId }: Scope,
  hallName: (slug: string) => string,
): Promise<string> {
  if (scopeKind === 'site') return '全站';
  if (scopeKind === 'hall') return hallName(scopeId);
  return scopeKind === 'region' ? fullRegionName(scopeId) : scopeId;
}
