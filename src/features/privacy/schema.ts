import { z } from 'zod';
import { KEYS_KEPT_DAYS } from '../../lib/db/commit.ts';
import { lineField } from '../../lib/fields.ts';
import { CODE_KEPT_DAYS, SIGN_IN_VALID_DAYS, STRONG_VALID_HOURS } from '../accounts/policy.ts';
import { ATTEMPTS_KEPT_DAYS } from '../credentials/policy.ts';
import { bookingInput, bookingReference } from '../bookings/schema.ts';
import { EVENTS_KEPT_DAYS, NOTES_KEPT_DAYS } from '../door/policy.ts';
import { PURPOSES, UNFINISHED_KEPT_DAYS } from '../files/policy.ts';
import { IMPORT_VALID_HOURS } from '../imports/policy.ts';
import { TEXTS_KEPT_DAYS } from '../inquiries/policy.ts';
import { DEAD_KEPT_DAYS, MESSAGES_KEPT_DAYS } from '../notifications/policy.ts';
import { SET_ASIDE_DAYS } from '../phones/policy.ts';
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
  message: '收消息',
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
      'sign_ins.method',
      'sign_ins.device',
      'sign_ins.used_at',
      'sign_outs.sign_in_id',
    ],
    purpose: '让你不用每次输验证码；让你看到在哪里登录着（只记浏览器和系统的名字、最近哪天用过）',
    basis: LAW.service,
    seenBy: '你自己',
    kept: `登录${SIGN_IN_VALID_DAYS}天后失效（工作登录${STRONG_VALID_HOURS}小时），失效后再留${SIGN_INS_KEPT_DAYS}天；浏览器和系统的名字，退出或失效就删`,
    erased: `${byPurge}；删除账户时，所有登录当场失效`,
  },
  phoneChanges: {
    group: 'signIn',
    name: '换过号码的时间',
    columns: [
      'phone_changes.person_id',
      'phone_changes.sign_in_id',
      'phone_changes.new_code_id',
      'phone_changes.old_code_id',
    ],
    purpose: '换号码要两边都证明；防止有人反复换号试探',
    basis: LAW.security,
    seenBy: '你自己。里面没有号码',
    kept: withAccount,
    erased: '只剩编号和时间',
  },
  numberClaims: {
    group: 'signIn',
    name: '找回账户的申请：谁申请，关于哪个账户，说得对不对，原号码反对没有，谁决定',
    columns: [
      'number_claims.claimant_id',
      'number_claims.account_id',
      'number_claims.objection_hash',
      'number_claim_objections.claim_id',
      'number_claim_decisions.claim_id',
      'number_claim_decisions.decided_by',
    ],
    purpose: '原号码收不到短信时，把账户转给它的主人，不转给别人',
    basis: LAW.security,
    seenBy: '申请的人看到结果；管理员看到两个号码，中间四位遮住',
    kept: '长期。里面没有号码和姓名',
    erased: '只剩编号',
  },
  longPause: {
    group: 'signIn',
    name: '很久没有登录的号码：有人用它登录却不认得账户时，原账户搁置的时间；确认是本人的次数',
    columns: [
      'account_set_asides.person_id',
      'account_set_asides.phone_hash',
      'return_tries.person_id',
    ],
    purpose: '号码换了主人时，不把以前的记录给新主人看',
    basis: LAW.security,
    seenBy: '没有人',
    kept: `搁置的账户到最后一次登录后${DORMANT_DAYS}天删除，至少留${SET_ASIDE_DAYS}天；次数留1天`,
    erased: byPurge,
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
  feedback: {
    group: 'visit',
    name: '参观评价：打的分，写的话',
    columns: [
      'visit_feedback.person_id',
      'visit_feedback.words_cipher',
      'visit_feedback.public_words',
    ],
    purpose: '知道哪里要改；公开给想来的人看，不带姓名',
    basis: LAW.service,
    seenBy: '你自己，那个场馆的负责人。公开以后谁都看得到那段话',
    kept: withAccount,
    erased: '写的话和公开的话当场清空，分数留在平均分里，对不上是谁',
  },
  certificates: {
    group: 'visit',
    name: '参观证明的编号',
    columns: ['visit_certificates.person_id', 'visit_certificates.code'],
    purpose: '你要时出一张谁都能核对的证明',
    basis: LAW.service,
    seenBy: '你自己。拿着编号的人只看到场馆和日期，团体还有班级',
    kept: withAccount,
    erased: '编号仍然核对得出场馆和日期，对不上是谁',
  },
  waits: {
    group: 'visit',
    name: '候补：哪一场、几个人、联系人姓名、留过的名额',
    columns: [
      'waitlist_entries.person_id',
      'waitlist_entries.adults',
      'waitlist_entries.children',
      'waitlist_entries.contact_name_cipher',
    ],
    purpose: '有人取消时按顺序把名额留给你；接受后变成预约',
    basis: LAW.service,
    seenBy: '你自己。那个场馆的工作人员看到人数、顺序和遮住的手机号',
    kept: `姓名到候补结束那一刻；其余${withAccount}`,
    erased: '当场退出排队，只剩场次、人数和结果，对不上是谁',
  },
  groups: {
    group: 'visit',
    name: '团体申请：单位、领队姓名、人数、车辆、餐食、特殊需要、往来的决定',
    columns: [
      'group_requests.person_id',
      'group_requests.code',
      'group_requests.leader_name_cipher',
      'group_requests.needs_cipher',
      'group_changes.changed_by',
      'group_decisions.decided_by',
      'waitlist_promotions.promoted_by',
      'hall_days.decided_by',
      'course_openings.opened_by',
      'course_withdrawals.withdrawn_by',
    ],
    purpose: '安排一个团体的参观，答复你，到馆时接待。不收孩子的姓名，只收各班人数',
    basis: LAW.service,
    seenBy: '你自己。那个场馆的工作人员看到单位、人数、领队姓名和需要',
    kept: `领队姓名和需要到参观结束后${NAMES_KEPT_DAYS}天；其余${withAccount}`,
    erased: '清空密文；还在等的申请撤回，只剩单位名称、场次和人数',
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
    name: '发给你的消息：短信、邮件、推送',
    columns: ['outbox_messages.content_cipher', 'outbox_messages.idempotency_key'],
    purpose: '把验证码和预约的变化发给你',
    basis: LAW.service,
    seenBy:
      '短信和邮件服务商（待核定）。管理员看到遮住的号码或邮箱，用来处理发不出去的消息。排队时内容是加密的，发出的那一刻才写成文字',
    kept: `发出或不用发了${MESSAGES_KEPT_DAYS}天；发不出去的${DEAD_KEPT_DAYS}天`,
    erased: `${byPurge}；账户删了，没发出的预约消息不再发`,
  },
  mail: {
    group: 'message',
    name: '邮箱，和核对邮箱的验证码',
    columns: [
      'mail_addresses.person_id',
      'mail_addresses.address_cipher',
      'mail_addresses.code_cipher',
      'mail_attempts.mail_address_id',
      'mail_attempts.person_id',
      'mail_confirmations.mail_address_id',
      'mail_confirmations.person_id',
    ],
    purpose: '你选了用邮件收消息。不填也行',
    basis: LAW.service,
    seenBy: '你自己，邮件服务商（待核定）。加密保存',
    kept: `到你删除邮箱或账户；没有核对过的${MESSAGES_KEPT_DAYS}天`,
    erased: '删除整条记录',
  },
  devices: {
    group: 'message',
    name: '收推送的浏览器',
    columns: [
      'push_subscriptions.person_id',
      'push_subscriptions.subscription_cipher',
      'push_subscriptions.endpoint_hash',
    ],
    purpose: '你打开了推送。不打开也行',
    basis: LAW.service,
    seenBy: '你自己，那个浏览器的推送服务商。推送的内容只有你的浏览器解得开',
    kept: '到你删除它、浏览器收回它，或删除账户',
    erased: '删除整条记录',
  },
  messageChoices: {
    group: 'message',
    name: '哪一类消息怎么收；删除过邮箱或浏览器',
    columns: [
      'message_choices.person_id',
      'contact_removals.person_id',
      'contact_removals.contact_id',
    ],
    purpose: '照你选的发',
    basis: LAW.service,
    seenBy: '你自己',
    kept: withAccount,
    erased: '删除整条记录',
  },
  resends: {
    group: 'work',
    name: '你重发过的消息',
    columns: ['message_resends.message_id', 'message_resends.resent_by'],
    purpose: '知道是谁重发的',
    basis: LAW.duty,
    seenBy: '审计员',
    kept: '同那条消息',
    erased: byPurge,
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
  publications: {
    group: 'work',
    name: '你写、审核、发布过的公告、紧急通知和撤下的指南',
    columns: [
      'notice_versions.written_by',
      'notice_checks.checked_by',
      'notice_releases.released_by',
      'notice_withdrawals.withdrawn_by',
      'banners.written_by',
      'banner_releases.released_by',
      'banner_extensions.extended_by',
      'banner_ends.ended_by',
      'banner_reviews.reviewed_by',
      'guide_withdrawals.proposed_by',
      'guide_withdrawal_decisions.decided_by',
    ],
    purpose: '写、审核、发布由不同的人办，出了错查得到是哪一步',
    basis: LAW.duty,
    seenBy: '编辑和管理员看到中间四位遮住的手机号；审计员。公众看不到',
    kept: '长期。发布过什么是公开的记录',
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
  files: {
    group: 'work',
    name: '你传的文件：名字、内容、什么时候传的',
    columns: ['files.owner_id', 'files.name_cipher', 'file_links.linked_by'],
    purpose: '核验单位和团体申请是不是属实。照片里的位置、机型等信息，存之前就去掉',
    basis: LAW.service,
    seenBy: '你自己，核验这件事的工作人员。名字加密保存；内容在文件库里，没有登录打不开',
    kept: `交上去以后：单位的证明材料${PURPOSES.organisation_proof.keptDays}天，团体申请的公函${PURPOSES.group_letter.keptDays}天；没有交上去的${UNFINISHED_KEPT_DAYS}天`,
    erased: '文件从文件库里删掉，名字清空；删除账户时一起删',
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
  credentials: {
    group: 'work',
    name: '工作登录方式：通行密钥、密码、验证器密钥、恢复码',
    columns: [
      'passkeys.person_id',
      'passkeys.credential_id',
      'passkeys.public_key',
      'passkeys.name',
      'passkeys.device_type',
      'passkeys.sign_in_id',
      'passkey_challenges.person_id',
      'passkey_removals.person_id',
      'passwords.person_id',
      'passwords.hash',
      'passwords.totp_cipher',
      'password_removals.person_id',
      'recovery_sets.person_id',
      'recovery_codes.code_hash',
      'recovery_uses.code_id',
    ],
    purpose: '只让你本人用你的工作角色',
    basis: LAW.security,
    seenBy: nobody,
    kept: withAccount,
    erased: '公钥、摘要、密文、名字和恢复码当场清空；删一种、重设或删除账户时都一样',
  },
  credentialAttempts: {
    group: 'work',
    name: '填密码、恢复码、开通码的次数',
    columns: ['credential_attempts.person_id'],
    purpose: '防止别人试出来',
    basis: LAW.security,
    seenBy: '没有人，只用来计数',
    kept: `${ATTEMPTS_KEPT_DAYS}天`,
    erased: `${byPurge}；删除账户时当场删除`,
  },
  invitations: {
    group: 'work',
    name: '工作登录的开通和重设：谁发的，什么时候，为什么重设',
    columns: [
      'staff_invitations.person_id',
      'staff_invitations.code_hash',
      'staff_invitations.invited_by',
      'invitation_acceptances.sign_in_id',
      'credential_resets.person_id',
      'credential_resets.reset_by',
      'credential_resets.reason',
    ],
    purpose: '只让被授权的人开通；重设能查到是谁做的',
    basis: LAW.security,
    seenBy: '你自己，审计员',
    kept: withAccount,
    erased: '开通码当场删除；重设的记录只剩编号和原因，原因里不写姓名和号码',
  },
  callers: {
    group: 'work',
    name: '你替来电的人办过的预约、更改和取消',
    columns: ['bookings.booked_by', 'booking_changes.changed_by', 'cancellations.cancelled_by'],
    purpose: '知道每次代办是谁办的；预约的人看到是工作人员代办，看不到是哪一位',
    basis: LAW.duty,
    seenBy: '审计员',
    kept: '同预约',
    erased: '只剩编号',
  },
  feedbackDecisions: {
    group: 'work',
    name: '你处理过的参观评价',
    columns: ['feedback_decisions.decided_by', 'feedback_decisions.public_words'],
    purpose: '知道每条评价是谁决定公开的',
    basis: LAW.duty,
    seenBy: '审计员。写评价的人看到原因和答复，看不到是哪一位',
    kept: '长期。里面没有写评价的人的话',
    erased: '只剩编号',
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
  noShows: {
    group: 'visit',
    name: '约了没来的次数、你的申诉和答复',
    columns: ['no_shows.person_id', 'no_show_appeals.person_id'],
    purpose: '占着名额又不来的，暂停预约一段时间；每一次都可以申诉',
    basis: LAW.service,
    seenBy: '你自己。那个场馆的负责人看到申诉的场次、原因（四选一）和遮住的手机号',
    kept: withAccount,
    erased: '只剩编号，对不上是谁',
  },
  doorEvents: {
    group: 'visit',
    name: '你们几点进馆、出馆、回来，几个人',
    columns: ['door_events.booking_id'],
    purpose: '分批到、出去再回来不用重查；疏散时知道馆里还有多少人',
    basis: LAW.service,
    seenBy: '这个馆的工作人员',
    kept: `${EVENTS_KEPT_DAYS}天`,
    erased: byPurge,
  },
  hallDecisions: {
    group: 'work',
    name: '你停开、恢复、停用、免记未到、答复申诉、改日历的次数',
    columns: [
      'hall_stops.decided_by',
      'hall_stop_undoings.undone_by',
      'hall_stop_liftings.lifted_by',
      'hall_outages.decided_by',
      'hall_outage_ends.ended_by',
      'session_pardons.pardoned_by',
      'no_show_answers.decided_by',
      'hall_revisions.revised_by',
      'calendar_revisions.revised_by',
    ],
    purpose: '知道影响公众的每个决定是谁做的',
    basis: LAW.duty,
    seenBy: '审计员',
    kept: '长期',
    erased: '只剩编号',
  },
  doorEventsMarked: {
    group: 'work',
    name: '你在入口登记过的进出，用的是哪台设备（随机编号）',
    columns: ['door_events.marked_by', 'door_events.device_id'],
    purpose: '知道每次进出是谁登记的',
    basis: LAW.duty,
    seenBy: '审计员',
    kept: `${EVENTS_KEPT_DAYS}天`,
    erased: byPurge,
  },
  doorNotes: {
    group: 'work',
    name: '你写过的值班记录',
    columns: ['door_notes.text_cipher', 'door_notes.action_cipher', 'door_notes.written_by'],
    purpose: '交给下一班；出了事说得清经过。里面不写姓名和号码，仍然加密',
    basis: LAW.duty,
    seenBy: '这个馆的工作人员',
    kept: `${NOTES_KEPT_DAYS}天`,
    erased: byPurge,
  },
  disclosures: {
    group: 'work',
    name: '你看过谁的完整信息、导出过什么名单',
    columns: ['disclosures.booking_id', 'disclosures.made_by', 'disclosures.filters'],
    purpose: '看完整的姓名和号码、导出名单都要有理由，事后查得到',
    basis: LAW.duty,
    seenBy: '审计员',
    kept: '长期。里面没有姓名和号码',
    erased: '只剩编号',
  },
  imports: {
    group: 'work',
    name: '从表格导入的预约：导入前的整张表，谁导入了哪几行',
    columns: [
      'imports.content_cipher',
      'imports.created_by',
      'import_rows.row_key',
      'import_rows.imported_by',
    ],
    purpose: '把场馆以前记在表格里的预约带进来，写进去以前先核对；同一行不重复导入',
    basis: LAW.service,
    seenBy: '只有上传的人看得到表格，加密保存；行的摘要没有人看',
    kept: `表格${IMPORT_VALID_HOURS}小时；摘要和谁导入的长期留着，里面没有姓名和号码`,
    erased: '到期清空表格；删除账户后只剩编号',
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
