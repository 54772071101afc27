/**
 * Lets this browser receive push messages: asks for leave, subscribes, and sends the subscription with the form. Where
 * a browser cannot, nothing of it is shown, and the words about it remain.
 */
const form = document.querySelector<HTMLFormElement>('form[data-push]');
const field = form?.querySelector<HTMLInputElement>('[name=subscription]');
const status = form?.querySelector<HTMLElement>('[data-status]');
const missing = document.querySelector<HTMLElement>('[data-push-missing]');

/** Apart from any other worker of the site: it serves nothing, it only shows what comes. */
const SCOPE = '/me/notifications/';

if (form && field && status && missing && 'serviceWorker' in navigator && 'PushManager' in window) {
  form.hidden = false;
  missing.hidden = true;

  const subscribe = async (): Promise<string> => {
    const worker = await navigator.serviceWorker.register('/push-worker.js', { scope: SCOPE });
    const options = { userVisibleOnly: true, applicationServerKey: form.dataset['push'] ?? '' };
    // A worker that is just being installed cannot subscribe yet.
    await new Promise<void>((resolve) => {
      const installing = worker.installing ?? worker.waiting;
      if (!installing) return resolve();
      const settle = () => ['activated', 'redundant'].includes(installing.state) && resolve();
      installing.addEventListener('statechange', settle);
      settle();
    });
    return JSON.stringify(await worker.pushManager.subscribe(options));
  };

  form.addEventListener('submit', (event) => {
    if (field.value) return;
    event.preventDefault();
    status.textContent = '正在问浏览器';
    void subscribe()
      .then((subscription) => {
        field.value = subscription;
        return form.requestSubmit();
      })
      .catch(() => {
        status.textContent =
          Notification.permission === 'denied'
            ? '浏览器不允许本站推送。请在浏览器的设置里允许，再按一次。'
            : '没有打开。浏览器的推送服务可能连不上，用短信就够了。';
        missing.hidden = false;
      });
  });
}
