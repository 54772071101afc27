import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { domainErrorIn } from '../../lib/errors.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { dueReminders, holdRefusals, isLapsing } from './policy.ts';
import { listManagers, listOpenRequests, type OpenRequest } from './queries.ts';
import { groupLapses, groupReminders, type ReminderAbout } from './table.ts';

/** One run's share. Requests are few: all halls together have less on most days. */
const REQUESTS_MAX = 200;

const job = { kind: 'job', id: 'lapse-groups' } as const;

/**
 * Says to those who have not answered a group that time is running out: the hall's managers, or the leader after a
 * counter-offer. Each thing once. @returns how many requests were spoken of.
 */
export async function remindOfGroups(ctx: CommandContext): Promise<number> {
  const open = await listOpenRequests(ctx, REQUESTS_MAX);
  const due = open.flatMap((one) =>
    dueReminders(one.request, one.said, ctx.now).map((about) => ({ ...one, about })),
  );
  const managers = await listManagers(ctx, [...new Set(due.map((one) => one.request.hallSlug))]);
  let done = 0;
  for (const one of due) {
    const told =
      one.about === 'offer'
        ? [one.request.personId]
        : managers
            .filter(({ hall }) => hall === one.request.hallSlug)
            // Their own request is a colleague's to answer.
            .flatMap(({ personId }) => (personId === one.request.personId ? [] : [personId]));
    done += (await written(ctx, await reminder(ctx, one, one.about, told))) ? 1 : 0;
  }
  return done;
}

async function reminder(
  ctx: CommandContext,
  { request: { id: requestId } }: OpenRequest,
  about: ReminderAbout,
  told: readonly string[],
): Promise<Statement[]> {
  const row = ctx.db.insert(groupReminders).values({ requestId, about, remindedAt: ctx.now });
  const messages = [...new Set(told)].map((personId) =>
    queueMessage(ctx, {
      template: about === 'offer' ? 'group_offer_ends' : 'group_answer_due',
      idempotencyKey: `group-${about}-due:${requestId}:${personId}`,
      values: { requestId, personId },
    }),
  );
  return [print(row), ...(await Promise.all(messages))];
}

/**
 * Lets the places of requests that nobody answered in time flow to everybody, and tells their leaders. Each in a
 * batch of its own; one that was answered meanwhile is left alone. @returns how many lapsed.
 */
export async function lapseGroups(ctx: CommandContext): Promise<number> {
  const open = await listOpenRequests(ctx, REQUESTS_MAX);
  let done = 0;
  for (const { request, firstAt } of open) {
    const { id: requestId, state } = request;
    if (!isLapsing(request, firstAt, ctx.now) || (state !== 'asked' && state !== 'countered')) {
      continue;
    }
    const row = ctx.db
      .insert(groupLapses)
      .values({ requestId, lapsedFrom: state, lapsedAt: ctx.now });
    const lapsed = await written(ctx, [
      print(row),
      await auditEntry(ctx, {
        actor: job,
        action: 'group_request.lapse',
        subjectKind: 'group_request',
        subjectId: requestId,
        details: { from: state },
      }),
      await queueMessage(ctx, {
        template: 'group_lapsed',
        idempotencyKey: `group-lapsed:${requestId}`,
        values: { requestId },
      }),
    ]);
    done += lapsed ? 1 : 0;
  }
  return done;
}

/** Whether it was written; false when somebody was faster. */
async function written({ db }: CommandContext, statements: readonly Statement[]): Promise<boolean> {
  try {
    await writeAtomically(db, statements, holdRefusals);
    return true;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'overtaken') return false;
    throw error;
  }
}
