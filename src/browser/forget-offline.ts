/**
 * Signing out takes along what this browser kept for work without a link. What no link has taken yet is not thrown away
 * unasked: it is the only trace of who went in.
 */
import { countUnsent, discardDrawers } from '../lib/offline/drawer.ts';

const ASKED = 'data-asked';

async function forget(): Promise<void> {
  await discardDrawers();
  for (const name of await caches.keys()) {
    if (name.startsWith('anlan-door')) await caches.delete(name);
  }
  const workers = await navigator.serviceWorker.getRegistrations();
  for (const worker of workers) {
    if (worker.active?.scriptURL.endsWith('/door-worker.js')) await worker.unregister();
  }
}

if ('serviceWorker' in navigator && 'indexedDB' in window) {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[action="/sign-out"]')) {
    form.addEventListener('submit', (event) => {
      if (form.getAttribute(ASKED) === 'done') return;
      event.preventDefault();
      void (async () => {
        const unsent = await countUnsent().catch(() => 0);
        if (unsent > 0 && !form.hasAttribute(ASKED)) {
          form.setAttribute(ASKED, '');
          const warning = document.createElement('p');
          warning.setAttribute('role', 'alert');
          warning.textContent = `这台设备上还有${unsent}条入口登记没发出，现在退出就没有了。请先打开“入口登记”等它发完；一定要退出，再按一次。`;
          form.appendChild(warning);
          return;
        }
        await forget().catch(() => {});
        form.setAttribute(ASKED, 'done');
        form.requestSubmit();
      })();
    });
  }
}
