import { createHash } from 'node:crypto';
import type { Refusals } from '../../lib/errors.ts';
import { toHex } from '../../lib/ids.ts';
import { equalBytes } from '../../lib/keyring.ts';
import { addDays, addMinutes, calendarDate, instantOf, type CalendarDate } from '../../lib/time.ts';
import type { AuditEntry, AuditRoot, AuditSeal } from './table.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** One write: far below the 32,766 values that one statement may carry, and a few milliseconds of guards. */
export const SEAL_BATCH_MAX = 1_000;

/** With the batch it bounds one run at 10,000 entries: a minute of about 160 writes a second. */
export const SEAL_ROUNDS_MAX = 10;

/** The job runs each minute; five misses in a row are no hiccup. */
export const UNSEALED_MINUTES_MAX = 5;

/** What the first seal follows: 32 zero bytes. */
export const GENESIS: Bytes = new Uint8Array(32);

/** The loser of two jobs at once meets these; it changes nothing, and the next run goes on from the new end. */
export const sealRefusals: Refusals = {
  audit_seal_does_not_follow: { code: 'conflict', message: '封存已由另一次运行完成。' },
  audit_root_does_not_follow: { code: 'conflict', message: '这一天的日根已经公布。' },
};

/** WebCrypto's digest only answers later; a rule stays a plain function with this one. */
function sha256(bytes: Uint8Array | string): Bytes {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

type Digested = Omit<AuditEntry, 'sequence' | 'digest'>;

/** The entry's own digest: SHA-256 over its fields in a fixed order, as one JSON array in UTF-8. */
export function entryDigest(entry: Digested): Bytes {
  const { id, at, actorKind, actorId, action, subjectKind, subjectId, details, requestId } = entry;
  const fields = [id, at.getTime(), actorKind, actorId, action, subjectKind, subjectId];
  return sha256(JSON.stringify([...fields, details, requestId]));
}

/** A link: SHA-256 over 72 bytes: the previous hash (32), the sequence (8, big-endian), the entry's digest (32). */
export function linkHash(previous: Uint8Array, sequence: number, digest: Uint8Array): Bytes {
  const bytes = new Uint8Array(72);
  bytes.set(previous);
  new DataView(bytes.buffer).setBigUint64(32, BigInt(sequence));
  bytes.set(digest, 40);
  return sha256(bytes);
}

/** The seals of entries in order of sequence, after the last one there is. */
export function sealsFor(
  last: Pick<AuditSeal, 'hash'> | undefined,
  entries: readonly Pick<AuditEntry, 'sequence' | 'digest'>[],
  now: Date,
): AuditSeal[] {
  let previousHash = last?.hash ?? GENESIS;
  return entries.map(({ sequence, digest }) => {
    const hash = linkHash(previousHash, sequence, digest);
    const seal = { sequence, previousHash, digest, hash, sealedAt: now };
    previousHash = hash;
    return seal;
  });
}

export function isUnsealedTooLong({ at }: Pick<AuditEntry, 'at'>, now: Date): boolean {
  return at < addMinutes(now, -UNSEALED_MINUTES_MAX);
}

/**
 * The day whose root is due: the first entry's that no root covers, once that day is over. An entry that came in
 * after its own day's root belongs to the day after that root.
 */
export function dueRootDate(
  first: Pick<AuditEntry, 'at'> | undefined,
  lastRoot: Pick<AuditRoot, 'date'> | undefined,
  now: Date,
): CalendarDate | undefined {
  if (!first) return undefined;
  const own = calendarDate(first.at);
  const date = lastRoot && own <= lastRoot.date ? addDays(lastRoot.date, 1) : own;
  return now >= endOfDay(date) ? date : undefined;
}

export function endOfDay(date: CalendarDate): Date {
  return instantOf(addDays(date, 1));
}

/** What a root claims; the site's own rows and files that somebody kept say the same things. */
export type RootClaim = Pick<
  AuditRoot,
  'date' | 'firstSequence' | 'lastSequence' | 'entries' | 'hash'
>;

/** The text that a root's signature is over: ASCII, lines ended by \n but the last, hashes in lower-case hex. */
export function rootText(root: RootClaim): string {
  return [
    'anlan-audit-root-v1',
    root.date,
    `${root.firstSequence}-${root.lastSequence}`,
    root.entries,
    toHex(root.hash),
  ].join('\n');
}

/**
 * How a chain can be broken:
 * `changed` the entry's digest does not match its fields · `replaced` another entry stands where this one was
 * sealed (rewritten with a new digest, or swapped) · `missing` sealed and gone · `unlinked` without a seal though
 * later ones have theirs: slipped in, or its seal removed · `relinked` its seal does not follow the one before ·
 * `unsealed` waiting for longer than five minutes · `root` a day's root does not match the chain · `signature` a
 * root's signature does not hold · `kept_root` a root that somebody kept says something else, or is gone here.
 */
export type BreakKind =
  | 'changed'
  | 'replaced'
  | 'missing'
  | 'unlinked'
  | 'relinked'
  | 'unsealed'
  | 'root'
  | 'signature'
  | 'kept_root';

export interface ChainBreak {
  kind: BreakKind;
  /** The entry; for the kinds of roots the last one that the root covers. */
  sequence: number;
  entryId?: string;
  /** Of the root. */
  date?: CalendarDate;
}

/** What stood when the walk began. Whatever is sealed or published while it lasts is left to the next walk. */
export interface ChainHead {
  /** The sequence of the last seal; 0 without any. */
  sealedUpTo: number;
  /** In order of date. `signatureHolds` is undefined for one that is not signed. */
  roots: readonly (AuditRoot & { signatureHolds?: boolean | undefined })[];
  /** Kept elsewhere and handed in. */
  kept: readonly RootClaim[];
}

export interface ChainProgress {
  head: ChainHead;
  /** Of the last seal walked. */
  sequence: number;
  hash: Bytes;
  sealed: number;
  /** Not sealed yet and not late. */
  waiting: number;
  /** Numbers below a sealed one that were never sealed. */
  gaps: number;
  rootsPassed: number;
  /** The seals since the last root passed. */
  sinceRoot: { first: number; entries: number };
  broken?: ChainBreak;
}

export interface ChainPage {
  /** Both in order of sequence and complete between the page before and the next. */
  entries: readonly AuditEntry[];
  seals: readonly AuditSeal[];
  isLast: boolean;
}

export function startOfChain(head: ChainHead): ChainProgress {
  const counts = { sequence: 0, sealed: 0, waiting: 0, gaps: 0, rootsPassed: 0 };
  return { head, hash: GENESIS, ...counts, sinceRoot: { first: 0, entries: 0 } };
}

/**
 * Walks one page on, and stops at the first thing that is broken. A number without an entry tells nothing by
 * itself: only one that was sealed and is gone is missing; the others are counted as `gaps`.
 */
export function verifyChain(before: ChainProgress, page: ChainPage, now: Date): ChainProgress {
  const walk = { ...before, sinceRoot: { ...before.sinceRoot } };
  const seals = new Map(page.seals.map((seal) => [seal.sequence, seal]));
  const entries = new Map(page.entries.map((entry) => [entry.sequence, entry]));
  const sequences = [...new Set([...seals.keys(), ...entries.keys()])].sort((a, b) => a - b);
  for (const sequence of sequences) {
    const broken = breakAt(walk, sequence, entries.get(sequence), seals.get(sequence), now);
    if (broken) return { ...walk, broken };
  }
  const broken = page.isLast ? breakAtEnd(walk) : undefined;
  return broken ? { ...walk, broken } : walk;
}

function breakAt(
  walk: ChainProgress,
  sequence: number,
  entry: AuditEntry | undefined,
  seal: AuditSeal | undefined,
  now: Date,
): ChainBreak | undefined {
  const kind = seal ? sealedBreak(walk, entry, seal) : entry && unsealedBreak(walk, entry, now);
  if (kind) return { kind, sequence, ...(entry ? { entryId: entry.id } : {}) };
  if (!seal) {
    walk.waiting += 1;
    return undefined;
  }
  walk.gaps += sequence - walk.sequence - 1;
  walk.sequence = sequence;
  walk.hash = seal.hash;
  walk.sealed += 1;
  walk.sinceRoot.first ||= sequence;
  walk.sinceRoot.entries += 1;
  return rootBreak(walk);
}

function sealedBreak(
  walk: ChainProgress,
  entry: AuditEntry | undefined,
  seal: AuditSeal,
): BreakKind | undefined {
  if (!entry) return 'missing';
  if (!equalBytes(entryDigest(entry), entry.digest)) return 'changed';
  const hash = linkHash(walk.hash, seal.sequence, seal.digest);
  if (!equalBytes(seal.previousHash, walk.hash) || !equalBytes(seal.hash, hash)) return 'relinked';
  return equalBytes(entry.digest, seal.digest) ? undefined : 'replaced';
}

function unsealedBreak(
  { head }: ChainProgress,
  entry: AuditEntry,
  now: Date,
): BreakKind | undefined {
  if (entry.sequence < head.sealedUpTo) return 'unlinked';
  if (!equalBytes(entryDigest(entry), entry.digest)) return 'changed';
  return isUnsealedTooLong(entry, now) ? 'unsealed' : undefined;
}

/** Checks the next root once the walk has come to its last seal, or beyond it. */
function rootBreak(walk: ChainProgress): ChainBreak | undefined {
  const root = walk.head.roots[walk.rootsPassed];
  if (!root || root.lastSequence > walk.sequence) return undefined;
  const { date, lastSequence: sequence } = root;
  const chain = { ...walk.sinceRoot, last: walk.sequence, hash: walk.hash };
  if (!isRootOf(root, chain)) return { kind: 'root', sequence, date };
  if (root.signatureHolds === false) return { kind: 'signature', sequence, date };
  const kept = walk.head.kept.find((one) => one.date === date);
  if (kept && rootText(kept) !== rootText(root)) return { kind: 'kept_root', sequence, date };
  walk.rootsPassed += 1;
  walk.sinceRoot = { first: 0, entries: 0 };
  return undefined;
}

function isRootOf(
  root: RootClaim,
  chain: { first: number; last: number; entries: number; hash: Bytes },
): boolean {
  return (
    root.firstSequence === chain.first &&
    root.lastSequence === chain.last &&
    root.entries === chain.entries &&
    equalBytes(root.hash, chain.hash)
  );
}

/** A root beyond the end tells that the chain was cut off; a kept one that is gone here tells the same. */
function breakAtEnd({ head, rootsPassed }: ChainProgress): ChainBreak | undefined {
  const beyond = head.roots[rootsPassed];
  if (beyond) return { kind: 'root', sequence: beyond.lastSequence, date: beyond.date };
  const gone = head.kept.find((kept) => !head.roots.some(({ date }) => date === kept.date));
  return gone && { kind: 'kept_root', sequence: gone.lastSequence, date: gone.date };
}

/** What the public page calls an action. An entry shows nothing else of what was done, and to whom. */
export const actionNames: Readonly<Record<string, string>> = {
  'booking.create': '预约',
  'booking.cancel': '取消预约',
  'booking.change': '改期或改人数',
  'booking.arrive': '登记到馆',
  'booking.expire': '登记未到馆',
  'door_event.enter': '入口登记进',
  'door_event.leave': '入口登记出',
  'door_event.return': '入口登记回',
  'door_event.move': '入口登记换区',
  'door_event.undo': '撤回入口登记',
  'door_note.write': '写值班记录',
  'booking.create_for_caller': '替来电的人预约',
  'booking.change_for_caller': '替来电的人改期或改人数',
  'booking.cancel_for_caller': '替来电的人取消预约',
  'feedback.give': '评价参观',
  'feedback.publish': '公开评价',
  'feedback.hide': '不公开评价',
  'certificate.issue': '出参观证明',
  'hall_sessions.open': '开放场次',
  'hall_sessions.release': '放开团体名额',
  'hall_sessions.change': '按日历改没人约的场次',
  'hall_sessions.withdraw': '撤下没人约的场次',
  'hall_sessions.reopen': '重新开放场次',
  'course_session.open': '开课',
  'course_session.withdraw': '撤下没人报名的课',
  'group_request.create': '团体申请',
  'group_request.approve': '通过团体申请',
  'group_request.refuse': '退回团体申请',
  'group_request.counter': '给团体提议别的时间',
  'group_request.accept': '团体接受提议的时间',
  'group_request.withdraw': '撤回团体申请',
  'group_request.change_counts': '改团体人数',
  'group_request.hand_in_letter': '补交公函',
  'group_request.lapse': '团体申请过期',
  'certificate.issue_for_classes': '给各班出参观证明',
  'no_show.appeal': '申诉未到',
  'no_show.grant': '同意未到的申诉',
  'no_show.refuse': '不同意未到的申诉',
  'hall_session.pardon': '一场不记未到',
  'hall_outage.create': '停用展项或少开名额',
  'hall_outage.end': '恢复展项或名额',
  'hall_hours.save': '改一周的场次',
  'hall_late_rule.save': '改迟到多久放名额',
  'hall.open': '开通场馆预约',
  'hall_rules.save': '改预约规则',
  'hall_day.decide': '改一天的开放',
  'hall_session.add': '加一场',
  'calendar_year.save': '改节假日表',
  'hall_stop.create': '停开场次',
  'hall_stop.undo': '撤销停开',
  'hall_stop.lift': '恢复开放',
  'hall_stop.complete': '停开通知发完',
  'booking.stop': '场馆停开，取消预约',
  'booking.move': '有停用，场馆给改了场次',
  'booking.release': '没有按时到，名额放给现场',
  'class_replacement.hold': '给停开的班留别的场次',
  'class_replacement.take': '接受替班级留的场次',
  'class_replacement.lapse': '替班级留的场次过期',
  'drill_participant.sign_up': '报名参加演练',
  'drill_participant.change': '改演练的人数或需要',
  'drill_participant.leave': '退出演练',
  'drill_participant.promote': '演练候补补上',
  'drill_participant.export': '导出演练名单（遮住）',
  'drill_pairing.create': '演练里安排结对帮扶',
  'drill_pairing.end': '解除演练里的结对',
  'drill_pairing.lose_helper': '通知演练里结对的人退出',
  'waitlist_entry.create': '排候补',
  'waitlist_entry.leave': '退出候补',
  'waitlist_entry.create_for_caller': '替来电的人排候补',
  'waitlist_entry.leave_for_caller': '替来电的人退出候补',
  'hall_call.note': '登记打过的电话',
  'waitlist_entry.promote': '把候补提前',
  'waitlist_entry.offer': '给候补留名额',
  'waitlist_entry.lapse': '候补名额过时',
  'waitlist_entry.close': '候补结束',
  'sign_in_code.create': '发送验证码',
  'sign_in.create': '登录',
  'sign_out.create': '退出登录',
  'booking.correct_contact_name': '更正联系人姓名',
  'role.grant': '授予角色',
  'role.revoke': '收回角色',
  'staff.invite': '发工作登录开通码',
  'staff.accept': '使用开通码',
  'passkey.add': '添加通行密钥',
  'passkey.remove': '删除通行密钥',
  'password.set': '设置密码和动态码',
  'password.remove': '删除密码和动态码',
  'recovery_codes.make': '更换恢复码',
  'recovery_code.use': '使用恢复码',
  'credentials.lock': '多次出错，暂停登录',
  'credentials.reset': '重设工作登录',
  'account.erase': '注销账户',
  'account.change_number': '换号码',
  'account.set_aside': '搁置原来的账户',
  'number_claim.create': '申请找回账户',
  'number_claim.object': '反对转走账户',
  'number_claim.grant': '同意找回账户',
  'number_claim.refuse': '不同意找回账户',
  'message.resend': '重发消息',
  'mail_address.create': '登记邮箱',
  'mail_address.confirm': '核对邮箱',
  'mail_address.remove': '删除邮箱',
  'push_subscription.create': '登记浏览器',
  'push_subscription.remove': '删除浏览器',
  'message_choice.change': '改消息设置',
  'inquiry.create': '留言',
  'inquiry.answer': '答复留言或找错',
  'notice.write': '写公告',
  'notice.revise': '改公告',
  'notice.check': '审核公告',
  'notice.return': '退回公告',
  'notice.release': '发布公告',
  'notice.withdraw': '撤回公告',
  'banner.write': '写紧急通知',
  'banner.release': '发布紧急通知',
  'banner.extend': '延长紧急通知',
  'banner.end': '结束紧急通知',
  'banner.review': '复核紧急通知',
  'text_withdrawal.propose': '提出撤下或恢复内容',
  'text_withdrawal.confirm': '确认撤下或恢复内容',
  'text_withdrawal.decline': '不同意撤下或恢复内容',
  // Until cards could be withdrawn too.
  'guide_withdrawal.propose': '提出撤下或恢复指南',
  'guide_withdrawal.confirm': '确认撤下或恢复指南',
  'guide_withdrawal.decline': '不同意撤下或恢复指南',
  'file.upload': '传文件',
  'file.block': '拦下带病毒的文件',
  'booking.disclose': '查看预约人的姓名和手机号',
  'list.export': '导出名单',
  'import.create': '上传要导入的表格',
  'import.apply': '导入表格',
  'naming.remove': '删去录错的命名',
  'organisation.claim': '登记单位',
  'organisation.add_proof': '交单位证明材料',
  'organisation.add_member': '添加单位成员',
  'organisation.end_membership': '移出单位成员',
  'organisation.hand_over': '移交单位',
  'volunteer.register': '登记做志愿者',
  'volunteer.revise': '改志愿者登记',
  'volunteer.leave': '退出志愿者登记',
  'volunteer.confirm': '确认志愿者',
  'volunteer.refuse': '不确认志愿者',
  'volunteer.record_training': '登记志愿者的培训',
  'volunteer.withdraw_training': '撤销志愿者的培训',
  'grid_cell.add': '加网格',
  'hours_certificate.issue': '出志愿服务证明',
  'guide_need.open': '登记要几位讲解员',
  'guide_need.end': '撤掉讲解员的需要',
  'guide_duty.take': '接下讲解',
  'guide_duty.assign': '排讲解员',
  'guide_duty.drop': '退出讲解',
  'guide_duty.dismiss': '取消讲解员的排班',
  'guide_duty.release': '停开后放走讲解员',
  'guide_duty.check_in': '给讲解员签到',
  'guide_duty.undo_check_in': '撤回讲解员的签到',
  'duty_rule.set': '改演练要求',
  'school_pause.set': '改停课月份',
  'drill_plan.add_item': '加一项演练计划',
  'drill_plan.revise_item': '改一项演练计划',
  'drill_plan.drop_item': '取消一项演练计划',
  'drill_plan.publish': '公布演练计划',
  'drill_record.create': '记一次演练',
  'drill_record.correct': '改演练记录',
  'drill_record.add': '补充演练记录',
  'call_out.make': '做集结名单，看姓名和手机号',
  'call_out.ask': '发消息召集志愿者',
  'call_out.answer': '回答召集',
  'drill.open': '开始准备一次演练',
  'drill.revise': '改演练的时间、地点或内容',
  'drill.cancel': '取消演练',
  'drill.write_script': '改演练方案',
  'drill.write_role': '改演练的角色',
  'drill.remove_role': '删演练的角色',
  'drill.assign': '指派人参加演练',
  'drill.release': '把人移出演练',
  'drill.issue_card': '发角色卡',
  'drill.withdraw_card': '作废角色卡',
  'drill.take_card': '凭角色卡参加演练',
  'drill.announce': '公告一次演练',
  'drill.start': '启动演练',
  'drill.end': '结束演练',
  'drill_entries.record': '记下演练中的事',
  'drill.add_photo': '交演练照片',
  'drill.archive': '导出演练档案',
  'drill.link_record': '把演练和记录连起来',
  'self_evaluation.give': '填参演自评',
  'self_evaluation.withdraw': '撤回参演自评',
  'drill_sheet.save': '存演练评估表',
  'drill_sheet.hand_in': '交演练评估表',
  'drill_sheet.reopen': '退回演练评估表',
  'drill_grade.set': '改演练等级的分数线',
  'drill_finding.write': '写演练发现的问题',
  'drill_finding.remove': '拿掉演练发现的问题',
  'drill_report.write': '写演练总结报告',
  'drill_report.release': '发布演练总结报告',
  'improvement.open': '立一项演练整改',
  'improvement.finish': '报演练整改完成',
  'improvement.verify': '核验演练整改',
  'improvement.reject': '退回演练整改',
  'improvement.postpone': '演练整改延期',
  'improvement.drop': '取消演练整改',
  'community_profile.save': '改社区基本情况',
  'community_profile.add_map': '交社区的风险地图',
  'application.begin': '开始一份申报',
  'application.save': '填写申报',
  'application.add_evidence': '给申报添加材料',
  'application.remove_evidence': '从申报里拿掉材料',
  'application.add_stamp': '交盖章的申报表',
  'application.submission': '提交申报',
  'application.correction': '交回补正的申报',
  'application.withdrawal': '撤回申报',
  'application.approval': '通过申报的一步',
  'application.refusal': '不通过申报',
  'application.return': '退回申报补正',
  'application.suspension': '中止办理申报',
  'application.resumption': '恢复办理申报',
  'application.notice': '公示申报',
  'application.naming': '登记命名',
  'application.recheck': '登记复核合格',
  'application.rectification': '要求限期整改',
  'application.revocation': '撤销命名',
  'application.visit': '登记现场核查',
  'application.draw': '登记抽查结果',
  'sampling_draw.name': '公布抽查用的号码',
  'sampling_draw.freeze': '冻结抽查名单',
  'sampling_draw.number': '填抽查的公开号码',
  'sampling_draw.drop': '作废一次抽查',
  'site_visit.plan': '安排现场核查',
  'site_visit.record': '记下现场核查看到的',
  'site_visit.photo': '交现场核查的照片',
  'application.opinion': '登记部门意见',
  'application.recusal': '申请回避',
  'application.mark': '保存申报的打分',
  'application.assign': '分办申报',
  'application.batch': '批量办理申报',
  'application.archive': '下载申报的全部材料',
  'review_delegation.create': '委托别人办理申报',
  'review_delegation.end': '结束委托',
  'office_succession.create': '登记职能承接',
  'application_round.create': '定年度申报时间',
  'organisation.set_traits': '改单位的情形',
};

export function actionName(action: string): string {
  return actionNames[action] ?? '其他办理';
}
