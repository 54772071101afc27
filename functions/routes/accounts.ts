import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  endSignIns,
  requestSignInCode,
  signIn,
  signOut,
} from '../../src/features/accounts/commands.ts';
import { signInCodeInput, signInInput } from '../../src/features/accounts/schema.ts';
import { domainErrorIn } from '../../src/lib/errors.ts';
import { safeNext } from '../../src/lib/page.ts';
import { readForm, shownValues } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { deviceOf, forgetSignIn, keepSignIn } from '../middleware/session.ts';
import {
  createApi,
  idempotencyHeader,
  instantSchema,
  jsonAnswer,
  jsonBody,
  problems,
} from '../openapi.ts';
import { formAgain } from '../respond.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const codeRoute = createRoute({
  method: 'post',
  path: '/sign-in-codes',
  summary: 'Send a sign-in code to a phone',
  request: {
    headers: idempotencyHeader,
    body: jsonBody(signInCodeInput.meta({ id: 'SignInCode' })),
  },
  responses: {
    201: jsonAnswer('The code is on its way.', z.object({ codeId: z.uuid() })),
    ...problems(422, 429, 503),
  },
});

const signInRoute = createRoute({
  method: 'post',
  path: '/sign-ins',
  summary: 'Sign in with a code; sets the cookie',
  request: { body: jsonBody(signInInput.meta({ id: 'SignIn' })) },
  responses: {
    201: jsonAnswer('Signed in.', z.object({ expiresAt: instantSchema })),
    ...problems(409, 422, 429, 503),
  },
});

const signOutRoute = createRoute({
  method: 'post',
  path: '/sign-outs',
  summary: 'End the present sign-in',
  security: [{ signIn: [] }],
  responses: { 204: { description: 'Signed out.' }, ...problems(403, 503) },
});

export function accountsApi() {
  const api = createApi();
  api.openapi(codeRoute, async (c) => {
    const key = c.req.valid('header')['idempotency-key'];
    const answer = await requestSignInCode(await c.var.scope.context(), c.req.valid('json'), key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(signInRoute, async (c) => {
    const input = c.req.valid('json');
    const { token, expiresAt } = await signIn(await c.var.scope.context(), input, deviceOf(c));
    keepSignIn(c, token, expiresAt);
    return c.json({ expiresAt: expiresAt.toISOString() }, 201);
  });
  api.openapi(signOutRoute, async (c) => {
    await endSignIn(c);
    return c.body(null, 204);
  });
  return api;
}

/** The same acts for pages: plain forms that post to their own page and come back to it on a mistake. */
export function accountForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/sign-in', async (c) => {
    const values = await readForm(c);
    try {
      const context = await c.var.scope.context();
      const { codeId } = await requestSignInCode(context, values, values['key'] ?? '');
      deliverSoon(c);
      const query = new URLSearchParams({ codeId, next: safeNext(values['next']) });
      return c.redirect(`/sign-in/code?${query}`, 303);
    } catch (error) {
      return formAgain(c, error, shownValues(values), renderPage);
    }
  });
  forms.post('/sign-in/code', async (c) => {
    const values = await readForm(c);
    try {
      const { token, expiresAt } = await signIn(await c.var.scope.context(), values, deviceOf(c));
      keepSignIn(c, token, expiresAt);
      return c.redirect(safeNext(values['next']), 303);
    } catch (error) {
      return formAgain(c, error, shownValues(values), renderPage);
    }
  });
  forms.post('/me/sign-ins', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const current = await scope.ownSignIn();
      const { ended } = await endSignIns(await scope.context(), current, values, key);
      if (ended === current.id) {
        forgetSignIn(c);
        return '/';
      }
      return '/me/sign-ins?ended=1';
    });
  });
  forms.post('/sign-out', async (c) => {
    await endSignIn(c);
    return c.redirect('/', 303);
  });
  return forms;
}

/** Signing out twice is no mistake: the second time there is nothing left to end. */
async function endSignIn(c: AppContext): Promise<void> {
  const current = await c.var.scope.signIn();
  if (current) await signOut(await c.var.scope.context(), current).catch(unlessSignedOut);
  forgetSignIn(c);
}

function unlessSignedOut(error: unknown): void {
  if (domainErrorIn(error)?.reason !== 'already_signed_out') throw error;
}
