import type { HallSession } from '../../src/features/halls/table.ts';

export interface AskOptions {
  cookie?: string | undefined;
  /** The idempotency key: one for each intended write; a fresh one unless given, none when null. */
  key?: string | null;
  headers?: Readonly<Record<string, string>>;
}

/** A problem as the API tells it, or the answer that was hoped for. */
export interface JsonAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface PageAnswer {
  status: number;
  headers: Headers;
  html: string;
}

/** What is no JSON comes as `text`: the site answers in JSON alone, the local server in front of it in words. */
export async function readJson(response: Response): Promise<JsonAnswer> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = headers.get('content-type')?.includes('json');
  const body = isJson ? (JSON.parse(text) as JsonAnswer['body']) : text ? { text } : {};
  return { status, headers, body };
}

/** The site said that it is not certain, or the line to it was lost: asking again with the same key is safe. */
export function isUncertain({ status, body }: JsonAnswer): boolean {
  return status === 503 || (status === 500 && /connection lost/i.test(String(body['text'])));
}

/** Sends a value as JSON; a string goes as it is, so that broken JSON can be sent too. */
export async function postJson(
  address: string,
  body: unknown,
  { cookie, key = crypto.randomUUID(), headers = {} }: AskOptions = {},
): Promise<JsonAnswer> {
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      ...(cookie ? { cookie } : {}),
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return readJson(response);
}

/** Sends a form as a browser does from the site's own page, and stays at the answer. */
export async function postForm(
  address: string,
  values: Readonly<Record<string, string>>,
  { cookie, headers = {} }: AskOptions = {},
): Promise<PageAnswer> {
  const response = await fetch(address, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin', ...(cookie ? { cookie } : {}), ...headers },
    body: new URLSearchParams(values),
  });
  return { status: response.status, headers: response.headers, html: await response.text() };
}

export async function getPage(address: string, cookie?: string): Promise<PageAnswer> {
  const response = await fetch(address, {
    redirect: 'manual',
    headers: cookie ? { cookie } : {},
  });
  return { status: response.status, headers: response.headers, html: await response.text() };
}

/** A party for a session, as the API takes it. */
export function bookingBody({ id: sessionId }: Pick<HallSession, 'id'>, size = 1) {
  return { sessionId, adults: 1, children: size - 1, contactName: '示例王芳' };
}

/** What stands in a field of a page's form, with the entities of HTML undone; undefined for a choice. */
export function fieldValue(html: string, name: string): string | undefined {
  const area = new RegExp(`<textarea[^>]*\\bname="${name}"[^>]*>\n?([^<]*)<`).exec(html)?.[1];
  const input =
    new RegExp(`<input(?![^>]*type="radio")[^>]*\\bname="${name}"[^>]*>`).exec(html)?.[0] ?? '';
  const value = area ?? /\bvalue="([^"]*)"/.exec(input)?.[1];
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
