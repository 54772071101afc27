import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, type ByteStream } from '../../../src/lib/bytes.ts';
import { fieldText, formBoundary, readParts, UnreadableForm } from '../../../src/lib/multipart.ts';

async function* pieces(bytes: Uint8Array, size: number): ByteStream & AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A form as the platform itself would send it. */
async function sent(form: FormData) {
  const request = new Request('http://test.invalid', { method: 'POST', body: form });
  const boundary = formBoundary(request.headers.get('content-type') ?? '') ?? '';
  return { boundary, bytes: new Uint8Array(await request.arrayBuffer()) };
}

async function read(bytes: Uint8Array, boundary: string, size = 1024) {
  const found: { name: string; filename: string | undefined; bytes: Buffer }[] = [];
  for await (const part of readParts(pieces(bytes, size), boundary)) {
    const { name, filename } = part;
    found.push({ name, filename, bytes: Buffer.from(await collect(part.body)) });
  }
  return found;
}

describe('readParts', () => {
  it('reads what a platform sends, in whatever pieces it comes', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 200 }),
        async (value, filename, content, size) => {
          const form = new FormData();
          form.append('key', value);
          form.append('file', new File([content], filename));
          const { bytes, boundary } = await sent(form);
          const [key, file, ...more] = await read(bytes, boundary, size);
          // Line ends become CRLF on the way, as the HTML standard has it.
          expect(key?.bytes.toString().replaceAll('\r\n', '\n')).toBe(
            value.toWellFormed().replaceAll(/\r\n?/g, '\n'),
          );
          expect(file?.filename).toBe(filename);
          expect(file?.bytes.equals(Buffer.from(content))).toBe(true);
          expect(more).toEqual([]);
        },
      ),
    );
  });

  it('does not take a line inside a file for its end', async () => {
    const form = new FormData();
    const boundary = 'b0undary';
    form.append('file', new File([`\r\n--b0undar\r\n--b0undary`.slice(0, 20)], 'a'));
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`;
    const body = `\r\n--b0undar\r\n-\r\r\n--b0undar`;
    const bytes = Buffer.from(`${head}${body}\r\n--${boundary}--\r\n`);
    for (const size of [1, 2, 7, 1000]) {
      const [file] = await read(bytes, boundary, size);
      expect(file?.bytes.toString()).toBe(body);
    }
  });

  it('passes over what nobody reads', async () => {
    const form = new FormData();
    form.append('first', new File(['x'.repeat(500)], 'a'));
    form.append('second', 'told');
    const { bytes, boundary } = await sent(form);
    const names: string[] = [];
    for await (const part of readParts(pieces(bytes, 16), boundary)) {
      names.push(part.name === 'second' ? await fieldText(part) : part.name);
    }
    expect(names).toEqual(['first', 'told']);
  });

  it('refuses what is no form, ends too soon or has endless heads', async () => {
    const head = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n';
    const bad = [
      '',
      'hello',
      '--b',
      head,
      `${head}text`,
      `${head}text\r\n--bX`,
      '--b\r\nContent-Type: text/plain\r\n\r\ntext\r\n--b--\r\n',
      `--b\r\nX: ${'y'.repeat(9000)}\r\n\r\ntext\r\n--b--\r\n`,
    ];
    for (const text of bad) {
      await expect(read(Buffer.from(text), 'b')).rejects.toThrow(UnreadableForm);
    }
  });
});

describe('formBoundary', () => {
  it('is read from the header as browsers write it', () => {
    expect(formBoundary('multipart/form-data; boundary=----WebKitFormBoundaryX')).toBe(
      '----WebKitFormBoundaryX',
    );
    expect(formBoundary('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b');
    for (const other of [
      undefined,
      '',
      'text/plain',
      'multipart/form-data',
      'multipart/mixed; boundary=x',
    ]) {
      expect(formBoundary(other)).toBe(undefined);
    }
  });
});
