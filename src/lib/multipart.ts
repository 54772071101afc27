/**
 * Reads a posted form with files (RFC 7578) as it comes in: the platform's own `formData()` would hold whole
 * files in memory.
 */
import {
  ByteSource,
  collect,
  EndOfBytes,
  indexOfBytes,
  limitBytes,
  type ByteStream,
} from './bytes.ts';

/** It is no form, or one that nobody of ours made. */
export class UnreadableForm extends Error {
  override readonly name = 'UnreadableForm';
}

export interface FormPart {
  name: string;
  /** Undefined for a field without a file; empty where a file could be chosen and none was. */
  filename: string | undefined;
  /** To be read to its end before the next part is asked for. */
  body: ByteStream;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Browsers send three short lines; a name of 255 characters may take 2,295 when it is escaped. */
const HEAD_MAX_BYTES = 8 * 1024;
const FIELD_MAX_BYTES = 64 * 1024;

/** What stands between the parts, from a Content-Type header; undefined when it is another kind of body. */
export function formBoundary(contentType: string | undefined): string | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
      contentType ?? '',
    ) ?? [];
  return quoted ?? plain;
}

/** @throws UnreadableForm, also from the bodies: when what is there is read. */
export async function* readParts(stream: ByteStream, boundary: string): AsyncGenerator<FormPart> {
  const source = new ByteSource(prefixed(stream));
  const delimiter = encoder.encode(`\r\n--${boundary}`);
  const headEnd = encoder.encode('\r\n\r\n');
  const upTo = (mark: Uint8Array) =>
    readable(source.passUntil((bytes) => indexOfBytes(bytes, mark), mark.length));
  for await (const _ of upTo(delimiter));
  for (;;) {
    await collect(readable(source.pass(delimiter.length)));
    const after = decoder.decode(await collect(readable(source.pass(2))));
    if (after === '--') return;
    if (after !== '\r\n') throw new UnreadableForm();
    const head = await collect(
      limitBytes(upTo(headEnd), HEAD_MAX_BYTES, () => new UnreadableForm()),
    );
    await source.read(headEnd.length);
    const body = upTo(delimiter);
    yield { ...disposition(decoder.decode(head)), body };
    for await (const _ of body);
  }
}

async function* readable(bytes: ByteStream): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw error instanceof EndOfBytes ? new UnreadableForm() : error;
  }
}

/** The text of a field. @throws UnreadableForm when it is longer than any of ours. */
export async function fieldText({ body }: FormPart): Promise<string> {
  return decoder.decode(
    await collect(limitBytes(body, FIELD_MAX_BYTES, () => new UnreadableForm())),
  );
}

/** The first delimiter has no line end before it. */
async function* prefixed(stream: ByteStream): ByteStream & AsyncGenerator<Uint8Array> {
  yield encoder.encode('\r\n');
  yield* stream;
}

function disposition(head: string): { name: string; filename: string | undefined } {
  const line = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1];
  if (line === undefined) throw new UnreadableForm();
  const valueOf = (name: string) => {
    const value = new RegExp(`(?:^|;)\\s*${name}="([^"\\r\\n]*)"`, 'i').exec(line)?.[1];
    // The HTML standard escapes quotation marks and line ends in names, and nothing else.
    return value?.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  };
  const name = valueOf('name');
  if (name === undefined) throw new UnreadableForm();
  return { name, filename: valueOf('filename') };
}
