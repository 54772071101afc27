/** What a page that works without a link asks the site, with a patience that suits where it is used. */
export type Reached =
  | { state: 'answered'; response: Response; sentAt: number; receivedAt: number }
  /** No link, or a site in trouble. */
  | { state: 'no_link' }
  /** The site wants to know who this is. */
  | { state: 'sign_in' }
  /** Not theirs any more, or a request that the site does not understand. */
  | { state: 'shut' };

export type Answer<Body> =
  | { state: 'ok'; body: Body; sentAt: number; receivedAt: number }
  | Exclude<Reached, { state: 'answered' }>;

/**
 * Asks the site once. An answer of 409 or 422 is one too: the caller reads it.
 * @param patienceMs after it there is no link.
 */
export async function reachSite(
  path: string,
  init: RequestInit,
  patienceMs: number,
): Promise<Reached> {
  const sentAt = Date.now();
  try {
    const response = await fetch(path, {
      ...init,
      cache: 'no-store',
      signal: AbortSignal.timeout(patienceMs),
    });
    const { status } = response;
    if (status === 401) return { state: 'sign_in' };
    if (status === 403 || status === 404) return { state: 'shut' };
    const isAnswer = response.ok || status === 304 || status === 409 || status === 422;
    if (!isAnswer) return { state: 'no_link' };
    return { state: 'answered', response, sentAt, receivedAt: Date.now() };
  } catch {
    return { state: 'no_link' };
  }
}

/** The same for a question that is answered with JSON or not at all. */
export async function askSite<Body>(
  path: string,
  init: RequestInit,
  patienceMs: number,
): Promise<Answer<Body>> {
  const reached = await reachSite(path, init, patienceMs);
  if (reached.state !== 'answered') return reached;
  const { response, sentAt } = reached;
  if (!response.ok) return { state: 'no_link' };
  try {
    const body = (await response.json()) as Body;
    return { state: 'ok', body, sentAt, receivedAt: Date.now() };
  } catch {
    return { state: 'no_link' };
  }
}
