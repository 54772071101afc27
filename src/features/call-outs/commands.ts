import { inArray } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { actOnce } from '../audit/statements.ts';
import type { Person } from '../accounts/table.ts';
import { queueMessage } from '../notifications/statements.ts';
import { keptUntil } from '../privacy/policy.ts';
import { can, type Holder } from '../roles/policy.ts';
import { answerRefusals, CALL_OUT_MAX, CALL_OUTS_KEPT_DAYS, callOutRefusals } from './policy.ts';
import { findCallable, findCallOut, listOldCallOuts } from './queries.ts';
import { answerInput, askingInput, callOutInput, callOutReference } from './schema.ts';
import {
  callOutAnswers,
  callOutAskings,
  callOutMembers,
  callOuts,
  type CallOutKind,
} from './table.ts';

const notYours = () =>
  new DomainError(
    'not_found',
    'call_out_not_yours',
    callOutRefusals['call_out_not_yours']?.message ?? '',
  );

/**
 * Makes a list of volunteers to be called, for a reason that is kept: from here on their names and numbers stand open to
 * whoever made it, for a night.
 * @throws DomainError `invalid` (fields, no reason, more than a list may have), `not_found` (not your region), `conflict`
 * (nobody found, somebody left meanwhile), `too_many`, `unavailable`.
 */
export async function makeCallOut(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ callOutId: string }> {
  const { regionCode } = (input ?? {}) as { regionCode?: unknown };
  // Before anything else that was sent: what one may not do is not there.
  if (!can(by, { action: 'volunteer.call_out', regionCode: String(regionCode) })) throw notYours();
  const { kind, reason, ...filters } = parseInput(callOutInput, input);
  const found = await findCallable(ctx, filters);
  if (found.length === 0) {
    throw new DomainError('conflict', 'nobody_found', '没有找到这样的志愿者。请放宽条件再找。');
  }
  if (found.length > CALL_OUT_MAX) {
    throw new DomainError(
      'invalid',
      'call_out_too_long',
      `超过${CALL_OUT_MAX}人，一个人打不完。请选一个社区、网格或技能。`,
    );
  }
  const { db, now } = ctx;
  const id = newId(now);
  const { skill, place, trained } = filters;
  const placeId = place?.slice(place.indexOf(':') + 1) ?? null;
  return actOnce(ctx, by.id, key, {
    command: 'makeCallOut',
    action: 'call_out.make',
    subject: ['call_out', id],
    answer: { callOutId: id },
    body: {
      ...{ kind, reason, regionCode: filters.regionCode, trained },
      ...{ skill: skill ?? null, place: place ?? null },
    },
    details: {
      ...{ kind, region: filters.regionCode, skill: skill ?? '', trained, extent: 'full' },
      howMany: found.length,
    },
    statements: [
      db.insert(callOuts).values({
        ...{ id, regionCode: filters.regionCode, kind, reason, trained },
        skillCode: skill ?? null,
        organisationId: place?.startsWith('community:') ? placeId : null,
        gridCellId: place?.startsWith('cell:') ? placeId : null,
        ...{ calledBy: by.id, calledAt: now },
      }),
      ...found.map(({ volunteer, person }) =>
        db
          .insert(callOutMembers)
          .values({ callOutId: id, volunteerId: volunteer.id, personId: person.id }),
      ),
    ],
    refusals: callOutRefusals,
  });
}

const templates: Readonly<Record<CallOutKind, string>> = {
  drill: 'call_out_drill',
  real: 'call_out_real',
};

/**
 * Asks everybody on a list of one's own whether they can come, once.
 * @throws DomainError `invalid` (fields, not confirmed), `not_found` (not yours), `conflict` (asked before, older than a
 * night), `unavailable`.
 */
export async function askCallOut(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ callOutId: string }> {
  const { data } = callOutReference.safeParse(input);
  const found = data && (await findCallOut(ctx, by.id, data.callOutId));
  const regionCode = found?.callOut.regionCode ?? '';
  if (
    !found ||
    found.callOut.calledBy !== by.id ||
    !can(by, { action: 'volunteer.call_out', regionCode })
  ) {
    throw notYours();
  }
  const { callOutId, place } = parseInput(askingInput, input);
  const { db, now } = ctx;
  const { kind } = found.callOut;
  return actOnce(ctx, by.id, key, {
    command: 'askCallOut',
    action: 'call_out.ask',
    subject: ['call_out', callOutId],
    answer: { callOutId },
    body: { callOutId, place },
    details: { kind, howMany: found.rows.length },
    statements: [
      db.insert(callOutAskings).values({ callOutId, place, askedBy: by.id, askedAt: now }),
      ...(await Promise.all(
        found.rows.map(({ volunteerId, personId }) =>
          queueMessage(ctx, {
            template: templates[kind],
            idempotencyKey: `call-out:${callOutId}:${volunteerId}`,
            values: { callOutId, personId },
          }),
        ),
      )),
    ],
    refusals: callOutRefusals,
  });
}

/**
 * Says whether somebody can come; the latest answer counts.
 * @throws DomainError `invalid` (fields), `not_found` (not on the list, nobody asked), `conflict` (a day has gone by),
 * `too_many`, `unavailable`.
 */
export async function answerCallOut(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ callOutId: string }> {
  const { callOutId, answer } = parseInput(answerInput, input);
  const { db, now } = ctx;
  return actOnce(ctx, person.id, key, {
    command: 'answerCallOut',
    action: 'call_out.answer',
    subject: ['call_out', callOutId],
    answer: { callOutId },
    body: { callOutId, answer },
    details: { answer },
    statements: [
      db
        .insert(callOutAnswers)
        .values({ id: newId(now), callOutId, personId: person.id, answer, answeredAt: now }),
    ],
    refusals: answerRefusals,
  });
}

/** One run's share. */
const FORGET_MAX = 50;

/** Who stood on a list and what they answered goes after a month; that there was a list, why and how long stays. */
export async function forgetCallOuts(ctx: CommandContext): Promise<number> {
  const { db, now } = ctx;
  const before = keptUntil(now, CALL_OUTS_KEPT_DAYS);
  const ids = (await listOldCallOuts(ctx, before, FORGET_MAX)).map(({ id }) => id);
  if (ids.length === 0) return 0;
  await db.batch([
    db.delete(callOutAnswers).where(inArray(callOutAnswers.callOutId, ids)),
    db.delete(callOutMembers).where(inArray(callOutMembers.callOutId, ids)),
  ]);
  return ids.length;
}
