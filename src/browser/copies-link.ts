/** What pages ask of the worker that keeps guides, and how. */
import type { CopySet } from '../lib/offline/copies.ts';

export type CopyRequest = { keep: string } | { count: CopySet };

/** What is kept of one set. Bytes are of what is missing or has a newer version. */
export interface CopyState {
  total: number;
  kept: number;
  newer: number;
  /** In milliseconds. */
  oldestAt: number | undefined;
  missing: string[];
  bytes: number;
  sentBytes: number;
}

/** The worker that looks after the part of the site that this page belongs to, ready for questions. */
export async function guidesWorker(): Promise<ServiceWorker | undefined> {
  const scope = location.pathname.startsWith('/elder') ? '/elder' : '/guides';
  await navigator.serviceWorker.register('/guides-worker.js', { scope });
  const { active } = await navigator.serviceWorker.ready;
  return active ?? undefined;
}

export function askWorker<Answer>(
  worker: ServiceWorker,
  request: CopyRequest,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', ({ data }) => resolve(data as Answer | undefined));
    port1.start();
    worker.postMessage(request, [port2]);
  });
}
