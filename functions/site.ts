import { cf } from '@astrojs/cloudflare/hono';
import { astro, FetchState, getFetchState } from 'astro/hono';
import { createApp } from './app.ts';
import type { AppContext, PageState } from './types.ts';

/** Where Astro's Hono handlers keep the state of the request they draw. */
const FETCH_STATE = 'fetchState';

type AstroContext = Parameters<ReturnType<typeof astro>>[0];
type CloudflareContext = Parameters<ReturnType<typeof cf>>[0];

const drawPage = astro();
const prepare = cf();

/** Draws `path` as a fresh GET of the same visitor; the answer to a form is a page like any other. */
async function renderPage(c: AppContext, path: string, state: PageState): Promise<Response> {
  const { headers, url } = c.req.raw;
  const fetchState = new FetchState(new Request(new URL(path, url), { headers }));
  const context = c as unknown as AstroContext;
  context.set?.(FETCH_STATE, fetchState);
  giveLocals(c, state);
  return (await drawPage(context, async () => {})) ?? c.body(null, 500);
}

function giveLocals(c: AppContext, state: PageState = {}): void {
  const { scope, requestId } = c.var;
  const fetchState = getFetchState(c);
  if (fetchState.routeData) c.set('pagePattern', fetchState.routeData.route);
  Object.assign(fetchState.locals, {
    context: () => scope.context(),
    signIn: () => scope.signIn(),
    requestId,
    form: state.form,
    problem: state.problem,
  } satisfies Omit<App.Locals, 'cfContext'>);
}

const app = createApp({ renderPage });
app.use(async (c, next) => prepare(c as unknown as CloudflareContext, next));
app.use(async (c, next) => {
  giveLocals(c);
  return drawPage(c, next);
});

export default app;
