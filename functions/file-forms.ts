import { receiveFile } from '../src/features/files/commands.ts';
import { FORM_FILE_MAX, formatSize } from '../src/features/files/policy.ts';
import type { FilePurpose } from '../src/features/files/table.ts';
import type { ByteStream } from '../src/lib/bytes.ts';
import { DomainError } from '../src/lib/errors.ts';
import {
  fieldText,
  formBoundary,
  readParts,
  UnreadableForm,
  type FormPart,
} from '../src/lib/multipart.ts';
import { HTTPException } from 'hono/http-exception';
import { readForm } from './forms.ts';
import type { AppContext } from './types.ts';

/** The fields beside a file are few and short. */
const FIELDS_MAX_BYTES = 64 * 1024;

/**
 * Whoever sends too much is told so only once their browser has sent it all: it shows no answer before. Beyond this
 * the connection is dropped.
 */
const DISCARD_MAX_BYTES = 64 * 1024 * 1024;

/** The form's field for a file sent in one go; a script sends `fileId` instead, the file being there already. */
const FILE_FIELD = 'file';

/**
 * Reads a form with one file as it comes in, and stores the file on the way.
 * @param values filled with the form's texts, also when reading ends in an error.
 * @returns the id of the file that was sent with it or before it; undefined when none was chosen.
 * @throws DomainError of `receiveFile`; HTTPException 400 when the body is no form.
 */
export async function readFileForm(
  c: AppContext,
  values: Record<string, string>,
  purpose: FilePurpose,
): Promise<string | undefined> {
  const { body } = c.req.raw;
  const boundary = formBoundary(c.req.header('content-type'));
  if (!boundary || !body) {
    Object.assign(values, await readForm(c));
    return values['fileId'];
  }
  const pieces = body[Symbol.asyncIterator]();
  // Not handed on as it is: whoever stops reading early would cancel it, and with it the answer's way back.
  const source: ByteStream = { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
  try {
    refuseAnnounced(c);
    let fileId: string | undefined;
    for await (const part of readParts(source, boundary)) {
      if (part.filename === undefined) values[part.name] = await fieldText(part);
      else if (part.name === FILE_FIELD && part.filename !== '' && fileId === undefined) {
        fileId = await receive(c, part, purpose);
      }
    }
    return fileId ?? values['fileId'];
  } catch (error) {
    if (error instanceof UnreadableForm) throw new HTTPException(400, { cause: error });
    throw error;
  } finally {
    await discard(pieces);
  }
}

async function receive(c: AppContext, part: FormPart, purpose: FilePurpose): Promise<string> {
  const { scope } = c.var;
  const sent = { purpose, name: part.filename ?? '', bytes: part.body };
  const { fileId } = await receiveFile(await scope.fileContext(), await scope.person(), sent);
  return fileId;
}

function refuseAnnounced(c: AppContext): void {
  const announced = Number(c.req.header('content-length') ?? 0);
  if (announced <= FORM_FILE_MAX + FIELDS_MAX_BYTES) return;
  const message = `这样传，每个文件不能超过${formatSize(FORM_FILE_MAX)}。请压缩一下，或换一个开着脚本的浏览器传`;
  throw new DomainError('invalid', 'file_too_large', message, {
    fields: [{ field: FILE_FIELD, message }],
  });
}

async function discard(pieces: AsyncIterator<Uint8Array>): Promise<void> {
  let left = DISCARD_MAX_BYTES;
  try {
    for (let next = await pieces.next(); !next.done && left > 0; next = await pieces.next()) {
      left -= next.value.length;
    }
  } catch {
    // The sender has gone.
  }
}
