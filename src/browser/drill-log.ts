/** Brings the log of a drill up to date while somebody looks at it. Without this script there is the link to reload. */
import { reachSite } from '../lib/offline/link.ts';
import { delayAfter } from '../lib/offline/outbox.ts';

const POLL_MS = 4_000;
const PATIENCE_MS = 8_000;

const place = document.querySelector<HTMLElement>('[data-log-of]');
const asked = document.querySelector<HTMLElement>('[data-asked]');
let tag: string | undefined;
let failures = 0;

/** @returns whether the site answered. */
async function look(into: HTMLElement): Promise<boolean> {
  const init = tag ? { headers: { 'If-None-Match': tag } } : {};
  const address = `/api/drills/${into.dataset['logOf']}/live`;
  const reached = await reachSite(address, init, PATIENCE_MS);
  if (reached.state !== 'answered') return false;
  if (reached.response.status === 304) return true;
  const page = await reachSite(location.pathname, {}, PATIENCE_MS);
  if (page.state !== 'answered' || !page.response.ok || page.response.redirected) return false;
  const read = new DOMParser().parseFromString(await page.response.text(), 'text/html');
  const fresh = read.querySelector('[data-log-of]');
  if (!fresh) return false;
  into.replaceChildren(...fresh.childNodes);
  const words = read.querySelector('[data-asked]')?.textContent;
  if (asked && words) asked.textContent = words;
  tag = reached.response.headers.get('ETag') ?? undefined;
  return true;
}

async function follow(into: HTMLElement): Promise<void> {
  if (document.visibilityState === 'visible') {
    const isHeard = await look(into).catch(() => false);
    failures = isHeard ? 0 : failures + 1;
    if (asked) asked.dataset['state'] = isHeard ? 'linked' : 'no_link';
    if (asked && !isHeard) asked.textContent = '没有网，这里可能不是最新的。';
  }
  const delay = failures === 0 ? POLL_MS : delayAfter(failures, Math.random());
  setTimeout(() => void follow(into), delay);
}

if (place) void follow(place);
