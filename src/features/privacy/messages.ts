import { formatBookingCode } from '../../lib/ids.ts';
import { maskPhone } from '../accounts/policy.ts';
import { partyWords, stateWords } from '../bookings/policy.ts';
import { kindWords } from '../inquiries/policy.ts';
import { roleWords } from '../roles/policy.ts';
import { stamp } from './policy.ts';
import type { OwnData } from './queries.ts';
import type { PersonalDataKey } from './schema.ts';
import type { ErasedWhat } from './table.ts';

/** Longer lists are cut on the page; the file that can be downloaded has all of it. */
const LINES_SHOWN = 20;

/** What the audit log calls it, as people do; what is missing here is shown as it is. */
const actionWords: Readonly<Record<string, string>> = {
  'sign_in.create': '登录',
  'sign_out.create': '退出登录',
  'booking.create': '预约',
  'booking.change': '改预约',
  'booking.cancel': '取消预约',
  'booking.arrive': '登记到馆',
  'booking.correct_contact_name': '改联系人姓名',
  'role.grant': '授予角色',
  'role.revoke': '收回角色',
  'inquiry.answer': '答复留言或找错',
};

const templateWords: Readonly<Record<string, string>> = {
  sign_in_code: '验证码',
  booking_created: '预约成功',
  booking_changed: '预约有改动',
  booking_cancelled: '预约取消',
  inquiry_answered: '留言或找错有答复',
};

export const erasedWords: Readonly<Record<ErasedWhat, string>> = {
  contact_names: '过期的联系人姓名',
  sign_ins: '过期的登录记录',
  accounts_asked: '本人要求删除的账户',
  accounts_dormant: '很久没有登录的账户',
  accounts_restored: '恢复备份后再次删除的账户',
};

/** What the site holds about a person, one line a thing, by the keys of the register. */
export function ownWords(
  data: OwnData,
  hallName: (slug: string) => string,
): Readonly<Record<PersonalDataKey, readonly string[]>> {
  const visit = ({ startsAt, hall }: OwnData['visits'][number]) =>
    `${stamp(startsAt)} ${hallName(hall)}`;
  const times = (n: number) => (n > 0 ? [`${n}次`] : []);
  return {
    phone: [data.phone],
    account: [
      `第一次登录：${stamp(data.account.createdAt)}`,
      `最近一次登录：${stamp(data.account.lastSignInAt)}`,
    ],
    codes: cut(data.codes.map(({ sentAt }) => `${stamp(sentAt)} 发出`)),
    signIns: cut(
      data.signIns.map(({ at, expiresAt, signedOutAt }) =>
        signedOutAt
          ? `${stamp(at)} 登录，${stamp(signedOutAt)} 退出`
          : `${stamp(at)} 登录，到${stamp(expiresAt)}失效`,
      ),
    ),
    notices: data.notices.map(({ version, shownAt }) => `第${version}版，${stamp(shownAt)}`),
    contactName: cut(
      data.visits.map((one) => `${visit(one)}：${one.contactName ?? '到期，已经删除'}`),
    ),
    visits: cut(
      data.visits.map(
        (one) =>
          `${visit(one)}，${partyWords(one)}，预约码${formatBookingCode(one.code)}，${stateWords[one.state]}${one.changes.length > 0 ? `，改过${one.changes.length}次` : ''}`,
      ),
    ),
    ticketTries: times(data.ticketTries),
    messages: cut(
      data.messages.map(
        ({ template, queuedAt }) =>
          `${stamp(queuedAt)} ${templateWords[template] ?? template}，发给${maskPhone(data.phone)}`,
      ),
    ),
    inquiries: cut(
      data.inquiries.map(
        ({ kind, sentAt, answeredAt }) =>
          `${stamp(sentAt)} ${kindWords[kind]}，${answeredAt ? `${stamp(answeredAt)}答复` : '还没有答复'}。答复凭查询码看`,
      ),
    ),
    inquiryAnswers: times(data.acts.filter(({ action }) => action === 'inquiry.answer').length),
    organisations: data.organisations.map(
      ({ name, joinedAt, responsible, state }) =>
        `${name}，${stamp(joinedAt)}加入${responsible ? '，负责人' : ''}${state === 'left' ? '，已经退出' : ''}`,
    ),
    roles: data.roles.map(
      ({ role, grantedAt, revokedAt }) =>
        `${roleWords[role]}，${stamp(grantedAt)}起${revokedAt ? `，${stamp(revokedAt)}收回` : ''}`,
    ),
    arrivalsMarked: times(data.arrivalsMarked),
    repeats: times(data.repeats),
    acts: cut(data.acts.map(({ at, action }) => `${stamp(at)} ${actionWords[action] ?? action}`)),
    erasures: [],
  };
}

function cut(lines: readonly string[]): string[] {
  const left = lines.length - LINES_SHOWN;
  return left > 0 ? [...lines.slice(0, LINES_SHOWN), `还有${left}条，在导出的文件里`] : [...lines];
}
