import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureSize } from '../../../src/lib/picture-size.ts';
import { jpeg, png, webp } from '../../helpers/pictures.ts';

const pixels = Buffer.from('示例画面');
const TURNS = { 1: 0, 3: 180, 6: 90, 8: 270 } as const;

describe('the size of a picture', () => {
  it('is read with how it lies', () => {
    for (const [orientation, turn] of Object.entries(TURNS)) {
      const wishes = { pixels, orientation: Number(orientation) };
      expect(pictureSize(jpeg(wishes))).toEqual({ type: 'jpg', width: 1, height: 1, turn });
      expect(pictureSize(png(wishes))).toEqual({ type: 'png', width: 1, height: 1, turn });
    }
    const wide = Buffer.from(png({ pixels, withMetadata: false }));
    wide.writeUInt32BE(4032, 16);
    expect(pictureSize(wide)).toEqual({ type: 'png', width: 4032, height: 1, turn: 0 });
  });

  it('is not told of what is no picture for Word', () => {
    expect(pictureSize(webp({ pixels }))).toBeUndefined();
    expect(pictureSize(Buffer.from('%PDF-1.7 something'))).toBeUndefined();
  });

  it('is never guessed, and never an error, wherever the bytes end or whatever they are', () => {
    const known = fc.constantFrom(
      jpeg({ pixels, orientation: 6 }),
      png({ pixels, orientation: 6 }),
    );
    fc.assert(
      fc.property(known, fc.nat(400), (bytes, end) => {
        const size = pictureSize(bytes.subarray(0, end));
        expect(size === undefined || (size.width === 1 && size.height === 1)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, isJpeg) => {
        const start = isJpeg ? [0xff, 0xd8, 0xff] : [0x89, 0x50, 0x4e, 0x47];
        pictureSize(Uint8Array.of(...start, ...noise));
      }),
    );
  });
});
