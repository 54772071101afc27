/** Headers of files that people sent: how they are named, and which part of one is asked for. */

/** `Content-Disposition` after RFC 6266: a plain name for old readers, and the name itself after RFC 5987. */
export function contentDisposition(how: 'inline' | 'attachment', name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const plain = name.replace(/[^\w. -]/g, '_');
  return `${how}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

export interface ByteRange {
  offset: number;
  length: number;
}

/**
 * The one range that a `Range` header asks for (RFC 9110, 14.1.2). Undefined for the whole: without a header, for
 * several ranges, and for units that we do not know. Null when nothing of what is asked for is there.
 */
export function readRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const offset = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < offset) return undefined;
  return offset > end ? null : { offset, length: end - offset + 1 };
}
