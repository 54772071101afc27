import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { createHash } from 'node:crypto';
import { ZIP_TIME } from './word.ts';

/** A file of an archive: a text, or bytes that are fetched piece by piece when their turn comes. */
export interface ArchiveFile {
  /** Folders by `/`. */
  name: string;
  text?: string;
  bytes?: () => AsyncIterable<Uint8Array>;
}

/** What a manifest says of each file. */
export interface ManifestEntry {
  name: string;
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

const encoder = new TextEncoder();

async function* piecesOf({ text = '', bytes }: ArchiveFile): AsyncGenerator<Uint8Array> {
  if (bytes) yield* bytes();
  else yield encoder.encode(text);
}

/** Size and SHA-256 of each file, held in memory one piece at a time. */
export async function manifestOf(files: readonly ArchiveFile[]): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for (const file of files) {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of piecesOf(file)) {
      hash.update(piece);
      bytes += piece.length;
    }
    entries.push({ name: file.name, bytes, sha256: hash.digest('hex') });
  }
  return entries;
}

/** SHA-256 over `<hash>  <name>` of every file, a line each: what `sha256sum` writes. */
export function wholeDigest(entries: readonly ManifestEntry[]): string {
  const hash = createHash('sha256');
  for (const { sha256, name } of entries) hash.update(`${sha256}  ${name}\n`);
  return hash.digest('hex');
}

/** The files as a ZIP, piece by piece; the same files give the same bytes, whenever it is made. */
export async function* writeZip(files: readonly ArchiveFile[]): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    if (piece.length > 0) ready.push(piece);
  });
  for (const file of files) {
    // Pictures are compressed already.
    const entry = file.bytes
      ? new ZipPassThrough(file.name)
      : new ZipDeflate(file.name, { level: 6 });
    entry.mtime = ZIP_TIME;
    zip.add(entry);
    for await (const piece of piecesOf(file)) {
      entry.push(piece, false);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(), true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready.splice(0);
}
