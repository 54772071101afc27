import { and, desc, eq, gt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { formatBookingCode } from '../../lib/ids.ts';
import { readList, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import type { Sheet } from '../../lib/sheets.ts';
import { addMinutes, calendarDate, formatTime } from '../../lib/time.ts';
import { maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import { maskName, stateWords } from '../bookings/policy.ts';
import { bookingList, contactNameOf, listBookings } from '../bookings/queries.ts';
import { regionName } from '../towns/queries.ts';
import {
  dutyWords,
  frequencyWords,
  sourceWords,
  stateWords as dutyStateWords,
} from '../duties/policy.ts';
import { markedTitle } from '../drills/policy.ts';
import { dutyList, listDuties } from '../duties/queries.ts';
import {
  dueWords as improvementDueWords,
  stateWords as improvementStateWords,
} from '../improvements/policy.ts';
import { improvementList, listImprovements } from '../improvements/queries.ts';
import { dueWords, kindWords as inquiryKinds } from '../inquiries/policy.ts';
import { inquiryList, inquiryText, listInquiries } from '../inquiries/queries.ts';
import { kindWords as organisationKinds, organisationStateWords } from '../organisations/policy.ts';
import { listClaims, organisationList } from '../organisations/queries.ts';
import { divisionTree } from '../regions/policy.ts';
import { can, dutyRegions, roleWords, verifyingRegions, type Holder } from '../roles/policy.ts';
import { grantList, listGrants } from '../roles/queries.ts';
import { EXPORT_MAX, requireExportable, SHOWN_MINUTES } from './policy.ts';
import { disclosures, type Disclosure, type ExportList } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now' | 'keys'>;

/** A list as it stood when it was asked for, to be taken out. */
export interface ListExport {
  asked: ListAsked;
  sheet: Sheet;
}

export function exportDefinition(
  list: ExportList,
  hall: string,
  holder: Pick<Holder, 'roles'>,
): ListDefinition {
  const definitions = {
    bookings: bookingList(hall),
    organisations: organisationList,
    inquiries: inquiryList,
    people: grantList,
    duties: dutyList(dutyRegions(holder).map((value) => ({ value, label: regionName(value) }))),
    improvements: improvementList(
      dutyRegions(holder).map((value) => ({ value, label: regionName(value) })),
    ),
  };
  return definitions[list];
}

/**
 * The rows of a list with the same filters as on its page, from its beginning.
 * @param query the part of the page's address behind its question mark.
 * @throws DomainError `invalid` when the filters find more than `EXPORT_MAX`, before any name is opened.
 */
export async function readExport(
  ctx: Reads,
  holder: Holder,
  { list, hall, query, full }: { list: ExportList; hall: string; query: string; full: boolean },
): Promise<ListExport> {
  const { after: _, ...asked } = readList(
    exportDefinition(list, hall, holder),
    new URLSearchParams(query),
  );
  const readers = {
    bookings: () => bookingSheet(ctx, hall, asked, full),
    organisations: () => organisationSheet(ctx, holder, asked),
    inquiries: () => inquirySheet(ctx, asked, full),
    people: () => peopleSheet(ctx, holder, asked, full),
    duties: () => dutySheet(ctx, asked),
    improvements: () => improvementSheet(ctx, asked),
  };
  return { asked, sheet: await readers[list]() };
}

/** The headings that an import of bookings reads as well. */
async function bookingSheet(
  ctx: Reads,
  hall: string,
  asked: ListAsked,
  full: boolean,
): Promise<Sheet> {
  const { rows, count } = await listBookings(ctx, hall, asked, EXPORT_MAX);
  requireExportable(count);
  const header = ['日期', '时间', '姓名', '手机号', '成人', '儿童', '状态', '预约码'];
  const cells = rows.map(async ({ booking, session, person }) => {
    const name = await contactNameOf(ctx, booking, person);
    // An erased person's number is gone; the row stays to be counted.
    const phone = person.phoneCipher.length === 0 ? '' : await personPhone(ctx, person);
    return [
      calendarDate(session.startsAt),
      formatTime(session.startsAt),
      full ? name : maskName(name),
      full || phone === '' ? phone : maskPhone(phone),
      String(booking.adults),
      String(booking.children),
      stateWords[booking.state],
      formatBookingCode(booking.code),
    ];
  });
  return { header, rows: await Promise.all(cells) };
}

async function organisationSheet(ctx: Reads, holder: Holder, asked: ListAsked): Promise<Sheet> {
  const { rows, count } = await listClaims(ctx, verifyingRegions(holder), asked, EXPORT_MAX);
  requireExportable(count);
  const header = ['类型', '名称', '地区代码', '地区', '状态', '登记日期'];
  const cells = rows.map(({ kind, name, regionCode, state, claimedAt }) => [
    organisationKinds[kind],
    name,
    regionCode,
    divisionTree.fullName(regionCode.slice(0, 6)) ?? '',
    organisationStateWords[state],
    calendarDate(claimedAt),
  ]);
  return { header, rows: cells };
}

async function inquirySheet(ctx: Reads, asked: ListAsked, full: boolean): Promise<Sheet> {
  const { rows, count } = await listInquiries(ctx, asked, EXPORT_MAX);
  requireExportable(count);
  const header = ['查询码', '种类', '网页', '提交', '最晚答复', '情况', ...(full ? ['内容'] : [])];
  const cells = rows.map(async (one) => [
    formatBookingCode(one.code),
    inquiryKinds[one.kind],
    one.page ?? '',
    calendarDate(one.createdAt),
    calendarDate(one.dueAt),
    one.answeredAt ? `${calendarDate(one.answeredAt)}答复` : dueWords(one, ctx.now),
    ...(full ? [await inquiryText(ctx, one)] : []),
  ]);
  return { header, rows: await Promise.all(cells) };
}

async function peopleSheet(
  ctx: Reads,
  holder: Holder,
  asked: ListAsked,
  full: boolean,
): Promise<Sheet> {
  const seesAll = can(holder, { action: 'role.list' });
  const scopes = seesAll ? undefined : holder.roles.filter(({ role }) => role === 'hall_manager');
  const { rows, count } = await listGrants(ctx, asked, { scopes, limit: EXPORT_MAX });
  requireExportable(count);
  const cells = rows.map(async ({ grant, person }) => {
    const phone = await personPhone(ctx, person);
    return [
      full ? phone : maskPhone(phone),
      roleWords[grant.role],
      grant.scopeKind === 'region' ? (divisionTree.fullName(grant.scopeId) ?? '') : '',
      grant.scopeId,
      calendarDate(grant.grantedAt),
    ];
  });
  const header = ['手机号', '角色', '地区', '范围', '授权日期'];
  return { header, rows: await Promise.all(cells) };
}

/** What has to be mended; who is responsible by their office, never by a number. */
async function improvementSheet(ctx: Reads, asked: ListAsked): Promise<Sheet> {
  const { rows, count } = await listImprovements(ctx, asked, EXPORT_MAX);
  requireExportable(count);
  const today = calendarDate(ctx.now);
  const header = ['要改什么', '单位', '哪次演练', '谁负责', '期限', '状态', '说明'];
  return {
    header,
    rows: rows.map(({ item, organisation, drill }) => [
      item.what,
      organisation ?? regionName(item.regionCode),
      drill === null ? '' : markedTitle(drill),
      item.ownerOffice || '单位成员',
      item.dueDay,
      improvementStateWords[item.state],
      item.state === 'open' ? improvementDueWords(item, today) : '',
    ]),
  };
}

/** One line an organisation and duty; that it is about practice stands in every line. */
async function dutySheet(ctx: Reads, asked: ListAsked): Promise<Sheet> {
  const { rows } = await listDuties(ctx, asked, EXPORT_MAX);
  const lines = rows.flatMap(({ organisation, states }) =>
    states.map((state) => [
      '演练',
      organisationKinds[organisation.kind],
      organisation.name,
      regionName(organisation.regionCode),
      frequencyWords[state.rule.every],
      dutyStateWords[state.state],
      state.dueBy ?? '',
      state.lateSince ?? '',
      state.doneOn ?? '',
      dutyWords(state, calendarDate(ctx.now)),
      sourceWords(state.rule),
    ]),
  );
  requireExportable(lines.length);
  const header = [
    ...['事项', '类型', '名称', '地区', '要求', '状态'],
    ...['最晚', '逾期从', '已演练', '说明', '依据'],
  ];
  return { header, rows: lines };
}

/** Somebody's own reason to see a booking in full, while it still holds. */
export async function findShown(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
  bookingId: string,
): Promise<Disclosure | undefined> {
  const [found] = await db
    .select()
    .from(disclosures)
    .where(
      and(
        eq(disclosures.bookingId, bookingId),
        eq(disclosures.madeBy, personId),
        gt(disclosures.madeAt, addMinutes(now, -SHOWN_MINUTES)),
      ),
    )
    .orderBy(desc(disclosures.madeAt))
    .limit(1);
  return found;
}
