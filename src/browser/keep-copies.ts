/** The button that keeps all guides on this device, with what it costs and how old the copies are. */
import { agoWords, megabytes, type CopySet } from '../lib/offline/copies.ts';
import { askWorker, guidesWorker, type CopyState } from './copies-link.ts';

/** So many at once: a weak link is not choked, a good one is not idle. */
const AT_ONCE = 4;

const section = document.querySelector<HTMLElement>('[data-keep]');
const panel = section?.querySelector<HTMLElement>('[data-keep-panel]');
const missing = section?.querySelector<HTMLElement>('[data-keep-missing]');
const status = section?.querySelector<HTMLElement>('[data-keep-status]');
const all = section?.querySelector<HTMLButtonElement>('[data-keep-all]');
const none = section?.querySelector<HTMLButtonElement>('[data-keep-none]');

function words({
  total,
  kept,
  newer,
  oldestAt,
  bytes,
  sentBytes,
  missing: open,
}: CopyState): string {
  const cost = `约占${megabytes(bytes)}MB，下载用${megabytes(sentBytes)}MB流量`;
  const age = oldestAt === undefined ? '' : `，最早的是${agoWords(oldestAt, Date.now())}存的`;
  const old = newer > 0 ? `其中${newer}页网站上已有新的一版，请再按一次更新。` : '';
  if (kept === 0) return `共${total}页，还没有存。全部存下${cost}。`;
  if (open.length === 0) return `${total}页都存好了${age}。`;
  return `存了${kept}页，共${total}页${age}。${old}余下的${cost}。`;
}

async function start(): Promise<void> {
  if (!section || !panel || !missing || !status || !all || !none) return;
  const set = section.dataset['keep'] as CopySet;
  const worker = await guidesWorker();
  if (!worker) return;
  const count = () => askWorker<CopyState>(worker, { count: set });

  const show = async () => {
    const state = await count();
    if (!state || state.total === 0) {
      status.textContent = '现在没有网，连上网再存。';
      return;
    }
    status.textContent = words(state);
    all.hidden = state.missing.length === 0;
    none.hidden = state.kept === 0;
  };

  all.addEventListener('click', () => {
    if (all.getAttribute('aria-disabled') === 'true') return;
    all.setAttribute('aria-disabled', 'true');
    void (async () => {
      // Asks the browser not to clear the copies first when the device is full; it may say no.
      await navigator.storage?.persist?.().catch(() => false);
      const queue = (await count())?.missing ?? [];
      const total = queue.length;
      let failed = 0;
      const work = async () => {
        for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
          if (!(await askWorker<boolean>(worker, { keep: path }))) failed += 1;
          const done = total - queue.length;
          if (done % 10 === 0) status.textContent = `正在存，已存${done}页，共${total}页`;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      await show();
      if (failed > 0) status.textContent += `有${failed}页没存上，网好的时候再按一次。`;
    })().finally(() => all.removeAttribute('aria-disabled'));
  });

  const forget = async () => {
    await caches.delete('anlan-guides');
    await (await navigator.serviceWorker.getRegistration())?.unregister();
    none.hidden = true;
    all.hidden = true;
    status.textContent = '都删掉了。再打开指南时，会重新存下打开的那几篇。';
  };
  none.addEventListener('click', () => void forget());

  await show();
  panel.hidden = false;
  missing.hidden = true;
}

if ('serviceWorker' in navigator && 'caches' in window) void start().catch(() => {});
