/**
 * Sends a form's file ahead in parts, each with its hash, so that a lost line costs one part and not the whole;
 * then the form goes on its way with the file's id. Where anything of this is missing, the form sends the file itself.
 */
interface Upload {
  fileId: string;
  state?: string;
  partBytes: number;
  parts?: number[];
}

/** Refused by the site, with words for people; anything else that goes wrong is the line. */
class Refused extends Error {}

const OCTETS = { 'Content-Type': 'application/octet-stream' };

const form = document.querySelector<HTMLFormElement>('form[data-upload]');
const input = form?.querySelector<HTMLInputElement>('input[type=file]');
const panel = form?.querySelector<HTMLElement>('[data-upload-panel]');
const status = panel?.querySelector<HTMLElement>('[data-upload-status]');
const bar = panel?.querySelector('progress');
const pause = panel?.querySelector<HTMLButtonElement>('[data-upload-pause]');

const ask = async (method: string, path: string, headers: HeadersInit, body?: BodyInit) => {
  const answer = await fetch(`/api/files${path}`, { method, headers, body: body ?? null });
  const told = (await answer.json()) as { detail?: string; errors?: { message: string }[] };
  // 503 and the like pass; what is wrong with the file or the sign-in does not.
  if (!answer.ok && answer.status < 500) {
    throw new Refused(told.errors?.[0]?.message ?? told.detail);
  }
  if (!answer.ok) throw new Error();
  return told as unknown as Upload;
};

if (form && input && panel && status && bar && pause && 'subtle' in (globalThis.crypto ?? {})) {
  const submit = form.querySelector<HTMLButtonElement>('button[type=submit]');
  const state = { isPaused: false, isRunning: false };

  /** The same file chosen again goes on where it stopped, also after the page was closed. */
  const memoryOf = ({ name, size, lastModified }: File) =>
    ['upload', form.dataset['upload'], name, size, lastModified].join(':');

  const begin = async (file: File): Promise<Upload> => {
    const memory = memoryOf(file);
    const known = localStorage.getItem(memory);
    if (known) {
      const upload = await ask('GET', `/${known}`, {}).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        return undefined;
      });
      if (upload && upload.state !== 'infected') return upload;
    }
    const upload = await ask(
      'POST',
      '',
      { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
      JSON.stringify({ purpose: form.dataset['upload'], name: file.name, size: file.size }),
    );
    localStorage.setItem(memory, upload.fileId);
    return upload;
  };

  const send = async (file: File) => {
    const { fileId, partBytes, parts = [], state: come = 'uploading' } = await begin(file);
    // An answer may have been lost after the end: then only the form is left to be sent.
    const count = come === 'uploading' ? Math.ceil(file.size / partBytes) : 0;
    for (let number = 0; number < count && !state.isPaused; number += 1) {
      bar.value = (number / count) * 100;
      if (parts.includes(number)) continue;
      const part = await file.slice(number * partBytes, (number + 1) * partBytes).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', part));
      const digest = `sha-256=:${btoa(String.fromCharCode(...hash))}:`;
      await ask('PUT', `/${fileId}/parts/${number}`, { ...OCTETS, 'Content-Digest': digest }, part);
    }
    if (state.isPaused) return;
    bar.value = 100;
    status.textContent = '传完了，正在检查';
    await ask('POST', `/${fileId}/completion`, { 'Idempotency-Key': `complete-${fileId}` });
    const id = document.createElement('input');
    Object.assign(id, { type: 'hidden', name: 'fileId', value: fileId });
    localStorage.removeItem(memoryOf(file));
    input.disabled = true;
    form.appendChild(id);
    form.submit();
  };

  const run = async () => {
    const file = input.files?.[0];
    if (!file || state.isRunning) return;
    state.isRunning = true;
    state.isPaused = false;
    panel.hidden = false;
    pause.hidden = false;
    panel.classList.remove('refused');
    pause.textContent = '暂停';
    status.textContent = '正在传，请不要关掉这一页';
    if (submit) submit.disabled = true;
    try {
      await send(file);
      if (state.isPaused) status.textContent = '已暂停，传好的部分不会丢';
    } catch (error) {
      state.isPaused = true;
      const isRefused = error instanceof Refused;
      status.textContent = isRefused ? error.message : '连接断了，传好的部分不会丢';
      pause.hidden = isRefused;
      panel.classList.toggle('refused', isRefused);
      if (isRefused && submit) submit.disabled = false;
    }
    state.isRunning = false;
    if (state.isPaused) pause.textContent = '接着传';
  };

  form.addEventListener('submit', (event) => {
    if (!input.files?.length) return;
    event.preventDefault();
    void run();
  });
  pause.addEventListener('click', () => {
    if (state.isRunning) state.isPaused = true;
    else void run();
  });
  addEventListener('online', () => {
    if (state.isPaused && !state.isRunning && submit?.disabled) void run();
  });
}
