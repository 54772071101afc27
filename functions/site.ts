import { cf } from '@astrojs/cloudflare/hono';
import { astro, FetchState, getFetchState } from 'astro/hono';
import { findTemplate } from '../src/features/drill-templates/queries.ts';
import { findPlanTemplate } from '../src/features/plan-templates/queries.ts';
import { findVenue } from '../src/features/hall-rules/queries.ts';
import { listProgrammes } from '../src/features/programmes/queries.ts';
import { DomainError } from '../src/lib/errors.ts';
import { vapidPublicKey } from '../src/lib/channels/web-push.ts';
import { createApp } from './app.ts';
import { readTicketPass } from './middleware/session.ts';
import type { AppContext, PageState } from './types.ts';

/** Where Astro's Hono handlers keep the state of the request they draw. */
const FETCH_STATE = 'fetchState';

type AstroContext = Parameters<ReturnType<typeof astro>>[0];
type CloudflareContext = Parameters<ReturnType<typeof cf>>[0];

const drawPage = astro();
const prepare = cf();

/**
 * Astro answers a page that failed with the error page and status 500, whatever went wrong. The failure is
 * thrown on instead, so that it is logged and answered like any other.
 */
async function draw(c: AppContext, context: AstroContext): Promise<Response | undefined> {
  const page = await drawPage(context, async () => {});
  const { failure } = getFetchState(c).locals;
  if (failure) throw failure as Error;
  return page ?? undefined;
}

/** Draws `path` as a fresh GET of the same visitor; the answer to a form is a page like any other. */
async function renderPage(c: AppContext, path: string, state: PageState): Promise<Response> {
  const { headers, url } = c.req.raw;
  const fetchState = new FetchState(new Request(new URL(path, url), { headers }));
  const context = c as unknown as AstroContext;
  context.set?.(FETCH_STATE, fetchState);
  giveLocals(c, state);
  return (await draw(c, context)) ?? c.body(null, 500);
}

function giveLocals(c: AppContext, state: PageState = {}): void {
  const { scope, requestId } = c.var;
  const fetchState = getFetchState(c);
  if (fetchState.routeData) c.set('pagePattern', fetchState.routeData.route);
  Object.assign(fetchState.locals, {
    now: scope.now,
    context: () => scope.context(),
    signIn: () => scope.signIn(),
    ticketPass: readTicketPass(c),
    requestId,
    files: () => ({
      isStored: scope.storage !== undefined,
      isScanned: scope.scanner !== undefined,
    }),
    pushKey: () => scope.settings.VAPID_KEY && vapidPublicKey(scope.settings.VAPID_KEY),
    form: state.form,
    problem: state.problem,
  } satisfies Omit<App.Locals, 'cfContext' | 'failure'>);
}

const app = createApp({ renderPage, findTemplate, findPlanTemplate, findVenue, listProgrammes });
// Pages are read. What is sent to an address without a form finds none there; Astro would draw the page all the same,
// and has nothing to draw where a page lies ready as a file.
app.use(async (c, next) => {
  if (['GET', 'HEAD'].includes(c.req.method)) return next();
  throw new DomainError(
    'not_found',
    'no_such_form',
    '这个地址不收表单。请回到原来的网页，刷新以后再试。',
  );
});
app.use(async (c, next) => prepare(c as unknown as CloudflareContext, next));
app.use(async (c) => {
  giveLocals(c);
  return draw(c, c);
});

export default app;
