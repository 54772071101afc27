import { DomainError, type Refusals } from '../../lib/errors.ts';
import { invalidInput } from '../../lib/fields.ts';
import type { FormState } from '../../lib/page.ts';
import {
  addDays,
  addMinutes,
  calendarDate,
  daysBetween,
  formatDay,
  formatDayTime,
  instantOf,
  type CalendarDate,
} from '../../lib/time.ts';
import { bookingRefusals } from '../bookings/policy.ts';
import type { Booking } from '../bookings/table.ts';
import type { WorkCalendar } from '../calendar/policy.ts';
import { linkRefusals } from '../files/policy.ts';
import { groupPlacesLeft, type SessionPlaces } from '../halls/policy.ts';
import type { Hall, HallSession } from '../halls/table.ts';
import { CLASSES_MAX, groupClassesInput, type GroupClassInput } from './schema.ts';
import {
  GROUP_KINDS,
  type GroupClass,
  type GroupDecision,
  type GroupKind,
  type GroupRequest,
  type GroupState,
} from './table.ts';

/** 本平台约定: the hall answers within two workdays. */
export const ANSWER_WORKDAYS = 2;

const END_OF_DAY_MINUTE = 24 * 60 - 1;

export const kindWords: Readonly<Record<GroupKind, string>> = {
  school: '学校',
  kindergarten: '幼儿园',
  enterprise: '企业',
  committee: '社区（村）',
  volunteer_team: '志愿者队伍',
  other: '其他团体',
};

/** What the parts of a group are called: a school comes by class, an enterprise by team. */
export interface PartWords {
  /** `班`, after a number `3个班`. */
  part: string;
  label: string;
  example: string;
  adults: string;
  /** Children are counted by sex where there are classes of them. */
  hasClasses: boolean;
}

const ofClasses: PartWords = {
  part: '班',
  label: '班级',
  example: '三年级2班',
  adults: '老师和家长',
  hasClasses: true,
};
const ofTeams: PartWords = {
  part: '组',
  label: '小组',
  example: '第1组',
  adults: '成人',
  hasClasses: false,
};

export const partWords: Readonly<Record<GroupKind, PartWords>> = {
  school: ofClasses,
  kindergarten: { ...ofClasses, example: '大二班' },
  enterprise: { ...ofTeams, label: '班组', example: '一车间' },
  committee: { ...ofTeams, example: '第一小区' },
  volunteer_team: ofTeams,
  other: ofTeams,
};

/** Guides that a group reads together before it comes, by slug, the most useful first. */
export const relatedGuides: Readonly<Record<GroupKind, readonly string[]>> = {
  school: ['earthquake', 'school-evacuation', 'crowd-crush', 'road-safety'],
  kindergarten: ['kindergarten', 'earthquake', 'child-home-safety', 'road-safety'],
  enterprise: ['high-rise-fire', 'cpr', 'confined-space', 'gas-co'],
  committee: ['family-plan', 'high-rise-fire', 'cpr', 'typhoon'],
  volunteer_team: ['cpr', 'bleeding', 'crowd-crush', 'report-hazard'],
  other: ['earthquake', 'high-rise-fire', 'cpr', 'crowd-crush'],
};

/** Of an address or a form; a school where nothing else was said. */
export function readKind(text: string | undefined): GroupKind {
  return GROUP_KINDS.find((one) => one === text) ?? 'school';
}

export const stateWords: Readonly<Record<GroupState, string>> = {
  asked: '等场馆答复',
  countered: '等你答复',
  approved: '已通过',
  refused: '没有通过',
  withdrawn: '已撤回',
  lapsed: '已过期',
};

/** By when the hall has promised an answer: the end of the second workday after the day of asking. */
export function answerDueAt(calendar: WorkCalendar, now: Date): Date {
  return instantOf(calendar.addWorkdays(calendarDate(now), ANSWER_WORKDAYS), END_OF_DAY_MINUTE);
}

type ClassCounts = Pick<GroupClassInput, 'adults' | 'boys' | 'girls' | 'others'>;

/** Boys and girls where the school counted them, else everybody under `others`. */
export function minorsOf({ boys, girls, others }: ClassCounts): number {
  return boys + girls + others;
}

export function classSize(counts: ClassCounts): number {
  return counts.adults + minorsOf(counts);
}

/** How many adults a class of minors needs by the hall's rule; at least one, even without minors. */
export function adultsNeeded(
  { minorsPerAdult }: Pick<Hall, 'minorsPerAdult'>,
  minors: number,
): number {
  return Math.max(1, Math.ceil(minors / minorsPerAdult));
}

const CLASS_FIELDS = ['label', 'adults', 'boys', 'girls', 'others'] as const;

/** One row as it stands in a form or in an address, before anybody has judged it. */
export type TypedClass = Record<(typeof CLASS_FIELDS)[number], string> & { sessionId: string };

/**
 * The rows of a form or an address, `classes.0.label` and so on. Rows in which nothing was written are left out; in
 * the others an empty number of children is none.
 */
export function typedClasses(values: Readonly<Record<string, string>>): TypedClass[] {
  return Array.from({ length: CLASSES_MAX }, (_, index) => {
    const typed = (name: string) => values[`classes.${index}.${name}`] ?? '';
    if (CLASS_FIELDS.every((name) => typed(name).trim() === '')) return [];
    const minors = (name: string) => (typed(name).trim() === '' ? '0' : typed(name));
    return [
      {
        label: typed('label'),
        adults: typed('adults'),
        boys: minors('boys'),
        girls: minors('girls'),
        others: minors('others'),
        sessionId: typed('sessionId'),
      },
    ];
  }).flat();
}

/** The same rows under the names of the form's fields, for an address or for hidden fields. */
export function classFields(rows: readonly TypedClass[]): Record<string, string> {
  return Object.fromEntries(
    rows.flatMap((row, index) =>
      Object.entries(row)
        .filter(([, text]) => text !== '')
        .map(([name, text]) => [`classes.${index}.${name}`, text]),
    ),
  );
}

/** Classes that the hall's rules allow, or the form to show again with what is wrong. */
export function readClasses(
  hall: Parameters<typeof groupProblems>[0] & Pick<Hall, 'groupMonthPlaces'>,
  rows: readonly TypedClass[],
): { classes: GroupClassInput[] } | { form: FormState } {
  const parsed = groupClassesInput.safeParse({ classes: rows });
  const error = parsed.success
    ? ruleProblem([...groupProblems(hall, parsed.data.classes), ...sharesOver(hall, parsed.data)])
    : invalidInput(parsed.error);
  if (!error && parsed.success) return parsed.data;
  const { message = '', reason = '', fields = [] } = error ?? {};
  return { form: { values: classFields(rows), message, reason, fields } };
}

function sharesOver(
  { groupMonthPlaces }: Pick<Hall, 'groupMonthPlaces'>,
  { classes }: { classes: readonly ClassCounts[] },
): ClassProblem[] {
  const total = sizeOfAll(classes);
  if (groupMonthPlaces === null || total <= groupMonthPlaces) return [];
  const message = `每个单位一个月最多${groupMonthPlaces}人，你们${total}人。请分到两个月，各申请一次`;
  return [{ field: 'classes', message }];
}

/** What the rules find wrong, as a mistake of the form's fields; undefined where they find nothing. */
export function ruleProblem(problems: readonly ClassProblem[]): DomainError | undefined {
  if (problems.length === 0) return undefined;
  const fields = problems.map(({ index, field, message }) => ({
    field: index === undefined ? field : `classes.${index}.${field}`,
    message,
  }));
  return new DomainError('invalid', 'group_rule', '有的班不符合团体参观的规定。', { fields });
}

export function sizeOfAll(classes: readonly ClassCounts[]): number {
  return classes.reduce((sum, one) => sum + classSize(one), 0);
}

export interface ClassProblem {
  /** Which class, by its place in the list; undefined for the group as a whole. */
  index?: number;
  field: 'adults' | 'classes';
  message: string;
}

/** What the hall's rules for groups find wrong with the classes, before any session is looked at. */
export function groupProblems(
  hall: Pick<Hall, 'groupMin' | 'minorsPerAdult'>,
  classes: readonly (ClassCounts & { label?: string })[],
): ClassProblem[] {
  const problems: ClassProblem[] = [];
  classes.forEach((one, index) => {
    const minors = minorsOf(one);
    const needed = adultsNeeded(hall, minors);
    if (one.adults >= needed) return;
    // Named, so that three of them in the summary tell which class each is about.
    const whose = one.label ? `${one.label}：` : '';
    const message =
      minors === 0
        ? `${whose}至少要有1位成人`
        : `${whose}${minors}个孩子至少要${needed}位成人（每${hall.minorsPerAdult}个孩子1位）`;
    problems.push({ index, field: 'adults', message });
  });
  const total = sizeOfAll(classes);
  if (total < hall.groupMin) {
    const message = `团体至少${hall.groupMin}人，你们${total}人。人少请按家庭预约。`;
    problems.push({ field: 'classes', message });
  }
  return problems;
}

type GroupSession = SessionPlaces &
  Pick<HallSession, 'id' | 'startsAt' | 'groupsReleaseAt' | 'withdrawnAt'>;

/** Whether a group may still ask for this session; the guards decide the same on writing. */
export function isOpenToGroups(session: GroupSession, now: Date): boolean {
  return (
    now < session.groupsReleaseAt && session.withdrawnAt === null && groupPlacesLeft(session) > 0
  );
}

export interface Placement {
  date: CalendarDate;
  /** The session of each class, in the order of the classes. */
  sessionIds: string[];
}

/**
 * The days on which the whole group finds room, each with a session for every class. Large classes are placed first,
 * each in the fullest session that still takes it, which keeps the emptiest for what comes after; days on which this
 * leaves a class outside are not offered.
 * @param sizes people in each class.
 * @param sessions of one hall, in order of time.
 */
export function placements(
  sizes: readonly number[],
  sessions: readonly GroupSession[],
  now: Date,
): Placement[] {
  return openDays(sessions, now).flatMap(([date, ofDay]) => {
    const sessionIds = placeClasses(sizes, ofDay);
    return sessionIds ? [{ date, sessionIds }] : [];
  });
}

/** How far apart the two days of one visit lie at most. */
const TWO_DAYS_APART_MAX = 14;

/** Two days on which a group finds room that none takes whole: for each first day the next one that suits it. */
export function twoDayPlacements(
  sizes: readonly number[],
  sessions: readonly GroupSession[],
  now: Date,
): (Placement & { until: CalendarDate })[] {
  const days = openDays(sessions, now);
  return days.flatMap(([date, ofDay], index) => {
    for (const [until, ofOther] of days.slice(index + 1)) {
      if (daysBetween(date, until) > TWO_DAYS_APART_MAX) break;
      const sessionIds = placeClasses(sizes, [...ofDay, ...ofOther]);
      if (sessionIds) return [{ date, until, sessionIds }];
    }
    return [];
  });
}

export interface Fit {
  /** Which classes no session ever has room for. */
  tooLarge: number[];
  /** The most people of a group that any session takes. */
  sessionMax: number;
  /** How many of the classes, the smallest first, one day has room for; and the first such day. */
  most: number;
  mostOn: CalendarDate | undefined;
}

/** What would fit where a whole group does not find room on one day. */
export function whatFits(
  sizes: readonly number[],
  sessions: readonly GroupSession[],
  now: Date,
): Fit {
  const sessionMax = Math.max(0, ...sessions.map(({ groupPlaces }) => groupPlaces));
  const tooLarge = sizes.flatMap((size, index) => (size > sessionMax ? [index] : []));
  const smallestFirst = sizes.toSorted((a, b) => a - b);
  for (let most = sizes.length; most > 0; most -= 1) {
    const [first] = placements(smallestFirst.slice(0, most), sessions, now);
    if (first) return { tooLarge, sessionMax, most, mostOn: first.date };
  }
  return { tooLarge, sessionMax, most: 0, mostOn: undefined };
}

/** Days with sessions that a group may still ask for, in order of time. */
export function openDays<Session extends GroupSession>(
  sessions: readonly Session[],
  now: Date,
): [CalendarDate, Session[]][] {
  const open = sessions.filter((session) => isOpenToGroups(session, now));
  return [...Map.groupBy(open, ({ startsAt }) => calendarDate(startsAt))];
}

/** A session for every class, in the order of the classes; undefined where one of them stays outside. */
export function placeClasses(
  sizes: readonly number[],
  sessions: readonly GroupSession[],
): string[] | undefined {
  const left = sessions.map((session) => ({ id: session.id, places: groupPlacesLeft(session) }));
  const placed: string[] = [];
  const largestFirst = sizes
    .map((size, index) => ({ size, index }))
    .toSorted((a, b) => b.size - a.size);
  for (const { size, index } of largestFirst) {
    const [tightest] = left
      .filter(({ places }) => places >= size)
      .toSorted((a, b) => a.places - b.places);
    if (!tightest) return undefined;
    tightest.places -= size;
    placed[index] = tightest.id;
  }
  return placed;
}

/** `2026-12`: fair shares are counted by the month of the visit in China. */
export function shareMonth(startsAt: Date): string {
  return calendarDate(startsAt).slice(0, 'yyyy-mm'.length);
}

/** How far from the day that was asked for a counter-offer looks. */
const NEAR_DAYS = 14;

/** The sessions around a moment that have room for so many people of a group. */
export function sessionsNear<Session extends GroupSession>(
  sessions: readonly Session[],
  at: Date,
  size: number,
  now: Date,
): Session[] {
  const date = calendarDate(at);
  return sessions.filter(
    (session) =>
      isOpenToGroups(session, now) &&
      groupPlacesLeft(session) >= size &&
      Math.abs(daysBetween(date, calendarDate(session.startsAt))) <= NEAR_DAYS,
  );
}

/** The month after one, both as `2026-12`. */
export function nextMonth(month: string): string {
  return addDays(`${month}-28`, 4).slice(0, 'yyyy-mm'.length);
}

/** Whether the leader may still take the whole group back; the guard decides the same. */
export function canWithdraw(
  state: GroupState,
  sessions: readonly Pick<HallSession, 'arrivalOpensAt'>[],
  now: Date,
): boolean {
  return (
    (state === 'asked' || state === 'countered' || state === 'approved') &&
    sessions.every(({ arrivalOpensAt }) => now < arrivalOpensAt)
  );
}

/** What a class counts: `4位成人，男生20人，女生20人`, or `4位成人，40个孩子` where sexes were not told apart. */
export function countWords(
  booking: Pick<Booking, 'adults' | 'children'>,
  { boys, girls }: Pick<GroupClass, 'boys' | 'girls'>,
): string {
  const adults = `${booking.adults}位成人`;
  if (booking.children === 0) return adults;
  if (boys === null || girls === null) return `${adults}，${booking.children}个孩子`;
  return `${adults}，男生${boys}人，女生${girls}人`;
}

/** `到了38人，报了40人`: how a class came, for its leader and the hall alike. */
export function enteredWords(entered: number, booking: Pick<Booking, 'adults' | 'children'>) {
  return `到了${entered}人，报了${booking.adults + booking.children}人`;
}

/** Where a request stands and what comes next, for its leader. */
export function nextWords(
  request: Pick<GroupRequest, 'state' | 'answerDueAt' | 'heldUntil'>,
  now: Date,
): string {
  const until = formatDayTime(request.heldUntil);
  switch (request.state) {
    case 'asked':
      return isOverdue(request, now)
        ? `场馆应该最晚${formatDay(request.answerDueAt)}答复，已经过了。名额替你们留到${until}，请打电话催一催。`
        : `场馆最晚${formatDay(request.answerDueAt)}答复，短信通知。名额已经替你们留着。`;
    case 'countered':
      return `场馆换了时间，名额在新的场次留到${until}。请看新的时间，接受或者撤回。`;
    case 'approved':
      return '把家长信发下去，出发前核对人数；到馆时每个班出示自己的码。';
    case 'refused':
      return '名额已经放开。可以换一天再申请。';
    case 'withdrawn':
      return '名额已经放开。想再来，重新申请一次。';
    case 'lapsed':
      return '过了期限没有答复，名额已经放开。可以换一天再申请，也可以打电话给场馆。';
  }
}

/** What has happened to a request, in order; what is still to come stands last. */
export function groupHistory(
  request: GroupRequest,
  decisions: readonly GroupDecision[],
  firstAt: Date | undefined,
  lapse?: { title: string; at: Date },
) {
  const entry = (title: string, at: Date, text = '') => ({
    title,
    time: { text: formatDayTime(at), at },
    ...(text ? { text } : {}),
    state: 'done' as const,
  });
  const done = [
    entry('提出申请', request.askedAt),
    ...decisions.map(({ decision, decidedAt, reason }) =>
      entry(decisionWords[decision], decidedAt, reason),
    ),
    ...(lapse ? [entry(lapse.title, lapse.at)] : []),
  ];
  const open = request.state === 'asked' || request.state === 'countered';
  const next =
    open && request.state === 'asked'
      ? { title: '等场馆答复', text: `最晚${formatDay(request.answerDueAt)}` }
      : open
        ? { title: '等领队答复' }
        : undefined;
  const visit =
    firstAt && request.state === 'approved'
      ? { title: '参观', time: { text: formatDayTime(firstAt), at: firstAt } }
      : undefined;
  return [
    ...done.map((one, index) =>
      !next && !visit && index === done.length - 1 ? { ...one, state: 'now' as const } : one,
    ),
    ...(next ? [{ ...next, state: 'now' as const }] : []),
    ...(visit ? [{ ...visit, state: 'next' as const }] : []),
  ];
}

export const decisionWords: Readonly<Record<GroupDecision['decision'], string>> = {
  approved: '场馆通过了',
  refused: '场馆没有通过',
  countered: '场馆提议换时间',
  accepted: '领队接受了新的时间',
  withdrawn: '领队撤回了',
};

/** An answer that is due by then and has not come. */
export function isOverdue(
  request: Pick<GroupRequest, 'state' | 'answerDueAt'>,
  now: Date,
): boolean {
  return request.state === 'asked' && addMinutes(request.answerDueAt, 1) <= now;
}

const requestUnknown = { code: 'not_found', message: '没有找到这个团体申请。' } as const;

const placeRefusals: Refusals = {
  session_stopped: bookingRefusals['session_stopped']!,
  session_full: {
    code: 'conflict',
    message: '有一个场次的团体名额刚刚被约走了。请换一个场次，或减少人数。',
  },
  session_not_oversold: {
    code: 'conflict',
    reason: 'session_full',
    message: '有一个场次的团体名额刚刚被约走了。请换一个场次，或减少人数。',
  },
  group_places_used_up: {
    code: 'conflict',
    reason: 'session_full',
    message: '有一个场次的团体名额不够了。请换一个场次，或减少人数。',
  },
  group_closed: {
    code: 'conflict',
    message: '有一个场次已经停止接受团体，剩下的名额开放给散客了。请换后面的日期。',
  },
  group_share_used_up: {
    code: 'conflict',
    message: '这个月你们单位的团体名额用完了。请换一个月，把机会也留给别的单位。',
  },
};

export const requestRefusals: Refusals = {
  ...placeRefusals,
  ...linkRefusals,
  file_unknown: {
    code: 'invalid',
    field: 'file',
    message: '这份公函没有收到，请重新选一次文件',
  },
  person_erased: bookingRefusals['person_erased']!,
  session_unknown: bookingRefusals['session_unknown']!,
  organisation_unknown: {
    code: 'invalid',
    field: 'organisationId',
    message: '你还不能代表这个单位。请先认领并等审核，或者只写单位名称。',
  },
  requests_used_up: {
    code: 'conflict',
    message: '你有3个申请还没有结果。请等场馆答复，或者先撤回一个。',
  },
};

/** Why a letter of request is refused that comes after the request. */
export const letterRefusals: Refusals = {
  ...linkRefusals,
  file_unknown: requestRefusals['file_unknown']!,
  request_unknown: requestUnknown,
  request_already_decided: {
    code: 'conflict',
    message: '这个申请已经有了结果，不能再交公函。请当天带来。',
  },
  subject_files_used_up: { code: 'conflict', message: '公函已经交过了。要换，请当天带新的来。' },
};

export const answerRefusals: Refusals = {
  ...placeRefusals,
  request_unknown: requestUnknown,
  booking_unknown: requestUnknown,
  session_unknown: bookingRefusals['session_unknown']!,
  request_already_decided: { code: 'conflict', message: '这个申请刚刚已经有了结果。' },
  visit_has_begun: { code: 'conflict', message: '参观已经开始入场，不能再撤回或退回。' },
  change_closed: { code: 'conflict', message: '这个班的场次已经开始入场，不能再改。' },
  booking_already_cancelled: { code: 'conflict', message: '有一个班已经取消了。' },
  booking_already_arrived: { code: 'conflict', message: '有一个班已经到馆。' },
  booking_already_expired: { code: 'conflict', message: '有一个班的场次已经结束。' },
};

export const countsRefusals: Refusals = {
  ...answerRefusals,
  booking_unknown: { code: 'not_found', message: '没有找到这个班。' },
  group_closed: {
    code: 'conflict',
    message: '多出来的名额已经开放给散客了，现在只能减少人数。',
  },
};
