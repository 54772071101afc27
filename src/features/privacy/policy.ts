import type { Refusals } from '../../lib/errors.ts';
import { calendarDate, DAY_MS, instantOf } from '../../lib/time.ts';
import type { ErasedWhat } from './table.ts';

/** The notice on `/privacy`. Changing what it says about purposes or periods makes a new version. */
export const NOTICE = { version: 1, date: '2026-11-22' } as const;

/** 本平台约定. A hall may be asked about a visit for a season; then nobody needs the name. */
export const NAMES_KEPT_DAYS = 90;

/** 本平台约定. Long enough to see from where an account was used, counted from the day the sign-in ran out. */
export const SIGN_INS_KEPT_DAYS = 30;

/**
 * 本平台约定. Numbers are handed on to new owners. By then the last sign-in (30 days), what could be booked with it
 * (60 days ahead at most) and the name in that booking (90 days) have all run out.
 */
export const DORMANT_DAYS = 180;

/** The guard `contact_name_changes_guard` holds the same number. */
export const NAME_CHANGES_MAX = 10;

/**
 * What happened before this instant has been kept long enough. Periods end with a day in China: what is due goes
 * shortly after midnight, at most a day late and never early, and the public list needs no clock time.
 */
export function keptUntil(now: Date, days: number): Date {
  return new Date(instantOf(calendarDate(now)).getTime() - days * DAY_MS);
}

/** Whether nobody has used an account for so long that its number may be somebody else's by now. */
export function isDormant({ seenAt }: { seenAt: Date }, now: Date): boolean {
  return seenAt <= keptUntil(now, DORMANT_DAYS);
}

export const erasedWords: Readonly<Record<ErasedWhat, string>> = {
  contact_names: '过期的联系人姓名',
  sign_ins: '过期的登录记录',
  accounts_asked: '本人要求删除的账户',
  accounts_dormant: '很久没有登录的账户',
  accounts_restored: '恢复备份后再次删除的账户',
};

const changed = {
  code: 'conflict',
  message: '你的预约刚刚有变化。请看看下面的清单，再按一次。',
} as const;

export const erasureRefusals: Refusals = {
  account_unknown: { code: 'not_found', message: '没有找到这个账户。' },
  account_already_erased: { code: 'conflict', message: '这个账户已经删除了。' },
  account_in_use: { code: 'conflict', message: '这个账户最近登录过。' },
  bookings_have_changed: changed,
  booking_already_cancelled: { ...changed, reason: 'bookings_have_changed' },
  booking_already_arrived: { ...changed, reason: 'bookings_have_changed' },
  booking_already_expired: { ...changed, reason: 'bookings_have_changed' },
  hand_over_first: {
    code: 'conflict',
    message: '你是单位的负责人，单位里还有别人。请先在“我的单位”里移交负责人，再删除账户。',
  },
  grant_already_revoked: { code: 'conflict', message: '你的工作角色刚刚有变化。请再按一次。' },
  last_administrator: {
    code: 'conflict',
    message: '你是最后一位管理员，现在不能删除。请先授权另一位管理员。',
  },
};

export const contactNameRefusals: Refusals = {
  booking_unknown: { code: 'not_found', message: '没有找到这个预约。' },
  booking_already_cancelled: { code: 'conflict', message: '这个预约已经取消了，不能再改姓名。' },
  booking_already_arrived: { code: 'conflict', message: '这个预约已经到馆，不能再改姓名。' },
  booking_already_expired: { code: 'conflict', message: '这一场已经结束，不能再改姓名。' },
  contact_name_closed: { code: 'conflict', message: '这一场已经结束，不能再改姓名。' },
  contact_name_changes_used_up: {
    code: 'conflict',
    message: `一个预约的姓名最多改${NAME_CHANGES_MAX}次。`,
  },
};
