import { createBooking } from '../../src/features/bookings/commands.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { findHallWithSessions } from '../../src/features/halls/queries.ts';
import { salesPhase } from '../../src/features/halls/policy.ts';
import { hallHours, halls } from '../../src/features/halls/table.ts';
import { claimOrganisation } from '../../src/features/organisations/commands.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { Role } from '../../src/features/roles/table.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { domainErrorIn } from '../../src/lib/errors.ts';
import { findPersonByPhone } from '../../src/features/accounts/queries.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { signInByPhone } from './demo-people.ts';

/** Numbers beginning 1000000 belong to nobody: see the phone field's schema. */
export const demoPhones = {
  visitor: '10000000001',
  editor: '10000000005',
  reviewer: '10000000006',
  administrator: '10000000007',
  manager: '10000000008',
  staff: '10000000009',
} as const;

const TUESDAY = 2;
const SUNDAY = 7;

/** Two sessions in the morning, two in the afternoon, 75 minutes each: 本平台约定 (示例). */
const sessionTimes = [
  [9 * 60, 10 * 60 + 15],
  [10 * 60 + 30, 11 * 60 + 45],
  [14 * 60, 15 * 60 + 15],
  [15 * 60 + 30, 16 * 60 + 45],
] as const;

const CAPACITY = 40;

/** The same rules for both halls: 本平台约定 (示例). */
const rules = {
  partyMax: 5,
  bookingWindowDays: 14,
  bookingClosesMinutes: 30,
  cancellationClosesMinutes: 120,
  arrivalOpensMinutes: 30,
};
const yancheng = { slug: 'yancheng', regionCode: '320900', ...rules };
const lianyungang = { slug: 'lianyungang', regionCode: '320700', ...rules };

/** Families of a quiet week: how full the next sessions are, so that pages show what they will show. */
const demoFamilies = [
  { name: '示例赵明', adults: 2, children: 1, sessions: [0, 4] },
  { name: '示例钱芳', adults: 1, children: 2, sessions: [0, 5] },
  { name: '示例孙伟', adults: 2, children: 2, sessions: [0, 2] },
  { name: '示例李娜', adults: 2, children: 0, sessions: [1, 3] },
  { name: '示例周强', adults: 3, children: 2, sessions: [0, 6] },
  { name: '示例吴敏', adults: 1, children: 1, sessions: [1, 4] },
] as const;

/**
 * Fills an empty database with the demonstration: two halls, their hours, two weeks of sessions, a member of its
 * staff and a few families, all through the site's own commands.
 * @returns false when there was data already; nothing is touched then.
 */
export async function seed(ctx: CommandContext): Promise<boolean> {
  const [seeded] = await ctx.db.select().from(organisations).limit(1);
  if (seeded) return false;
  // A first start that was cut off may have left some of it behind; the row asked for above comes last.
  await ctx.db.batch([
    ctx.db.insert(halls).values([yancheng, lianyungang]).onConflictDoNothing(),
    ctx.db
      .insert(hallHours)
      .values([...week(yancheng.slug), ...week(lianyungang.slug)])
      .onConflictDoNothing(),
  ]);
  await openSessions(ctx);
  await bringInStaff(ctx);
  await bookFamilies(ctx);
  await claimSchool(ctx);
  return true;
}

/** The first administrator comes from the command line, as in a deployment; the others through them. */
async function bringInStaff(ctx: CommandContext): Promise<void> {
  const { visitor: _, administrator, ...others } = demoPhones;
  const person = await demoPerson(ctx, administrator);
  for (const phone of Object.values(others)) await demoPerson(ctx, phone);
  const grant = (by: Holder | null, phone: string, role: Role, scope: string) =>
    unlessDone(grantRole(ctx, by, { phone, role, scope }, crypto.randomUUID()));
  await grant(null, administrator, 'administrator', 'site:');
  const by = { id: person.id, roles: await rolesOf(ctx, person.id) };
  await grant(by, others.manager, 'hall_manager', `hall:${yancheng.slug}`);
  await grant(by, others.staff, 'hall_staff', `hall:${yancheng.slug}`);
  await grant(by, others.reviewer, 'reviewer', 'region:320904');
  await grant(by, others.editor, 'editor', 'site:');
}

function week(hallSlug: string): (typeof hallHours.$inferInsert)[] {
  const weekdays = Array.from({ length: SUNDAY - TUESDAY + 1 }, (_, day) => TUESDAY + day);
  return weekdays.flatMap((weekday) =>
    sessionTimes.map(([startsMinute, endsMinute]) => ({
      hallSlug,
      weekday,
      startsMinute,
      endsMinute,
      capacity: CAPACITY,
    })),
  );
}

async function bookFamilies(ctx: CommandContext): Promise<void> {
  const found = await findHallWithSessions(ctx, yancheng.slug);
  const open = found?.sessions.filter((one) => salesPhase(one, ctx.now) === 'on_sale') ?? [];
  for (const [index, family] of demoFamilies.entries()) {
    const person = await demoPerson(ctx, `1000000${String(100 + index).padStart(4, '0')}`);
    const { name: contactName, adults, children } = family;
    for (const nth of family.sessions) {
      const sessionId = open[nth]?.id;
      if (!sessionId) continue;
      const input = { sessionId, adults, children, contactName };
      await unlessDone(createBooking(ctx, person, input, crypto.randomUUID()));
    }
  }
}

/** A school that waits for its county, so that the queue of the demonstration is not empty. */
async function claimSchool(ctx: CommandContext): Promise<void> {
  const person = await demoPerson(ctx, '10000000200');
  const school = { kind: 'school', name: '示例大丰第九小学', regionCode: '320904' };
  await claimOrganisation(ctx, person, school, crypto.randomUUID());
}

/** Somebody who signed up yesterday, so that whoever tries the site now is not told to wait for a new code. */
async function demoPerson(ctx: CommandContext, phone: string): Promise<Person> {
  const known = await findPersonByPhone(ctx, phone);
  if (known) return known;
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  return (await signInByPhone(yesterday, phone)).person;
}

/** What a start that was cut off had done already is no mistake. */
async function unlessDone(act: Promise<unknown>): Promise<void> {
  await act.catch((error: unknown) => {
    if (domainErrorIn(error)?.code !== 'conflict') throw error;
  });
}
