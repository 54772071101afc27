import { and, eq } from 'drizzle-orm';
import { fileTypeFromBuffer } from 'file-type';
import { collect, limitBytes, piecesOf, type ByteStream } from '../../lib/bytes.ts';
import type { CommandContext } from '../../lib/context.ts';
import {
  commitOnce,
  print,
  writeAtomically,
  type Query,
  type Statement,
} from '../../lib/db/commit.ts';
import { constraintOf } from '../../lib/db/constraint.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, toHex } from '../../lib/ids.ts';
import { DamagedPicture, stripPicture, type PictureKind } from '../../lib/images.ts';
import { equalBytes, sha256 } from '../../lib/keyring.ts';
import type { Scanner } from '../../lib/scanner.ts';
import type { FileContext } from '../../lib/storage.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import {
  completionRefusals,
  FILE_TYPES,
  FORM_FILE_MAX,
  formatSize,
  PART_BYTES,
  partRefusals,
  partSize,
  PURPOSES,
  removalRefusals,
  scanRefusals,
  typeRefusalWords,
  uploadRefusals,
} from './policy.ts';
import {
  filePrefix,
  filesToDelete,
  filesToRemove,
  filesToScan,
  findUpload,
  nameField,
  partKey,
  partsOf,
  readBytes,
  type Upload,
} from './queries.ts';
import { fileReference, partInput, uploadInput } from './schema.ts';
import {
  fileCompletions,
  fileParts,
  fileRemovals,
  files,
  fileScans,
  type FilePart,
  type FilePurpose,
  type FileType,
} from './table.ts';

/** One run's share: a scanner takes seconds for a large file, and the job comes again within the minute. */
const SCANS_MAX = 5;
const REMOVALS_MAX = 100;
const DELETIONS_MAX = 20;

type Parts = Omit<FilePart, 'fileId'>[];

/**
 * Announces a file that will come in parts of 8 MiB.
 * @returns its id; the parts that are there are told by `findUpload`.
 * @throws DomainError `invalid` (fields), `too_many` (the day's share), `unavailable`.
 */
export async function startUpload(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ fileId: string }> {
  const upload = parseInput(uploadInput, input);
  const { sizeMax } = PURPOSES[upload.purpose];
  if (upload.size > sizeMax) throw tooLarge(sizeMax);
  const fileId = newId(ctx.now);
  const request = { scope: person.id, key: parseKey(key), command: 'startUpload', body: upload };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [await fileRow(ctx, person, { ...upload, id: fileId })],
    answer: { fileId },
    refusals: uploadRefusals,
  });
}

async function fileRow(
  { db, now, keys }: CommandContext,
  owner: Person,
  { id, purpose, name, size }: { id: string; purpose: FilePurpose; name: string; size: number },
): Promise<Statement> {
  const dataKey = await openPersonKey({ keys }, owner);
  const nameCipher = await dataKey.encrypt(nameField(id), name);
  const row = { id, purpose, ownerId: owner.id, nameCipher, size, startedAt: now };
  return print(db.insert(files).values(row));
}

/**
 * Keeps one part. The same part sent again changes nothing; other bytes under the same number are refused.
 * @param bytes of the part, already read: a part is small enough to be held.
 * @throws DomainError `invalid` (wrong size or hash), `not_found` (not yours), `conflict` (complete or given up,
 * other bytes are there), `unavailable`.
 */
export async function keepPart(
  ctx: FileContext,
  { id: ownerId }: Pick<Person, 'id'>,
  input: unknown,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ number: number }> {
  const { fileId, number, sha256: wanted } = parseInput(partInput, input);
  const { file, parts } = await requireUpload(ctx, ownerId, fileId);
  if (partSize(file.size, number) !== bytes.length) {
    throw new DomainError('invalid', 'part_wrong_size', '这一段的大小不对。请重新传这一段。');
  }
  const hash = await sha256(bytes);
  if (toHex(hash) !== wanted) {
    throw new DomainError('invalid', 'part_wrong_hash', '这一段在路上坏了。请重新传这一段。');
  }
  const kept = parts.find((part) => part.number === number);
  if (kept) return sameOrRefused(kept, hash);
  if (file.state !== 'uploading') throw notUploading();
  const part = { fileId, number, size: bytes.length, sha256: hash };
  await ctx.storage.put(partKey(part), bytes);
  try {
    await writeAtomically(ctx.db, [ctx.db.insert(fileParts).values(part)], partRefusals);
    return { number };
  } catch (error) {
    return afterLostRace(ctx, part, error);
  }
}

/** Another request has brought the same part, or other bytes for it, or the file's end, in the meantime. */
async function afterLostRace(
  ctx: FileContext,
  part: FilePart,
  error: unknown,
): Promise<{ number: number }> {
  if (domainErrorIn(error)?.code === 'unavailable') throw error;
  const now = (await partsOf(ctx, part.fileId)).find(({ number }) => number === part.number);
  if (now && equalBytes(now.sha256, part.sha256)) return { number: part.number };
  await ctx.storage.delete([partKey(part)]);
  if (constraintOf(error) === undefined || !now) throw error;
  return sameOrRefused(now, part.sha256);
}

function sameOrRefused(kept: FilePart, hash: Uint8Array): { number: number } {
  if (equalBytes(kept.sha256, hash)) return { number: kept.number };
  const message = '这个文件和之前传的不一样了。请从头再传一次。';
  throw new DomainError('conflict', 'part_differs', message);
}

/**
 * Ends an upload: every part is there, the type is found in the bytes and allowed, and pictures lose what is not
 * the picture. From then on the file waits for its scan.
 * @throws DomainError `invalid` (a type that is not taken, damaged: the file is given up), `not_found` (not yours),
 * `conflict` (parts are missing, complete or given up), `unavailable`.
 */
export async function completeUpload(
  ctx: FileContext,
  { id: ownerId }: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ fileId: string }> {
  const { fileId } = parseInput(fileReference, input);
  const parsedKey = parseKey(key);
  const upload = await requireUpload(ctx, ownerId, fileId);
  const prepared =
    upload.file.state === 'uploading'
      ? await prepareCompletion(ctx, upload)
      : // Only the same request sent again gets past the guard, to its first answer.
        { type: 'pdf' as const, statements: [], size: upload.file.size };
  const request = {
    scope: ownerId,
    key: parsedKey,
    command: 'completeUpload',
    body: { fileId },
  };
  const answer = await commitOnce(ctx.db, request, ctx.now, {
    statements: await completion(ctx, ownerId, fileId, prepared),
    answer: { fileId },
    refusals: completionRefusals,
  });
  await deleteStray(ctx, fileId);
  return answer;
}

interface Prepared {
  type: FileType;
  size: number;
  /** What changes in the manifest before the completion's guard looks at it. */
  statements: readonly (Query | Statement)[];
}

async function prepareCompletion(ctx: FileContext, { file, parts }: Upload): Promise<Prepared> {
  const there = parts.reduce((sum, { size }) => sum + size, 0);
  if (there !== file.size) {
    throw new DomainError('conflict', 'file_incomplete', '还有几段没有传到。请接着传。');
  }
  const type = await typeOf(await collect(readBytes(ctx, parts.slice(0, 1))), file.purpose).catch(
    (error: unknown) => giveUp(ctx, file.id, error),
  );
  if (!isPicture(type)) return { type, size: file.size, statements: [] };
  const stripped = await storeParts(ctx, file.id, stripPicture(type, readBytes(ctx, parts))).catch(
    (error: unknown) => giveUp(ctx, file.id, error),
  );
  return { type, ...newManifest(ctx, file.id, stripped) };
}

const isPicture = (type: FileType): type is PictureKind =>
  type === 'jpeg' || type === 'png' || type === 'webp';

/** @throws DomainError `invalid`, with what to do instead. */
async function typeOf(head: Uint8Array, purpose: FilePurpose): Promise<FileType> {
  const found = await fileTypeFromBuffer(head);
  const type = PURPOSES[purpose].types.find((one) => FILE_TYPES[one].mime === found?.mime);
  if (type) return type;
  throw fileProblem('file_type_refused', typeRefusalWords(purpose, found?.mime));
}

function fileProblem(reason: string, message: string): DomainError {
  return new DomainError('invalid', reason, message, { fields: [{ field: 'file', message }] });
}

function tooLarge(sizeMax: number): DomainError {
  return fileProblem('file_too_large', `这个文件太大了，每个不能超过${formatSize(sizeMax)}`);
}

/** Puts bytes into the store part by part, none held longer than its turn. */
async function storeParts(ctx: FileContext, fileId: string, bytes: ByteStream): Promise<Parts> {
  const parts: Parts = [];
  for await (const piece of piecesOf(bytes, PART_BYTES)) {
    const part = { number: parts.length, size: piece.length, sha256: await sha256(piece) };
    await ctx.storage.put(partKey({ fileId, ...part }), piece);
    parts.push(part);
  }
  return parts;
}

function newManifest({ db }: CommandContext, fileId: string, parts: Parts) {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const isOpen = and(eq(files.id, fileId), eq(files.state, 'uploading'));
  return {
    size,
    // The completion's guard, which follows, refuses all of it when the file is not uploading any more.
    statements: [
      db.delete(fileParts).where(eq(fileParts.fileId, fileId)),
      db.update(files).set({ size }).where(isOpen),
      db.insert(fileParts).values(parts.map((part) => ({ fileId, ...part }))),
    ],
  };
}

async function completion(
  ctx: CommandContext,
  ownerId: string,
  fileId: string,
  { type, size, statements }: Prepared,
): Promise<(Query | Statement)[]> {
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: ownerId },
    action: 'file.upload',
    subjectKind: 'file',
    subjectId: fileId,
    details: { type, size },
  });
  const row = ctx.db.insert(fileCompletions).values({ fileId, type, completedAt: ctx.now });
  return [...statements, row, entry];
}

/** What cannot be used is not kept: the file is removed, and whoever sent it is told why. */
async function giveUp(ctx: CommandContext, fileId: string, error: unknown): Promise<never> {
  const known =
    error instanceof DamagedPicture
      ? fileProblem('file_damaged', '这张图片打不开，可能没有存完整。请重新存一份，或截一次屏再传')
      : error;
  if (known instanceof DomainError && known.code === 'invalid') {
    const row = { fileId, reason: 'refused', removedAt: ctx.now } as const;
    await writeAtomically(ctx.db, [ctx.db.insert(fileRemovals).values(row)], removalRefusals);
  }
  throw known;
}

/** Objects that the manifest does not name: the originals of pictures above all. The job is the second try. */
async function deleteStray(ctx: FileContext, fileId: string): Promise<void> {
  const named = new Set((await partsOf(ctx, fileId)).map((part) => partKey(part)));
  const stray = (await ctx.storage.list(filePrefix(fileId))).filter((key) => !named.has(key));
  if (stray.length > 0) await ctx.storage.delete(stray);
}

/**
 * Takes a whole file as it comes in with a form, cut into parts on the way. Pictures are never stored as they came.
 * @throws DomainError `invalid` (fields: too large, a type that is not taken, damaged), `too_many`, `unavailable`.
 */
export async function receiveFile(
  ctx: FileContext,
  person: Person,
  sent: { purpose: FilePurpose; name: string; bytes: ByteStream },
): Promise<{ fileId: string }> {
  const sizeMax = Math.min(FORM_FILE_MAX, PURPOSES[sent.purpose].sizeMax);
  const { purpose, name } = parseInput(uploadInput, { ...sent, size: sizeMax });
  const id = newId(ctx.now);
  // The day's share is asked before a byte is stored; its real size is known at the end.
  const row = await fileRow(ctx, person, { id, purpose, name, size: sizeMax });
  await writeAtomically(ctx.db, [row], uploadRefusals);
  const { type, parts } = await storeTyped(ctx, id, { ...sent, sizeMax }).catch((error: unknown) =>
    giveUp(ctx, id, error),
  );
  const statements = await completion(ctx, person.id, id, {
    type,
    ...newManifest(ctx, id, parts),
  });
  await writeAtomically(ctx.db, statements, completionRefusals);
  return { fileId: id };
}

async function storeTyped(
  ctx: FileContext,
  fileId: string,
  { purpose, bytes, sizeMax }: { purpose: FilePurpose; bytes: ByteStream; sizeMax: number },
): Promise<{ type: FileType; parts: Parts }> {
  const pieces = piecesOf(
    limitBytes(bytes, sizeMax, () => tooLarge(sizeMax)),
    PART_BYTES,
  );
  const first = await pieces.next();
  if (first.done) throw fileProblem('file_empty', '这个文件是空的，请换一个');
  const type = await typeOf(first.value, purpose);
  const whole = (async function* () {
    yield first.value;
    yield* pieces;
  })();
  const kept = isPicture(type) ? stripPicture(type, whole) : whole;
  return { type, parts: await storeParts(ctx, fileId, kept) };
}

async function requireUpload(
  ctx: CommandContext,
  ownerId: string,
  fileId: string,
): Promise<Upload> {
  const upload = await findUpload(ctx, ownerId, fileId);
  if (upload) return upload;
  throw new DomainError('not_found', 'file_unknown', '没有找到这个文件。');
}

function notUploading(): DomainError {
  const message = '这个文件已经传完，或者已经放弃了。';
  return new DomainError('conflict', 'file_not_uploading', message);
}

/**
 * Has waiting files looked through. An infected one is blocked and its owner told; one that could not be looked
 * through waits for the next run. @returns how many got their verdict.
 * @param onFailure told of each that did not.
 */
export async function scanFiles(
  ctx: FileContext,
  scanner: Scanner,
  onFailure: (error: unknown) => void = () => {},
): Promise<number> {
  let done = 0;
  for (const fileId of await filesToScan(ctx, SCANS_MAX)) {
    try {
      await scanFile(ctx, scanner, fileId);
      done += 1;
    } catch (error) {
      if (domainErrorIn(error)?.reason === 'file_not_waiting') continue;
      onFailure(error);
      const waiting = and(eq(files.id, fileId), eq(files.state, 'quarantined'));
      await ctx.db.update(files).set({ scanTriedAt: ctx.now }).where(waiting);
    }
  }
  return done;
}

async function scanFile(ctx: FileContext, scanner: Scanner, fileId: string): Promise<void> {
  const verdict = await scanner.scan(readBytes(ctx, await partsOf(ctx, fileId)));
  const row = { fileId, verdict, scanner: scanner.name, scannedAt: ctx.now };
  const statements: (Query | Statement)[] = [ctx.db.insert(fileScans).values(row)];
  if (verdict === 'infected') {
    statements.push(
      await auditEntry(ctx, {
        actor: { kind: 'job', id: 'scan-files' },
        action: 'file.block',
        subjectKind: 'file',
        subjectId: fileId,
        details: { scanner: scanner.name },
      }),
      await queueMessage(ctx, {
        template: 'file_infected',
        idempotencyKey: `file-infected:${fileId}`,
        values: { fileId },
      }),
    );
  }
  await writeAtomically(ctx.db, statements, scanRefusals);
}

/** Removes files whose time is over. @returns how many. */
export async function expireFiles(ctx: CommandContext): Promise<number> {
  const due = await filesToRemove(ctx, REMOVALS_MAX);
  if (due.length === 0) return 0;
  const rows = due.map(({ id, reason }) => ({ fileId: id, reason, removedAt: ctx.now }));
  await writeAtomically(ctx.db, [ctx.db.insert(fileRemovals).values(rows)], removalRefusals);
  return due.length;
}

/** Deletes from the store what is left of removed and infected files. @returns how many files. */
export async function deleteRemovedBytes(ctx: FileContext): Promise<number> {
  const due = await filesToDelete(ctx, DELETIONS_MAX);
  for (const fileId of due) {
    const keys = await ctx.storage.list(filePrefix(fileId));
    if (keys.length > 0) await ctx.storage.delete(keys);
    await ctx.db.update(files).set({ bytesDeletedAt: ctx.now }).where(eq(files.id, fileId));
  }
  return due.length;
}
