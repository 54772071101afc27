import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What the way to the database does with a request: `refuse` cuts it before it gets there, `garble` answers
 * rubbish, `loseAnswer` cuts it after the database has answered (and committed), `hold` lets it through once
 * the promise settles, even when nobody waits for the answer any more.
 */
export type Fault =
  | { kind: 'refuse' }
  | { kind: 'garble' }
  | { kind: 'loseAnswer' }
  | { kind: 'hold'; until: () => Promise<unknown> };

export interface FaultOptions {
  /** Only so many of the requests that `when` picks; all of them unless given. */
  times?: number;
  /** Picks requests by the SQL they carry; all of them unless given. */
  when?: (sql: string) => boolean;
}

/** A request to the database as it was seen on its way. */
export interface SeenRequest {
  /** All its statements, a line each. */
  sql: string;
  fault: Fault['kind'] | undefined;
}

/** Stands between the Worker and its database and does to requests what networks do. */
export class FaultProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #port: number;
  readonly #pending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #fault: Fault | undefined;
  #left = 0;
  #when: (sql: string) => boolean = () => true;
  #seen: SeenRequest[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const done = this.#handle(request, response).catch(() => {
        response.destroy();
      });
      this.#pending.add(done);
      void done.finally(() => this.#pending.delete(done));
    });
  }

  /** @param port where the database listens on 127.0.0.1; nobody needs to listen there yet. */
  static async start(port: number): Promise<FaultProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, port);
  }

  /** Requests since the last `reset`, in the order of their arrival. */
  get seen(): readonly SeenRequest[] {
    return this.#seen;
  }

  fail(fault: Fault, { times = Infinity, when = () => true }: FaultOptions = {}): void {
    this.#fault = fault;
    this.#left = times;
    this.#when = when;
  }

  /** Every request is held for so long before it goes on. */
  slowBy(ms: number, options: FaultOptions = {}): void {
    const { signal } = this.#closing;
    this.fail({ kind: 'hold', until: () => delay(ms, undefined, { signal }) }, options);
  }

  pass(): void {
    this.#fault = undefined;
  }

  /** Lets everything pass and forgets what was seen, once what is under way has ended. */
  async reset(): Promise<void> {
    this.pass();
    await this.settled();
    this.#seen = [];
  }

  /** Waits for the requests under way, and for those that follow from them meanwhile. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const sql = statementsIn(body.toString());
    const fault = this.#take(sql);
    this.#seen.push({ sql, fault: fault?.kind });
    if (fault?.kind === 'refuse') {
      response.destroy();
      return;
    }
    if (fault?.kind === 'garble') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('<<not JSON>>');
      return;
    }
    if (fault?.kind === 'hold') await fault.until();
    const answer = await this.#forward(request, body);
    const text = await buffer(answer);
    if (fault?.kind === 'loseAnswer' || response.destroyed) {
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  }

  #take(sql: string): Fault | undefined {
    if (!this.#fault || this.#left <= 0 || !this.#when(sql)) return undefined;
    this.#left -= 1;
    return this.#fault;
  }

  /** One connection a request: a kept one would break when the database restarts behind our back. */
  async #forward(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<IncomingMessage> {
    const onward = forward({
      host: '127.0.0.1',
      port: this.#port,
      method,
      path: url,
      headers: { ...headers, host: `127.0.0.1:${this.#port}`, connection: 'close' },
      agent: false,
    });
    onward.end(body);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    return answer;
  }
}

interface Pipeline {
  requests?: readonly {
    stmt?: { sql?: string };
    batch?: { steps?: readonly { stmt?: { sql?: string } }[] };
    sql?: string;
  }[];
}

/** The SQL that a pipeline request carries. */
function statementsIn(body: string): string {
  if (body === '') return '';
  const { requests = [] } = JSON.parse(body) as Pipeline;
  const statements = requests.flatMap(({ stmt, batch, sql }) => [
    sql,
    stmt?.sql,
    ...(batch?.steps ?? []).map((step) => step.stmt?.sql),
  ]);
  return statements.filter((one) => one !== undefined).join('\n');
}
