import { formatBookingCode } from '../../lib/ids.ts';
import { calendarDate, formatTime } from '../../lib/time.ts';
import { maskPhone } from '../accounts/policy.ts';
import { actionName } from '../audit/policy.ts';
import { partyWords, stateWords } from '../bookings/policy.ts';
import { answerWords, kindWords as callOutKinds } from '../call-outs/policy.ts';
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
import { dutyStateWords } from '../roster/policy.ts';
import {
  purposeWords as volunteerPurposeWords,
  serviceWords,
  stateWords as volunteerStates,
} from '../volunteers/policy.ts';
import { kindWords as logWords } from '../drill-runs/policy.ts';
import { partStateWords } from '../drill-sign-ups/policy.ts';
import { stateWords as waitWords } from '../waitlist/policy.ts';
import type { PersonalDataKey } from '../privacy/schema.ts';
import type { OwnData } from './queries.ts';

/** Longer lists are cut on the page; the file that can be downloaded has all of it. */
const LINES_SHOWN = 20;

/** `2026-11-22 09:00`: what is shown here may be years old. */
export function stamp(at: Date): string {
  return `${calendarDate(at)} ${formatTime(at)}`;
}

const templateWords: Readonly<Record<string, string>> = {
  sign_in_code: '验证码',
  booking_created: '预约成功',
  booking_changed: '预约有改动',
  booking_cancelled: '预约取消',
  booking_stopped: '场馆停开',
  booking_stopped_held: '场馆停开，留了别的场次',
  booking_moved: '场馆给改了场次',
  class_replacement_lapsed: '替团体留的场次过期',
  no_show_counted: '记了一次未到',
  appeal_answered: '申诉有答复',
  group_asked: '团体申请收到',
  group_approved: '团体申请通过',
  group_refused: '团体申请没有通过',
  group_countered: '团体申请改时间',
  group_withdrawn: '团体申请撤回',
  group_answer_due: '团体申请快到期限',
  group_offer_ends: '场馆提议的时间快到期',
  group_lapsed: '团体申请过期',
  feedback_answered: '参观评价有答复',
  feedback_hidden: '参观评价不公开',
  waitlist_offered: '候补有名额',
  waitlist_lapsed: '候补名额过时',
  waitlist_closed: '候补没有排到',
  volunteer_decided: '志愿者登记有结果',
  duty_assigned: '排了讲解',
  duty_promoted: '候补转为讲解',
  duty_dropped: '讲解取消',
  duty_reminder: '讲解提醒',
  drill_due: '演练快到期',
  drill_region_due: '地区里有单位演练到期',
  drill_plan_due: '计划里的演练还没有准备',
  call_out_real: '召集志愿者：真实情况',
  call_out_drill: '召集志愿者：演练',
  drill_signed_up: '演练报名成功',
  drill_waiting: '演练候补',
  drill_promoted: '演练候补有名额',
  drill_helper_found: '演练有人结对帮你',
  drill_helper_asked: '演练请你结对帮人',
  drill_reminder: '演练提醒',
  booking_reminder: '参观提醒',
  inquiry_answered: '留言或找错有答复',
};

const mainWords = { sms: '短信', mail: '邮件', none: '不发' } as const;

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
      data.acts.filter(({ action }) => /^(notice|banner|(guide|text)_withdrawal)\./.test(action))
        .length,
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
    volunteer: cut(
      data.volunteer.map((one) =>
        [
          `${stamp(one.registeredAt)} ${volunteerStates[one.state]}`,
          ...[one.name, one.community, one.cell, one.hall && hallName(one.hall)].flatMap(
            (part) => part || [],
          ),
          ...(one.skills.length > 0 ? [`会${one.skills.join('、')}`] : []),
          ...one.purposes.map(({ purpose }) => `同意${volunteerPurposeWords[purpose].name}`),
        ].join('，'),
      ),
    ),
    service: cut([
      ...data.volunteer.flatMap(({ trainings }) =>
        trainings.map((one) => `${one.heldOn} 培训：${one.name}`),
      ),
      ...data.duties.map((one) => `${visit(one)}，${dutyStateWords[one.state]}`),
      ...data.service.map(({ servedOn, minutes }) => `${servedOn} 服务${serviceWords(minutes)}`),
      ...data.hoursCertificates.map(
        ({ code, minutes }) => `证明${formatBookingCode(code)}，${serviceWords(minutes)}`,
      ),
    ]),
    callOuts: cut(
      data.callOuts.map(
        ({ kind, askedAt, answer }) =>
          `${askedAt ? stamp(askedAt) : ''} ${callOutKinds[kind]}召集，${answerWords[answer]}`,
      ),
    ),
    callOutWork: times(
      data.acts.filter(({ action }) => /^call_out\.(make|ask)$/.test(action)).length,
    ),
    volunteerWork: times(
      data.acts.filter(({ action }) =>
        /^(volunteer\.(confirm|refuse|record_training|withdraw_training)|grid_cell\.|guide_need\.|guide_duty\.(assign|dismiss|check_in|undo_check_in))/.test(
          action,
        ),
      ).length,
    ),
    drillEvaluations: times(
      data.acts.filter(({ action }) =>
        /^(drill_(sheet|grade|finding|report)|improvement)\./.test(action),
      ).length,
    ),
    selfEvaluations: times(
      data.acts.filter(({ action }) => action === 'self_evaluation.give').length,
    ),
    drills: times(
      data.acts.filter(({ action }) =>
        /^((duty_rule|school_pause|drill_plan|drill_record|drill)\.|organisation\.set_traits$)/.test(
          action,
        ),
      ).length,
    ),
    // Of an office, and not tied to anybody's account.
    communityOfficers: [],
    communityProfiles: times(
      data.acts.filter(({ action }) => action.startsWith('community_profile.')).length,
    ),
    applicationWork: times(
      data.acts.filter(({ action }) =>
        /^(application|review_delegation|office_succession|application_round)\./.test(action),
      ).length,
    ),
    siteVisits: times(
      data.acts.filter(({ action }) => /^(site_visit|sampling_draw)\./.test(action)).length,
    ),
    drillSignUps: cut(
      data.drillSignUps.map(
        (one) =>
          `${stamp(one.startsAt)} ${one.drill}，${one.role}，${one.adults + one.children}人${one.name ? `，${one.name}` : ''}${one.unit ? `，${one.unit}` : ''}，${partStateWords[one.state]}`,
      ),
    ),
    drillLog: cut(
      data.drillLog.map(
        ({ kind, unit, value, at, note }) =>
          `${stamp(at)} ${logWords[kind]}${unit ? `，${unit}${value}人` : ''}${note ? `，${note}` : ''}`,
      ),
    ),
    drillNeeds: cut(
      data.drillSignUps.flatMap(({ drill, needs }) => (needs ? [`${drill}：${needs}`] : [])),
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
    acts: cut(data.acts.map(({ at, action }) => `${stamp(at)} ${actionName(action)}`)),
    erasures: [],
  };
}

function cut(lines: readonly string[]): string[] {
  const left = lines.length - LINES_SHOWN;
  return left > 0 ? [...lines.slice(0, LINES_SHOWN), `还有${left}条，在导出的文件里`] : [...lines];
}
