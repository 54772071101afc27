/*
 * Lets one page of work (a hall's door, a drill on a phone) open without a link. It looks after that page alone: the page
 * without anybody's data, which lies at its address with /offline (what it shows is in the browser's encrypted drawer), and
 * the files it is made of. It keeps no other page and no answer of the site.
 */
/* Longer than a slow link takes, shorter than a queue in the rain is patient. */
const PATIENCE_MS = 4000;

const home = new URL(self.registration.scope).pathname.replace(/\/$/, '');
/* One for each page: each throws away the files that it does not need itself. */
const CACHE = `anlan-work:${home}`;
const shell = `${home}/offline`;
const isFile = (path) => path.startsWith('/_astro/') || path === '/favicon.svg';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/* The page names the files that it is running with, each time it is opened with a link. */
self.addEventListener('message', (event) => {
  const kept = keep(event.data.files).then(
    () => true,
    () => false,
  );
  event.waitUntil(kept.then((isKept) => event.ports[0].postMessage(isKept)));
});

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return;
  if (mode === 'navigate' && pathname === home) event.respondWith(openHome(event.request));
  else if (isFile(pathname)) event.respondWith(file(event.request));
});

async function keep(files) {
  const cache = await caches.open(CACHE);
  const page = await fetch(shell, { credentials: 'same-origin', redirect: 'error' });
  if (!page.ok) throw new Error('The page without data was not to be had.');
  const text = await page.clone().text();
  const linked = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  const wanted = new Set([...files, ...linked].filter(isFile));
  for (const path of wanted) if (!(await cache.match(path))) await cache.add(path);
  await cache.put(shell, page);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (isFile(pathname) && !wanted.has(pathname)) await cache.delete(url);
  }
}

async function openHome(request) {
  try {
    const page = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (page.status < 500) return page;
  } catch {
    /* No link: the kept page, below. */
  }
  const cache = await caches.open(CACHE);
  return (await cache.match(shell)) ?? fetch(request);
}

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}
