import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demonstrationScanner, httpScanner } from '../../../src/lib/scanner.ts';
import { EICAR, pdf, streamed } from '../../helpers/files.ts';

let server: Server;
let address: string;
let received: { name: string; size: number } | undefined;

/** Answers as clamav-rest does: 406 for the test virus, 200 for anything else, 500 when it cannot tell. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const sent = new Request('http://test.invalid', {
    ...{ method: 'POST', headers, body: Buffer.concat(pieces) },
  });
  const [[name, value] = ['', '']] = [...(await sent.formData())];
  const file = value instanceof File ? await value.text() : '';
  received = { name, size: file.length };
  if (request.url === '/broken') response.writeHead(500).end();
  else response.writeHead(file.includes(EICAR) ? 406 : 200).end('[]');
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('httpScanner', () => {
  it('sends the file as a form streams it, and understands the verdict', async () => {
    const scanner = httpScanner(`${address}/v2/scan`);
    expect(await scanner.scan(streamed(pdf(300_000), 1000))).toBe('clean');
    expect(received).toEqual({ name: 'file', size: 300_000 });
    expect(await scanner.scan(streamed(pdf(300_000, EICAR), 1000))).toBe('infected');
  });

  it('takes no other answer for a verdict, nor silence', async () => {
    await expect(httpScanner(`${address}/broken`).scan(streamed(pdf()))).rejects.toThrow('500');
    await expect(httpScanner('http://127.0.0.1:1/').scan(streamed(pdf()))).rejects.toThrow();
  });
});

describe('demonstrationScanner', () => {
  it('finds the test virus wherever it is cut', async () => {
    const bytes = pdf(400, EICAR);
    for (const size of [1, 7, 67, 68, 69, 400]) {
      expect([size, await demonstrationScanner.scan(streamed(bytes, size))]).toEqual([
        size,
        'infected',
      ]);
      expect(await demonstrationScanner.scan(streamed(pdf(), size))).toBe('clean');
    }
  });
});
