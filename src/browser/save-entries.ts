/**
 * Saves the lines of a form one by one as they are typed, each with the version at which it was read. The button below saves
 * the same once more, and shows both texts where somebody else was faster.
 */
const form = document.querySelector<HTMLFormElement>('form[data-entries]');
/** So long after the last key somebody has finished a thought. */
const PAUSE_MS = 1200;
const AGAIN_MS = 15_000;

interface Answer {
  version?: number;
  code?: string;
  detail?: string;
  errors?: { message: string }[];
}

if (form) {
  const address = form.dataset['entries'] ?? '';
  /** What waits to be sent, line by line, until the page goes. */
  let flushes: ((keepalive?: boolean) => void)[] = [];
  /** What is on its way. */
  const sending = new Set<Promise<void>>();

  for (const line of form.querySelectorAll<HTMLElement>('[data-entry]')) {
    const entry = line.dataset['entry'] ?? '';
    const told = line.querySelector<HTMLElement>('[data-saved]');
    const version = line.querySelector<HTMLInputElement>('input[type=hidden]');
    const state = { isBusy: false, isDirty: false, isOver: false, timer: 0 };

    const tell = (words: string) => {
      if (told) told.textContent = words;
    };
    const wait = (milliseconds: number) => {
      clearTimeout(state.timer);
      state.timer = window.setTimeout(save, milliseconds);
    };

    /** @returns how long to wait before what was typed meanwhile is sent. */
    const send = async (keepalive: boolean): Promise<number> => {
      const data = new FormData(form);
      const values = ['said', 'counted', 'whole', 'reason'].map((field) => {
        const value = data.get(`${entry}.${field}`);
        return [field, typeof value === 'string' ? value : ''];
      });
      const own = { part: form.dataset['part'], entry, version: Number(version?.value) };
      try {
        const answer = await fetch(address, {
          method: 'POST',
          keepalive,
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
          body: JSON.stringify({ ...own, ...Object.fromEntries(values) }),
        });
        if (answer.status >= 500) throw new Error();
        const { version: next, code, detail, errors } = (await answer.json()) as Answer;
        if (next !== undefined && version) {
          version.value = String(next);
          tell(`已自动保存（${new Date().toTimeString().slice(0, 5)}）`);
        } else if (code === 'entry_overtaken') {
          state.isOver = true;
          tell('同事刚刚改过这一项。你写的还在：按下面的“保存”，两边写的都看得到');
        } else tell(`还没有保存：${errors?.[0]?.message ?? detail ?? ''}`);
        return PAUSE_MS;
      } catch {
        state.isDirty = true;
        tell('没有连上，连上了会自己保存。先别关这一页');
        return AGAIN_MS;
      }
    };

    const run = async (keepalive: boolean) => {
      const pause = await send(keepalive);
      state.isBusy = false;
      if (state.isDirty) wait(pause);
    };

    function save(keepalive = false) {
      clearTimeout(state.timer);
      if (!state.isDirty || state.isBusy || state.isOver) return;
      Object.assign(state, { isBusy: true, isDirty: false });
      const sent = run(keepalive).finally(() => sending.delete(sent));
      sending.add(sent);
    }

    const typed = () => {
      state.isDirty = true;
      if (!state.isOver) wait(PAUSE_MS);
    };
    line.addEventListener('input', typed);
    line.addEventListener('change', typed);
    flushes.push(save);
  }

  const flush = (keepalive: boolean) => {
    for (const one of flushes) one(keepalive);
  };
  addEventListener('online', () => flush(false));
  addEventListener('pagehide', () => flush(true));
  form.addEventListener('submit', (event) => {
    // What is sent whole needs no second hand; one's own line on its way must not look like somebody else's.
    flushes = [];
    if (sending.size === 0) return;
    event.preventDefault();
    void Promise.allSettled(sending).then(() => form.requestSubmit(event.submitter));
  });
}
