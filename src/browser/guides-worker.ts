/**
 * Keeps guides for when there is no link. It is registered for `/guides` and for `/elder`, so that no browser ever hands
 * it another page of the site; and it keeps nothing but the pages that the build lists in `/offline.json` and the files
 * they are made of. Built into `/guides-worker.js` after the site (decision 39).
 */
import { bannerMarkup } from '../features/banners/policy.ts';
import { escapeMarkup } from '../lib/markup.ts';
import {
  agoWords,
  changeOf,
  copySetOf,
  judgeCopy,
  listedPage,
  plainPath,
  withdrawnTexts,
  withLines,
  withoutEntries,
  withoutLines,
  type Copy,
  type CopyList,
  type CopySet,
  type LiveFile,
} from '../lib/offline/copies.ts';
import { guideAddress, isElder, lineAddress, textAddress, textOf } from '../lib/text-path.ts';
import { formatDayTime } from '../lib/time.ts';
import type { CopyState, CopyRequest } from './copies-link.ts';

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends WorkerEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Message extends WorkerEvent {
  data: CopyRequest;
  ports: readonly MessagePort[];
}
interface WorkerScope {
  location: Location;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', act: (event: WorkerEvent) => void): void;
  addEventListener(type: 'fetch', act: (event: Fetching) => void): void;
  addEventListener(type: 'message', act: (event: Message) => void): void;
}
const worker = globalThis as unknown as WorkerScope;

const CACHE = 'anlan-guides';
const LIVE = '/live.json';
const LIST = '/offline.json';
const FILES = ['/favicon.svg', '/live.css'];
/** A page's copy is the same whatever the asking browser says of itself. */
const KEPT = { cacheName: CACHE, ignoreVary: true };
const isFile = (path: string) => path.startsWith('/_astro/') || FILES.includes(path);
const shellOf = (path: string) => `${isElder(path) ? '/elder' : ''}/offline`;

/** Longer than a weak link takes, shorter than somebody who is frightened waits for what lies ready. */
const PATIENCE_MS = 3000;
/** How often the site is asked what has changed, while somebody reads with a link. */
const ASK_AGAIN_MS = 60_000;

const KEPT_AT = 'X-Kept-At';
const KEPT_WORDS = 'X-Kept-Words';

worker.addEventListener('install', (event) => {
  event.waitUntil(keepShells().then(() => worker.skipWaiting()));
});
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname, search } = new URL(url);
  if (method !== 'GET' || origin !== worker.location.origin) return;
  const path = plainPath(pathname);
  if (mode === 'navigate') {
    const isKeepable = copySetOf(path) !== undefined && search === '';
    event.respondWith(openPage(event, path, isKeepable));
  } else if (isFile(pathname)) {
    event.respondWith(openFile(event.request, pathname));
  }
});

worker.addEventListener('message', (event) => {
  const { data, ports } = event;
  const answering = answer(data).then(
    (state) => ports[0]?.postMessage(state),
    () => ports[0]?.postMessage(undefined),
  );
  event.waitUntil(answering);
});

async function answer(asked: CopyRequest): Promise<CopyState | boolean> {
  if ('keep' in asked) return keep(asked.keep);
  await learn(0);
  const state = await countCopies(asked.count);
  await forgetUnusedFiles(await caches.open(CACHE));
  return state;
}

/** What stands in a page's place when there is neither a link nor a copy. */
async function keepShells(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const shell of ['/offline', '/elder/offline']) {
    const page = await fetchPage(shell);
    if (!page.ok) throw new Error(shell);
    const html = await page.text();
    await keepFilesOf(cache, html);
    await cache.put(shell, copyOf(page, withoutLines(html), ''));
  }
}

const fetchPage = (path: string, signal?: AbortSignal) =>
  fetch(path, { cache: 'no-cache', redirect: 'error', ...(signal ? { signal } : {}) });

/** Keeps one page of the list. @returns whether it is kept now. */
async function keep(path: string): Promise<boolean> {
  await learn();
  const list = await known<CopyList>(LIST);
  if (!listedPage(list, path)) return false;
  const page = await fetchPage(path);
  return store(path, page);
}

async function store(path: string, page: Response): Promise<boolean> {
  const list = await known<CopyList>(LIST);
  const listed = listedPage(list, path);
  if (page.status === 410) await forgetGuide(path);
  const isWhole = page.status === 200 && !page.redirected && page.type === 'basic';
  if (!listed || !isWhole || !page.headers.get('Content-Type')?.startsWith('text/html'))
    return false;
  const html = withoutLines(await page.text());
  const cache = await caches.open(CACHE);
  await keepFilesOf(cache, html);
  await cache.put(path, copyOf(page, html, listed[0]));
  return true;
}

/** The site's own headers, its policy above all, and what is known of the copy. */
function copyOf(page: Response, html: string, words: string): Response {
  const headers = new Headers(page.headers);
  headers.delete('Content-Length');
  headers.delete('Content-Encoding');
  headers.set(KEPT_AT, String(Date.parse(headers.get('Date') ?? '') || Date.now()));
  headers.set(KEPT_WORDS, words);
  return new Response(html, { headers });
}

/** What a page links, and what a script brings along. */
const filesIn = (text: string) =>
  [...text.matchAll(/["'`](?:\.|\/_astro)(\/[\w-]+\.(?:js|css))["'`]/g)].map(
    ([, file = '']) => `/_astro${file}`,
  );

async function keepFilesOf(cache: Cache, text: string): Promise<void> {
  for (const path of new Set([...FILES, ...filesIn(text)])) {
    if (await cache.match(path, KEPT)) continue;
    await cache.add(path);
    const file = path.endsWith('.js') ? await cache.match(path, KEPT) : undefined;
    if (file) await keepFilesOf(cache, await file.text());
  }
}

/** Each deployment may bring files of new names; those of the old names go with the last copy that needs them. */
async function forgetUnusedFiles(cache: Cache): Promise<void> {
  const paths = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  const readers = paths.filter(
    (path) => copySetOf(path) ?? (path.endsWith('/offline') || path.endsWith('.js')),
  );
  const used = new Set<string>();
  for (const path of readers) {
    for (const file of filesIn((await (await cache.match(path, KEPT))?.text()) ?? '')) {
      used.add(file);
    }
  }
  for (const path of paths) {
    if (path.startsWith('/_astro/') && !used.has(path)) await cache.delete(path, KEPT);
  }
}

let askedAt = 0;

/**
 * Asks what has changed, and forgets what must not be shown any more. Without a link the last answers hold.
 * @param after how old the last answers may be, in milliseconds.
 */
async function learn(after = ASK_AGAIN_MS): Promise<void> {
  if (Date.now() - askedAt < after) return;
  const cache = await caches.open(CACHE);
  const asking = [LIVE, LIST].map(async (path) => {
    const file = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!file.ok) throw new Error(path);
    await cache.put(path, file);
  });
  const settled = await Promise.allSettled(asking);
  if (settled.every(({ status }) => status === 'fulfilled')) askedAt = Date.now();
  const [live, list] = await Promise.all([known<LiveFile>(LIVE), known<CopyList>(LIST)]);
  for (const copy of await listCopies(cache)) {
    const verdict = judgeCopy(copy, live, list);
    if (verdict === 'withdrawn' || verdict === 'stale') await cache.delete(copy.path, KEPT);
  }
}

/** The last answer of the site to one of its two files. */
async function known<File>(path: string): Promise<File | undefined> {
  const file = await caches.match(path, KEPT);
  return file ? ((await file.json()) as File) : undefined;
}

async function listCopies(cache: Cache): Promise<Copy[]> {
  const paths = (await cache.keys())
    .map(({ url }) => new URL(url).pathname)
    .filter((path) => copySetOf(path));
  const copies = await Promise.all(
    paths.map(async (path) => {
      const page = await cache.match(path, KEPT);
      return page ? [factsOf(path, page)] : [];
    }),
  );
  return copies.flat();
}

const factsOf = (path: string, page: Response): Copy => ({
  path,
  keptAt: Number(page.headers.get(KEPT_AT)),
  words: page.headers.get(KEPT_WORDS) ?? '',
});

/** A guide and its twin go together. */
async function forgetGuide(path: string): Promise<void> {
  const cache = await caches.open(CACHE);
  const addressOf = (page: string) => {
    const text = textOf(page);
    return text && textAddress(text);
  };
  const address = addressOf(path);
  for (const copy of await listCopies(cache)) {
    if (address && addressOf(copy.path) === address) await cache.delete(copy.path, KEPT);
  }
}

async function openPage(event: Fetching, path: string, isKeepable: boolean): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE_MS);
  const kept = await caches.match(path, KEPT);
  try {
    // Without a copy there is nothing to give up waiting for.
    const page = await fetch(event.request, kept ? { signal: late.signal } : {});
    if (page.status < 500 || !kept) {
      if (page.type !== 'opaqueredirect') event.waitUntil(afterReading(path, page, isKeepable));
      return page;
    }
  } catch {
    // No link, or too weak a one: what lies ready, below.
  } finally {
    clearTimeout(timer);
  }
  return openCopy(path);
}

/** The copy is taken from the answer before it is read, so this is called before the answer is handed over. */
function afterReading(path: string, page: Response, isKeepable: boolean): Promise<unknown> {
  const own = page.clone();
  return (async () => {
    await learn();
    if (isKeepable) await store(path, own);
  })().catch(() => {});
}

async function openCopy(path: string): Promise<Response> {
  const [live, list] = await Promise.all([known<LiveFile>(LIVE), known<CopyList>(LIST)]);
  const kept = await caches.match(path, KEPT);
  const now = Date.now();
  const copy = kept && factsOf(path, kept);
  const verdict = copy && judgeCopy(copy, live, list);
  if (!kept || !copy || verdict === 'withdrawn' || verdict === 'stale') {
    return openShell(path, live);
  }
  const html = withoutEntries(await kept.text(), withdrawnTexts(live));
  const at = new Date(copy.keptAt);
  const age = `没有网，或者网太慢。这一页是${formatDayTime(at)}（${agoWords(copy.keptAt, now)}）存下的。`;
  const marks = [
    ...(verdict === 'newer'
      ? ['<p><b>这是旧的</b>网站上已经有新的一版，说法可能变了。连上网再看一遍。</p>']
      : []),
    `<p>${age}</p>`,
  ];
  return new Response(withLines(html, [...bannersOf(path, live, now), ...marks]), {
    headers: kept.headers,
  });
}

function bannersOf(path: string, live: LiveFile | undefined, now: number): string[] {
  const isInForce = ({ until }: { until: string }) => Date.parse(until) > now;
  return (live?.banners ?? []).filter(isInForce).map(({ href, until, ...banner }) => {
    const leadsTo = lineAddress(href, withdrawnTexts(live), path);
    return bannerMarkup({ ...banner, href: leadsTo, until: new Date(until) });
  });
}

/** Says why there is nothing to show, and names what is kept. */
async function openShell(path: string, live: LiveFile | undefined): Promise<Response> {
  const cache = await caches.open(CACHE);
  const shell = await cache.match(shellOf(path), KEPT);
  if (!shell) return Response.error();
  const change = changeOf(path, live);
  const isWithdrawn = change?.state === 'withdrawn';
  const since = change ? formatDayTime(new Date(change.since)) : '';
  const words = isWithdrawn
    ? `<h1>本文已撤下</h1><p>从${since}起撤下：${escapeMarkup(change.reason ?? '')}以前看过的，请不要再照着做。</p>`
    : '<h1>没有网，这一页没有存下</h1><p>连上网再打开。正在出事，先到安全的地方，再拨号。</p>';
  const set = copySetOf(shellOf(path) === '/offline' ? '/guides' : '/elder');
  const links = (await namedCopies(cache, set, path, live))
    .map(([href, title]) => `<li><a href="${href}">${escapeMarkup(title)}</a></li>`)
    .join('');
  const html = (await shell.text())
    .replace(/<div data-offline[^>]*>[\s\S]*?<\/div>/, () => `<div>${words}</div>`)
    .replace(/(<ul data-kept[^>]*>)\s*<\/ul>/, (_, list: string) => `${list}${links}</ul>`);
  const headers = new Headers(shell.headers);
  headers.set('Cache-Control', 'no-store');
  return new Response(html, { headers });
}

/** Address and title of the guides that lie ready. */
async function namedCopies(
  cache: Cache,
  set: CopySet | undefined,
  path: string,
  live: LiveFile | undefined,
): Promise<[string, string][]> {
  const list = await known<CopyList>(LIST);
  const shown = (await listCopies(cache)).filter(
    (copy) =>
      copySetOf(copy.path) === set &&
      copy.path.includes('/guides/') &&
      !copy.path.endsWith('/more') &&
      ['current', 'newer'].includes(judgeCopy(copy, live, list)),
  );
  return Promise.all(
    shown.map(async (copy): Promise<[string, string]> => {
      const html = (await (await cache.match(copy.path, KEPT))?.text()) ?? '';
      const title = /<title>([^<·]*)/.exec(html)?.[1]?.trim() ?? copy.path;
      return [guideAddress(copy.path.split('/guides/')[1] ?? '', path), title];
    }),
  );
}

async function openFile(request: Request, path: string): Promise<Response> {
  const kept = await caches.match(path, KEPT);
  // The name of a built file changes with what is in it; the other two keep theirs.
  if (kept && path.startsWith('/_astro/')) return kept;
  try {
    return await fetch(request);
  } catch {
    return kept ?? Response.error();
  }
}

async function countCopies(set: CopySet): Promise<CopyState> {
  const cache = await caches.open(CACHE);
  const [live, list] = await Promise.all([known<LiveFile>(LIVE), known<CopyList>(LIST)]);
  const copies = (await listCopies(cache)).filter(({ path }) => copySetOf(path) === set);
  const listed = Object.entries(list?.sets[set] ?? {});
  const isCurrent = (path: string) =>
    copies.some((copy) => copy.path === path && judgeCopy(copy, live, list) === 'current');
  const missing = listed.filter(([path]) => !isCurrent(path));
  return {
    total: listed.length,
    kept: copies.length,
    newer: copies.filter((copy) => judgeCopy(copy, live, list) === 'newer').length,
    oldestAt: copies.length > 0 ? Math.min(...copies.map(({ keptAt }) => keptAt)) : undefined,
    missing: missing.map(([path]) => path),
    bytes: missing.reduce((sum, [, [, bytes]]) => sum + bytes, 0),
    sentBytes: missing.reduce((sum, [, [, , sent]]) => sum + sent, 0),
  };
}
