/**
 * What a browser keeps for one place of work while there is no link: encrypted with a key that no script can read out,
 * in a database of its own. Whoever holds the unlocked device can use the key through this site's pages, so that little
 * is kept, and not for long.
 */
const PREFIX = 'anlan-offline:';
/** Names of the databases; some browsers cannot list them. */
const INDEX = 'anlan-offline';
const IV_BYTES = 12;

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  cipher: ArrayBuffer;
}

export interface Drawer {
  /** As it was written; undefined where nothing was. */
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
  remove(name: string): Promise<void>;
  /** 1, 2, 3 …: never the same twice, in whichever tab. */
  nextNumber(): Promise<number>;
  /** Appends to the queue. */
  push(entry: unknown): Promise<void>;
  /** The queue in its order, each with the place by which it is dropped. */
  queue(): Promise<{ place: number; entry: unknown }[]>;
  drop(places: readonly number[]): Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Whether this browser can work without a link at all. WeChat's on iOS has no service worker. */
export function canWorkOffline(): boolean {
  return (
    'serviceWorker' in navigator &&
    'indexedDB' in globalThis &&
    'caches' in globalThis &&
    globalThis.crypto?.subtle !== undefined
  );
}

/** Opens the drawer of a place of work, and makes its key at first. */
export async function openDrawer(place: string): Promise<Drawer> {
  noteName(place);
  const db = await openDatabase(PREFIX + place);
  const key = await keyOf(db);
  const seal = async (value: unknown): Promise<Sealed> => {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = encoder.encode(JSON.stringify(value));
    return { iv, cipher: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain) };
  };
  const unseal = async ({ iv, cipher }: Sealed): Promise<unknown> =>
    JSON.parse(decoder.decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, cipher)));
  return {
    async read(name) {
      const sealed = await ask(db, 'values', 'readonly', (store) => store.get(name));
      return sealed === undefined ? undefined : unseal(sealed as Sealed);
    },
    async write(name, value) {
      const sealed = await seal(value);
      await ask(db, 'values', 'readwrite', (store) => store.put(sealed, name));
    },
    async remove(name) {
      await ask(db, 'values', 'readwrite', (store) => store.delete(name));
    },
    async nextNumber() {
      // A key generator counts on across tabs, and after its rows are gone.
      const number = await ask(db, 'numbers', 'readwrite', (store) => store.add(0));
      return number as number;
    },
    async push(entry) {
      const sealed = await seal(entry);
      await ask(db, 'queue', 'readwrite', (store) => store.add(sealed));
    },
    async queue() {
      const [places, rows] = await Promise.all([
        ask(db, 'queue', 'readonly', (store) => store.getAllKeys()),
        ask(db, 'queue', 'readonly', (store) => store.getAll()),
      ]);
      const entries = await Promise.all((rows as Sealed[]).map(unseal));
      // A row that came between the two questions has no key yet, and waits for the next time.
      return (places as number[]).flatMap((at, index) =>
        index < entries.length ? [{ place: at, entry: entries[index] }] : [],
      );
    },
    async drop(places) {
      for (const at of places) await ask(db, 'queue', 'readwrite', (store) => store.delete(at));
    },
  };
}

/** How many entries no link has taken yet, in all drawers of this browser. */
export async function countUnsent(): Promise<number> {
  let count = 0;
  for (const name of names()) {
    const db = await openDatabase(PREFIX + name);
    count += (await ask(db, 'queue', 'readonly', (store) => store.count())) as number;
    db.close();
  }
  return count;
}

/** Throws all drawers away, with their keys. */
export async function discardDrawers(): Promise<void> {
  for (const name of names()) await discard(name);
  localStorage.removeItem(INDEX);
}

/** Throws away the drawer of one place of work, with its key. */
export async function discardDrawer(place: string): Promise<void> {
  await discard(place);
  localStorage.setItem(INDEX, JSON.stringify(names().filter((name) => name !== place)));
}

function discard(place: string): Promise<void> {
  return new Promise<void>((resolve) => {
    const request = indexedDB.deleteDatabase(PREFIX + place);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => resolve());
    // Another tab has it open: it goes when that tab closes.
    request.addEventListener('blocked', () => resolve());
  });
}

function names(): string[] {
  try {
    return JSON.parse(localStorage.getItem(INDEX) ?? '[]') as string[];
  } catch {
    return [];
  }
}

function noteName(place: string): void {
  localStorage.setItem(INDEX, JSON.stringify([...new Set([...names(), place])]));
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore('keys');
      request.result.createObjectStore('values');
      request.result.createObjectStore('numbers', { autoIncrement: true });
      request.result.createObjectStore('queue', { autoIncrement: true });
    });
    request.addEventListener('success', () => {
      const db = request.result;
      // Somebody signs out in another tab.
      db.addEventListener('versionchange', () => db.close());
      resolve(db);
    });
    request.addEventListener('error', () => reject(asError(request.error)));
  });
}

/** The key in the drawer; made once, and by the first of two tabs that open it together. */
async function keyOf(db: IDBDatabase): Promise<CryptoKey> {
  const held = await ask(db, 'keys', 'readonly', (store) => store.get('key'));
  if (held) return held as CryptoKey;
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  await ask(db, 'keys', 'readwrite', (store) => store.add(key, 'key')).catch(() => {});
  return (await ask(db, 'keys', 'readonly', (store) => store.get('key'))) as CryptoKey;
}

/** One request in a transaction of its own; done when it is safely written. */
function ask(
  db: IDBDatabase,
  name: string,
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(name, mode);
    const asked = request(transaction.objectStore(name));
    transaction.addEventListener('complete', () => resolve(asked.result));
    transaction.addEventListener('abort', () => reject(asError(transaction.error)));
  });
}

const asError = (error: DOMException | null) => error ?? new Error('The browser kept nothing.');
