import { DeliveryError } from './channel.ts';

/** A provider that has not answered by then is asked again later, with the same key. */
const TIMEOUT_MS = 10_000;

/**
 * Asks a provider. Whatever it answers is given back with its body as text.
 * @throws DeliveryError temporary: no connection or no answer in time.
 */
export async function ask(
  url: string,
  init: {
    method: 'POST';
    headers: Record<string, string>;
    body?: string | Uint8Array<ArrayBuffer>;
  },
): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (cause) {
    throw new DeliveryError('no answer', { cause });
  }
}

/** A JSON object, or an empty one for anything else: a proxy's page has no code to go by. */
export function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What a provider calls the reason, or its status where it gives none. */
export function codeOf(value: unknown, status: number): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : `HTTP ${status}`;
}
