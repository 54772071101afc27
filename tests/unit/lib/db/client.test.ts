import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../../src/lib/db/client.ts';
import { domainErrorIn } from '../../../../src/lib/errors.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function reasonFor(url: string): Promise<string | undefined> {
  const db = openDatabase({ url, timeoutMs: 300 });
  const outcome = await db.run(sql`SELECT 1`).catch((error: unknown) => error);
  return domainErrorIn(outcome)?.reason;
}

describe('a database', () => {
  it.each(['http://HOST', 'libsql://HOST?tls=0'])(
    'that never answers at %s is given up',
    async (url) => {
      const host = await serve(() => {});
      expect(await reasonFor(url.replace('HOST', host))).toBe('database_unavailable');
    },
  );

  it('that answers rubbish is away', async () => {
    const host = await serve((_request, response) =>
      response.end('<html>not what you think</html>'),
    );
    expect(await reasonFor(`http://${host}`)).toBe('database_unavailable');
  });

  it('whose schema does not fit is there: that is our mistake', async () => {
    const error = { message: 'no such table: halls', code: 'SQL_INPUT_ERROR' };
    const closed = { type: 'ok', response: { type: 'close' } };
    const body = { baton: null, base_url: null, results: [{ type: 'error', error }, closed] };
    const host = await serve((_request, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(body));
    });
    const db = openDatabase({ url: `http://${host}` });
    const outcome = await db.run(sql`SELECT * FROM halls`).catch((caught: unknown) => caught);
    expect(outcome).toBeInstanceOf(Error);
    expect(domainErrorIn(outcome)).toBeUndefined();
  });
});
