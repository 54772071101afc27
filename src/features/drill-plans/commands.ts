import type { CommandContext } from '../../lib/context.ts';
import type { Query } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { actOnce } from '../audit/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { notYours, plannableYears, planRefusals } from './policy.ts';
import { requireOwnOrganiser, findPlan } from './queries.ts';
import { dropInput, planItemInput, planReference } from './schema.ts';
import {
  drillPlanItemDrops,
  drillPlanItems,
  drillPlanItemVersions,
  drillPlanPublications,
  drillPlans,
} from './table.ts';

const notFound = () => new DomainError('not_found', 'drill_not_yours', notYours.message);

/**
 * Writes an item of a year's plan, a new one or another version of one; the plan is opened with its first item. In a
 * published plan it is a revision and has a reason.
 * @throws DomainError `invalid` (fields, no reason, a year that is over, blind changed), `not_found` (not yours), `conflict`
 * (done or dropped, changed meanwhile, too many), `unavailable`.
 */
export async function writePlanItem(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ itemId: string }> {
  const own = await requireOwnOrganiser(ctx, by, input);
  const { organiser: _, year, itemId, ...item } = parseInput(planItemInput, input);
  const { db, now } = ctx;
  const found = await findPlan(ctx, own, year);
  const before = found?.items.find((one) => one.item.id === itemId);
  if (itemId !== '' && !before) throw notFound();
  if (!before && !plannableYears(now).includes(year)) {
    throw new DomainError('invalid', 'year_over', '只能写今年和明年的计划。');
  }
  const planId = found?.plan.id ?? newId(now);
  const id = before?.item.id ?? newId(now);
  const version = (before?.item.version ?? 0) + 1;
  const statements: Query[] = [
    ...(found
      ? []
      : [
          db
            .insert(drillPlans)
            .values({ id: planId, year, ...own, openedBy: by.id, openedAt: now }),
        ]),
    ...(before ? [] : [db.insert(drillPlanItems).values({ id, planId, addedAt: now })]),
    db
      .insert(drillPlanItemVersions)
      .values({ itemId: id, version, ...item, writtenBy: by.id, writtenAt: now }),
  ];
  return actOnce(ctx, by.id, key, {
    command: 'writePlanItem',
    action: before ? 'drill_plan.revise_item' : 'drill_plan.add_item',
    subject: ['drill_plan_item', id],
    answer: { itemId: id },
    body: { organisationId: own.organisationId, regionCode: own.regionCode, year, itemId, ...item },
    // Neither what nor when: the log is read by more people than a blind drill may be known to.
    details: { version },
    statements,
    refusals: planRefusals,
  });
}

/**
 * Takes an item out of a plan; out of a published one with a reason that stays.
 * @throws DomainError `invalid` (fields, no reason), `not_found` (not yours), `conflict` (done or dropped), `unavailable`.
 */
export async function dropPlanItem(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ itemId: string }> {
  const own = await requireOwnOrganiser(ctx, by, input);
  const { year, itemId, reason } = parseInput(dropInput, input);
  const found = await findPlan(ctx, own, year);
  if (!found?.items.some(({ item }) => item.id === itemId)) throw notFound();
  const { db, now } = ctx;
  const row = { itemId, reason, droppedBy: by.id, droppedAt: now };
  return actOnce(ctx, by.id, key, {
    command: 'dropPlanItem',
    action: 'drill_plan.drop_item',
    subject: ['drill_plan_item', itemId],
    answer: { itemId },
    body: { itemId, reason },
    statements: [db.insert(drillPlanItemDrops).values(row)],
    refusals: planRefusals,
  });
}

/**
 * Publishes a plan: a region's for everybody, an organisation's for the officers of its county. From then on changes have
 * a reason.
 * @throws DomainError `not_found` (not yours, no plan), `conflict` (published before, empty), `unavailable`.
 */
export async function publishPlan(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ planId: string }> {
  const own = await requireOwnOrganiser(ctx, by, input);
  const { year } = parseInput(planReference, input);
  const found = await findPlan(ctx, own, year);
  if (!found) throw notFound();
  const { db, now } = ctx;
  const planId = found.plan.id;
  return actOnce(ctx, by.id, key, {
    command: 'publishPlan',
    action: 'drill_plan.publish',
    subject: ['drill_plan', planId],
    answer: { planId },
    body: { planId },
    details: { year, regionCode: own.regionCode },
    statements: [
      db.insert(drillPlanPublications).values({ planId, publishedBy: by.id, publishedAt: now }),
    ],
    refusals: planRefusals,
  });
}
