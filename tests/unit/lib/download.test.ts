import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDisposition, readRange } from '../../../src/lib/download.ts';

describe('contentDisposition', () => {
  it('is one header in ASCII whatever the name, and gives the name back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const header = contentDisposition('attachment', name);
        expect(header).toMatch(
          /^attachment; filename="[\w. -]*"; filename\*=UTF-8''[\w.~!*'()%-]*$/,
        );
        expect(() => new Headers({ 'Content-Disposition': header })).not.toThrow();
        expect(decodeURIComponent(header.split("UTF-8''")[1] ?? '')).toBe(name.toWellFormed());
      }),
    );
  });

  it('lets no name end the header or its quotes', () => {
    const header = contentDisposition('inline', '介绍信"\r\nSet-Cookie: a=b; x=".pdf');
    expect(header).toContain('filename="______Set-Cookie_ a_b_ x__.pdf"');
    expect(header).toContain("filename*=UTF-8''%E4%BB%8B%E7%BB%8D%E4%BF%A1%22%0D%0ASet-Cookie");
  });
});

describe('readRange', () => {
  it.each([
    ['bytes=0-9', { offset: 0, length: 10 }],
    ['bytes=90-', { offset: 90, length: 10 }],
    ['bytes=-5', { offset: 95, length: 5 }],
    ['bytes=-500', { offset: 0, length: 100 }],
    ['bytes=50-5000', { offset: 50, length: 50 }],
    ['bytes=100-', null],
    ['bytes=-0', null],
    ['bytes=9-1', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=-', undefined],
    ['lines=0-1', undefined],
    [undefined, undefined],
  ] as const)('%s of 100 bytes', (header, range) => {
    expect(readRange(header, 100)).toEqual(range);
  });

  it('never reaches beyond the file', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 300 }), (from, to, size) => {
        const range = readRange(`bytes=${from}-${to}`, size);
        if (!range) return;
        expect(range.offset + range.length).toBeLessThanOrEqual(size);
        expect(range.length).toBeGreaterThan(0);
      }),
    );
  });
});
