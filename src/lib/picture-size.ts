/** How large a picture is and how it lies, read from its first bytes: for whoever places it on paper. */
import { orientationOf } from './images.ts';

export interface PictureSize {
  type: 'jpg' | 'png';
  /** In pixels, as they are stored: before it is turned. */
  width: number;
  height: number;
  /** Degrees clockwise to turn it by. Mirrored ones, which no telephone makes, are shown as they lie. */
  turn: 0 | 90 | 180 | 270;
}

const TURNS: Readonly<Record<number, PictureSize['turn']>> = { 3: 180, 6: 90, 8: 270 };
const turnOf = (tiff: Uint8Array) => TURNS[orientationOf(tiff)] ?? 0;
const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

/** Undefined for what is neither JPEG nor PNG, or is damaged. */
export function pictureSize(bytes: Uint8Array): PictureSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint16(0) === 0xffd8) return jpegSize(bytes, view);
    if (ascii(bytes, 1, 4) === 'PNG') return pngSize(bytes, view);
  } catch (error) {
    // It ends too soon.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

/** JPEG (ITU-T T.81, Annex B): the frame's header is a segment of its own, before the compressed data. */
function jpegSize(bytes: Uint8Array, view: DataView): PictureSize | undefined {
  let turn: PictureSize['turn'] = 0;
  let at = 2;
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return width > 0 && height > 0 ? { type: 'jpg', width, height, turn } : undefined;
    }
    if (marker === 0xda || length < 2) return undefined;
    if (marker === 0xe1 && ascii(bytes, at + 4, at + 8) === 'Exif') {
      turn = turnOf(bytes.slice(at + 10, at + 2 + length));
    }
    at += 2 + length;
  }
  return undefined;
}

/** PNG (W3C, third edition): IHDR first; what it says of its turning may stand anywhere before the end. */
function pngSize(bytes: Uint8Array, view: DataView): PictureSize | undefined {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0) return undefined;
  let turn: PictureSize['turn'] = 0;
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (ascii(bytes, at + 4, at + 8) !== 'eXIf') continue;
    turn = turnOf(bytes.slice(at + 8, at + 8 + view.getUint32(at)));
  }
  return { type: 'png', width, height, turn };
}
