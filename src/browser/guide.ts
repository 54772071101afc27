/** The one script of a page for reading: keeps the page for when there is no link, and reads it aloud. */
import { askWorker, guidesWorker } from './copies-link.ts';
import { offerListening } from './listen.ts';

offerListening();

if ('serviceWorker' in navigator && 'caches' in window) {
  void guidesWorker()
    .then((worker) => worker && askWorker(worker, { keep: location.pathname }))
    .catch(() => {});
}
