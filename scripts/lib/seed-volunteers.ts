import { and, asc, desc, eq, gt, lt } from 'drizzle-orm';
import type { Person } from '../../src/features/accounts/table.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { checkInGuide, openNeeds, takeDuty } from '../../src/features/roster/commands.ts';
import { guideNeeds } from '../../src/features/roster/table.ts';
import {
  decideVolunteer,
  recordTraining,
  registerVolunteer,
} from '../../src/features/volunteers/commands.ts';
import { volunteers as volunteerRows } from '../../src/features/volunteers/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';

export interface VolunteerPeople {
  manager: Holder;
  /** Of the hall's door: checks guides in. */
  staff: Holder;
  /** The demonstration's visitor comes first. */
  volunteers: readonly Person[];
}

const entries = [
  { name: '示例林晓', skills: ['guiding', 'first_aid', 'sign_language'] },
  { name: '示例高远', skills: ['guiding', 'english'] },
  { name: '示例何静', skills: ['guiding', 'local_dialect'] },
  { name: '示例马强', skills: ['guiding', 'evacuation', 'driving'] },
  { name: '示例罗敏', skills: ['first_aid', 'counselling'] },
] as const;

const key = () => crypto.randomUUID();

/**
 * Volunteers of a hall, its roster for the coming week with some of it taken, and a service that is over, all through
 * the site's own commands. Wants the hall's past to be there; does nothing where there are volunteers already.
 */
export async function seedVolunteers(
  ctx: CommandContext,
  hallSlug: string,
  { manager, staff, volunteers }: VolunteerPeople,
): Promise<void> {
  const [some] = await ctx.db.select({ id: volunteerRows.id }).from(volunteerRows).limit(1);
  if (some) return;
  const before = { ...ctx, now: new Date(ctx.now.getTime() - 9 * DAY_MS) };
  const confirmed: Person[] = [];
  for (const [nth, person] of volunteers.entries()) {
    const { name, skills } = entries[nth % entries.length]!;
    const purposes = nth < 4 ? ['guiding', 'drills', 'call_out'] : ['guiding', 'drills'];
    const input = { name, skills, purposes, hallSlug, regionCode: '320904', adult: 'yes' };
    // The last one waits for the manager since yesterday, so that the queue is not empty.
    if (nth === volunteers.length - 1) {
      const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
      await registerVolunteer(yesterday, person, input, key());
      continue;
    }
    const { volunteerId } = await registerVolunteer(before, person, input, key());
    await decideVolunteer(before, manager, { volunteerId, decision: 'confirmed' }, key());
    confirmed.push(person);
    if (nth > 1) continue;
    const today = calendarDate(ctx.now);
    const training = { volunteerId, skill: 'guiding', training: '讲解员上岗培训（示例）' };
    const dates = { heldOn: addDays(today, -120), validUntil: addDays(today, 245) };
    await recordTraining(before, manager, { ...training, ...dates }, key());
  }
  const [visitor] = confirmed;
  const [past] = await ctx.db
    .select()
    .from(hallSessions)
    .where(and(eq(hallSessions.hallSlug, hallSlug), lt(hallSessions.endsAt, ctx.now)))
    .orderBy(desc(hallSessions.startsAt))
    .limit(1);
  if (past && visitor) {
    const then = { ...ctx, now: addMinutes(past.startsAt, -24 * 60) };
    const needId = await need(then, manager, hallSlug, past.id, { guides: '1' });
    const { dutyId } = await takeDuty(then, asHolder(visitor), { needId }, key());
    await checkInGuide({ ...ctx, now: addMinutes(past.startsAt, -10) }, staff, { dutyId }, key());
  }
  const coming = await ctx.db
    .select()
    .from(hallSessions)
    .where(and(eq(hallSessions.hallSlug, hallSlug), gt(hallSessions.startsAt, ctx.now)))
    .orderBy(asc(hallSessions.startsAt))
    .limit(8);
  for (const [nth, { id }] of coming.entries()) {
    const needId = await need(ctx, manager, hallSlug, id, { guides: nth % 3 === 0 ? '2' : '1' });
    const guide = confirmed[nth % (confirmed.length + 1)];
    if (guide) await takeDuty(ctx, asHolder(guide), { needId }, key());
  }
}

const asHolder = ({ id }: Person): Holder => ({ id, roles: [] });

async function need(
  ctx: CommandContext,
  manager: Holder,
  hallSlug: string,
  sessionId: string,
  values: { guides: string },
): Promise<string> {
  const input = { hallSlug, sessions: sessionId, skill: 'guiding', ...values };
  await openNeeds(ctx, manager, input, key());
  const [row] = await ctx.db.select().from(guideNeeds).where(eq(guideNeeds.sessionId, sessionId));
  return row!.id;
}
