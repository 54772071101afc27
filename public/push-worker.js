/* Shows push messages and opens the page they are about. It answers no request and keeps nothing. */
self.addEventListener('push', (event) => {
  const { title, text, path } = event.data.json();
  event.waitUntil(
    self.registration.showNotification(title, { body: text, lang: 'zh-CN', data: { path } }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.path));
});
