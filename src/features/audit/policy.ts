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
  'hall_sessions.open': '开放场次',
  'sign_in_code.create': '发送验证码',
  'sign_in.create': '登录',
  'sign_out.create': '退出登录',
  'booking.correct_contact_name': '更正联系人姓名',
  'role.grant': '授予角色',
  'role.revoke': '收回角色',
  'account.erase': '注销账户',
  'inquiry.create': '留言',
  'inquiry.answer': '答复留言',
  'organisation.claim': '登记单位',
  'organisation.add_member': '添加单位成员',
  'organisation.end_membership': '移出单位成员',
  'organisation.hand_over': '移交单位',
};

export function actionName(action: string): string {
  return actionNames[action] ?? '其他办理';
}
