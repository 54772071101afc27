/** What a page of work does to open without a link, and to leave nothing behind. The worker is `public/work-worker.js`. */
const WORKER = '/work-worker.js';
const CACHE = 'anlan-work';

/** Has the worker keep a page and the files it is made of. @returns whether it opens without a link now. */
export async function keepPage(scope: string): Promise<boolean> {
  try {
    await navigator.serviceWorker.register(WORKER, { scope });
    const { active } = await navigator.serviceWorker.ready;
    const files = performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname);
    if (!active) return false;
    return await new Promise<boolean>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', ({ data }) => resolve(data === true));
      port1.start();
      active.postMessage({ files }, [port2]);
    });
  } catch {
    return false;
  }
}

/** Throws away what browsers keep of pages of work. @param scope of one page; of all without. */
export async function forgetPages(scope?: string): Promise<void> {
  for (const name of await caches.keys()) {
    const isMeant = scope === undefined ? name.startsWith(CACHE) : name === `${CACHE}:${scope}`;
    if (isMeant) await caches.delete(name);
  }
  for (const worker of await navigator.serviceWorker.getRegistrations()) {
    const isMeant = scope === undefined || new URL(worker.scope).pathname === scope;
    if (isMeant && worker.active?.scriptURL.endsWith(WORKER)) await worker.unregister();
  }
}
