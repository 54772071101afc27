import { createBooking } from '../../src/features/bookings/commands.ts';
import { openCourseSession } from '../../src/features/courses/commands.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { findHallWithSessions } from '../../src/features/halls/queries.ts';
import { salesPhase } from '../../src/features/halls/policy.ts';
import { hallHours } from '../../src/features/halls/table.ts';
import { openHall } from '../../src/features/hall-rules/commands.ts';
import { FIRST_RULES } from '../../src/features/hall-rules/policy.ts';
import { calendarDays, calendarYears } from '../../src/features/calendar/table.ts';
import { claimOrganisation } from '../../src/features/organisations/commands.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { Role } from '../../src/features/roles/table.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { domainErrorIn } from '../../src/lib/errors.ts';
import { findPersonByPhone } from '../../src/features/accounts/queries.ts';
import { findCredentials, hasCredentials } from '../../src/features/credentials/queries.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import {
  addDays,
  calendarDate,
  DAY_MS,
  daysBetween,
  HOUR_MS,
  weekdayOf,
} from '../../src/lib/time.ts';
import { setUpDemoStaff, signInByPhone } from './demo-people.ts';
import { seedDrills } from './seed-drills.ts';
import { seedGroups } from './seed-groups.ts';
import { seedNamings } from './seed-namings.ts';
import { seedNotices } from './seed-notices.ts';

/** Numbers beginning 1000000 belong to nobody: see the phone field's schema. */
export const demoPhones = {
  visitor: '10000000001',
  auditor: '10000000003',
  secondEditor: '10000000004',
  editor: '10000000005',
  reviewer: '10000000006',
  administrator: '10000000007',
  manager: '10000000008',
  staff: '10000000009',
} as const;

const MONDAY = 1;
const FRIDAY = 5;
const SUNDAY = 7;

const arrangement2026 = [
  { name: '元旦', from: '2026-01-01', until: '2026-01-03', worked: ['2026-01-04'] },
  { name: '春节', from: '2026-02-15', until: '2026-02-23', worked: ['2026-02-14', '2026-02-28'] },
  { name: '清明节', from: '2026-04-04', until: '2026-04-06', worked: [] },
  { name: '劳动节', from: '2026-05-01', until: '2026-05-05', worked: ['2026-05-09'] },
  { name: '端午节', from: '2026-06-19', until: '2026-06-21', worked: [] },
  { name: '中秋节', from: '2026-09-25', until: '2026-09-27', worked: [] },
  { name: '国庆节', from: '2026-10-01', until: '2026-10-07', worked: ['2026-09-20', '2026-10-10'] },
];

/** Two sessions in the morning, two in the afternoon, 75 minutes each: 本平台约定 (示例). */
const sessionTimes = [
  [9 * 60, 10 * 60 + 15],
  [10 * 60 + 30, 11 * 60 + 45],
  [14 * 60, 15 * 60 + 15],
  [15 * 60 + 30, 16 * 60 + 45],
] as const;

const CAPACITY = 40;

/** 团体日: on Wednesdays six shorter sessions of one class each, so that 240 pupils come and go in a day. */
const WEDNESDAY = 3;
const groupDayTimes = [
  [8 * 60 + 30, 9 * 60 + 30],
  [9 * 60 + 45, 10 * 60 + 45],
  [11 * 60, 12 * 60],
  [13 * 60 + 30, 14 * 60 + 30],
  [14 * 60 + 45, 15 * 60 + 45],
  [16 * 60, 17 * 60],
] as const;
const GROUP_DAY = { capacity: 48, groupPlaces: 44, walkInPlaces: 0 };

/** For people without a phone; groups come in the second session of morning and afternoon, on workdays. */
const WALK_IN_PLACES = 4;
const GROUP_PLACES = 30;

/** Two whole group days: 本平台约定 (示例). */
const GROUP_MONTH_PLACES = 528;

const yancheng = { slug: 'yancheng', regionCode: '320900' };
const lianyungang = { slug: 'lianyungang', regionCode: '320700' };

/** Families of a quiet week: how full the next sessions are, so that pages show what they will show. */
const demoFamilies = [
  { name: '示例赵明', adults: 2, children: 1, sessions: [0, 4] },
  { name: '示例钱芳', adults: 1, children: 2, sessions: [0, 5] },
  { name: '示例孙伟', adults: 2, children: 2, sessions: [0, 2] },
  { name: '示例李娜', adults: 2, children: 0, sessions: [1, 3] },
  { name: '示例周强', adults: 3, children: 2, sessions: [0, 6] },
  { name: '示例吴敏', adults: 1, children: 1, sessions: [1, 4] },
] as const;

const demoCourses = [
  {
    ...{ courseSlug: 'self-rescue', daysAhead: 3, time: '14:10', minutes: 120 },
    ...{ places: 12, partyMax: 3, heldAt: '二楼实操教室（示例）' },
  },
  {
    ...{ courseSlug: 'home-safety', daysAhead: 5, time: '09:40', minutes: 60 },
    ...{ places: 40, partyMax: 4, heldAt: '一楼报告厅（示例）' },
  },
  {
    ...{ courseSlug: 'high-rise', daysAhead: 8, time: '19:00', minutes: 60 },
    ...{ places: 100, partyMax: 2, heldAt: '线上（示例）' },
    joiningNote: '上课网址写在这里，只有报名的人看得到（示例）',
  },
  {
    ...{ courseSlug: 'self-rescue', daysAhead: 10, time: '14:10', minutes: 120 },
    ...{ places: 12, partyMax: 3, heldAt: '二楼实操教室（示例）' },
  },
  {
    ...{ courseSlug: 'volunteer-training', daysAhead: 12, time: '08:40', minutes: 420 },
    ...{ places: 30, partyMax: 1, heldAt: '一楼报告厅（示例）', adultsOnly: 'yes' },
  },
] as const;

/**
 * Everybody knows the demonstration's passwords: they never get into a database that others can reach.
 * @throws Error when the database is not on this machine.
 */
export function requireLocalDatabase(url: string): void {
  const { protocol, hostname } = new URL(url);
  const isHere = protocol === 'file:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (isHere) return;
  throw new Error(`The demonstration is for a database on this machine, not for ${hostname}.`);
}

/**
 * Fills an empty database with the demonstration: two halls, their hours, two weeks of sessions, a member of its
 * staff and a few families, all through the site's own commands.
 * @param url of the database.
 * @returns false when there was data already; nothing is touched then.
 * @throws Error when the database is not on this machine.
 */
export async function seed(ctx: CommandContext, url: string): Promise<boolean> {
  requireLocalDatabase(url);
  const [seeded] = await ctx.db.select().from(organisations).limit(1);
  if (seeded) return false;
  // A first start that was cut off may have left some of it behind; the row asked for above comes last.
  await takeHallsIntoService(ctx);
  await enterCalendar(ctx);
  await openSessions(ctx);
  await bringInStaff(ctx);
  await offerCourses(ctx);
  await bookFamilies(ctx);
  await claimSchool(ctx);
  // They bring an organisation of their own, so that a start cut off here lacks the groups and nothing else.
  await bringInGroups(ctx);
  return true;
}

/** The first administrator comes from the command line, as in a deployment. */
async function bringInAdministrator(ctx: CommandContext): Promise<Holder> {
  const { id } = await demoPerson(ctx, demoPhones.administrator);
  const grant = { phone: demoPhones.administrator, role: 'administrator', scope: 'site:' };
  await unlessDone(grantRole(ctx, null, grant, crypto.randomUUID()));
  return { id, roles: await rolesOf(ctx, id) };
}

async function takeHallsIntoService(ctx: CommandContext): Promise<void> {
  const administrator = await bringInAdministrator(ctx);
  for (const venue of [yancheng, lianyungang]) {
    const input = { ...FIRST_RULES, groupMonthPlaces: GROUP_MONTH_PLACES, hallSlug: venue.slug };
    const find = async () => venue;
    await unlessDone(openHall(ctx, administrator, find, input, crypto.randomUUID()));
  }
  await ctx.db
    .insert(hallHours)
    .values([yancheng, lianyungang].flatMap(({ slug }) => week(slug)))
    .onConflictDoNothing();
}

/** Everybody who works here, through the administrator. */
async function bringInStaff(ctx: CommandContext): Promise<void> {
  const { visitor: _, administrator, ...others } = demoPhones;
  const by = await bringInAdministrator(ctx);
  for (const phone of Object.values(others)) await demoPerson(ctx, phone);
  const grant = (phone: string, role: Role, scope: string) =>
    unlessDone(grantRole(ctx, by, { phone, role, scope }, crypto.randomUUID()));
  await grant(others.manager, 'hall_manager', `hall:${yancheng.slug}`);
  await grant(others.staff, 'hall_staff', `hall:${yancheng.slug}`);
  await grant(others.reviewer, 'reviewer', 'region:320904');
  await grant(others.reviewer, 'drill_organiser', 'region:320904');
  await grant(others.editor, 'editor', 'site:');
  await grant(others.secondEditor, 'editor', 'site:');
  await grant(others.auditor, 'auditor', 'site:');
  for (const phone of [administrator, ...Object.values(others)]) await setUpOnce(ctx, phone);
  const holder = async (phone: string): Promise<Holder> => {
    const { id } = await demoPerson(ctx, phone);
    return { id, roles: await rolesOf(ctx, id) };
  };
  await seedNotices(ctx, {
    writer: await holder(others.editor),
    checker: await holder(others.secondEditor),
    releaser: by,
  });
  await seedNamings(ctx, await holder(others.reviewer));
}

/** Half a day ago: the sign-in that set it up has run out by now, and only the way of signing in is left. */
async function setUpOnce(ctx: CommandContext, phone: string): Promise<void> {
  const person = await findPersonByPhone(ctx, phone);
  if (person && hasCredentials(await findCredentials(ctx, person.id))) return;
  await setUpDemoStaff({ ...ctx, now: new Date(ctx.now.getTime() - 13 * HOUR_MS) }, phone);
}

function week(hallSlug: string): (typeof hallHours.$inferInsert)[] {
  // Mondays too: the hall opens on one that is a holiday, and closes on the workday after.
  const weekdays = Array.from({ length: SUNDAY }, (_, day) => MONDAY + day);
  return weekdays.flatMap((weekday) =>
    weekday === WEDNESDAY
      ? groupDayTimes.map(([startsMinute, endsMinute]) => ({
          ...{ hallSlug, weekday, startsMinute, endsMinute },
          ...GROUP_DAY,
        }))
      : sessionTimes.map(([startsMinute, endsMinute], nth) => ({
          ...{ hallSlug, weekday, startsMinute, endsMinute },
          capacity: CAPACITY,
          groupPlaces: weekday <= FRIDAY && nth % 2 === 1 ? GROUP_PLACES : 0,
          walkInPlaces: nth % 2 === 0 ? WALK_IN_PLACES : 0,
        })),
  );
}

/**
 * The arrangement for 2026 of 4 November 2025 by the State Council's General Office; a Sunday or Saturday worked in its
 * place is a make-up workday. That for 2027 had not been found by the end of November 2026.
 */
async function enterCalendar({ db }: CommandContext): Promise<void> {
  const year = {
    year: 2026,
    sourceTitle: '国务院办公厅关于2026年部分节假日安排的通知',
    issuedOn: '2025-11-04',
  };
  const days = arrangement2026.flatMap(({ name, from, until, worked }) => [
    ...Array.from({ length: daysBetween(from, until) + 1 }, (_, day) => ({
      day: addDays(from, day),
      year: 2026,
      kind: 'holiday' as const,
      name,
    })),
    ...worked.map((day) => ({ day, year: 2026, kind: 'make_up_workday' as const, name })),
  ]);
  await db.batch([
    db.insert(calendarYears).values(year).onConflictDoNothing(),
    db.insert(calendarDays).values(days).onConflictDoNothing(),
  ]);
}

/** Each course once or twice in the coming weeks, away from the minutes at which visits begin: 本平台约定 (示例). */
async function offerCourses(ctx: CommandContext): Promise<void> {
  const manager = await demoPerson(ctx, demoPhones.manager);
  const by = { id: manager.id, roles: await rolesOf(ctx, manager.id) };
  for (const { daysAhead, ...course } of demoCourses) {
    const day = addDays(calendarDate(ctx.now), daysAhead);
    const date = weekdayOf(day) === MONDAY ? addDays(day, 1) : day;
    const input = { hallSlug: yancheng.slug, ...course, date };
    await unlessDone(openCourseSession(ctx, by, input, crypto.randomUUID()));
  }
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

async function bringInGroups(ctx: CommandContext): Promise<void> {
  const holder = async (phone: string): Promise<Holder> => {
    const { id } = await demoPerson(ctx, phone);
    return { id, roles: await rolesOf(ctx, id) };
  };
  const teacher = await demoPerson(ctx, '10000000201');
  await seedGroups(ctx, yancheng.slug, {
    teacher,
    safetyOfficer: await demoPerson(ctx, '10000000202'),
    manager: await holder(demoPhones.manager),
    reviewer: await holder(demoPhones.reviewer),
  });
  await seedDrills(ctx, teacher, await holder(demoPhones.reviewer));
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
