/**
 * Passkeys, where the browser has them: fetches a challenge, has the authenticator answer it, and sends the answer in
 * the page's own form. Where there are none nothing of it is shown, and the password beside it remains.
 */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';

type Options = Parameters<typeof startRegistration>[0]['optionsJSON'] &
  Parameters<typeof startAuthentication>[0]['optionsJSON'];

/** Passkeys belong to a name: an address of numbers has none. */
const isNumeric = /^[\d.]+$|:/.test(location.hostname);

for (const form of document.querySelectorAll<HTMLFormElement>('[data-passkey]')) {
  const start = form.querySelector<HTMLButtonElement>('[data-start]');
  const status = form.querySelector<HTMLElement>('[data-status]');
  if (start && status && browserSupportsWebAuthn()) {
    form.hidden = false;
    if (isNumeric) {
      start.disabled = true;
      status.textContent = `用数字地址打开时不能用通行密钥。本机演示请改开 http://anlan.localhost:${location.port} 。`;
    }
    start.addEventListener('click', () => void run(form, start, status));
  }
}

async function run(form: HTMLFormElement, start: HTMLButtonElement, status: HTMLElement) {
  const isNew = form.dataset['passkey'] === 'registration';
  start.disabled = true;
  status.textContent = '请按浏览器的提示做';
  try {
    const { challengeId, options } = await askChallenge(isNew ? 'registration' : 'sign_in');
    const answer = isNew
      ? await startRegistration({ optionsJSON: options })
      : await startAuthentication({ optionsJSON: options });
    fill(form, 'challengeId', challengeId);
    fill(form, 'answer', JSON.stringify(answer));
    form.submit();
  } catch (error) {
    start.disabled = false;
    status.textContent = sentenceFor(error);
  }
}

async function askChallenge(purpose: string): Promise<{ challengeId: string; options: Options }> {
  const answer = await fetch('/api/passkey-challenges', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ purpose }),
  });
  if (!answer.ok) throw new Error(`The challenge was answered ${answer.status}.`);
  return (await answer.json()) as { challengeId: string; options: Options };
}

function fill(form: HTMLFormElement, name: string, value: string): void {
  const field = form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  if (field) field.value = value;
}

function sentenceFor(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'InvalidStateError') return '这台设备已经加过通行密钥，不用再加。';
  if (name === 'NotAllowedError' || name === 'AbortError') {
    return '没有完成：取消了，或者等得太久。可以再按一次。';
  }
  return '没有办成。请再按一次，或者用下面的密码和动态码。';
}
