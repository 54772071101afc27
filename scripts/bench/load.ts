import { Agent, request } from 'node:http';

export interface Ask {
  method: 'GET' | 'POST';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** One thing to measure: where it listens, what it is asked, and the answer that counts as done. */
export interface Target {
  name: string;
  port: number;
  status: number;
  /** @param index counts up over all rounds, so that no two writes are the same. */
  ask: (index: number) => Ask;
}

const CONCURRENCY = 16;

/** So many requests, always `CONCURRENCY` of them under way. @returns requests a second. */
export async function load(target: Target, first: number, requests: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  let next = first;
  const worker = async (): Promise<void> => {
    while (next < first + requests) {
      next += 1;
      await send(target, next - 1, agent);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return requests / seconds;
}

function send({ name, port, status, ask }: Target, index: number, agent: Agent): Promise<void> {
  const { method, path, headers = {}, body } = ask(index);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      answer.resume();
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.statusCode === status) resolve();
        else reject(new Error(`${name} answered ${answer.statusCode} to request ${index}.`));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
