import type { Context } from 'hono';
import type { PageProblem, FormState } from '../src/lib/page.ts';
import type { Scope } from './scope.ts';

export interface AppEnv {
  Bindings: Record<string, unknown>;
  Variables: {
    scope: Scope;
    requestId: string;
    /** The pattern of the page that was drawn, `/halls/[slug]`, for the log. */
    pagePattern?: string;
  };
}

export type AppContext = Context<AppEnv>;

/** What a page is drawn with besides its address. */
export interface PageState {
  form?: FormState;
  problem?: PageProblem;
}

/** Draws a page of the site for this request, as if its path had been asked for with GET. */
export type PageRenderer = (c: AppContext, path: string, state: PageState) => Promise<Response>;
