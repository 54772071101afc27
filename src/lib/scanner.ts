import { ByteSource, EndOfBytes, indexOfBytes, type ByteStream } from './bytes.ts';

export type Verdict = 'clean' | 'infected';

/** Looks through a file for viruses. @throws Error when it could not be looked through. */
export interface Scanner {
  /** Kept with the verdict. */
  name: string;
  scan(file: ByteStream): Promise<Verdict>;
}

const encoder = new TextEncoder();
/** A file of 200 MB over a slow line to the scanner. */
const TIMEOUT_MS = 120_000;

/**
 * ClamAV behind clamav-rest: the file as a form field, streamed; 200 clean, 406 infected, anything else no verdict.
 * @param url of its `/v2/scan`.
 */
export function httpScanner(url: string): Scanner {
  return {
    name: 'clamav-rest',
    scan: async (file) => {
      const boundary = `anlan-${crypto.randomUUID()}`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
        body: streamOf(asFormField(file, boundary)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        // Node asks for it with a streamed body; the edge does without.
        ...{ duplex: 'half' },
      });
      await answer.arrayBuffer();
      if (answer.status === 200) return 'clean';
      if (answer.status === 406) return 'infected';
      throw new Error(`The scanner answered ${answer.status}.`);
    },
  };
}

async function* asFormField(file: ByteStream, boundary: string): AsyncGenerator<Uint8Array> {
  const head = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="file"',
    'Content-Type: application/octet-stream',
  ];
  yield encoder.encode(`${head.join('\r\n')}\r\n\r\n`);
  yield* file;
  yield encoder.encode(`\r\n--${boundary}--\r\n`);
}

/** A stream that asks for a piece when one is wanted, and lets its source go when nobody listens any more. */
export function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { value, done } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await source.return?.();
    },
  });
}

/** The test file that every scanner calls a virus (EICAR), in two halves so that this file is none. */
const EICAR = encoder.encode(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join(''),
);

/** For demonstrations and tests: finds the EICAR test file and knows no virus. */
export const demonstrationScanner: Scanner = {
  name: 'demonstration',
  scan: async (file) => {
    const source = new ByteSource(file);
    try {
      for await (const _ of source.passUntil((bytes) => indexOfBytes(bytes, EICAR), EICAR.length));
      return 'infected';
    } catch (error) {
      if (error instanceof EndOfBytes) return 'clean';
      throw error;
    }
  },
};
