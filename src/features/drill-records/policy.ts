import type { Refusals } from '../../lib/errors.ts';
import { calendarDate, DAY_MS, daysBetween, formatTime } from '../../lib/time.ts';
import { planRefusals } from '../drill-plans/policy.ts';
import type { DrillRecord, DrillRecordGroup, DrillRecordVersion } from './table.ts';

/** 本平台约定; the guard `drill_record_versions_guard` holds the same. */
export const CORRECTION_HOURS = 24;
export const RECORDED_WITHIN_DAYS = 60;

/** From how many days after the drill on a record is told to be a late one: 本平台约定. */
const LATE_RECORD_DAYS = 7;

/** 《中小学幼儿园应急疏散演练指南》: schools of four storeys at most, with sound exits, within two minutes. */
export const SCHOOL_TARGET_SECONDS = 120;

/** A whole school has fewer classes. */
const CLASSES_MAX = 120;

/** `一年级1班`, `大班`, `教职工`: what a class or a group is called, so that nobody lists pupils by their names. */
const CLASS_NAME =
  /^[\p{L}\p{N}（）()\-·]{0,19}(班|组|级|年级|部|科|室|队|楼|层|园|处|区|车间|工段|教职工|教师|老师|职工|员工|工人|居民|村民|志愿者)([(（]?\d{1,2}[)）]?)?$/u;

export type ClassRow = Pick<DrillRecordGroup, 'name' | 'expected' | 'arrived'>;

/**
 * Reads head-counts, one class a line: its name, how many were expected, how many came; where the last is left out, all came.
 * @returns the rows, or what is wrong with the first line that cannot be read.
 */
export function readClassLines(text: string): { rows: ClassRow[]; problem: string | undefined } {
  const lines = text
    .normalize('NFKC')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const rows: ClassRow[] = [];
  const wrong = (line: string, what: string) => ({ rows: [], problem: `“${line}”${what}` });
  if (lines.length > CLASSES_MAX) return { rows: [], problem: `最多写${CLASSES_MAX}个班` };
  for (const line of lines) {
    const short = Array.from(line).slice(0, 24).join('');
    const parts = /^(\S(?:.*?\S)?)[\s,、:]+(\d{1,4})(?:[\s,、/:]+(\d{1,4}))?$/u.exec(line);
    if (!parts) return wrong(short, '看不懂，请写成：一年级1班 42 41');
    const [, name = '', first = '', second = first] = parts;
    if (!CLASS_NAME.test(name)) {
      return wrong(short, '前面请写班级或分组，例如一年级1班、教职工。不要写人名');
    }
    const row = { name, expected: Number(first), arrived: Number(second) };
    if (row.expected < 1 || row.expected > 2000) return wrong(short, '应到的人数不对');
    if (row.arrived > row.expected) return wrong(short, '实到比应到多，请核对');
    if (rows.some((one) => one.name === name)) return wrong(short, '写了两次');
    rows.push(row);
  }
  return { rows, problem: undefined };
}

/** The lines again, as they are written: what was expected last month stands there for the next. */
export function classLines(rows: readonly ClassRow[]): string {
  return rows.map(({ name, expected, arrived }) => `${name} ${expected} ${arrived}`).join('\n');
}

const SECONDS_MAX = 14_400;

/**
 * How long it took: `1分52秒`, `1:52`, `112秒`, `112`, `2分`.
 * @returns seconds, null where nothing was written, undefined for what cannot be read.
 */
export function readDuration(text: string): number | null | undefined {
  const plain = text.normalize('NFKC').replace(/\s/g, '');
  if (plain === '') return null;
  const parts = /^(?:(\d{1,3})(?:分钟?|:|'|′))?(?:(\d{1,5})(?:秒钟?|"|″)?)?$/.exec(plain);
  if (!parts || (parts[1] === undefined && parts[2] === undefined)) return undefined;
  const [, minutes, seconds = '0'] = parts;
  if (minutes !== undefined && Number(seconds) > 59) return undefined;
  const all = Number(minutes ?? 0) * 60 + Number(seconds);
  return all >= 1 && all <= SECONDS_MAX ? all : undefined;
}

/** `1分52秒` */
export function durationWords(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes === 0) return `${rest}秒`;
  return rest === 0 ? `${minutes}分` : `${minutes}分${rest}秒`;
}

/** `应到420人，实到418人` */
export function peopleWords({
  peopleExpected,
  peopleArrived,
}: Pick<DrillRecordVersion, 'peopleExpected' | 'peopleArrived'>): string {
  return `应到${peopleExpected}人，实到${peopleArrived}人`;
}

/** Whether a record may still be put right, rather than added to. */
export function isCorrectable({ recordedAt }: Pick<DrillRecord, 'recordedAt'>, now: Date): boolean {
  return now.getTime() - recordedAt.getTime() < DAY_MS;
}

/** Until when, in words. */
export function correctableUntil({ recordedAt }: Pick<DrillRecord, 'recordedAt'>): string {
  const until = new Date(recordedAt.getTime() + DAY_MS);
  return `${calendarDate(until)} ${formatTime(until)}`;
}

/** `12月3日补记`: nothing where it was written down soon after. */
export function isLateRecord({
  drilledOn,
  recordedAt,
}: Pick<DrillRecord, 'drilledOn' | 'recordedAt'>): boolean {
  return daysBetween(drilledOn, calendarDate(recordedAt)) > LATE_RECORD_DAYS;
}

export const recordRefusals: Refusals = {
  ...planRefusals,
  item_unknown: {
    code: 'invalid',
    field: 'planItemId',
    message: '没有这一项计划，或者计划还没有公布',
  },
  item_settled: {
    code: 'conflict',
    message: '计划里的这一项已经有记录，或者取消了。可以不选计划再记。',
  },
  'unique:drill_records.plan_item_id': {
    ...{ code: 'conflict', reason: 'item_settled' },
    message: '计划里的这一项已经有记录，或者取消了。可以不选计划再记。',
  },
  record_overtaken: {
    code: 'conflict',
    message: '刚刚有人改过这条记录。请看看现在的内容，再改一次。',
  },
  correction_closed: {
    code: 'conflict',
    message: `记下${CORRECTION_HOURS}小时以后不能再改。请写补充，原来的内容会留着。`,
  },
  drill_ahead: { code: 'invalid', field: 'time', message: '这个时间还没有到。练完再记' },
  drill_too_old: {
    code: 'invalid',
    field: 'date',
    message: `只能记最近${RECORDED_WITHIN_DAYS}天的演练`,
  },
  additions_used_up: { code: 'conflict', message: '一条记录最多补充20次。' },
};

/** A record in the fields of its form. */
export function recordValues(
  latest: DrillRecordVersion,
  groups: readonly ClassRow[],
): Record<string, string> {
  const byClass = groups.length > 0;
  return {
    version: String(latest.version),
    hazard: latest.hazard,
    form: latest.form,
    content: latest.content,
    purpose: latest.purpose,
    evacuation: latest.evacuation ? 'yes' : 'no',
    date: calendarDate(latest.startedAt),
    time: formatTime(latest.startedAt),
    expected: byClass ? '' : String(latest.peopleExpected),
    arrived: byClass ? '' : String(latest.peopleArrived),
    classes: classLines(groups),
    duration: latest.evacuationSeconds === null ? '' : durationWords(latest.evacuationSeconds),
    wentWrong: latest.wentWrong,
    improvement: latest.improvement,
  };
}
