import { countTexts, isShown, rate, shares, SMALL_COUNT, sum } from '../../lib/counts.ts';
import { weekLabels, type Period } from '../../lib/periods.ts';
import type { Booking } from '../bookings/table.ts';
import { SCORES_SHOWN_MIN, scoreWords } from '../feedback/policy.ts';
import type { GroupState } from '../groups/table.ts';
import { divisionTree } from '../regions/policy.ts';
import type { WaitlistEntry } from '../waitlist/table.ts';
import type { FigureId } from './schema.ts';

/** What is counted: visits to the hall, or its courses. */
export type Subject = 'visits' | 'courses';

/** Sessions that are over, by week of the period (0 for the week that `from` lies in) and hour of their start. */
export interface SessionSlot {
  week: number;
  hour: number;
  /** Those that were held; the hall stopped the others. */
  sessions: number;
  stopped: number;
  /** Open places of those that were held; what was booked where fewer were open by the end. */
  places: number;
  walkIns: number;
}

/** Bookings for sessions that were held. */
export interface BookingSlot {
  week: number;
  hour: number;
  kind: Booking['kind'];
  state: Booking['state'];
  bookings: number;
  people: number;
}

/** Bookings that were not cancelled, by the calendar days between booking and visit. */
export interface LeadDay {
  kind: Booking['kind'];
  days: number;
  bookings: number;
}

/** Classes that came, by where their school lies; no code for groups that are no verified school. */
export interface SchoolCounty {
  regionCode: string | null;
  organisations: number;
  classes: number;
  people: number;
}

export interface GroupCount {
  state: GroupState;
  requests: number;
  answeredInTime: number;
}

export interface WaitCount {
  state: WaitlistEntry['state'];
  entries: number;
}

export interface ScoreCount {
  score: number;
  visits: number;
}

/** From an address; visits where it says nothing known. */
export function readSubject(text: string | null | undefined): Subject {
  return text === 'courses' ? 'courses' : 'visits';
}

/** What is compared with the period before. */
export interface Counted {
  sessions: readonly SessionSlot[];
  bookings: readonly BookingSlot[];
  leads: readonly LeadDay[];
}

export interface HallNumbers extends Counted {
  before: Counted;
  schools: readonly SchoolCounty[];
  groups: readonly GroupCount[];
  waits: readonly WaitCount[];
  scores: readonly ScoreCount[];
}

/** One figure: what it says, as a drawing, as a table, as a file. */
export interface Figure {
  id: FigureId;
  title: string;
  /** What the numbers say, in one sentence. */
  sentence: string;
  /** How it was counted. */
  method: string;
  header: readonly string[];
  /** The first cell names the row. */
  rows: readonly (readonly string[])[];
  total?: readonly string[];
  chart: Chart;
}

export type Chart =
  /** Columns over time: their parts from the bottom up, within the whole. */
  | {
      kind: 'columns';
      parts: readonly string[];
      whole: string;
      columns: readonly { label: string; values: readonly number[]; whole: number }[];
    }
  /** @param bars in percent of the longest or of the whole. */
  | {
      kind: 'bars';
      reading: string;
      bars: readonly { label: string; value: number; text: string; remark?: string }[];
    };

export interface Totals {
  sessions: number;
  stopped: number;
  places: number;
  walkIns: number;
  arrived: number;
  absent: number;
  /** Arrived with a booking or without, in percent of the places; undefined where there were none. */
  use: number | undefined;
  /** Individual bookings that nobody came for, in percent of those that were not cancelled. */
  noShow: number | undefined;
  /** Days between booking and visit of the individual booking in the middle. */
  lead: number | undefined;
}

export function totalsOf({ sessions, bookings, leads }: Counted): Totals {
  const places = sum(sessions.map((slot) => slot.places));
  const walkIns = sum(sessions.map((slot) => slot.walkIns));
  const arrived = peopleOf(bookings, isArrived);
  const individuals = bookings.filter(({ kind }) => kind === 'individual');
  const came = bookingsOf(individuals, isArrived);
  const missed = bookingsOf(individuals, isAbsent);
  return {
    sessions: sum(sessions.map((slot) => slot.sessions)),
    stopped: sum(sessions.map((slot) => slot.stopped)),
    places,
    walkIns,
    arrived,
    absent: peopleOf(bookings, isAbsent),
    use: rate(arrived + walkIns, places),
    noShow: rate(missed, came + missed),
    lead: medianLead(leads.filter(({ kind }) => kind === 'individual')),
  };
}

/** The booking in the middle, the earlier of two; undefined of none. */
export function medianLead(
  leads: readonly Pick<LeadDay, 'days' | 'bookings'>[],
): number | undefined {
  const half = sum(leads.map(({ bookings }) => bookings)) / 2;
  let counted = 0;
  return leads
    .toSorted((a, b) => a.days - b.days)
    .find(({ bookings }) => {
      counted += bookings;
      return bookings > 0 && counted >= half;
    })?.days;
}

/** The figures at the head of the page, each with what it was in the period before. */
export function summary(numbers: HallNumbers) {
  const now = totalsOf(numbers);
  const before = totalsOf(numbers.before);
  const text = (value: number | undefined, unit: string) =>
    value === undefined ? '没有' : `${value}${unit}`;
  const line = (label: string, pick: (totals: Totals) => number | undefined, unit: string) => ({
    label,
    value: text(pick(now), unit),
    remark: `前一段：${text(pick(before), unit)}`,
  });
  return [
    line('开了的场次', ({ sessions }) => sessions, '场'),
    line('到馆，含现场来的', ({ arrived, walkIns }) => arrived + walkIns, '人'),
    line('名额用了', ({ use }) => use, '%'),
    line('个人预约没来', ({ noShow }) => noShow, '%'),
    line('一半的个人预约，提前不超过', ({ lead }) => lead, '天'),
  ];
}

/** Every figure of a hall. What adds up in one adds up to the same in the others. */
export function figures(numbers: HallNumbers, period: Period): Figure[] {
  return [
    useFigure(numbers, period),
    hoursFigure(numbers),
    sharesFigure(numbers),
    noShowsFigure(numbers),
    leadFigure(numbers),
    countiesFigure(numbers),
    groupsFigure(numbers),
    waitlistFigure(numbers),
    satisfactionFigure(numbers),
  ];
}

/** Whether there is anything to be seen in its drawing. */
export function isDrawn({ chart }: Pick<Figure, 'chart'>): boolean {
  return chart.kind === 'columns'
    ? chart.columns.some(({ whole, values }) => whole + sum(values) > 0)
    : chart.bars.some(({ value }) => value > 0);
}

const useHeader = ['场次', '名额', '约了', '到馆', '没来', '现场来的', '名额用了'];

/** The cells of `useHeader` for some of the slots. */
function useCells(counted: Pick<Counted, 'sessions' | 'bookings'>): string[] {
  const { sessions, places, arrived, absent, walkIns, use } = totalsOf({ ...counted, leads: [] });
  const cells = [sessions, places, arrived + absent, arrived, absent, walkIns].map(String);
  return [...cells, percentText(use)];
}

function only(counted: Counted, has: (slot: { week: number; hour: number }) => boolean): Counted {
  return {
    sessions: counted.sessions.filter(has),
    bookings: counted.bookings.filter(has),
    leads: [],
  };
}

function useColumn(label: string, counted: Counted) {
  const { arrived, absent, walkIns, places } = totalsOf(counted);
  return { label, values: [arrived, walkIns, absent], whole: places };
}

const useParts = ['到馆', '现场来的', '约了没来'];

function useFigure(numbers: HallNumbers, period: Period): Figure {
  const weeks = weekLabels(period).map((label, week) => ({
    label,
    counted: only(numbers, (slot) => slot.week === week),
  }));
  const { use, stopped, arrived, walkIns, places } = totalsOf(numbers);
  const change = changeWords(use, totalsOf(numbers.before).use);
  const held =
    use === undefined
      ? '这段时间没有开过场次。'
      : `${places}个名额来了${arrived + walkIns}人，用了${use}%${change}。`;
  return {
    id: 'use',
    title: '名额用得怎么样',
    sentence: `${held}${stopped > 0 ? `另有${stopped}场停开，不算在内。` : ''}`,
    method:
      '只算已经结束的场次。到馆按预约的人数算：来了一部分的，也算整份预约。名额后来调少过的场次，按约出去的算。',
    header: ['一周', ...useHeader],
    rows: weeks.map(({ label, counted }) => [label, ...useCells(counted)]),
    total: ['合计', ...useCells(numbers)],
    chart: {
      kind: 'columns',
      parts: useParts,
      whole: '开放的名额',
      // The drawing has room for the first day.
      columns: weeks.map(({ label, counted }) => useColumn(label.split('–', 1).join(), counted)),
    },
  };
}

function hoursFigure(numbers: HallNumbers): Figure {
  const hours = [...new Set(numbers.sessions.map(({ hour }) => hour))].toSorted((a, b) => a - b);
  const rows = hours.map((hour) => ({
    label: `${hour}点`,
    counted: only(numbers, (slot) => slot.hour === hour),
  }));
  const used = rows
    .map(({ label, counted }) => ({ label, use: totalsOf(counted).use }))
    .filter((row): row is { label: string; use: number } => row.use !== undefined)
    .toSorted((a, b) => b.use - a.use);
  const [most, least] = [used.at(0), used.at(-1)];
  return {
    id: 'hours',
    title: '哪个时段人多',
    sentence:
      most && least
        ? most.use === least.use
          ? `各个时段的名额都用了${most.use}%。`
          : `${most.label}开场的最满，用了${most.use}%；${least.label}的最空，用了${least.use}%。`
        : '这段时间没有开过场次。',
    method: '按开场的钟点分。',
    header: ['开场', ...useHeader],
    rows: rows.map(({ label, counted }) => [label, ...useCells(counted)]),
    total: ['合计', ...useCells(numbers)],
    chart: {
      kind: 'columns',
      parts: useParts,
      whole: '开放的名额',
      columns: rows.map(({ label, counted }) => useColumn(label, counted)),
    },
  };
}

function sharesFigure({ sessions, bookings }: HallNumbers): Figure {
  const arrived = (kind: Booking['kind']) =>
    peopleOf(
      bookings.filter((slot) => slot.kind === kind),
      isArrived,
    );
  const people = [
    arrived('individual'),
    arrived('group'),
    sum(sessions.map(({ walkIns }) => walkIns)),
  ];
  const percents = shares(people);
  const labels = ['个人预约', '团体', '现场来的'];
  const total = sum(people);
  return {
    id: 'shares',
    title: '来的是谁',
    sentence:
      total === 0
        ? '这段时间没有人到馆。'
        : `来的${total}人里，${labels.map((label, index) => `${label}占${percents[index]}%`).join('，')}。`,
    method: '按到馆的人数算。百分数加起来是100。',
    header: ['', '人数', '占'],
    rows: labels.map((label, index) => [label, String(people[index]), `${percents[index]}%`]),
    total: ['合计', String(total), total === 0 ? '–' : '100%'],
    chart: {
      kind: 'bars',
      reading: '灰条是全部到馆的人',
      bars: labels.map((label, index) => ({
        label,
        value: percents[index] ?? 0,
        text: `${percents[index]}%`,
        remark: `${people[index]}人`,
      })),
    },
  };
}

function noShowsFigure(numbers: HallNumbers): Figure {
  const kinds = [
    { label: '个人预约', slots: numbers.bookings.filter(({ kind }) => kind === 'individual') },
    { label: '团体的班', slots: numbers.bookings.filter(({ kind }) => kind === 'group') },
  ];
  const counts = (slots: readonly BookingSlot[]) => {
    const came = bookingsOf(slots, isArrived);
    const missed = bookingsOf(slots, isAbsent);
    const cancelled = bookingsOf(slots, ({ state }) => state === 'cancelled');
    return { came, missed, cancelled, missedRate: rate(missed, came + missed) };
  };
  const cells = (slots: readonly BookingSlot[]) => {
    const { came, missed, cancelled, missedRate } = counts(slots);
    return [
      ...[came + missed + cancelled, cancelled, came, missed].map(String),
      percentText(missedRate),
    ];
  };
  const { noShow } = totalsOf(numbers);
  const change = changeWords(noShow, totalsOf(numbers.before).noShow);
  return {
    id: 'no-shows',
    title: '约了没来',
    sentence:
      noShow === undefined
        ? '这段时间没有个人预约。'
        : `没有取消的个人预约，每100份有${noShow}份没来${change}。`,
    method: '一份预约算一次，不管几个人。取消的不算没来。停开的场次不算在内。',
    header: ['', '预约', '取消', '到馆', '没来', '没来的占'],
    rows: kinds.map(({ label, slots }) => [label, ...cells(slots)]),
    total: ['合计', ...cells(numbers.bookings)],
    chart: {
      kind: 'bars',
      reading: '灰条是没有取消的预约，绿条是没来的',
      bars: kinds.map(({ label, slots }) => {
        const { came, missed, missedRate } = counts(slots);
        const remark = `${came + missed}份里${missed}份`;
        return { label, value: missedRate ?? 0, text: percentText(missedRate), remark };
      }),
    },
  };
}

/** From shortest to longest; each ends with the days given, the last has no end. */
const leadSpans = [
  { label: '当天', most: 0 },
  { label: '前1天', most: 1 },
  { label: '2–3天', most: 3 },
  { label: '4–7天', most: 7 },
  { label: '8–14天', most: 14 },
  { label: '15–30天', most: 30 },
  { label: '31天以上', most: Infinity },
];

function leadFigure({ leads }: HallNumbers): Figure {
  const spanOf = (days: number) => leadSpans.findIndex(({ most }) => days <= most);
  const spans = leadSpans.map(({ label }, span) => {
    const within = leads.filter(({ days }) => spanOf(days) === span);
    const count = (kind: Booking['kind']) =>
      sum(within.filter((lead) => lead.kind === kind).map(({ bookings }) => bookings));
    return { label, individuals: count('individual'), groups: count('group') };
  });
  const all = spans.map(({ individuals, groups }) => individuals + groups);
  const percents = shares(all);
  const ofIndividuals = medianLead(leads.filter(({ kind }) => kind === 'individual'));
  const ofGroups = medianLead(leads.filter(({ kind }) => kind === 'group'));
  const words = (days: number) => (days === 0 ? '当天才订' : `在参观前${days}天以内才订`);
  const sentences = [
    ofIndividuals === undefined ? [] : `一半的个人预约${words(ofIndividuals)}。`,
    ofGroups === undefined ? [] : `一半的团体${words(ofGroups)}。`,
  ].flat();
  return {
    id: 'lead',
    title: '提前多久预约',
    sentence: sentences.length > 0 ? sentences.join('') : '这段时间没有预约。',
    method: '从订好那天到参观那天，按日历天数算；改过期的按最后约定的那天。取消的不算。',
    header: ['提前', '个人预约', '团体的班', '占'],
    rows: spans.map(({ label, individuals, groups }, index) => [
      label,
      String(individuals),
      String(groups),
      `${percents[index]}%`,
    ]),
    total: [
      '合计',
      String(sum(spans.map(({ individuals }) => individuals))),
      String(sum(spans.map(({ groups }) => groups))),
      sum(all) === 0 ? '–' : '100%',
    ],
    chart: {
      kind: 'bars',
      reading: '灰条是全部没有取消的预约',
      bars: spans.map(({ label }, index) => ({
        label,
        value: percents[index] ?? 0,
        text: `${percents[index]}%`,
        remark: `${all[index]}份`,
      })),
    },
  };
}

function countiesFigure({ schools }: HallNumbers): Figure {
  const counties = schools
    .filter(({ regionCode }) => regionCode !== null)
    .toSorted(
      (a, b) => b.people - a.people || (a.regionCode ?? '').localeCompare(b.regionCode ?? ''),
    );
  const others = schools.filter(({ regionCode }) => regionCode === null);
  const rows = [
    ...counties.map((county) => ({ ...county, label: regionName(county.regionCode ?? '') })),
    ...others.map((other) => ({ ...other, label: '其他团体' })),
  ];
  const counts = rows.map((row) => row.people);
  const { texts: people, total } = countTexts(counts);
  const top = counties[0];
  const leader =
    top && isShown(people[0] ?? '') ? `${regionName(top.regionCode ?? '')}来得最多。` : '';
  return {
    id: 'counties',
    title: '学校来自哪里',
    sentence:
      counties.length === 0
        ? '这段时间没有核实过的学校或幼儿园到馆。'
        : `${counties.length}个县（市、区）有学校或幼儿园来过。${leader}`,
    method: `只算核实过的学校和幼儿园，按单位所在的县（市、区）。企业、社区和没有核实的单位算“其他团体”。${smallWords}`,
    header: ['县（市、区）', '单位', '班', '人数'],
    rows: rows.map(({ label, organisations, classes, regionCode }, index) => [
      label,
      regionCode === null ? '–' : String(organisations),
      String(classes),
      people[index] ?? '',
    ]),
    total: [
      '合计',
      String(sum(counties.map(({ organisations }) => organisations))),
      String(sum(rows.map(({ classes }) => classes))),
      total,
    ],
    chart: {
      kind: 'bars',
      reading: '最长的一条人最多',
      bars: countBars(rows, people, '人'),
    },
  };
}

const groupWords: Readonly<Record<GroupState, string>> = {
  asked: '等答复',
  countered: '改了时间，等对方',
  approved: '同意',
  refused: '没有同意',
  withdrawn: '对方撤回',
  lapsed: '过了期限没有答复',
};

function groupsFigure({ groups }: HallNumbers): Figure {
  const rows = Object.entries(groupWords).map(([state, label]) => {
    const found = groups.find((group) => group.state === state);
    return { label, requests: found?.requests ?? 0, inTime: found?.answeredInTime ?? 0 };
  });
  const total = sum(rows.map(({ requests }) => requests));
  const inTime = sum(rows.map((row) => row.inTime));
  return {
    id: 'groups',
    title: '团体申请',
    sentence:
      total === 0
        ? '这段时间没有团体申请。'
        : `收到${total}件，${inTime}件在约定的工作日内答复了。`,
    method: '按申请的那天算。对方自己先撤回的，没有答复。',
    header: ['现在', '申请', '按时答复'],
    rows: rows.map(({ label, requests, inTime: answered }) => [
      label,
      String(requests),
      String(answered),
    ]),
    total: ['合计', String(total), String(inTime)],
    chart: {
      kind: 'bars',
      reading: '灰条是收到的全部申请',
      bars: rows.map(({ label, requests }) => ({
        label,
        value: rate(requests, total) ?? 0,
        text: `${requests}件`,
      })),
    },
  };
}

const waitWords: Readonly<Record<WaitlistEntry['state'], string>> = {
  booked: '等到了，去参观',
  offered: '留着名额，等确认',
  waiting: '还在等',
  lapsed: '留了名额，没有确认',
  left: '自己退出',
  closed: '没有等到',
};

function waitlistFigure({ waits }: HallNumbers): Figure {
  const rows = Object.entries(waitWords).map(([state, label]) => ({
    label,
    entries: waits.find((wait) => wait.state === state)?.entries ?? 0,
  }));
  const total = sum(rows.map(({ entries }) => entries));
  const percents = shares(rows.map(({ entries }) => entries));
  const of = (state: WaitlistEntry['state']) =>
    waits.find((wait) => wait.state === state)?.entries ?? 0;
  return {
    id: 'waitlist',
    title: '候补',
    sentence:
      total === 0
        ? '这段时间没有人候补。'
        : `${total}份候补，${of('booked')}份等到了，${of('closed')}份到最后也没有名额。`,
    method: '一家或一伙算一份，按他们等的那一场算。停开以后给的替换名额不算。',
    header: ['结果', '候补', '占'],
    rows: rows.map(({ label, entries }, index) => [label, String(entries), `${percents[index]}%`]),
    total: ['合计', String(total), total === 0 ? '–' : '100%'],
    chart: {
      kind: 'bars',
      reading: '灰条是全部候补',
      bars: rows.map(({ label, entries }, index) => ({
        label,
        value: percents[index] ?? 0,
        text: `${percents[index]}%`,
        remark: `${entries}份`,
      })),
    },
  };
}

function satisfactionFigure(numbers: HallNumbers): Figure {
  const rows = [5, 4, 3, 2, 1].map((score) => ({
    score,
    label: `${score}分，${scoreWords[score]}`,
    visits: numbers.scores.find((one) => one.score === score)?.visits ?? 0,
  }));
  const counts = rows.map(({ visits }) => visits);
  const { texts, total } = countTexts(counts);
  const given = sum(counts);
  const came = bookingsOf(numbers.bookings, isArrived);
  const average = sum(rows.map(({ score, visits }) => score * visits)) / given;
  return {
    id: 'satisfaction',
    title: '满意吗',
    sentence:
      given < SCORES_SHOWN_MIN || !isShown(total)
        ? '评价太少，不算平均分。'
        : `${came}次到馆有${total}份评价，平均${average.toFixed(1)}分。`,
    method: `每一份都算，不公开的也算。按参观的那天。${smallWords}`,
    header: ['评价', '份数'],
    rows: rows.map(({ label }, index) => [label, texts[index] ?? '']),
    total: ['合计', total],
    chart: {
      kind: 'bars',
      reading: '最长的一条份数最多',
      bars: countBars(rows, texts, '份'),
    },
  };
}

/** Counts that may be hidden, against the largest that is not: a hidden one has no bar. */
function countBars(rows: readonly { label: string }[], texts: readonly string[], unit: string) {
  const shown = texts.map((text) => (isShown(text) ? Number(text) : 0));
  const most = Math.max(...shown, 1);
  return rows.map(({ label }, index) => {
    const text = texts[index] ?? '';
    const value = Math.round(((shown[index] ?? 0) * 100) / most);
    return { label, value, text: isShown(text) ? `${text}${unit}` : text };
  });
}

const smallWords = `${SMALL_COUNT}以下不写出来，免得认出是谁；能由合计反推的也不写。`;

/** `，比前一段多3个百分点`; empty where there is nothing to compare. */
function changeWords(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined) return '';
  if (now === before) return '，和前一段一样';
  return `，比前一段${now > before ? '多' : '少'}${Math.abs(now - before)}个百分点`;
}

/** Counties by name, with their city where two could be meant. */
function regionName(code: string): string {
  const name = divisionTree.regionOf(code)?.name ?? code;
  const namesakes = divisionTree.all.filter((one) => one.name === name).length;
  return namesakes > 1 ? (divisionTree.fullName(code) ?? name) : name;
}

const percentText = (percent: number | undefined) => (percent === undefined ? '–' : `${percent}%`);
const isArrived = ({ state }: BookingSlot) => state === 'arrived';
/** Also those whose expiry the job has not written yet: their session is over. */
const isAbsent = ({ state }: BookingSlot) => state === 'expired' || state === 'booked';

function peopleOf(slots: readonly BookingSlot[], has: (slot: BookingSlot) => boolean): number {
  return sum(slots.filter(has).map(({ people }) => people));
}

function bookingsOf(slots: readonly BookingSlot[], has: (slot: BookingSlot) => boolean): number {
  return sum(slots.filter(has).map(({ bookings }) => bookings));
}
