import { crc32 } from 'node:zlib';
import { orientationBlock } from '../../src/lib/images.ts';

/** What must not survive in a picture: each block of metadata that is put in holds it. */
export const SECRET = 'GPS 33.3839N 120.1396E 示例机型';

const secret = Buffer.from(SECRET);
const segment = (marker: number, body: Uint8Array) =>
  Buffer.concat([Buffer.of(0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff), body]);

/** An EXIF block with an orientation, and a secret behind its directory. */
export function exif(orientation: number): Buffer {
  return Buffer.concat([orientationBlock(orientation), secret]);
}

export interface PictureWishes {
  /** Compressed data; FF is escaped as a picture escapes it. */
  pixels: Uint8Array;
  orientation?: number;
  withMetadata?: boolean;
}

const escaped = (bytes: Uint8Array) =>
  Buffer.from(Array.from(bytes).flatMap((byte) => (byte === 0xff ? [0xff, 0x00] : [byte])));

/** A JPEG as far as its segments go: two scans, and every kind of metadata before, between and after them. */
export function jpeg({ pixels, orientation = 1, withMetadata = true }: PictureWishes): Buffer {
  const metadata = (...segments: Buffer[]) => (withMetadata ? segments : []);
  const scan = escaped(pixels);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    ...metadata(
      segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(orientation)])),
      segment(0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), secret])),
      segment(0xe2, Buffer.concat([Buffer.from('MPF\0'), secret])),
      segment(0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0'), secret])),
      segment(0xfe, secret),
    ),
    segment(0xe2, Buffer.from('ICC_PROFILE\0\x01\x01colours', 'latin1')),
    segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xc2, Buffer.of(8, 0, 1, 0, 1, 1, 1, 0x11, 0)),
    segment(0xda, Buffer.of(1, 1, 0, 0, 63, 0)),
    scan,
    Buffer.of(0xff, 0xd0),
    scan,
    ...metadata(segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(1)]))),
    segment(0xda, Buffer.of(1, 1, 0, 0, 63, 0)),
    scan,
    Buffer.of(0xff, 0xd9),
    ...metadata(Buffer.of(0xff, 0xd8), segment(0xe1, secret), Buffer.of(0xff, 0xd9)),
  ]);
}

const chunk = (type: string, data: Uint8Array) => {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
};

export function png({ pixels, orientation = 1, withMetadata = true }: PictureWishes): Buffer {
  const metadata = (...chunks: Buffer[]) => (withMetadata ? chunks : []);
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', Buffer.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
    ...metadata(
      chunk('eXIf', exif(orientation)),
      chunk('tEXt', secret),
      chunk('iTXt', secret),
      chunk('prVt', secret),
    ),
    chunk('IDAT', pixels),
    ...metadata(chunk('zTXt', secret), chunk('tIME', Buffer.alloc(7))),
    chunk('IEND', Buffer.alloc(0)),
    ...metadata(secret),
  ]);
}

const riff = (type: string, data: Uint8Array) => {
  const head = Buffer.alloc(8);
  head.write(type);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
};

export function webp({ pixels, orientation = 1, withMetadata = true }: PictureWishes): Buffer {
  const chunks = Buffer.concat([
    Buffer.from('WEBP'),
    riff('VP8X', Buffer.of(withMetadata ? 0x0c : 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    riff('VP8 ', pixels),
    ...(withMetadata
      ? [riff('EXIF', exif(orientation)), riff('XMP ', secret), riff('prVt', secret)]
      : []),
  ]);
  const head = Buffer.alloc(8);
  head.write('RIFF');
  head.writeUInt32LE(chunks.length, 4);
  return Buffer.concat([head, chunks, ...(withMetadata ? [secret] : [])]);
}
