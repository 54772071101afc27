import { deleteRemovedBytes, scanFiles } from '../src/features/files/commands.ts';
import {
  fileAccess,
  FILE_TYPES,
  LINK_VALID_MINUTES,
  type FileAccess,
} from '../src/features/files/policy.ts';
import {
  findFile,
  readBytes,
  type FoundFile,
  type SubjectDeeds,
} from '../src/features/files/queries.ts';
import { applicationDeed } from '../src/features/application-drafts/queries.ts';
import { communityDeed } from '../src/features/community-profiles/queries.ts';
import { drillDeed } from '../src/features/drill-reports/queries.ts';
import { groupDeed } from '../src/features/groups/queries.ts';
import { improvementDeed } from '../src/features/improvements/queries.ts';
import { visitDeed } from '../src/features/site-visits/queries.ts';
import { organisationDeed } from '../src/features/organisations/queries.ts';
import type { Holder } from '../src/features/roles/policy.ts';
import type { CommandContext } from '../src/lib/context.ts';
import { contentDisposition, readRange } from '../src/lib/download.ts';
import { DomainError } from '../src/lib/errors.ts';
import { fromBase64Url, toBase64Url } from '../src/lib/ids.ts';
import { equalBytes } from '../src/lib/keyring.ts';
import { errorFields } from '../src/lib/log.ts';
import { streamOf } from '../src/lib/scanner.ts';
import { MINUTE_MS } from '../src/lib/time.ts';
import type { Scope } from './scope.ts';
import type { AppContext } from './types.ts';

/** Which right shows the thing that a file belongs to: one entry for each kind of thing that takes files. */
const subjectDeeds: SubjectDeeds = {
  organisation: organisationDeed,
  community: communityDeed,
  group_request: groupDeed,
  drill: drillDeed,
  improvement_item: improvementDeed,
  application: applicationDeed,
  site_visit: visitDeed,
};

export interface OpenedFile extends FoundFile {
  access: Exclude<FileAccess, 'none'>;
}

/** @throws DomainError `not_found`, for a file that is not there and for one that is not this person's to see alike. */
export async function openFile(scope: Scope, holder: Holder, fileId: string): Promise<OpenedFile> {
  const found = await findFile(await scope.context(), fileId, subjectDeeds);
  const isScanned = scope.scanner !== undefined;
  const access = found ? fileAccess(holder, { ...found, isScanned }) : 'none';
  if (found && access !== 'none') return { ...found, access };
  throw new DomainError('not_found', 'file_unknown', '没有找到这个文件。');
}

/**
 * What opens one file for one person for five minutes, on a host that knows no cookie:
 * `<file>.<person>.<expiry>.<signature>`, an HMAC over the first three.
 */
export async function signLink(
  { keys, now }: Pick<CommandContext, 'keys' | 'now'>,
  fileId: string,
  personId: string,
): Promise<string> {
  const expires = Math.floor((now.getTime() + LINK_VALID_MINUTES * MINUTE_MS) / 1000);
  const claim = `${fileId}.${personId}.${expires}`;
  return `${claim}.${toBase64Url(await keys.hash('file-link', claim))}`;
}

/** Whose link to which file this is; undefined for one that was made up, changed or has run out. */
export async function readLink(
  { keys, now }: Pick<CommandContext, 'keys' | 'now'>,
  link: string,
): Promise<{ fileId: string; personId: string } | undefined> {
  const [fileId = '', personId = '', expires = '', signature = '', ...more] = link.split('.');
  const given = fromBase64Url(signature);
  if (!given || more.length > 0) return undefined;
  const expected = await keys.hashes('file-link', `${fileId}.${personId}.${expires}`);
  const isOurs = expected.some((one) => equalBytes(one, given));
  return isOurs && Number(expires) * 1000 > now.getTime() ? { fileId, personId } : undefined;
}

/**
 * Nothing in a file may run or load anything. A picture is sandboxed besides; Chrome shows no PDF in a sandbox. The
 * frame that browsers draw around either has a style of its own.
 */
const policies = {
  attachment: "sandbox; default-src 'none'; frame-ancestors 'none'",
  picture: "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  pdf: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
} as const;

/** Streams a file, or the range of it that was asked for. */
export async function answerFile(
  c: AppContext,
  { file, type, name, parts }: OpenedFile,
  how: 'inline' | 'attachment',
): Promise<Response> {
  const { mime, inline, extension } = FILE_TYPES[type];
  const isShown = how === 'inline' && inline;
  // A validator we never gave out cannot match: then the whole is sent.
  const asked = c.req.header('if-range') === undefined ? c.req.header('range') : undefined;
  const range = readRange(asked, file.size);
  const headers = new Headers({
    'Content-Type': isShown ? mime : 'application/octet-stream',
    'Content-Disposition': contentDisposition(
      isShown ? 'inline' : 'attachment',
      withExtension(name, extension),
    ),
    'Content-Security-Policy':
      policies[!isShown ? 'attachment' : type === 'pdf' ? 'pdf' : 'picture'],
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-store',
    'Referrer-Policy': 'no-referrer',
  });
  if (range === null) {
    headers.set('Content-Range', `bytes */${file.size}`);
    return new Response(null, { status: 416, headers });
  }
  const length = range?.length ?? file.size;
  headers.set('Content-Length', String(length));
  if (range) {
    const last = range.offset + range.length - 1;
    headers.set('Content-Range', `bytes ${range.offset}-${last}/${file.size}`);
  }
  const status = range ? 206 : 200;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  const bytes = streamOf(readBytes(await c.var.scope.fileContext(), parts, range));
  return new Response(ofLength(bytes, length), { status, headers });
}

/** A name without its extension opens with nothing; one with another's would open with the wrong program. */
function withExtension(name: string, extension: string): string {
  const plain = name || '文件';
  const isRight = plain.toLowerCase().endsWith(`.${extension}`) || /\.jpeg$/i.test(plain);
  return isRight ? plain : `${plain}.${extension}`;
}

/** The edge tells the length of a stream only when the stream itself knows it. */
function ofLength(bytes: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  if (typeof FixedLengthStream === 'undefined') return bytes;
  const { readable, writable } = new FixedLengthStream(length);
  // Whoever stops listening ends it; there is nobody left to tell.
  bytes.pipeTo(writable).catch(() => {});
  return readable;
}

export async function scanWaitingFiles(scope: Scope): Promise<number> {
  const { scanner, storage } = scope;
  if (!scanner || !storage) return 0;
  return scanFiles(await scope.fileContext(), scanner, (error) => {
    scope.log('error', 'file_scan_failed', errorFields(error));
  });
}

export async function deleteRemovedFiles(scope: Scope): Promise<number> {
  return scope.storage ? deleteRemovedBytes(await scope.fileContext()) : 0;
}

/** Has a file that has just come in looked through without making its answer wait; the job does what this misses. */
export function scanSoon(c: AppContext): void {
  const { scope } = c.var;
  const scan = scanWaitingFiles(scope).catch((error: unknown) => {
    scope.log('warn', 'file_scan_failed', errorFields(error));
  });
  c.executionCtx.waitUntil(scan);
}
