import { createMiddleware } from 'hono/factory';
import { proofAddress } from '../../src/lib/page.ts';
import { readForm, shownValues } from '../forms.ts';
import { signInFirst } from '../respond.ts';
import { proofNeeded } from '../scope.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** Where one proves who one is: open to a sign-in that is not strong yet. Each decides for itself what it shows. */
const ENTRANCES = /^\/staff\/(sign-in|set-up|credentials\/password)(\/|$)/;

/** In a window of its own: the form's own window waits with what was typed. */
const PROOF = proofAddress({ pathname: '/staff', search: '' });

/**
 * Nothing below `/staff` is done or shown with a phone's code alone. Whoever works here is led to proving who they are;
 * a form that was filled in meanwhile is kept on the page that says so.
 */
export const requireProof = (renderPage: PageRenderer) =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (ENTRANCES.test(c.req.path)) return next();
    const signIn = await c.var.scope.signIn();
    if (!signIn?.awaitsProof) return next();
    const url = new URL(c.req.url);
    if (c.req.method !== 'POST') return c.redirect(proofAddress(url), 303);
    return signInFirst(c, proofNeeded(), shownValues(await readForm(c)), PROOF, renderPage);
  });
