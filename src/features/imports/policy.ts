import type { Refusals } from '../../lib/errors.ts';
import type { ReadSheet, SheetRow } from '../../lib/sheets.ts';
import { formatTime, instantOf, readDate, type CalendarDate } from '../../lib/time.ts';
import { bookingRefusals } from '../bookings/policy.ts';
import { bookingInput } from '../bookings/schema.ts';
import { placesLeft } from '../halls/policy.ts';
import type { HallSession } from '../halls/table.ts';
import { phoneField } from '../accounts/schema.ts';
import { kindWords } from '../organisations/policy.ts';
import { claimInput } from '../organisations/schema.ts';
import type { OrganisationKind } from '../organisations/table.ts';
import type { ImportKind, ImportOutcome } from './table.ts';

/** How long a file that was read waits to be confirmed, and failed rows can be fetched. */
export const IMPORT_VALID_HOURS = 24;

export const importWords: Readonly<Record<ImportKind, string>> = {
  bookings: '预约',
  organisations: '单位名录',
  namings: '命名',
};

export const outcomeWords: Readonly<Record<ImportOutcome, string>> = {
  imported: '已导入',
  repeated: '以前导入过，没有再导入',
  refused: '没有导入',
};

interface Column {
  field: string;
  /** What the template calls it; the others are what people call it in their own files. */
  heading: string;
  others: readonly string[];
  required: boolean;
  note: string;
}

export const importColumns: Readonly<Record<ImportKind, readonly Column[]>> = {
  bookings: [
    {
      field: 'date',
      heading: '日期',
      others: ['参观日期', '预约日期', '到馆日期'],
      required: true,
      note: '2026-12-01、2026/12/1或2026年12月1日',
    },
    {
      field: 'time',
      heading: '时间',
      others: ['开始时间', '场次', '时段', '参观时间'],
      required: true,
      note: '场次开始的时间，比如9:00；也认9:00-10:15',
    },
    {
      field: 'name',
      heading: '姓名',
      others: ['联系人', '联系人姓名', '预约人'],
      required: true,
      note: '联系人一位',
    },
    {
      field: 'phone',
      heading: '手机号',
      others: ['手机', '电话', '联系电话', '手机号码'],
      required: true,
      note: '11位。Excel里把这一列设成文本',
    },
    {
      field: 'adults',
      heading: '成人',
      others: ['成人数', '大人', '人数'],
      required: true,
      note: '至少1位',
    },
    {
      field: 'children',
      heading: '儿童',
      others: ['儿童数', '小孩', '孩子'],
      required: false,
      note: '没有就空着',
    },
    {
      field: 'state',
      heading: '状态',
      others: [],
      required: false,
      note: '本站导出的表有这一列；取消了的不导入',
    },
  ],
  organisations: [
    {
      field: 'kind',
      heading: '类型',
      others: ['单位类型'],
      required: true,
      note: Object.values(kindWords).join('、'),
    },
    {
      field: 'name',
      heading: '名称',
      others: ['单位名称', '学校名称', '学校', '单位'],
      required: true,
      note: '公章上的全称',
    },
    {
      field: 'regionCode',
      heading: '地区代码',
      others: ['行政区划代码', '区划代码'],
      required: false,
      note: '不填就是你负责的地区',
    },
  ],
  namings: [
    {
      field: 'name',
      heading: '名称',
      others: ['社区名称', '社区', '单位名称'],
      required: true,
      note: '文件里的全称',
    },
    {
      field: 'unit',
      heading: '类型',
      others: [],
      required: true,
      note: '社区、乡镇、县',
    },
    {
      field: 'regionCode',
      heading: '地区代码',
      others: ['行政区划代码', '区划代码'],
      required: true,
      note: '至少写到县：6位、9位或12位',
    },
    {
      field: 'level',
      heading: '级别',
      others: ['命名级别'],
      required: true,
      note: '国家级、省级、市级、县级',
    },
    {
      field: 'namedBy',
      heading: '命名单位',
      others: ['发文单位', '发文机关'],
      required: true,
      note: '文件上署名的单位，几家就都写',
    },
    {
      field: 'documentTitle',
      heading: '文件名',
      others: ['文件名称', '命名文件'],
      required: true,
      note: '没有文件的不能列入',
    },
    {
      field: 'documentNumber',
      heading: '文号',
      others: ['文件号', '发文字号'],
      required: false,
      note: '文件没有文号就空着',
    },
    {
      field: 'namedOn',
      heading: '命名日期',
      others: ['日期', '发文日期'],
      required: true,
      note: '2022-12-01、2022/12/1或2022年12月1日',
    },
  ],
};

/** A file's heading in the words of the import: which column is which, what is missing, what is not taken over. */
export interface Heading {
  fields: ReadonlyMap<string, number>;
  missing: readonly string[];
  ignored: readonly string[];
}

/** Finds the columns by their headings, wherever they stand; spaces and full-width signs do not matter. */
export function readHeading(kind: ImportKind, header: readonly string[]): Heading {
  const plain = header.map((cell) => cell.normalize('NFKC').replace(/\s/g, ''));
  const fields = new Map<string, number>();
  for (const { field, heading, others } of importColumns[kind]) {
    const index = [heading, ...others].map((one) => plain.indexOf(one)).find((at) => at >= 0);
    if (index !== undefined) fields.set(field, index);
  }
  const taken = new Set(fields.values());
  return {
    fields,
    missing: importColumns[kind]
      .filter(({ field, required }) => required && !fields.has(field))
      .map(({ heading }) => heading),
    ignored: header.filter((cell, index) => cell.trim() !== '' && !taken.has(index)),
  };
}

/** Why a file as a whole cannot be looked at row by row; undefined when it can. */
export function headingProblem(kind: ImportKind, header: readonly string[]): string | undefined {
  const { missing } = readHeading(kind, header);
  return missing.length === 0
    ? undefined
    : `第1行要写列名。没有找到：${missing.join('、')}。可以下载模板对照`;
}

/** A row as it was read, by field. */
export type Cells = Readonly<Record<string, string>>;

/** A row after it was looked at: what it would bring in, or what is wrong with it. */
export interface Verdict<Value> {
  number: number;
  cells: Cells;
  problems: readonly string[];
  value: Value | undefined;
}

export function cellsOf(kind: ImportKind, heading: Heading, row: SheetRow): Cells {
  const cells = importColumns[kind].map(({ field }) => {
    const index = heading.fields.get(field);
    return [field, index === undefined ? '' : (row.cells[index] ?? '').trim()] as const;
  });
  return Object.fromEntries(cells);
}

/** `2026-12-01` from what people write for it; undefined for what is no date of a calendar. */
export function readCellDate(text: string): CalendarDate | undefined {
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s.*)?$/.exec(
    text.normalize('NFKC').trim(),
  );
  if (!found) return undefined;
  const [, year = '', month = '', day = ''] = found;
  return readDate(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
}

/** Minutes after midnight from `9:00`, `09:00-10:15`, `下午2:30`, `9点`, `14点半`; undefined for anything else. */
export function readCellTime(text: string): number | undefined {
  const plain = text.normalize('NFKC').replace(/\s/g, '');
  const found =
    /^(上午|下午)?(\d{1,2})(?:[:点时](\d{1,2}|半)?分?)(?::\d{2})?(?:[-–—~到至].*)?$/.exec(plain);
  if (!found) return undefined;
  const [, half, hourText, minuteText = '0'] = found;
  const written = Number(hourText);
  const hour = half === '下午' && written < 12 ? written + 12 : written;
  const minute = minuteText === '半' ? 30 : Number(minuteText);
  return hour < 24 && minute < 60 ? hour * 60 + minute : undefined;
}

/** What one row of bookings brings in. */
export interface BookingRow {
  sessionId: string;
  phone: string;
  contactName: string;
  adults: number;
  children: number;
}

const PARTY = /^\d{1,2}$/;
const ENDED = ['已取消', '未到馆', '已到馆'];

/** A row of bookings read without looking at the others. */
export interface ReadBooking {
  number: number;
  cells: Cells;
  problems: string[];
  found?: { value: BookingRow; session: HallSession };
}

/** Reads rows of bookings, each by itself. What is wrong is said so that it can be mended in the file. */
export function readBookings(
  rows: readonly { number: number; cells: Cells }[],
  sessions: readonly HallSession[],
  now: Date,
): ReadBooking[] {
  const byStart = new Map(sessions.map((one) => [one.startsAt.getTime(), one]));
  return rows.map(({ number, cells }) => ({ number, cells, ...readBooking(cells, byStart, now) }));
}

function readBooking(
  cells: Cells,
  sessions: ReadonlyMap<number, HallSession>,
  now: Date,
): Pick<ReadBooking, 'problems' | 'found'> {
  const problems: string[] = [];
  const say = (problem: string) => void problems.push(problem);
  const { date: dateText = '', time: timeText = '', phone: phoneText = '' } = cells;
  if (ENDED.includes(cells['state'] ?? '')) say(`状态是“${cells['state']}”，不导入`);
  const date = readCellDate(dateText);
  const minute = readCellTime(timeText);
  if (!date) say(dateText ? `日期“${dateText}”看不懂，请写成2026-12-01` : '没有日期');
  if (minute === undefined) say(timeText ? `时间“${timeText}”看不懂，请写成9:00` : '没有时间');
  const session =
    date && minute !== undefined ? sessions.get(instantOf(date, minute).getTime()) : undefined;
  if (date && minute !== undefined) {
    if (!session) say('没有这一场。请核对日期和开始时间');
    else if (now >= session.bookingClosesAt) say('这一场已经停止预约');
    else if (now < session.bookingOpensAt) say('这一场还没有开放预约');
  }
  const name = bookingInput.shape.contactName.safeParse(cells['name'] ?? '');
  if (!name.success) say(name.error.issues[0]?.message ?? '姓名不对');
  const phone = phoneField.safeParse(phoneText);
  if (/e\+/i.test(phoneText)) say('手机号被Excel变成了科学计数。把这一列设成文本，重新填一次');
  else if (!phone.success) say(phone.error.issues[0]?.message ?? '手机号不对');
  const count = (field: string, empty: string) =>
    (cells[field] || empty).normalize('NFKC').replace(/[位人名个]$/, '');
  const adults = count('adults', '');
  const children = count('children', '0');
  if (!PARTY.test(adults) || Number(adults) < 1)
    say(adults ? '成人要是数字，至少1位' : '没有写几位成人');
  if (!PARTY.test(children)) say('儿童要是数字，没有就空着');
  const party = Number(adults) + Number(children);
  if (session && party > session.partyMax)
    say(`一次最多${session.partyMax}人，请分成几行，每行一位联系人`);
  if (problems.length > 0 || !session || !name.success || !phone.success) return { problems };
  const value = {
    sessionId: session.id,
    phone: phone.data,
    contactName: name.data,
    adults: Number(adults),
    children: Number(children),
  };
  return { problems, found: { value, session } };
}

/** One person's one session: what makes two rows the same booking. */
export const bookingKey = ({ sessionId, phone }: Pick<BookingRow, 'sessionId' | 'phone'>) =>
  `${sessionId} ${phone}`;

/**
 * Looks at all rows of bookings in their order: places are given to whoever stands first, as they will be on writing.
 * @param taken `bookingKey` of what these people have booked already.
 * @param repeated `bookingKey` of what was brought in before: it takes no place again and is no mistake.
 * @param dormant numbers whose old account is about to be erased, with all that would be put into it.
 */
export function judgeBookings(
  rows: readonly ReadBooking[],
  {
    taken,
    repeated,
    dormant,
  }: {
    taken: ReadonlySet<string>;
    repeated: ReadonlySet<string>;
    dormant: ReadonlySet<string>;
  },
): Verdict<BookingRow>[] {
  const left = new Map<string, number>();
  const seen = new Map<string, number>();
  return rows.map(({ number, cells, problems, found }) => {
    const wrong = (...said: string[]) => ({ number, cells, problems: said, value: undefined });
    if (!found) return wrong(...problems);
    const { value, session } = found;
    const key = bookingKey(value);
    const before = seen.get(key);
    if (before !== undefined) return wrong(`和第${before}行是同一个号码、同一场`);
    seen.set(key, number);
    if (repeated.has(key)) return { number, cells, problems, value };
    if (dormant.has(value.phone))
      return wrong('这个号码很久没有登录，旧账户正在删除。1分钟后再导入');
    if (taken.has(key)) return wrong('这个号码已经约了这一场');
    const places = left.get(session.id) ?? placesLeft(session);
    const party = value.adults + value.children;
    if (party > places) {
      const hour = formatTime(session.startsAt);
      return wrong(`名额不够：${hour}这一场还剩${places}个，这一行要${party}个`);
    }
    left.set(session.id, places - party);
    return { number, cells, problems, value };
  });
}

/** What one row of the list of organisations brings in. */
export interface OrganisationRow {
  kind: OrganisationKind;
  name: string;
  regionCode: string;
}

export const organisationKey = ({ kind, regionCode, name }: OrganisationRow) =>
  `${kind} ${regionCode} ${name}`;

/** Looks at all rows of organisations. @param scopeId the region that whoever imports is responsible for. */
export function judgeOrganisations(
  rows: readonly { number: number; cells: Cells }[],
  scopeId: string,
): Verdict<OrganisationRow>[] {
  const kinds = Object.entries(kindWords) as [OrganisationKind, string][];
  const seen = new Map<string, number>();
  return rows.map(({ number, cells }) => {
    const kind = kinds.find(([, words]) => words === cells['kind'])?.[0];
    const regionCode = cells['regionCode'] || scopeId;
    const parsed = claimInput.safeParse({ kind, name: cells['name'], regionCode });
    const problems = parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) =>
          path[0] === 'kind'
            ? `类型“${cells['kind']}”不认识，请写${Object.values(kindWords).join('、')}`
            : message,
        );
    if (!regionCode.startsWith(scopeId)) problems.push('这个地区代码不在你负责的地区里');
    if (!parsed.success || problems.length > 0) {
      return { number, cells, problems: [...new Set(problems)], value: undefined };
    }
    const key = organisationKey(parsed.data);
    const before = seen.get(key);
    if (before !== undefined) {
      return { number, cells, problems: [`和第${before}行相同`], value: undefined };
    }
    seen.set(key, number);
    return { number, cells, problems, value: parsed.data };
  });
}

/** The sentence of a file that could not be read at all, or the sheet. */
export function sheetProblem(kind: ImportKind, sheet: ReadSheet): string | undefined {
  return 'problem' in sheet ? sheet.problem : headingProblem(kind, sheet.header);
}

const notYours = { code: 'not_found', message: '没有找到这次导入。' } as const;

export const importRefusals: Refusals = {
  import_not_yours: notYours,
  imports_used_up: { code: 'too_many', message: '今天已经导入了20次。请明天再来。' },
};

/** Why a single row was refused on writing, when the world has changed since it was looked at. */
export const rowRefusals: Refusals = {
  ...bookingRefusals,
  import_not_yours: notYours,
  import_expired: { code: 'conflict', message: '这次导入已经过期。请重新上传文件。' },
  region_elsewhere: { code: 'conflict', message: '这个地区代码不在你负责的地区里' },
  foreign_key: {
    code: 'conflict',
    reason: 'person_changed',
    message: '这个号码的账户刚刚有变化。请再导入一次这一行',
  },
  'unique:import_rows.row_key': {
    code: 'conflict',
    reason: 'row_repeated',
    message: outcomeWords.repeated,
  },
  'unique:known_organisations.kind,known_organisations.region_code,known_organisations.name': {
    code: 'conflict',
    reason: 'row_repeated',
    message: '名录里已经有了',
  },
  named_later: { code: 'conflict', message: '命名的日期还没有到' },
  'unique:namings.level,namings.unit,namings.region_code,namings.name,namings.named_on': {
    code: 'conflict',
    reason: 'row_repeated',
    message: '已经列入了',
  },
  'unique:import_rows.import_id,import_rows.row_number': {
    code: 'conflict',
    reason: 'row_done',
    message: '这一行刚刚处理过',
  },
};

/** The stored name of a refusal, in words for whoever imports. */
export function reasonWords(reason: string): string {
  const refusal = Object.entries(rowRefusals).find(
    ([name, one]) => (one.reason ?? name) === reason,
  );
  return refusal?.[1].message ?? '没有写进去';
}
