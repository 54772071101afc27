import { createHash } from 'node:crypto';
import { and, asc, desc, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { ByteStream } from '../../lib/bytes.ts';
import type { CommandContext } from '../../lib/context.ts';
import type { ByteRange } from '../../lib/download.ts';
import { toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import type { FileContext } from '../../lib/storage.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import type { Deed } from '../roles/policy.ts';
import { unfinishedBefore } from './policy.ts';
import {
  fileCompletions,
  fileLinks,
  fileParts,
  filePurposes,
  files,
  type FilePart,
  type FileType,
  type StoredFile,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;
type KeyReads = Pick<CommandContext, 'db' | 'keys'>;

/** The kind of right that shows a thing to people who do not own the file; by subject kind, from each feature. */
export type SubjectDeeds = Readonly<
  Record<string, (ctx: Reads, subjectId: string) => Promise<Deed | undefined>>
>;

/** All objects of a file begin so. Keys are made of ids, numbers and hashes: no name ever leads anywhere. */
export function filePrefix(fileId: string): string {
  return `files/${fileId}/`;
}

export function partKey({ fileId, number, sha256: hash }: Omit<FilePart, 'size'>): string {
  return `${filePrefix(fileId)}${number}-${toHex(hash)}`;
}

export function nameField(fileId: string): string {
  return `files.name:${fileId}`;
}

/** What the owner calls it; empty once the file or its owner is gone. */
export async function fileName(
  ctx: Pick<CommandContext, 'keys'>,
  { id, nameCipher }: Pick<StoredFile, 'id' | 'nameCipher'>,
  owner: Person,
): Promise<string> {
  if (nameCipher.length === 0 || owner.dataKeyCipher.length === 0) return '';
  const key = await openPersonKey(ctx, owner);
  return key.decrypt(nameField(id), nameCipher);
}

export interface Upload {
  file: StoredFile;
  parts: FilePart[];
}

/** Somebody's own upload with the parts that are there. One request. */
export async function findUpload(
  { db }: Reads,
  ownerId: string,
  fileId: string,
): Promise<Upload | undefined> {
  const own = and(eq(files.id, fileId), eq(files.ownerId, ownerId), ne(files.state, 'removed'));
  const [[file], parts] = await db.batch([
    db.select().from(files).where(own),
    db.select().from(fileParts).where(eq(fileParts.fileId, fileId)).orderBy(asc(fileParts.number)),
  ]);
  return file && { file, parts };
}

/** SHA-256 over the hashes of a file's parts, in hexadecimal: the same for the same contents. */
export async function contentDigest({ db }: Reads, fileId: string): Promise<string> {
  const parts = await db
    .select({ sha256: fileParts.sha256 })
    .from(fileParts)
    .where(eq(fileParts.fileId, fileId))
    .orderBy(asc(fileParts.number));
  return toHex(await sha256(parts.map((part) => toHex(part.sha256)).join('\n')));
}

/** SHA-256 of a file's bytes, in hexadecimal, as everybody computes it. A file of one part need not be read for it. */
export async function bytesDigest(ctx: FileContext, fileId: string): Promise<string> {
  const parts = await partsOf(ctx, fileId);
  if (parts.length === 1) return toHex(parts[0]!.sha256);
  const hash = createHash('sha256');
  for await (const piece of readBytes(ctx, parts)) hash.update(piece);
  return hash.digest('hex');
}

export interface AttachedFile {
  id: string;
  name: string;
  type: FileType;
  size: number;
  state: StoredFile['state'];
  linkedAt: Date;
}

/** The files of a thing, the first one first. Whoever asks has been found to be allowed to see the thing. */
export async function listSubjectFiles(
  ctx: KeyReads,
  subjectKind: string,
  subjectId: string,
): Promise<AttachedFile[]> {
  const rows = await ctx.db
    .select({
      file: files,
      type: fileCompletions.type,
      linkedAt: fileLinks.linkedAt,
      owner: people,
    })
    .from(fileLinks)
    .innerJoin(files, eq(files.id, fileLinks.fileId))
    .innerJoin(fileCompletions, eq(fileCompletions.fileId, files.id))
    .innerJoin(people, eq(people.id, files.ownerId))
    .where(and(eq(fileLinks.subjectKind, subjectKind), eq(fileLinks.subjectId, subjectId)))
    .orderBy(asc(fileLinks.linkedAt), asc(files.id));
  return Promise.all(
    rows.map(async ({ file: { id, size, state, nameCipher }, owner, type, linkedAt }) => ({
      ...{ id, size, state, type, linkedAt },
      name: await fileName(ctx, { id, nameCipher }, owner),
    })),
  );
}

export interface FoundFile {
  file: StoredFile;
  type: FileType;
  name: string;
  parts: FilePart[];
  /** What shows the thing it belongs to. */
  deed: Deed | undefined;
}

/** A complete file with all that decides who may have it, and its manifest. Two requests at most. */
export async function findFile(
  ctx: KeyReads,
  fileId: string,
  deeds: SubjectDeeds,
): Promise<FoundFile | undefined> {
  const { db } = ctx;
  const [[found], parts] = await db.batch([
    db
      .select({ file: files, type: fileCompletions.type, link: fileLinks, owner: people })
      .from(files)
      .innerJoin(fileCompletions, eq(fileCompletions.fileId, files.id))
      .innerJoin(people, eq(people.id, files.ownerId))
      .leftJoin(fileLinks, eq(fileLinks.fileId, files.id))
      .where(eq(files.id, fileId)),
    db.select().from(fileParts).where(eq(fileParts.fileId, fileId)).orderBy(asc(fileParts.number)),
  ]);
  if (!found) return undefined;
  const { file, type, link, owner } = found;
  const deed = link ? await deeds[link.subjectKind]?.(ctx, link.subjectId) : undefined;
  return { file, type, name: await fileName(ctx, file, owner), parts, deed };
}

/** The bytes of a file, part after part. @throws Error when the store has lost one. */
export async function* readBytes(
  { storage }: Pick<FileContext, 'storage'>,
  parts: readonly FilePart[],
  range: ByteRange = { offset: 0, length: Number.MAX_SAFE_INTEGER },
): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const part of parts) {
    const offset = Math.max(0, range.offset - start);
    const end = Math.min(part.size, range.offset + range.length - start);
    start += part.size;
    if (offset >= end) continue;
    const isWhole = offset === 0 && end === part.size;
    const wanted = isWhole ? undefined : { offset, length: end - offset };
    const bytes: ByteStream | undefined = await storage.get(partKey(part), wanted);
    if (!bytes) throw new Error('A part of a file is not in the store.');
    yield* bytes;
  }
}

/** Files that wait for a verdict, those that were tried in vain last. */
export async function filesToScan({ db }: Reads, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: files.id })
    .from(files)
    .where(eq(files.state, 'quarantined'))
    .orderBy(asc(files.scanTriedAt), asc(files.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

export async function partsOf({ db }: Reads, fileId: string): Promise<FilePart[]> {
  return db
    .select()
    .from(fileParts)
    .where(eq(fileParts.fileId, fileId))
    .orderBy(asc(fileParts.number));
}

/** Removed or infected files of which something may still lie in the store. */
export async function filesToDelete({ db }: Reads, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: files.id })
    .from(files)
    .where(and(inArray(files.state, ['removed', 'infected']), isNull(files.bytesDeletedAt)))
    .orderBy(asc(files.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Files whose time is over, with the reason: never finished or taken up, or kept as long as their purpose asks. */
export async function filesToRemove(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  limit: number,
): Promise<{ id: string; reason: 'abandoned' | 'expired' }[]> {
  const keptUntil = sql`${fileLinks.linkedAt} + ${filePurposes.keptDays} * 86400000`;
  const isUnfinished = and(
    isNull(fileLinks.fileId),
    sql`${files.startedAt} < ${unfinishedBefore(now).getTime()}`,
  );
  const rows = await db
    .select({ id: files.id, linkedAt: fileLinks.linkedAt })
    .from(files)
    .innerJoin(filePurposes, eq(filePurposes.name, files.purpose))
    .leftJoin(fileLinks, eq(fileLinks.fileId, files.id))
    .where(
      and(
        ne(files.state, 'removed'),
        sql`${files.startedAt} < ${unfinishedBefore(now).getTime()}`,
        or(isUnfinished, sql`${keptUntil} < ${now.getTime()}`),
      ),
    )
    .orderBy(asc(files.startedAt))
    .limit(limit);
  return rows.map(({ id, linkedAt }) => ({ id, reason: linkedAt ? 'expired' : 'abandoned' }));
}

/** Everything that somebody has sent and that is still there, the latest first. A query. */
export function ownFiles({ db }: Reads, ownerId: string) {
  return db
    .select({ file: files, type: fileCompletions.type })
    .from(files)
    .leftJoin(fileCompletions, eq(fileCompletions.fileId, files.id))
    .where(and(eq(files.ownerId, ownerId), ne(files.state, 'removed')))
    .orderBy(desc(files.startedAt));
}
