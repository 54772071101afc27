/**
 * Signing out takes along what this browser kept for work without a link. What no link has taken yet is not thrown away
 * unasked: it is the only trace of who went in.
 */
import { countUnsent, discardDrawers } from '../lib/offline/drawer.ts';
import { forgetPages } from './kept-page.ts';

const ASKED = 'data-asked';

async function forget(): Promise<void> {
  await discardDrawers();
  await forgetPages();
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
          warning.textContent = `这台设备上还有${unsent}条记录没发出，现在退出就没有了。请先打开“入口登记”或者演练的页面，等它发完；一定要退出，再按一次。`;
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
