/** Bytes that come in pieces of any size: read in order, never as a whole. */
type Bytes = Uint8Array<ArrayBuffer>;
export type ByteStream = AsyncIterable<Uint8Array>;

/** The bytes ended before what had to follow. */
export class EndOfBytes extends Error {
  override readonly name = 'EndOfBytes';
}

export function concat(pieces: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Where `wanted` begins in `bytes`, -1 when it is not there as a whole. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  const first = wanted[0];
  if (first === undefined) return 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    let matched = 1;
    while (matched < wanted.length && bytes[at + matched] === wanted[matched]) matched += 1;
    if (matched === wanted.length) return at;
  }
  return -1;
}

/** Reads a stream in order, by length or up to a mark; holds only what a mark may begin in. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array();

  constructor(stream: ByteStream) {
    this.#pieces = stream[Symbol.asyncIterator]();
  }

  /** The next so many bytes, without taking them; fewer at the end. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#held.length < length && (await this.#fetch()));
    return this.#held.subarray(0, length);
  }

  /** @throws EndOfBytes when there are fewer. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = await this.peek(length);
    if (bytes.length < length) throw new EndOfBytes();
    this.#held = this.#held.subarray(length);
    return bytes;
  }

  /** Hands on the next so many bytes in pieces. @throws EndOfBytes when there are fewer. */
  async *pass(length: number): AsyncGenerator<Uint8Array> {
    let left = length;
    while (left > 0) {
      if (this.#held.length === 0 && !(await this.#fetch())) throw new EndOfBytes();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  /**
   * Hands on everything before a mark, and leaves the mark to be read.
   * @param find where the mark begins in these bytes, or -1.
   * @param markBytes how long a mark is: it may begin at the end of one piece and end in the next.
   * @throws EndOfBytes when there is no mark.
   */
  async *passUntil(
    find: (bytes: Uint8Array) => number,
    markBytes: number,
  ): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = find(this.#held);
      const end = at >= 0 ? at : Math.max(0, this.#held.length - markBytes + 1);
      const piece = this.#held.subarray(0, end);
      this.#held = this.#held.subarray(end);
      if (piece.length > 0) yield piece;
      if (at >= 0) return;
      if (!(await this.#fetch())) throw new EndOfBytes();
    }
  }

  async #fetch(): Promise<boolean> {
    const { value, done } = await this.#pieces.next();
    if (done) return false;
    this.#held = this.#held.length > 0 ? concat([this.#held, value]) : value;
    return true;
  }
}

/** The same bytes in pieces of exactly this size; the last may be shorter. Holds one piece at a time. */
export async function* piecesOf(stream: ByteStream, size: number): AsyncGenerator<Bytes> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}

/** The same bytes, until there are more than allowed. @param onExceeded makes what is thrown then. */
export async function* limitBytes(
  stream: ByteStream,
  max: number,
  onExceeded: () => Error,
): AsyncGenerator<Uint8Array> {
  let left = max;
  for await (const chunk of stream) {
    left -= chunk.length;
    if (left < 0) throw onExceeded();
    yield chunk;
  }
}

/** All of it, for what is known to be small. */
export async function collect(stream: ByteStream): Promise<Bytes> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return concat(pieces);
}
