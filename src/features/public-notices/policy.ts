import type { Refusals } from '../../lib/errors.ts';
import { addDays, calendarDate, formatDate, type CalendarDate } from '../../lib/time.ts';
import type { State } from '../applications/policy.ts';
import { noticeEnd } from '../deadlines/policy.ts';
import { bodyName } from '../programmes/policy.ts';
import type { Bodies, Programme } from '../programmes/schema.ts';

/** To whom objections go: an office, as it wrote it. */
export interface NoticeContact {
  office: string;
  phone: string;
  address: string;
  /** Empty where the office has none. */
  email: string;
}

/** A public notice of a candidate, as anybody may read it. */
export interface PublicNotice {
  id: string;
  name: string;
  regionCode: string;
  programme: Programme;
  from: CalendarDate;
  /** The last day on which objections are taken. */
  until: CalendarDate;
  announcedAt: Date;
  state: State;
  /** Null of a notice that was entered without it. */
  contact: NoticeContact | null;
}

/** Whether objections are taken today. */
export const isRunning = (
  { until, state }: Pick<PublicNotice, 'until' | 'state'>,
  today: CalendarDate,
): boolean => state === 'notice' && today <= until;

/** What became of a candidate. */
export function outcomeWords(notice: PublicNotice, today: CalendarDate): string {
  const { state, from } = notice;
  if (isRunning(notice, today)) return today < from ? '还没有开始' : '正在公示';
  const words: Partial<Record<State, string>> = {
    notice: '公示完了，等命名',
    named: '已命名',
    rectifying: '已命名，正在整改',
    refused: '没有命名',
    withdrawn: '申报单位撤回了',
    revoked: '命名已撤销',
  };
  return words[state] ?? '';
}

/** The text of a notice, as the site shows it and as it can be printed for the board. */
export function noticeText(
  { name, programme, from, until }: Pick<PublicNotice, 'name' | 'programme' | 'from' | 'until'>,
  { office, phone, address, email }: NoticeContact,
): string[] {
  const example = programme.title.ours ? '（平台示例称号）' : '';
  return [
    `经审核，拟命名${name}为${programme.title.text}${example}，现在公示。`,
    `公示时间：${formatDate(from)}到${formatDate(until)}，共${programme.notice.days.count}天。`,
    '有不同意见的，请在公示期内实名提出：单位的盖公章；个人的写真实姓名和联系方式。内容要真实、具体。',
    `受理单位：${office}`,
    `电话：${phone}`,
    `地址：${address}`,
    ...(email ? [`邮箱：${email}`] : []),
  ];
}

/** The days of a notice that would begin on a day. */
export const noticeDays = (
  { notice }: Pick<Programme, 'notice'>,
  opensOn: CalendarDate,
): { from: CalendarDate; until: CalendarDate } => ({
  from: opensOn,
  until: noticeEnd(opensOn, notice.days.count),
});

/** Who names by the programme, under the names of that day. */
export const namingBodies = (
  bodies: Bodies,
  { naming }: Pick<Programme, 'naming'>,
  on: CalendarDate,
): string => naming.bodies.map((key) => bodyName(bodies, key, on)).join('、');

/** Why a document's day cannot be that of the naming; undefined when it can. */
export function namedOnObjection(
  namedOn: CalendarDate,
  noticeUntil: CalendarDate | null,
  now: Date,
): string | undefined {
  if (namedOn > calendarDate(now)) return '文件的日期还没有到';
  if (noticeUntil !== null && namedOn <= noticeUntil) {
    return `公示到${formatDate(noticeUntil)}，命名文件要从${formatDate(addDays(noticeUntil, 1))}算起`;
  }
  return undefined;
}

/** Why a notice cannot begin on a day. Nobody announces for the year after next. */
export function opensOnObjection(opensOn: CalendarDate, now: Date): string | undefined {
  const today = calendarDate(now);
  if (opensOn < today) return '公示不能从过去的日子算起';
  return opensOn > addDays(today, 60) ? '公示最晚从60天以内的一天开始' : undefined;
}

/** What the directory's table raises, for whoever names. */
export const namingDecisionRefusals: Refusals = {
  naming_unfounded: { code: 'conflict', message: '别人刚刚办过这一份，请刷新再看。' },
  named_later: { code: 'invalid', field: 'namedOn', message: '文件的日期还没有到' },
  namings_region: {
    code: 'conflict',
    reason: 'naming_region_unfit',
    message: '目录只列县以下的单位和设区的市，这一份的地区不合。',
  },
  'unique:namings.level,namings.unit,namings.region_code,namings.name,namings.named_on': {
    code: 'conflict',
    reason: 'naming_listed',
    message: '目录里已经有同一天的同一条命名（补录的）。请先请县里把补录的那一条删去。',
  },
  'unique:namings.application_id': {
    code: 'conflict',
    reason: 'naming_listed',
    message: '这一份已经命名了。',
  },
};
