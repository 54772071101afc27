import { and, eq } from 'drizzle-orm';
import type { Person } from '../../src/features/accounts/table.ts';
import { assignPerson, issueCard } from '../../src/features/drill-people/commands.ts';
import { editScript } from '../../src/features/drill-scripts/commands.ts';
import {
  announceDrill,
  cancelDrill,
  endDrill,
  openDrill,
  reviseDrill,
  startDrill,
} from '../../src/features/drills/commands.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { drills } from '../../src/features/drills/table.ts';
import {
  addMember,
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { organisationMembers } from '../../src/features/organisations/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, addMinutes, calendarDate, DAY_MS, formatTime } from '../../src/lib/time.ts';
import { findTemplate } from './find-template.ts';

/** The demonstration's drills by what can be looked at in each, for those who add to them. */
export interface DrillEvents {
  /** A community's, announced, nine days ahead. */
  announced: string;
  /** A school's, to be started now. */
  today: string;
  /** A school's, over ten days ago. */
  over: string;
}

const key = () => crypto.randomUUID();
const COMMUNITY = { phone: '10000000210', kind: 'committee', name: '示例社区' };
const SCHOOL = { phone: '10000000250', kind: 'school', name: '示例大丰实验小学' };
const MEMBERS = ['示例周宁', '示例吴霞', '示例郑凯', '示例冯雪', '示例蒋勇'];
const CONTACT = '示例安全办公室 0515-00000000';

interface Hands {
  /** Whoever organises, and the members that get roles. */
  by: Holder;
  organiser: { organisationId: string | null; regionCode: string };
  members: readonly { memberId: string; name: string }[];
}

/**
 * Drills of a school, of a community and of the county in every state, through the site's own commands: fictitious, and
 * marked so. Undefined where they are there already.
 */
export async function seedDrillEvents(
  ctx: CommandContext,
  {
    reviewer,
    person,
  }: { reviewer: Holder; person: (ctx: CommandContext, phone: string) => Promise<Person> },
): Promise<DrillEvents | undefined> {
  const [some] = await ctx.db.select({ id: drills.id }).from(drills).limit(1);
  if (some) return undefined;
  const past = (days: number): CommandContext => ({
    ...ctx,
    now: new Date(ctx.now.getTime() - days * DAY_MS),
  });
  const claimed = (of: typeof COMMUNITY) => claimAs(past(30), reviewer, of, person);
  const teachers = await crew(ctx, await claimed(SCHOOL), 251, person);
  const residents = await crew(ctx, await claimed(COMMUNITY), 231, person);
  const county: Hands = {
    by: reviewer,
    organiser: { organisationId: null, regionCode: '320904' },
    members: [],
  };

  const announced = await prepared(past(2), residents, {
    ...{ template: 'community-earthquake', title: '示例社区地震避险演练', place: '示例社区广场' },
    ...{ startsAt: at(ctx.now, 9, '09:00'), minutes: 60 },
    muster: '示例社区广场北侧的旗杆下',
    notice:
      '这是演练，不是地震。当天上午9点，广播会响警报。请先在桌下躲好，护住头；警报停了再走楼梯，到社区广场登记。老人、孩子和行动不便的人，有人来接。参加不参加，日子照过，电梯、水电都不停。',
  });
  await announceDrill(past(1), residents.by, { drillId: announced }, key());
  const today = await prepared(past(8), teachers, {
    ...{ template: 'school-earthquake', title: '示例本周地震疏散演练', place: '示例小学教学楼' },
    ...{ startsAt: addMinutes(ctx.now, 30), minutes: 30 },
    muster: '操场主席台前，按班站',
    notice:
      '这是演练，不是地震。课间广播会响警报，全校师生躲避、疏散到操场。周边居民听到不用担心。',
  });
  await announceDrill(past(7), teachers.by, { drillId: today }, key());
  const over = await prepared(past(20), teachers, {
    ...{ template: 'school-fire', title: '示例秋季消防疏散演练', place: '示例小学教学楼' },
    ...{ startsAt: at(ctx.now, -10, '09:40'), minutes: 30 },
    muster: '操场东侧跑道，按班站',
    notice: '这是演练，不是火灾。上午会响警报、有烟雾罐的白烟，全校师生疏散到操场。',
  });
  await announceDrill(past(18), teachers.by, { drillId: over }, key());
  const began = at(ctx.now, -10, '09:41');
  await startDrill({ ...ctx, now: began }, teachers.by, { drillId: over }, key());
  const finished = { drillId: over, kind: 'finished', reason: '' };
  await endDrill({ ...ctx, now: addMinutes(began, 24) }, teachers.by, finished, key());

  const cancelled = await prepared(past(6), residents, {
    ...{ template: 'high-rise-fire', title: '示例3号楼消防疏散演练', place: '示例小区3号楼' },
    ...{ startsAt: at(ctx.now, 4, '19:00'), minutes: 60 },
    muster: '3号楼南门外的草坪',
    notice: '这是演练，不是火灾。晚上7点3号楼会响警报，请走楼梯到南门外的草坪登记。',
  });
  await announceDrill(past(5), residents.by, { drillId: cancelled }, key());
  const because = { drillId: cancelled, reason: '示例：当天有大风预警，改到下个月' };
  await cancelDrill(past(1), residents.by, because, key());
  await opened(past(1), residents, {
    ...{ template: 'community-waterlogging', title: '示例汛期内涝转移演练' },
    ...{ place: '示例社区活动中心', startsAt: at(ctx.now, 21, '14:30'), minutes: 90 },
  });
  await opened(past(1), county, {
    ...{ template: 'road-hazmat', title: '示例夜间拉动', place: '示例国道服务区', blind: 'yes' },
    ...{ startsAt: at(ctx.now, 12, '20:30'), minutes: 90 },
  });
  return { announced, today, over };
}

/** So many days away, at this time in China. */
function at(now: Date, days: number, time: string): Date {
  return new Date(`${addDays(calendarDate(now), days)}T${time}:00+08:00`);
}

async function claimAs(
  ctx: CommandContext,
  reviewer: Holder,
  { phone, kind, name }: typeof COMMUNITY,
  person: (ctx: CommandContext, phone: string) => Promise<Person>,
): Promise<{ organisationId: string; headId: string }> {
  const head = await person(ctx, phone);
  const values = { kind, name, regionCode: '320904' };
  const { organisationId } = await claimOrganisation(ctx, head, values, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, reviewer, verdict, key());
  return { organisationId, headId: head.id };
}

/** An organisation's head with members who take roles. @param from the last digits of the first one's number. */
async function crew(
  ctx: CommandContext,
  { headId, organisationId }: { headId: string; organisationId: string },
  from: number,
  person: (ctx: CommandContext, phone: string) => Promise<Person>,
): Promise<Hands> {
  const by = { id: headId, roles: [] };
  const members: { memberId: string; name: string }[] = [];
  for (const [nth, name] of MEMBERS.entries()) {
    const phone = `10000000${from + nth}`;
    const { id } = await person(ctx, phone);
    await addMember(ctx, by, { organisationId, phone }, key());
    const [row] = await ctx.db
      .select()
      .from(organisationMembers)
      .where(
        and(
          eq(organisationMembers.organisationId, organisationId),
          eq(organisationMembers.personId, id),
        ),
      );
    if (row) members.push({ memberId: row.id, name });
  }
  return { by, organiser: { organisationId, regionCode: '' }, members };
}

interface Wanted {
  template: string;
  title: string;
  place: string;
  startsAt: Date;
  minutes: number;
  blind?: string;
}

const timesOf = ({ startsAt, minutes }: Wanted) => ({
  date: calendarDate(startsAt),
  time: formatTime(startsAt),
  minutes: String(minutes),
});

async function opened(ctx: CommandContext, { by, organiser }: Hands, wanted: Wanted) {
  const { template, title, place, blind = 'no' } = wanted;
  const input = { organiser, template, title, place, blind, planItemId: '', ...timesOf(wanted) };
  return (await openDrill(ctx, by, input, findTemplate, key())).drillId;
}

/** Opened, with its script looked through, its places and notice written, and the roles filled that it cannot go without. */
async function prepared(
  ctx: CommandContext,
  hands: Hands,
  wanted: Wanted & { muster: string; notice: string },
): Promise<string> {
  const { by, members } = hands;
  const drillId = await opened(ctx, hands, wanted);
  const file = await findDrill(ctx, drillId);
  if (!file) throw new Error(`No drill ${drillId}.`);
  const { hazard, form, content, purpose, evacuation } = file.version;
  await reviseDrill(
    ctx,
    by,
    {
      ...{ drillId, version: '1', title: wanted.title, place: wanted.place, ...timesOf(wanted) },
      ...{ hazard, form, content, purpose, evacuation, reason: '', contact: CONTACT },
      ...{ muster: wanted.muster, notice: wanted.notice },
    },
    key(),
  );
  const places = Object.fromEntries([
    ...file.script.routes.map((_, nth) => [`route.${nth}`, '示例：按楼道里贴的疏散图走']),
    ...file.script.musters.map((_, nth) => [`muster.${nth}`, wanted.muster]),
  ]);
  await editScript(ctx, by, { drillId, scriptVersion: '1', part: 'places', ...places }, key());
  const wantedRoles = file.roles
    .filter(({ filledBy }) => filledBy === 'assigned')
    .toSorted((a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part));
  for (const [nth, { memberId, name }] of members.entries()) {
    const role = wantedRoles[nth];
    if (!role) break;
    const reason = '示例：街道的培训，记录还没录进来';
    const input = { drillId, roleId: role.id, who: `member:${memberId}`, name, unit: '', reason };
    await assignPerson(ctx, by, input, key());
  }
  const open = wantedRoles[members.length];
  if (open) {
    const card = { drillId, roleId: open.id, uses: '1', reason: '示例：当面看过证书' };
    await issueCard(ctx, by, card, key());
  }
  return drillId;
}

/** Who is asked first: whoever can stop it, runs it, looks on; then whoever drills. */
const ORDER = ['controller', 'evaluator', 'simulator', 'player', 'observer'];
