import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allowedWords,
  FILE_SIZE_MAX,
  FILE_TYPES,
  fileAccess,
  formatSize,
  PART_BYTES,
  partCount,
  partSize,
  PURPOSES,
  typeRefusalWords,
  type Asked,
} from '../../../../src/features/files/policy.ts';
import type { FileType } from '../../../../src/features/files/table.ts';

describe('the manifest', () => {
  it('covers every byte once, in parts of 8 MiB but the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: FILE_SIZE_MAX }), (size) => {
        const sizes = Array.from({ length: partCount(size) }, (_, number) =>
          partSize(size, number),
        );
        expect(sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(size);
        expect(sizes.slice(0, -1).every((one) => one === PART_BYTES)).toBe(true);
        expect(partSize(size, sizes.length)).toBe(undefined);
      }),
    );
  });

  it('fits the numbers that parts may have', () => {
    expect(partCount(FILE_SIZE_MAX)).toBe(25);
  });
});

describe('who may have a file', () => {
  const officer = {
    id: 'officer',
    roles: [{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' }] as const,
  };
  const owner = { id: 'owner', roles: [] };
  const asked = (wishes: Partial<Asked> & { state?: Asked['file']['state'] } = {}): Asked => ({
    file: { ownerId: 'owner', state: wishes.state ?? 'clean' },
    type: 'pdf',
    deed: { action: 'organisation.see', regionCode: '320904' },
    isScanned: true,
    ...wishes,
  });

  it('its owner and whoever may see its thing, shown or as a download', () => {
    expect(fileAccess(owner, asked())).toBe('inline');
    expect(fileAccess(officer, asked())).toBe('inline');
    expect(fileAccess(officer, asked({ type: 'docx' }))).toBe('download');
    expect(fileAccess(officer, asked({ deed: undefined }))).toBe('none');
    expect(fileAccess({ id: 'stranger', roles: [] }, asked())).toBe('none');
    const elsewhere = { action: 'organisation.see', regionCode: '320902' } as const;
    expect(fileAccess(officer, asked({ deed: elsewhere }))).toBe('none');
  });

  it('nobody, while it is looked through, once it is blocked or gone', () => {
    for (const state of ['uploading', 'quarantined', 'infected', 'removed'] as const) {
      for (const holder of [owner, officer]) {
        expect(fileAccess(holder, asked({ state }))).toBe('none');
      }
    }
  });

  it('staff alone, after a warning, where nobody looks for viruses', () => {
    const unscanned = asked({ state: 'quarantined', isScanned: false });
    expect(fileAccess(officer, unscanned)).toBe('unscanned');
    expect(fileAccess(owner, unscanned)).toBe('none');
    expect(fileAccess(officer, asked({ state: 'infected', isScanned: false }))).toBe('none');
  });

  it('shows nothing in the browser that could hold a script of its own', () => {
    const inline = Object.entries(FILE_TYPES).filter(([, type]) => type.inline);
    expect(inline.map(([, { mime }]) => mime).sort()).toEqual([
      'application/pdf',
      'image/jpeg',
      'image/png',
      'image/webp',
    ]);
  });
});

describe('the words', () => {
  it('say what is taken and how to convert what is not', () => {
    expect(allowedWords('organisation_proof')).toBe(
      'JPG图片、PNG图片、WebP图片、PDF，每个不超过20 MB',
    );
    const refusals = [
      ['image/heic', '截一次屏'],
      ['application/x-cfb', '另存为PDF'],
      [FILE_TYPES.docx.mime, '另存为PDF'],
      ['application/zip', '先解压'],
      ['video/mp4', '视频'],
      [undefined, '改名字不起作用'],
    ] as const;
    for (const [mime, words] of refusals) {
      expect(typeRefusalWords('organisation_proof', mime)).toContain(words);
    }
    for (const { types } of Object.values(PURPOSES)) expect(types.length).toBeGreaterThan(0);
  });

  it('tell sizes as people compare them', () => {
    const said = [1, 1023, 2048, 1024 * 1024, 20 * 1024 * 1024, 12_900_000].map(formatSize);
    expect(said).toEqual(['1 KB', '1 KB', '2 KB', '1 MB', '20 MB', '12.3 MB']);
    const types = Object.keys(FILE_TYPES) as FileType[];
    expect(new Set(types.map((type) => FILE_TYPES[type].extension)).size).toBe(types.length);
  });
});
