import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { actOnce } from '../audit/statements.ts';
import { hallRevisions, halls } from '../halls/table.ts';
import { can, type Holder } from '../roles/policy.ts';
import { openingRefusals, rulesRefusals, type FindVenue } from './policy.ts';
import { hallRulesInput } from './schema.ts';
import { hallOpenings } from './table.ts';

const unknown = () => new DomainError('not_found', 'hall_unknown', '没有找到这个场馆。');

/**
 * 开通预约: gives a hall of the content its rules, and with them its calendar, desk and door. It has no sessions yet:
 * its manager enters the week. Administrators only.
 * @throws DomainError `invalid` (fields), `not_found` (not an administrator, or no such hall in the content), `conflict`
 * (open already), `unavailable`.
 */
export async function openHall(
  ctx: CommandContext,
  administrator: Holder,
  findVenue: FindVenue,
  input: unknown,
  key: string,
): Promise<{ hallSlug: string }> {
  const { hallSlug, ...rules } = parseInput(hallRulesInput, input);
  const venue = can(administrator, { action: 'hall.open' }) ? await findVenue(hallSlug) : undefined;
  if (!venue) throw unknown();
  const { db, now } = ctx;
  const { regionCode } = venue;
  return actOnce(ctx, administrator.id, key, {
    command: 'openHall',
    action: 'hall.open',
    subject: ['hall', hallSlug],
    body: { hallSlug, ...rules },
    details: rules,
    statements: [
      db.insert(halls).values({ slug: hallSlug, regionCode, ...rules }),
      db.insert(hallOpenings).values({ hallSlug, openedBy: administrator.id, openedAt: now }),
    ],
    answer: { hallSlug },
    refusals: openingRefusals,
  });
}

/**
 * Changes a hall's rules. The limits of a session were worked out when it was opened, and stay; the day of closure and
 * how groups are taken hold at once. The hall's manager only.
 * @throws DomainError `invalid` (fields), `not_found` (not their hall), `unavailable`.
 */
export async function saveHallRules(
  ctx: CommandContext,
  manager: Holder,
  input: unknown,
  key: string,
): Promise<{ hallSlug: string }> {
  const { hallSlug, ...rules } = parseInput(hallRulesInput, input);
  if (!can(manager, { action: 'hall.manage', hall: hallSlug })) throw unknown();
  const { db, now } = ctx;
  // Its guard asks whose hall it is.
  const revision = db.insert(hallRevisions).values({
    ...{ id: newId(now), hallSlug, kind: 'hours', revisedBy: manager.id, revisedAt: now },
  });
  return actOnce(ctx, manager.id, key, {
    command: 'saveHallRules',
    action: 'hall_rules.save',
    subject: ['hall', hallSlug],
    body: { hallSlug, ...rules },
    details: rules,
    statements: [revision, db.update(halls).set(rules).where(eq(halls.slug, hallSlug))],
    answer: { hallSlug },
    refusals: rulesRefusals,
  });
}
