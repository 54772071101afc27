import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, type ByteStream } from '../../../src/lib/bytes.ts';
import { DamagedPicture, orientationOf, stripPicture } from '../../../src/lib/images.ts';
import { exif, jpeg, png, SECRET, webp } from '../../helpers/pictures.ts';

const makers = { jpeg, png, webp } as const;
const kinds = fc.constantFrom('jpeg', 'png', 'webp');
const pixels = fc.uint8Array({ minLength: 1, maxLength: 400 });
/** Where a stream may be cut into pieces; small pieces meet every boundary. */
const cut = fc.integer({ min: 1, max: 700 });

async function* pieces(bytes: Uint8Array, size: number): ByteStream & AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const strip = async (kind: keyof typeof makers, bytes: Uint8Array, size = 65_536) =>
  Buffer.from(await collect(stripPicture(kind, pieces(bytes, size))));

const chunkNames = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .match(/Exif\0\0|http:\/\/ns\.adobe|Photoshop|MPF\0|XMP |tEXt|iTXt|zTXt|tIME|prVt/g);

describe('stripPicture', () => {
  it('lets nothing through that is not the picture, however the bytes come in', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, pixels, cut, async (kind, drawn, size) => {
        const stripped = await strip(kind, makers[kind]({ pixels: drawn }), size);
        expect(stripped.includes(SECRET)).toBe(false);
        expect(stripped.includes('GPS')).toBe(false);
        expect(chunkNames(stripped)).toBe(null);
      }),
    );
  });

  it('leaves the picture as it was, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, pixels, cut, async (kind, drawn, size) => {
        const plain = makers[kind]({ pixels: drawn, withMetadata: false });
        expect((await strip(kind, plain, size)).equals(plain)).toBe(true);
        const stripped = await strip(kind, makers[kind]({ pixels: drawn }), size);
        if (kind !== 'webp') expect(stripped.equals(plain)).toBe(true);
        else expect(stripped.includes(plain.subarray(30))).toBe(true);
      }),
    );
  });

  it('keeps the orientation and nothing else of EXIF', async () => {
    for (const kind of ['jpeg', 'png', 'webp'] as const) {
      for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
        const stripped = await strip(kind, makers[kind]({ pixels: Buffer.of(1, 2), orientation }));
        const at = stripped.indexOf('MM\0*');
        expect([kind, orientationOf(stripped.subarray(at))]).toEqual([kind, orientation]);
        expect(stripped.indexOf('MM\0*', at + 1)).toBe(-1);
        expect(stripped.includes(SECRET)).toBe(false);
      }
    }
  });

  it('does the same a second time', async () => {
    for (const kind of ['jpeg', 'png', 'webp'] as const) {
      const once = await strip(
        kind,
        makers[kind]({ pixels: Buffer.of(9, 0xff, 3), orientation: 6 }),
      );
      expect((await strip(kind, once)).equals(once)).toBe(true);
    }
  });

  it('refuses what ends too soon, and what only begins like a picture', async () => {
    for (const kind of ['jpeg', 'png', 'webp'] as const) {
      const whole = makers[kind]({ pixels: Buffer.alloc(40, 7), withMetadata: false });
      for (let length = 0; length < whole.length - 1; length += 1) {
        await expect(strip(kind, whole.subarray(0, length))).rejects.toThrow(DamagedPicture);
      }
    }
    await expect(strip('jpeg', Buffer.from('\xff\xd8<html>', 'latin1'))).rejects.toThrow();
  });

  it('takes no moving picture, whose frames could hide something', async () => {
    const moving = webp({ pixels: Buffer.of(1, 2), withMetadata: false });
    moving[20] = 0x02;
    await expect(strip('webp', moving)).rejects.toThrow(DamagedPicture);
  });

  it('holds no more of a picture than its format asks for, whatever length it claims', async () => {
    const MIB = 1024 * 1024;
    const claimed = 90 * MIB;
    const start = webp({ pixels: Buffer.of(1), withMetadata: false }).subarray(0, 20);
    start.writeUInt32LE(claimed + 12, 4);
    start.writeUInt32LE(claimed, 16);
    let asked = 0;
    const endless = async function* () {
      yield start;
      for (; asked < claimed; asked += MIB) yield Buffer.alloc(MIB);
    };
    await expect(collect(stripPicture('webp', endless()))).rejects.toThrow(DamagedPicture);
    expect(asked).toBeLessThan(2 * MIB);
  });

  it('survives any bytes: they are refused or come out without a secret', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, fc.uint8Array({ maxLength: 200 }), cut, async (kind, noise, size) => {
        const start = makers[kind]({ pixels: Buffer.of(1) }).subarray(0, 12);
        const outcome = await strip(kind, Buffer.concat([start, noise]), size).catch(
          (error: unknown) => error,
        );
        expect(Buffer.isBuffer(outcome) || outcome instanceof DamagedPicture).toBe(true);
      }),
    );
  });
});

describe('orientationOf', () => {
  it('reads both byte orders, and takes anything else for upright', () => {
    expect(orientationOf(exif(6))).toBe(6);
    const little = Buffer.from('49492a00080000000100120103000100000008000000000000000', 'hex');
    expect(orientationOf(little)).toBe(8);
    expect(orientationOf(exif(9))).toBe(1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const value = orientationOf(noise);
        expect(value >= 1 && value <= 8).toBe(true);
      }),
    );
  });
});
