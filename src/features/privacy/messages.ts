import { formatBookingCode } from '../../lib/ids.ts';
import { maskPhone } from '../accounts/policy.ts';
import { partyWords, stateWords } from '../bookings/policy.ts';
import { eventWords } from '../door/policy.ts';
import { stateWords as feedbackStateWords } from '../feedback/policy.ts';
import { fileStateWords, formatSize, purposeWords } from '../files/policy.ts';
import { stateWords as groupStateWords } from '../groups/policy.ts';
import { kindWords } from '../inquiries/policy.ts';
import { claimStateWords } from '../phones/policy.ts';
import { groundsWords } from '../no-shows/policy.ts';
import { topicWords } from '../notifications/policy.ts';
import type { Topic } from '../notifications/schema.ts';
import { roleWords } from '../roles/policy.ts';
import { stateWords as waitWords } from '../waitlist/policy.ts';
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
  'door_event.enter': '入口登记进',
  'door_event.leave': '入口登记出',
  'door_event.return': '入口登记回',
  'door_event.move': '入口登记换区',
  'door_event.undo': '撤回入口登记',
  'door_note.write': '写值班记录',
  'booking.create_for_caller': '替来电的人预约',
  'booking.change_for_caller': '替来电的人改预约',
  'booking.cancel_for_caller': '替来电的人取消预约',
  'feedback.give': '评价参观',
  'feedback.publish': '公开评价',
  'feedback.hide': '不公开评价',
  'certificate.issue': '出参观证明',
  'group_request.create': '团体申请',
  'group_request.approve': '通过团体申请',
  'group_request.refuse': '退回团体申请',
  'group_request.counter': '给团体提议别的时间',
  'group_request.accept': '接受场馆提议的时间',
  'group_request.withdraw': '撤回团体申请',
  'group_request.change_counts': '改团体人数',
  'no_show.appeal': '申诉未到',
  'no_show.grant': '同意未到的申诉',
  'no_show.refuse': '不同意未到的申诉',
  'hall_session.pardon': '一场不记未到',
  'hall_stop.create': '停开场次',
  'hall_stop.undo': '撤销停开',
  'hall_stop.lift': '恢复开放',
  'hall_outage.create': '停用展项或少开名额',
  'hall_outage.end': '恢复展项或名额',
  'hall_hours.save': '改一周的场次',
  'hall_day.decide': '改一天的开放',
  'hall_session.add': '加一场',
  'calendar_year.save': '改节假日表',
  'waitlist_entry.create': '排候补',
  'waitlist_entry.leave': '退出候补',
  'waitlist_entry.promote': '把候补提前',
  'booking.correct_contact_name': '改联系人姓名',
  'account.change_number': '换号码',
  'number_claim.create': '申请找回账户',
  'number_claim.grant': '同意找回账户',
  'number_claim.refuse': '不同意找回账户',
  'role.grant': '授予角色',
  'role.revoke': '收回角色',
  'staff.invite': '发开通码',
  'staff.accept': '使用开通码',
  'passkey.add': '添加通行密钥',
  'passkey.remove': '删除通行密钥',
  'password.set': '设置密码和动态码',
  'password.remove': '删除密码和动态码',
  'recovery_codes.make': '更换恢复码',
  'recovery_code.use': '使用恢复码',
  'credentials.lock': '多次出错，暂停登录',
  'credentials.reset': '重设工作登录',
  'inquiry.answer': '答复留言或找错',
  'booking.disclose': '查看预约人的姓名和手机号',
  'list.export': '导出名单',
  'import.create': '上传要导入的表格',
  'import.apply': '导入表格',
};

const templateWords: Readonly<Record<string, string>> = {
  sign_in_code: '验证码',
  booking_created: '预约成功',
  booking_changed: '预约有改动',
  booking_cancelled: '预约取消',
  booking_stopped: '场馆停开',
  booking_stopped_held: '场馆停开，留了别的场次',
  no_show_counted: '记了一次未到',
  appeal_answered: '申诉有答复',
  group_asked: '团体申请收到',
  group_approved: '团体申请通过',
  group_refused: '团体申请没有通过',
  group_countered: '团体申请改时间',
  group_withdrawn: '团体申请撤回',
  waitlist_offered: '候补有名额',
  waitlist_lapsed: '候补名额过时',
  waitlist_closed: '候补没有排到',
  booking_reminder: '参观提醒',
  inquiry_answered: '留言或找错有答复',
};

const mainWords = { sms: '短信', mail: '邮件', none: '不发' } as const;

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
  const visit = ({ startsAt, hall }: Pick<OwnData['visits'][number], 'startsAt' | 'hall'>) =>
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
      data.signIns.map(({ at, expiresAt, signedOutAt, device }) =>
        signedOutAt
          ? `${stamp(at)} 登录，${stamp(signedOutAt)} 退出`
          : `${stamp(at)} 登录${device && `（${device}）`}，到${stamp(expiresAt)}失效`,
      ),
    ),
    notices: data.notices.map(({ version, shownAt }) => `第${version}版，${stamp(shownAt)}`),
    phoneChanges: cut(data.phoneChanges.map(({ changedAt }) => `${stamp(changedAt)} 换了号码`)),
    numberClaims: cut(
      data.numberClaims.map(
        ({ claimedAt, state }) => `${stamp(claimedAt)} 申请，${claimStateWords[state]}`,
      ),
    ),
    longPause: [],
    contactName: cut(
      data.visits.map((one) => `${visit(one)}：${one.contactName ?? '到期，已经删除'}`),
    ),
    visits: cut(
      data.visits.map(
        (one) =>
          `${visit(one)}，${partyWords(one)}，预约码${formatBookingCode(one.code)}，${stateWords[one.state]}${one.changes.length > 0 ? `，改过${one.changes.length}次` : ''}`,
      ),
    ),
    feedback: cut(
      data.feedback.map(
        (one) =>
          `${visit(one)}，${one.score}分${one.words ? `：${one.words}` : ''}，${feedbackStateWords[one.state]}`,
      ),
    ),
    certificates: cut(
      data.certificates.map((one) => `${visit(one)}，编号${formatBookingCode(one.code)}`),
    ),
    waits: cut(
      data.waits.map(
        (one) =>
          `${stamp(one.joinedAt)}排${visit(one)}，${partyWords(one)}，${waitWords[one.state]}${one.contactName ? `，联系人${one.contactName}` : ''}`,
      ),
    ),
    groups: cut(
      data.groups.map(
        (one) =>
          `${stamp(one.askedAt)} ${one.groupName}，${hallName(one.hall)}，申请号${formatBookingCode(one.code)}，${groupStateWords[one.state]}${one.leaderName ? `，领队${one.leaderName}` : ''}${one.needs ? `，${one.needs}` : ''}`,
      ),
    ),
    ticketTries: times(data.ticketTries),
    messages: cut(
      data.messages.map(
        ({ template, queuedAt }) =>
          `${stamp(queuedAt)} ${templateWords[template] ?? template}，发给${maskPhone(data.phone)}`,
      ),
    ),
    mail: data.mails.map(
      ({ address, confirmedAt }) => `${address}，${confirmedAt ? '核对过' : '还没有核对'}`,
    ),
    devices: data.devices.map(({ label, registeredAt }) => `${label}，${stamp(registeredAt)}登记`),
    messageChoices: [
      ...data.messageChoices.map(
        ({ topic, main, push }) =>
          `${topicWords[topic as Topic]?.name ?? topic}：${mainWords[main]}${push ? '，加推送' : ''}`,
      ),
      ...data.contactRemovals.map(
        ({ kind, removedAt }) => `${stamp(removedAt)} 删除了${kind === 'mail' ? '邮箱' : '浏览器'}`,
      ),
    ],
    resends: times(data.resends),
    inquiries: cut(
      data.inquiries.map(
        ({ kind, sentAt, answeredAt }) =>
          `${stamp(sentAt)} ${kindWords[kind]}，${answeredAt ? `${stamp(answeredAt)}答复` : '还没有答复'}。答复凭查询码看`,
      ),
    ),
    disclosures: times(
      data.acts.filter(({ action }) => ['booking.disclose', 'list.export'].includes(action)).length,
    ),
    imports: times(data.acts.filter(({ action }) => action === 'import.create').length),
    inquiryAnswers: times(data.acts.filter(({ action }) => action === 'inquiry.answer').length),
    publications: times(
      data.acts.filter(({ action }) => /^(notice|banner|guide_withdrawal)\./.test(action)).length,
    ),
    organisations: data.organisations.map(
      ({ name, joinedAt, responsible, state }) =>
        `${name}，${stamp(joinedAt)}加入${responsible ? '，负责人' : ''}${state === 'left' ? '，已经退出' : ''}`,
    ),
    files: cut(
      data.files.map(
        ({ name, purpose, size, state, sentAt }) =>
          `${stamp(sentAt)} ${purposeWords[purpose]}：${name}，${formatSize(size)}，${fileStateWords[state]}`,
      ),
    ),
    roles: data.roles.map(
      ({ role, grantedAt, revokedAt }) =>
        `${roleWords[role]}，${stamp(grantedAt)}起${revokedAt ? `，${stamp(revokedAt)}收回` : ''}`,
    ),
    credentials: [
      ...data.credentials.passkeys.map(
        ({ name, createdAt }) => `通行密钥“${name}”，${stamp(createdAt)}加的`,
      ),
      ...(data.credentials.passwordSetAt
        ? [`密码和动态码，${stamp(data.credentials.passwordSetAt)}设的`]
        : []),
      ...(data.credentials.recoveryCodesLeft > 0
        ? [`恢复码，还剩${data.credentials.recoveryCodesLeft}个`]
        : []),
    ],
    credentialAttempts: times(data.credentialAttempts),
    invitations: [
      ...data.invitations.map(({ invitedAt }) => `${stamp(invitedAt)} 发给你开通码`),
      ...data.credentialResets.map(({ resetAt, reason }) => `${stamp(resetAt)} 重设：${reason}`),
    ],
    callers: times(data.acts.filter(({ action }) => action.endsWith('_for_caller')).length),
    feedbackDecisions: times(
      data.acts.filter(({ action }) => /^feedback\.(publish|hide)$/.test(action)).length,
    ),
    arrivalsMarked: times(data.arrivalsMarked),
    doorEvents: cut(
      data.doorEvents.map(
        ({ happenedAt, kind, people }) => `${stamp(happenedAt)} ${eventWords[kind]}${people}人`,
      ),
    ),
    noShows: cut(
      data.noShows.map(
        (one) =>
          `${visit(one)}${one.state === 'counted' ? '' : '（不算）'}${one.grounds ? `，申诉：${groundsWords[one.grounds]}` : ''}${one.answerReason ? `，答复：${one.answerReason}` : ''}`,
      ),
    ),
    hallDecisions: times(data.hallDecisions),
    doorEventsMarked: times(data.doorEventsMarked),
    doorNotes: times(data.doorNotes),
    repeats: times(data.repeats),
    acts: cut(data.acts.map(({ at, action }) => `${stamp(at)} ${actionWords[action] ?? action}`)),
    erasures: [],
  };
}

function cut(lines: readonly string[]): string[] {
  const left = lines.length - LINES_SHOWN;
  return left > 0 ? [...lines.slice(0, LINES_SHOWN), `还有${left}条，在导出的文件里`] : [...lines];
}
