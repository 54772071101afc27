import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fileNameField,
  NAME_MAX,
  partInput,
  uploadInput,
} from '../../../../src/features/files/schema.ts';

describe('the name of a file', () => {
  it.each([
    ['介绍信.pdf', '介绍信.pdf'],
    ['../../../etc/passwd', 'passwd'],
    ['C:\\fakepath\\照片 1.jpg', '照片 1.jpg'],
    ['a\r\nSet-Cookie: x.pdf', 'aSet-Cookie: x.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['  空格.pdf ', '空格.pdf'],
  ])('%j becomes %j', (typed, kept) => {
    expect(fileNameField.parse(typed)).toBe(kept);
  });

  it('never holds a folder, a control character or a mark that turns reading, and is never long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (typed) => {
        const parsed = fileNameField.safeParse(typed);
        if (!parsed.success) return;
        expect(parsed.data).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(Array.from(parsed.data).length).toBeLessThanOrEqual(NAME_MAX);
        expect(parsed.data.isWellFormed()).toBe(true);
      }),
    );
  });

  it('keeps the end of one that is too long: there stands what kind it is', () => {
    expect(fileNameField.parse(`${'很'.repeat(300)}.pdf`)).toMatch(/很\.pdf$/);
    for (const empty of ['', '   ', '/', '..\\', '\u0000']) {
      expect(fileNameField.safeParse(empty).success).toBe(false);
    }
  });
});

describe('an upload', () => {
  it('has a purpose, a name and a size within reason', () => {
    const good = { purpose: 'organisation_proof', name: 'a.pdf', size: 1 };
    expect(uploadInput.safeParse(good).success).toBe(true);
    for (const bad of [
      { size: 0 },
      { size: -1 },
      { size: 1.5 },
      { size: 1e12 },
      { purpose: 'x' },
    ]) {
      expect(uploadInput.safeParse({ ...good, ...bad }).success).toBe(false);
    }
  });

  it('has parts numbered from 0 to 24', () => {
    const part = { fileId: crypto.randomUUID(), sha256: 'a'.repeat(64) };
    expect(partInput.parse({ ...part, number: '7' }).number).toBe(7);
    for (const number of ['-1', '25', 'x', '1.5', '1e9']) {
      expect(partInput.safeParse({ ...part, number }).success).toBe(false);
    }
  });
});
