/**
 * Takes out of a picture everything that is not the picture: EXIF with its position, XMP, IPTC, comments, previews,
 * and whatever follows its end. The compressed pixels are handed on byte for byte. Only the orientation is kept,
 * in an EXIF block that holds nothing else: without it, photos of telephones lie on their side.
 */
import { ByteSource, concat, EndOfBytes, type ByteStream } from './bytes.ts';

export type PictureKind = 'jpeg' | 'png' | 'webp';

/** The bytes are not what their beginning says, or end too soon. */
export class DamagedPicture extends Error {
  override readonly name = 'DamagedPicture';
}

/** @throws DamagedPicture, possibly after some bytes were handed on. */
export async function* stripPicture(
  kind: PictureKind,
  stream: ByteStream,
): AsyncGenerator<Uint8Array> {
  const source = new ByteSource(stream);
  try {
    if (kind === 'jpeg') yield* stripJpeg(source);
    else if (kind === 'png') yield* stripPng(source);
    else yield* stripWebp(source);
  } catch (error) {
    throw error instanceof EndOfBytes ? new DamagedPicture('It ends too soon.') : error;
  }
}

const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const startsWith = (bytes: Uint8Array, text: string) =>
  ascii(text).every((byte, index) => bytes[index] === byte);
const uint16 = (bytes: Uint8Array, at = 0, littleEndian = false) =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint16(at, littleEndian);
const uint32 = (bytes: Uint8Array, at = 0, littleEndian = false) =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, littleEndian);

const ORIENTATION_TAG = 0x0112;
const IFD_ENTRY_BYTES = 12;

/** The orientation (2–8) that a TIFF header and its first directory tell of; 1, as it lies, for anything else. */
export function orientationOf(tiff: Uint8Array): number {
  if (tiff.length < 10) return 1;
  const isLittle = startsWith(tiff, 'II');
  const directory = uint32(tiff, 4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const entries = uint16(tiff, directory, isLittle);
  for (let index = 0; index < entries; index += 1) {
    const at = directory + 2 + index * IFD_ENTRY_BYTES;
    if (at + IFD_ENTRY_BYTES > tiff.length) return 1;
    if (uint16(tiff, at, isLittle) !== ORIENTATION_TAG) continue;
    const value = uint16(tiff, at + 8, isLittle);
    return value >= 2 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The shortest TIFF block that tells of an orientation and of nothing else: 26 bytes. */
export function orientationBlock(orientation: number): Uint8Array {
  return Uint8Array.of(
    ...[0x4d, 0x4d, 0x00, 0x2a, 0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
  );
}

// JPEG (ITU-T T.81, Annex B): segments of a marker and a length, and compressed data after each SOS.

const EOI = 0xd9;
const SOS = 0xda;
/** TEM and RST stand alone, without a length. */
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/** In compressed data FF is followed by 00 or by a restart marker; anything else ends it. */
function findMarker(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) return -1;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return -1;
}

async function* stripJpeg(source: ByteSource): AsyncGenerator<Uint8Array> {
  const start = await source.read(2);
  if (uint16(start) !== 0xffd8) throw new DamagedPicture('No JPEG.');
  yield start;
  let orientation = 1;
  for (;;) {
    const marker = await readMarker(source);
    if (marker === EOI) {
      yield Uint8Array.of(0xff, EOI);
      return;
    }
    if (standsAlone(marker)) {
      yield Uint8Array.of(0xff, marker);
      continue;
    }
    const length = uint16(await source.read(2));
    if (length < 2) throw new DamagedPicture('A segment without its length.');
    const body = await source.read(length - 2);
    const isMetadata = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
    if (isMetadata) {
      if (marker === 0xe1 && startsWith(body, 'Exif\0\0'))
        orientation = orientationOf(body.slice(6));
      const kept = keptSegment(marker, body);
      if (kept) yield segment(marker, kept);
      continue;
    }
    if (orientation > 1) {
      yield segment(0xe1, concat([ascii('Exif\0\0'), orientationBlock(orientation)]));
      orientation = 1;
    }
    yield segment(marker, body);
    if (marker === SOS) yield* source.passUntil(findMarker, 2);
  }
}

async function readMarker(source: ByteSource): Promise<number> {
  const [first] = await source.read(1);
  if (first !== 0xff) throw new DamagedPicture('A marker was expected.');
  for (;;) {
    const [marker = 0] = await source.read(1);
    // Fill bytes before a marker may be any number of FF.
    if (marker === 0) throw new DamagedPicture('A marker was expected.');
    if (marker !== 0xff) return marker;
  }
}

/** Of what is not the picture, only what its colours need. JFIF goes on without its preview. */
function keptSegment(marker: number, body: Uint8Array): Uint8Array | undefined {
  const JFIF_BYTES = 14;
  if (marker === 0xe0 && startsWith(body, 'JFIF\0') && body.length >= JFIF_BYTES) {
    return concat([body.subarray(0, JFIF_BYTES - 2), Uint8Array.of(0, 0)]);
  }
  const isColour =
    (marker === 0xe2 && startsWith(body, 'ICC_PROFILE\0')) ||
    (marker === 0xee && startsWith(body, 'Adobe'));
  return isColour ? body : undefined;
}

function segment(marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  return concat([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), body]);
}

// PNG (W3C, third edition): chunks of length, type, data and CRC.

const PNG_START = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** The picture, its colours, its transparency, its size in print, and its movement. */
const PNG_KEPT: ReadonlySet<string> = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(
    ' ',
  ),
);
/** A directory with an orientation lies well within it. */
const EXIF_MAX_BYTES = 64 * 1024;

async function* stripPng(source: ByteSource): AsyncGenerator<Uint8Array> {
  const start = await source.read(PNG_START.length);
  if (!PNG_START.every((byte, index) => start[index] === byte)) throw new DamagedPicture('No PNG.');
  yield start;
  for (;;) {
    const head = await source.read(8);
    const length = uint32(head);
    const type = String.fromCharCode(...head.subarray(4));
    if (length > 0x7fff_ffff) throw new DamagedPicture('A chunk of an impossible length.');
    if (PNG_KEPT.has(type)) {
      yield head;
      yield* source.pass(length + 4);
      if (type === 'IEND') return;
    } else if (type === 'eXIf' && length <= EXIF_MAX_BYTES) {
      const orientation = orientationOf((await source.read(length + 4)).slice(0, length));
      if (orientation > 1) yield pngChunk('eXIf', orientationBlock(orientation));
    } else {
      for await (const _ of source.pass(length + 4));
    }
  }
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const typed = concat([ascii(type), data]);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, data.length);
  frame.setUint32(4, crc32(typed));
  const bytes = new Uint8Array(frame.buffer);
  return concat([bytes.subarray(0, 4), typed, bytes.subarray(4)]);
}

/** CRC-32 of ISO 3309, as PNG asks for it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

// WebP (RFC 9649): RIFF chunks. The file's length stands at its front, so a chunk that goes is overwritten in place.

const WEBP_KEPT: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP']);
/** RFC 9649, 2.7: flags, and the size of the canvas. Held whole, so its length is not taken from whoever sent it. */
const VP8X_BYTES = 10;
const XMP_FLAG = 0x04;
const ANIMATION_FLAG = 0x02;

async function* stripWebp(source: ByteSource): AsyncGenerator<Uint8Array> {
  const start = await source.read(12);
  if (!startsWith(start, 'RIFF') || !startsWith(start.subarray(8), 'WEBP')) {
    throw new DamagedPicture('No WebP.');
  }
  yield start;
  let left = uint32(start, 4, true) - 4;
  while (left > 0) {
    const head = await source.read(8);
    const type = String.fromCharCode(...head.subarray(0, 4));
    const length = uint32(head, 4, true);
    const padded = length + (length % 2);
    left -= 8 + padded;
    if (left < 0) throw new DamagedPicture('A chunk beyond the end.');
    if (type === 'VP8X') yield* stillFlags(head, source, padded);
    else if (WEBP_KEPT.has(type)) {
      yield head;
      yield* source.pass(padded);
    } else if (type === 'EXIF' && length <= EXIF_MAX_BYTES) {
      const body = await source.read(padded);
      yield head;
      yield orientationIn(body.slice(0, length), padded);
    } else {
      // RFC 9649, 2.7.1.6: readers skip chunks that they do not know.
      yield concat([ascii('JUNK'), head.subarray(4)]);
      for await (const piece of source.pass(padded)) yield new Uint8Array(piece.length);
    }
  }
}

async function* stillFlags(
  head: Uint8Array,
  source: ByteSource,
  padded: number,
): AsyncGenerator<Uint8Array> {
  if (padded !== VP8X_BYTES) throw new DamagedPicture('A header of an impossible length.');
  const body = (await source.read(padded)).slice();
  const flags = body[0] ?? 0;
  // Frames hold chunks of their own, where metadata could hide.
  if (flags & ANIMATION_FLAG) throw new DamagedPicture('It moves.');
  body[0] = flags & ~XMP_FLAG;
  yield head;
  yield body;
}

/** As long as the block it stands for; zeros where that was too short to hold an orientation. */
function orientationIn(exif: Uint8Array, length: number): Uint8Array {
  const tiff = startsWith(exif, 'Exif\0\0') ? exif.slice(6) : exif;
  const kept = orientationBlock(orientationOf(tiff));
  const block = new Uint8Array(length);
  if (kept.length <= length) block.set(kept);
  return block;
}
