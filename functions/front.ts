import { bannerMarkup } from '../src/features/banners/policy.ts';
import { newId } from '../src/lib/ids.ts';
import { errorFields } from '../src/lib/log.ts';
import { securityHeaders } from '../src/lib/security-headers.ts';
import {
  ELDER,
  isElder,
  lineAddress,
  textAddress,
  textOf,
  withdrawnAddress,
} from '../src/lib/text-path.ts';
import { formatDayTime, HOUR_MS } from '../src/lib/time.ts';
import { inForce, liveState, type LiveBanner, type LiveState, type LiveText } from './live.ts';
import { defaultDeps, Scope } from './scope.ts';

/** What the platform gives the Worker. */
export interface Platform {
  env: Record<string, unknown>;
  executionContext: ExecutionContext;
}

type Site = (request: Request) => Response | Promise<Response>;

/** Older than this, pages say that something newer may be unknown. */
const DOUBTFUL_MS = HOUR_MS;

/**
 * Stands before the site and its static files. Every page gets the urgent lines that are in force, and a withdrawn
 * text's address answers with the page that says so. Whatever fails in here, the page goes out as it is.
 */
export async function serve(request: Request, platform: Platform, site: Site): Promise<Response> {
  const { pathname, origin } = new URL(request.url);
  if (pathname.startsWith('/api/') || pathname === '/live.json') return site(request);
  const scope = new Scope(platform.env, newId(new Date()), defaultDeps);
  const know = () => liveState(scope, { ...platform, origin }).catch(() => undefined);
  // Asked for while the page is drawn; a form mostly answers with a redirect, which carries no line.
  const knowing = isReading(request) ? know() : undefined;
  const page = (await staticFile(request, platform)) ?? (await site(request));
  if (!knowing && !isPage(page)) return page;
  try {
    return await withLive(request, page, { state: await (knowing ?? know()), scope, platform });
  } catch (error) {
    scope.log('error', 'live_front_failed', errorFields(error));
    return page.bodyUsed ? ((await staticFile(request, platform)) ?? page) : page;
  }
}

interface Known {
  state: LiveState | undefined;
  scope: Scope;
  platform: Platform;
}

async function withLive(
  request: Request,
  page: Response,
  { state, scope, platform }: Known,
): Promise<Response> {
  const now = scope.now.getTime();
  const { banners, withdrawn } = inForce(state, now);
  const path = plainPath(request);
  const about = textOf(path);
  const gone = about && withdrawn.find((one) => textAddress(one) === textAddress(about));
  // The page that stands in a text's place has no address of its own.
  const standsFor = withdrawnAddress(path);
  if (standsFor !== undefined) return moved(standsFor);
  const isDoubtful = !state || now - state.asOf > DOUBTFUL_MS;
  if (banners.length === 0 && withdrawn.length === 0 && !isDoubtful) return page;

  const whole = gone
    ? await gonePage(gone, request, platform, isElder(path) ? ELDER : '')
    : page.status === 304
      ? ((await staticFile(withoutConditions(request), platform)) ?? page)
      : page;
  if (!isPage(whole)) return gone ? whole : page;
  const headers = new Headers(whole.headers);
  // What was changed on its way must be asked for again: the file's own tag says nothing of the lines in it.
  headers.delete('ETag');
  headers.set('Cache-Control', gone ? 'no-store' : 'no-cache');
  const { status } = whole;
  const altered = new Response(whole.body, { status: gone ? 410 : status, headers });
  return rewrite(altered, { banners, withdrawn, isDoubtful, path });
}

interface Overlay {
  banners: readonly LiveBanner[];
  withdrawn: readonly LiveText[];
  isDoubtful: boolean;
  /** Of the page that is read. */
  path: string;
}

function rewrite(page: Response, { banners, withdrawn, isDoubtful, path }: Overlay): Response {
  const rewriter = new HTMLRewriter();
  const lines = [
    ...banners.map((one) => bannerLine(one, withdrawn, path)),
    ...(isDoubtful
      ? ['<p>暂时查不到有没有新的紧急通知，也查不到指南有没有撤下。拿不准，打119、120。</p>']
      : []),
  ];
  if (lines.length > 0) {
    const block = `<aside class="live" aria-label="紧急通知">${lines.join('')}</aside>`;
    rewriter
      .on('head', {
        element: (head) =>
          void head.append('<link rel="stylesheet" href="/live.css">', { html: true }),
      })
      .on('a.skip', { element: (skip) => void skip.after(block, { html: true }) });
  }
  for (const text of withdrawn) {
    const unlink = {
      element: (link: Element) => {
        link.removeAttribute('href');
        link.append('（已撤下）');
      },
    };
    // Entries that are nothing but a way to the text go; a link within other words stays as words.
    rewriter.on(`[data-${text.kind}="${text.slug}"]`, {
      element: (entry) => void entry.remove(),
    });
    const own = textAddress(text);
    for (const address of text.kind === 'guide' ? [own, ELDER + own] : [own]) {
      rewriter
        .on(`a[href="${address}"]`, unlink)
        .on(`a[href^="${address}#"]`, unlink)
        .on(`a[href^="${address}/"]`, unlink);
    }
  }
  return rewriter.transform(page);
}

function bannerLine(
  { until, href, ...banner }: LiveBanner,
  withdrawn: readonly LiveText[],
  path: string,
): string {
  const leadsTo = lineAddress(href, withdrawn, path);
  return bannerMarkup({ ...banner, href: leadsTo, until: new Date(until) });
}

/** Drawn at the build, so that it needs neither the database nor the rest of the site. */
async function gonePage(
  { reason, instead, since, ...text }: LiveText,
  request: Request,
  platform: Platform,
  root: string,
): Promise<Response> {
  const address = new URL(`${root}/withdrawn${textAddress(text)}`, request.url);
  const template = await staticFile(new Request(address), platform);
  if (!template) {
    return new Response('本文已撤下。遇到危险，火警119，急救120。', {
      status: 410,
      headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8' },
    });
  }
  const title = await titleOf(instead, request, platform);
  const filled = new HTMLRewriter()
    .on('[data-live="reason"]', { element: (place) => void place.setInnerContent(reason) })
    .on('[data-live="since"]', {
      element: (place) => void place.setInnerContent(formatDayTime(new Date(since))),
    })
    .on('[data-live="substitute"]', {
      element: (link) => {
        link.setAttribute('href', `${root}/guides/${instead}`);
        link.removeAttribute('data-live');
        link.setInnerContent(title ?? '');
      },
    });
  if (title === undefined) {
    filled.on('[data-live="instead"]', { element: (place) => void place.remove() });
  }
  return filled.transform(template);
}

/** As the build has it; undefined for none, and for a guide that is no longer there. */
async function titleOf(
  guide: string | null,
  request: Request,
  platform: Platform,
): Promise<string | undefined> {
  if (guide === null) return undefined;
  const list = await staticFile(new Request(new URL('/guide-titles.json', request.url)), platform);
  const titles = (await list?.json()) as Readonly<Record<string, string>> | undefined;
  return titles?.[guide];
}

/** What lies ready at an address; undefined where the site itself has to answer. */
async function staticFile(request: Request, { env }: Platform): Promise<Response | undefined> {
  const assets = env['ASSETS'] as Fetcher | undefined;
  if (!assets || !isReading(request)) return undefined;
  const file = await assets.fetch(request);
  if (file.status === 404) return undefined;
  return file;
}

const isReading = ({ method }: Request) => method === 'GET' || method === 'HEAD';

const isPage = ({ headers }: Response) =>
  headers.get('Content-Type')?.startsWith('text/html') ?? false;

function withoutConditions(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.delete('If-None-Match');
  headers.delete('If-Modified-Since');
  return new Request(request, { headers });
}

/** An address in its one form, however it was spelled: the file server reads escapes, and so must this. */
function plainPath(request: Request): string {
  const { pathname } = new URL(request.url);
  let path = pathname;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    // No file has such a name.
  }
  return path.replace(/\/{2,}/g, '/').replace(/(\/index)?(\.html)?\/?$/, '') || '/';
}

function moved(path: string): Response {
  return new Response(null, {
    status: 302,
    headers: { ...securityHeaders, Location: path, 'Cache-Control': 'no-store' },
  });
}
