import { and, asc, desc, eq, gt, isNotNull, lt, lte, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { fromHex, toBase64Url, toHex } from '../../lib/ids.ts';
import { equalBytes } from '../../lib/keyring.ts';
import { publicJwk, signatureHolds, type PublicJwk } from '../../lib/signing.ts';
import { queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { formatDayTime, type CalendarDate } from '../../lib/time.ts';
import {
  endOfDay,
  entryDigest,
  isUnsealedTooLong,
  linkHash,
  rootText,
  startOfChain,
  verifyChain,
  type ChainHead,
  type ChainPage,
  type ChainProgress,
  type RootClaim,
} from './policy.ts';
import type { RootFile } from './schema.ts';
import {
  auditEntries,
  auditRoots,
  auditSeals,
  type AuditEntry,
  type AuditRoot,
  type AuditSeal,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** A month on one page. */
export const ROOTS_PAGE_MAX = 31;

/** About 200 KB of JSON, and a day of a busy site in a few parts. */
export const SEALS_PAGE_MAX = 1_000;

/** Rows of each kind in memory at once, however long the chain is. */
const WALK_PAGE_MAX = 2_000;

const lastSealed = sql<number>`coalesce((select max(${auditSeals.sequence}) from ${auditSeals}), 0)`;
const lastRooted = sql<number>`coalesce((select max(${auditRoots.lastSequence}) from ${auditRoots}), 0)`;

function unsealed({ db }: Reads, limit: number) {
  return db
    .select()
    .from(auditEntries)
    .where(gt(auditEntries.sequence, lastSealed))
    .orderBy(asc(auditEntries.sequence))
    .limit(limit);
}

function lastSeal({ db }: Reads) {
  return db.select().from(auditSeals).orderBy(desc(auditSeals.sequence)).limit(1);
}

function newestRoots({ db }: Reads, limit: number, before?: CalendarDate) {
  return db
    .select()
    .from(auditRoots)
    .where(before === undefined ? undefined : lt(auditRoots.date, before))
    .orderBy(desc(auditRoots.date))
    .limit(limit);
}

/** The end of the chain and the first entries after it, read at one moment. */
export async function readUnsealed(
  ctx: Reads,
  limit: number,
): Promise<{ last: AuditSeal | undefined; waiting: AuditEntry[] }> {
  const [[last], waiting] = await ctx.db.batch([lastSeal(ctx), unsealed(ctx, limit)]);
  return { last, waiting };
}

/** An alarm for auditors: the log has an entry that should have been sealed by now. */
export function lateEntriesQueue(ctx: Pick<CommandContext, 'db' | 'now'>): QueueQuestion {
  return queueQuestion([unsealed(ctx, 1)], ([[first]]) => {
    const isLate = first !== undefined && isUnsealedTooLong(first, ctx.now);
    return {
      queue: 'audit',
      title: '审计记录',
      href: '/audit',
      summary: isLate ? '封存停了' : '封存正常',
      count: isLate ? 1 : 0,
      overdue: isLate ? 1 : 0,
      next: isLate
        ? [
            {
              text: `第${first.sequence}条记录还没有封存。请告诉维护的人`,
              href: '/audit',
              due: { text: `${formatDayTime(first.at)}起`, late: true },
            },
          ]
        : [],
    };
  });
}

/** The first entry waiting for its seal, when it has waited too long. */
export async function findLateEntry(
  ctx: Pick<CommandContext, 'db' | 'now'>,
): Promise<AuditEntry | undefined> {
  const [first] = await unsealed(ctx, 1);
  return first && isUnsealedTooLong(first, ctx.now) ? first : undefined;
}

/** The last root, and the first entry that no root covers. */
export async function readRooted({
  db,
}: Reads): Promise<{ lastRoot: AuditRoot | undefined; first: AuditEntry | undefined }> {
  const [[lastRoot], [first]] = await db.batch([
    newestRoots({ db }, 1),
    db
      .select()
      .from(auditEntries)
      .where(gt(auditEntries.sequence, lastRooted))
      .orderBy(asc(auditEntries.sequence))
      .limit(1),
  ]);
  return { lastRoot, first };
}

/**
 * What a day's root would say: all that follows the last root, up to the first entry of a later day. Undefined
 * while some of it is not sealed.
 */
export async function readDay({ db }: Reads, date: CalendarDate): Promise<RootClaim | undefined> {
  const later = sql`select e.sequence from audit_entries as e
    where e.sequence > ${lastRooted} and e.at >= ${endOfDay(date).getTime()} order by e.sequence limit 1`;
  const ofDay = (sequence: typeof auditEntries.sequence | typeof auditSeals.sequence) =>
    and(
      gt(sequence, lastRooted),
      lt(sequence, sql`coalesce((${later}), ${Number.MAX_SAFE_INTEGER})`),
    );
  const [[last], [sealed]] = await db.batch([
    db
      .select({ sequence: auditEntries.sequence, hash: auditSeals.hash })
      .from(auditEntries)
      .leftJoin(auditSeals, eq(auditSeals.sequence, auditEntries.sequence))
      .where(ofDay(auditEntries.sequence))
      .orderBy(desc(auditEntries.sequence))
      .limit(1),
    db
      .select({
        first: sql<number | null>`min(${auditSeals.sequence})`,
        count: sql<number>`count(*)`,
      })
      .from(auditSeals)
      .where(ofDay(auditSeals.sequence)),
  ]);
  if (!last?.hash || !sealed?.first) return undefined;
  const { first: firstSequence, count: entries } = sealed;
  return { date, firstSequence, lastSequence: last.sequence, entries, hash: last.hash };
}

export interface AuditState {
  roots: AuditRoot[];
  /** There are older ones than these. */
  hasMore: boolean;
  lastSeal: AuditSeal | undefined;
  /** The first entry that has waited for its seal too long: the alarm. */
  late: AuditEntry | undefined;
}

/** What the public page shows. One request. */
export async function readAuditState(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  before?: CalendarDate,
): Promise<AuditState> {
  const [roots, [last], [first]] = await ctx.db.batch([
    newestRoots(ctx, ROOTS_PAGE_MAX + 1, before),
    lastSeal(ctx),
    unsealed(ctx, 1),
  ]);
  return {
    roots: roots.slice(0, ROOTS_PAGE_MAX),
    hasMore: roots.length > ROOTS_PAGE_MAX,
    lastSeal: last,
    late: first && isUnsealedTooLong(first, ctx.now) ? first : undefined,
  };
}

export function listRoots(ctx: Reads, before?: CalendarDate): Promise<AuditRoot[]> {
  return newestRoots(ctx, ROOTS_PAGE_MAX, before);
}

export async function findRoot({ db }: Reads, date: string): Promise<AuditRoot | undefined> {
  const [root] = await db.select().from(auditRoots).where(eq(auditRoots.date, date));
  return root;
}

/** The chain after a sequence, for whoever recomputes it. */
export function listSeals({ db }: Reads, after = 0): Promise<AuditSeal[]> {
  return db
    .select()
    .from(auditSeals)
    .where(gt(auditSeals.sequence, after))
    .orderBy(asc(auditSeals.sequence))
    .limit(SEALS_PAGE_MAX);
}

/** All keys that have signed a root, the latest first, after the one that signs now. */
export async function listPublicKeys(
  { db }: Reads,
  current: Uint8Array<ArrayBuffer> | undefined,
): Promise<PublicJwk[]> {
  const used = await db
    .select({ publicKey: auditRoots.publicKey })
    .from(auditRoots)
    .where(isNotNull(auditRoots.publicKey))
    .groupBy(auditRoots.publicKey)
    .orderBy(desc(sql`max(${auditRoots.date})`));
  const keys = [current, ...used.map(({ publicKey }) => publicKey)];
  const distinct = new Map(keys.flatMap((key) => (key ? [[toHex(key), key] as const] : [])));
  return Promise.all([...distinct.values()].map((key) => publicJwk(key)));
}

/** A root as it leaves the site. */
export async function rootToFile(root: AuditRoot): Promise<RootFile> {
  const { date, firstSequence, lastSequence, entries, publicKey, signature } = root;
  const signed =
    publicKey && signature
      ? {
          algorithm: 'Ed25519' as const,
          key: await publicJwk(publicKey),
          value: toBase64Url(signature),
        }
      : null;
  return {
    ...{ date, firstSequence, lastSequence, entries },
    root: toHex(root.hash),
    publishedAt: root.publishedAt.toISOString(),
    statement: rootText(root),
    signature: signed,
  };
}

/** What a kept file claims; the signature is not looked at here, it is for whoever got the file from others. */
export function claimOfFile({ root, ...file }: RootFile): RootClaim {
  const { date, firstSequence, lastSequence, entries } = file;
  return { date, firstSequence, lastSequence, entries, hash: fromHex(root) };
}

export interface Receipt {
  id: string;
  action: string;
  at: Date;
  sequence: number;
  digest: Uint8Array<ArrayBuffer>;
  seal: AuditSeal | undefined;
  /** The root of the day it belongs to, and how many more hashes lead from its seal there. */
  root: { claim: AuditRoot; hashes: number } | undefined;
  /** Its fields give its digest, and its digest gives its seal. */
  holds: boolean;
}

/** What anybody may know of an entry whose id they hold: no actor, no subject, no details. */
export async function findReceipt({ db }: Reads, id: string): Promise<Receipt | undefined> {
  const rootOf = sql`(select min(r.last_sequence) from audit_roots as r
    where r.last_sequence >= ${auditEntries.sequence})`;
  const [found] = await db
    .select({
      entry: auditEntries,
      seal: auditSeals,
      claim: auditRoots,
      hashes: sql<number>`(select count(*) from audit_seals as s
        where s.sequence > ${auditEntries.sequence} and s.sequence <= ${auditRoots.lastSequence})`,
    })
    .from(auditEntries)
    .leftJoin(auditSeals, eq(auditSeals.sequence, auditEntries.sequence))
    .leftJoin(auditRoots, eq(auditRoots.lastSequence, rootOf))
    .where(eq(auditEntries.id, id));
  if (!found) return undefined;
  const { entry, seal, claim, hashes } = found;
  return {
    ...{ id, action: entry.action, at: entry.at, sequence: entry.sequence, digest: entry.digest },
    seal: seal ?? undefined,
    root: seal && claim ? { claim, hashes } : undefined,
    holds: receiptHolds(entry, seal),
  };
}

function receiptHolds(entry: AuditEntry, seal: AuditSeal | null): boolean {
  if (!equalBytes(entryDigest(entry), entry.digest)) return false;
  if (!seal) return true;
  const hash = linkHash(seal.previousHash, seal.sequence, entry.digest);
  return equalBytes(seal.digest, entry.digest) && equalBytes(seal.hash, hash);
}

/**
 * Walks the whole chain, page by page, up to what stood when the walk began.
 * @param kept roots kept outside the site: without them a chain rewritten from end to end looks whole.
 * @returns the walk's end; `broken` names the first thing that is wrong.
 */
export async function verifyStoredChain(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  kept: readonly RootClaim[] = [],
  pageMax = WALK_PAGE_MAX,
): Promise<ChainProgress> {
  let walk = startOfChain(await readHead(ctx, kept));
  // Before any number: rows that were slipped in need not begin with 1.
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await readPage(ctx, after, walk.head.sealedUpTo, pageMax);
    walk = verifyChain(walk, page, ctx.now);
    if (walk.broken || page.isLast) return walk;
    after = page.upTo;
  }
}

/** The roots are read whole: ten years are 3,653 short rows. */
async function readHead(ctx: Reads, kept: readonly RootClaim[]): Promise<ChainHead> {
  const [[last], rows] = await ctx.db.batch([
    lastSeal(ctx),
    ctx.db.select().from(auditRoots).orderBy(asc(auditRoots.date)),
  ]);
  const roots = await Promise.all(
    rows.map(async (root) => {
      const { publicKey, signature } = root;
      if (!publicKey || !signature) return root;
      return {
        ...root,
        signatureHolds: await signatureHolds(publicKey, rootText(root), signature),
      };
    }),
  );
  return { sealedUpTo: last?.sequence ?? 0, roots, kept };
}

/** Entries and seals after a sequence, both complete up to `upTo`. */
async function readPage(
  { db }: Reads,
  after: number,
  sealedUpTo: number,
  limit: number,
): Promise<ChainPage & { upTo: number }> {
  const [entries, seals] = await db.batch([
    db
      .select()
      .from(auditEntries)
      .where(gt(auditEntries.sequence, after))
      .orderBy(asc(auditEntries.sequence))
      .limit(limit),
    db
      .select()
      .from(auditSeals)
      .where(and(gt(auditSeals.sequence, after), lte(auditSeals.sequence, sealedUpTo)))
      .orderBy(asc(auditSeals.sequence))
      .limit(limit),
  ]);
  const ends = [entries, seals].map((rows) =>
    rows.length < limit ? Number.POSITIVE_INFINITY : (rows.at(-1)?.sequence ?? 0),
  );
  const upTo = Math.min(...ends);
  const within = ({ sequence }: { sequence: number }) => sequence <= upTo;
  return {
    entries: entries.filter(within),
    seals: seals.filter(within),
    isLast: upTo === Number.POSITIVE_INFINITY,
    upTo,
  };
}

/** What the audit log has of a person’s acts, the newest first. A query. */
export function ownActs({ db }: Reads, personId: string) {
  return db
    .select({
      at: auditEntries.at,
      action: auditEntries.action,
      subjectKind: auditEntries.subjectKind,
      subjectId: auditEntries.subjectId,
    })
    .from(auditEntries)
    .where(eq(auditEntries.actorId, personId))
    .orderBy(desc(auditEntries.sequence));
}
