import { z } from 'zod';
import { KEYS_KEPT_DAYS } from '../../lib/db/commit.ts';
import { lineField } from '../../lib/fields.ts';
import { CODE_KEPT_DAYS, SIGN_IN_VALID_DAYS } from '../accounts/policy.ts';
import { bookingInput, bookingReference } from '../bookings/schema.ts';
import { TEXTS_KEPT_DAYS } from '../inquiries/policy.ts';
import { MESSAGES_KEPT_DAYS } from '../notifications/policy.ts';
import { DORMANT_DAYS, NAMES_KEPT_DAYS, SIGN_INS_KEPT_DAYS } from './policy.ts';

/** The name of a coming visit, put right; the same rule as when it was booked. */
export const contactNameInput = bookingReference.extend({
  contactName: bookingInput.shape.contactName,
});

/** Asked so that nobody gives everything up by a slip of the thumb. */
export const erasureInput = z.object({
  lastFour: lineField({
    missing: '请填写你手机号的最后4位',
    max: [20, '只填手机号的最后4位数字'],
    pattern: [/^\d{4}$/, '只填手机号的最后4位数字'],
  }),
});

/** Each in hexadecimal, as `npm run erasures -- list` writes them. */
export const erasureListInput = z.array(z.string().regex(/^[0-9a-f]{64}$/));

/** What a person does; the notice and the page of one's own data are grouped by it. */
export const GROUPS = {
  signIn: '登录',
  visit: '预约和到馆',
  message: '收短信',
  ask: '留言和找错',
  work: '在本站工作',
  every: '办任何一件事',
  erasure: '删除账户',
} as const;

/** Articles of the 个人信息保护法 that the register leans on; no others are cited. */
const LAW = {
  service: '为了办你要办的事（个人信息保护法第13条）',
  security: '保护账户和信息的安全（个人信息保护法第51条）',
  duty: '履行告知和留痕的义务（个人信息保护法第17条、第51条）',
} as const;

interface PersonalData {
  group: keyof typeof GROUPS;
  /** What it is, in the words of the person it is about. */
  name: string;
  /** `table.column`: every place where the database holds it. */
  columns: readonly string[];
  purpose: string;
  basis: (typeof LAW)[keyof typeof LAW];
  seenBy: string;
  /** How long, counted from which event. */
  kept: string;
  /** How it goes when its time is over or its owner erases the account. */
  erased: string;
}

const nobody = '只有你自己。数据库里是加密的，或者只有核对用的摘要';
const withAccount = `到你删除账户，或${DORMANT_DAYS}天没有登录（有工作角色或代表单位时除外）`;
const byPurge = '到期删除整条记录';

/**
 * Every personal value that the database holds. `/privacy` and `/me/data` are drawn from it, and a test walks all
 * columns of the migrated database: a new one that looks personal has its place here or a reason why not.
 */
export const REGISTER = {
  phone: {
    group: 'signIn',
    name: '手机号',
    columns: ['people.phone_cipher', 'people.phone_hash', 'people.data_key_cipher'],
    purpose: '登录，发验证码，通知预约的变化',
    basis: LAW.service,
    seenBy: '你自己。授权工作角色的管理员看到中间四位遮住的号码。原文加密保存',
    kept: withAccount,
    erased: '销毁你的数据密钥，清空密文和摘要',
  },
  account: {
    group: 'signIn',
    name: '账户',
    columns: ['people.id', 'people.created_at', 'people.seen_at'],
    purpose: '把你的预约归到你名下；很久没有登录时，不把记录交给号码的新主人',
    basis: LAW.service,
    seenBy: '你自己',
    kept: `${withAccount}；之后只剩一个谁也对不上的编号和日期`,
    erased: '编号留着计数，和你的号码、姓名再没有联系',
  },
  codes: {
    group: 'signIn',
    name: '验证码',
    columns: [
      'sign_in_codes.phone_cipher',
      'sign_in_codes.phone_hash',
      'sign_in_codes.code_hash',
      'sign_in_attempts.code_id',
    ],
    purpose: '核对是你本人；防止有人反复要码、反复试码',
    basis: LAW.security,
    seenBy: nobody,
    kept: `发出后${CODE_KEPT_DAYS}天`,
    erased: byPurge,
  },
  signIns: {
    group: 'signIn',
    name: '登录记录',
    columns: [
      'sign_ins.person_id',
      'sign_ins.code_id',
      'sign_ins.token_hash',
      'sign_outs.sign_in_id',
    ],
    purpose: '让你不用每次输验证码',
    basis: LAW.service,
    seenBy: '你自己',
    kept: `登录${SIGN_IN_VALID_DAYS}天后失效，失效后再留${SIGN_INS_KEPT_DAYS}天`,
    erased: `${byPurge}；删除账户时，所有登录当场失效`,
  },
  notices: {
    group: 'signIn',
    name: '登录时看到的是第几版说明',
    columns: ['notices_shown.person_id', 'notices_shown.version'],
    purpose: '说明改了以后，知道告诉过你哪一版',
    basis: LAW.duty,
    seenBy: '你自己',
    kept: withAccount,
    erased: '删除整条记录',
  },
  contactName: {
    group: 'visit',
    name: '联系人姓名',
    columns: ['bookings.contact_name_cipher', 'bookings.contact_name_hash'],
    purpose: '到馆时核对',
    basis: LAW.service,
    seenBy: '你自己。那个场馆的工作人员只看到第一个字',
    kept: `参观结束后${NAMES_KEPT_DAYS}天`,
    erased: '清空密文和摘要，预约的其余内容留着计数',
  },
  visits: {
    group: 'visit',
    name: '预约：哪一场、几位成人、几位儿童、预约码、改动和结果',
    columns: [
      'bookings.person_id',
      'bookings.code',
      'bookings.adults',
      'bookings.children',
      'booking_changes.person_id',
      'cancellations.person_id',
      'contact_name_changes.person_id',
    ],
    purpose: '安排名额，入场核对。不收儿童的姓名和证件',
    basis: LAW.service,
    seenBy: '你自己，那个场馆的工作人员，还有拿着预约码又知道手机号最后4位的人',
    kept: withAccount,
    erased: '没到日子的预约取消、放出名额；过去的只剩场次和人数，对不上是谁',
  },
  ticketTries: {
    group: 'visit',
    name: '凭预约码打开凭证的次数',
    columns: ['ticket_tries.booking_id'],
    purpose: '防止有人试出手机号的最后4位',
    basis: LAW.security,
    seenBy: '没有人，只用来计数',
    kept: '1天',
    erased: byPurge,
  },
  messages: {
    group: 'message',
    name: '发给你的短信',
    columns: ['outbox_messages.content_cipher', 'outbox_messages.idempotency_key'],
    purpose: '把验证码和预约的变化发给你',
    basis: LAW.service,
    seenBy: '短信服务商（待核定）。排队时内容是加密的，发出的那一刻才写成短信',
    kept: `发出或放弃后${MESSAGES_KEPT_DAYS}天`,
    erased: `${byPurge}；账户删了，没发出的预约短信不再发`,
  },
  inquiries: {
    group: 'ask',
    name: '留言和找错：内容，留下的手机号，查询码',
    columns: [
      'inquiries.code',
      'inquiries.text_cipher',
      'inquiries.phone_cipher',
      'inquiries.phone_hash',
    ],
    purpose: '答复你；留了手机号的，有答复时发短信。不用登录，不留手机号也行',
    basis: LAW.service,
    seenBy: '编辑看内容，看不到手机号；拿着查询码的人只看答复',
    kept: `答复后${TEXTS_KEPT_DAYS}天`,
    erased: '清空内容和手机号，答复留着；删除账户时，先删掉留下的手机号',
  },
  inquiryAnswers: {
    group: 'work',
    name: '你答复过的留言',
    columns: ['inquiry_answers.answered_by'],
    purpose: '知道每条答复是谁写的',
    basis: LAW.duty,
    seenBy: '审计员',
    kept: '长期。答复里不写个人信息',
    erased: '只剩编号',
  },
  organisations: {
    group: 'work',
    name: '你代表的单位：谁认领、谁加入、谁审核、谁移交',
    columns: [
      'organisations.claimed_by',
      'organisation_members.person_id',
      'organisation_members.added_by',
      'organisation_decisions.decided_by',
      'organisation_handovers.from_person_id',
      'organisation_handovers.to_person_id',
      'organisation_departures.member_id',
      'organisation_departures.departed_by',
    ],
    purpose: '只让单位自己的人替单位办事',
    basis: LAW.service,
    seenBy: '你自己，单位的其他成员，审核的人；手机号中间四位遮住',
    kept: withAccount,
    erased: '删除账户时退出所有单位；谁办过什么，只剩编号',
  },
  roles: {
    group: 'work',
    name: '工作角色：谁给的，什么时候收回',
    columns: [
      'role_grants.person_id',
      'role_grants.granted_by',
      'role_revocations.grant_id',
      'role_revocations.revoked_by',
    ],
    purpose: '只让该看的人看名单、登记到馆',
    basis: LAW.security,
    seenBy: '你自己，管理员，那个场馆的负责人',
    kept: withAccount,
    erased: '删除账户时当场收回；谁授权过谁，只剩编号',
  },
  arrivalsMarked: {
    group: 'work',
    name: '你登记过的到馆',
    columns: ['arrivals.marked_by'],
    purpose: '知道每次到馆是谁登记的',
    basis: LAW.duty,
    seenBy: '审计员',
    kept: '同审计记录',
    erased: '只剩编号',
  },
  repeats: {
    group: 'every',
    name: '防止重复办理的记录',
    columns: ['idempotency_keys.scope', 'idempotency_keys.key', 'idempotency_keys.answer'],
    purpose: '按两次也只办一次',
    basis: LAW.service,
    seenBy: '没有人。里面没有姓名和号码',
    kept: `${KEYS_KEPT_DAYS}天`,
    erased: `${byPurge}；删除账户时当场删除`,
  },
  acts: {
    group: 'every',
    name: '审计记录：几点办了什么，只有编号',
    columns: [
      'audit_entries.actor_id',
      'audit_entries.subject_id',
      'audit_entries.details',
      'audit_entries.request_id',
    ],
    purpose: '出了问题能查清，谁也不能悄悄改',
    basis: LAW.duty,
    seenBy: '你自己，审计员',
    kept: '长期。里面没有姓名和号码',
    erased: '不改也不删；账户删了，编号就对不上任何人',
  },
  erasures: {
    group: 'erasure',
    name: '已经删除的账户的编号',
    columns: ['account_erasures.person_id', 'account_erasures.person_hash'],
    purpose: '从备份恢复时，再删一次，不让你的信息回来',
    basis: LAW.security,
    seenBy: '没有人。名单上只有编号的摘要',
    kept: '长期。里面没有姓名和号码',
    erased: '不删：删了就不知道该忘记谁',
  },
} as const satisfies Readonly<Record<string, PersonalData>>;

export type PersonalDataKey = keyof typeof REGISTER;

/** One part of the register with the words of its heading, in the order of the notice. */
export const registerByGroup = Object.entries(GROUPS).map(([group, title]) => ({
  title,
  items: (Object.entries(REGISTER) as [PersonalDataKey, PersonalData][])
    .filter(([, item]) => item.group === group)
    .map(([key, item]) => ({ key, ...item })),
}));
