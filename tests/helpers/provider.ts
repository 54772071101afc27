import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Provider {
  url: string;
  /** Everything that was asked, in order. */
  asked: Asked[];
  close(): Promise<void>;
}

/** A provider on this machine: a real server that answers what it is told to. `undefined` never answers. */
export async function startProvider(
  answer: (asked: Asked) => { status?: number; body: unknown } | undefined,
): Promise<Provider> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://provider.invalid');
      const one: Asked = {
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(parts),
      };
      asked.push(one);
      const given = answer(one);
      if (!given) return;
      response.writeHead(given.status ?? 200, { 'content-type': 'application/json' });
      response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, asked, close };
}
