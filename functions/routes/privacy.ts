import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { correctContactName, eraseAccount } from '../../src/features/privacy/commands.ts';
import { NOTICE } from '../../src/features/privacy/policy.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import { wasErased } from '../../src/features/privacy/queries.ts';
import { contactNameInput, erasureInput } from '../../src/features/privacy/schema.ts';
import { domainErrorIn } from '../../src/lib/errors.ts';
import { signInAddress } from '../../src/lib/page.ts';
import { readForm } from '../forms.ts';
import { forgetSignIn } from '../middleware/session.ts';
import {
  bookingIdParam,
  createApi,
  idempotencyHeader,
  instantSchema,
  jsonAnswer,
  jsonBody,
  problems,
} from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const ERASED = '/me/data/erased';

const security = [{ signIn: [] }];

const dataRoute = createRoute({
  method: 'get',
  path: '/me/data',
  summary: 'Everything this site holds about you: the file of the export',
  security,
  responses: {
    200: jsonAnswer(
      'One key for each item of the register on /privacy.',
      z
        .looseObject({
          site: z.string(),
          exportedAt: instantSchema,
          noticeVersion: z.int(),
          phone: z.string(),
        })
        .openapi('OwnData'),
    ),
    ...problems(401, 503),
  },
});

const contactNameRoute = createRoute({
  method: 'post',
  path: '/me/data/contact-names/{id}',
  summary: 'Put the contact name of a coming visit right',
  security,
  request: {
    params: bookingIdParam,
    headers: idempotencyHeader,
    body: jsonBody(contactNameInput.omit({ bookingId: true }).meta({ id: 'ContactName' })),
  },
  responses: {
    201: jsonAnswer('Done.', z.object({ bookingId: z.uuid() })),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

const erasureRoute = createRoute({
  method: 'post',
  path: '/me/data/erasure',
  summary: 'Erase your account, with the last four digits of your number',
  security,
  request: {
    headers: idempotencyHeader,
    body: jsonBody(erasureInput.meta({ id: 'AccountErasure' })),
  },
  responses: {
    201: jsonAnswer('Nothing of it is left.', z.object({ erased: z.literal(true) })),
    ...problems(401, 403, 409, 422, 503),
  },
});

/** The rights of people over their own data, for programs. */
export function privacyApi() {
  const api = createApi();
  api.openapi(dataRoute, async (c) => {
    const file = await ownFile(c);
    return c.json({ ...file, exportedAt: file.exportedAt.toISOString() }, 200);
  });
  api.openapi(contactNameRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    const input = { ...c.req.valid('json'), bookingId: c.req.valid('param').id };
    return c.json(await correctContactName(await scope.context(), person, input, key), 201);
  });
  api.openapi(erasureRoute, async (c) => {
    const key = c.req.valid('header')['idempotency-key'];
    await eraseOnce(c, c.req.valid('json'), key);
    forgetSignIn(c);
    return c.json({ erased: true as const }, 201);
  });
  return api;
}

/** What people may do with their own data: take it along, put it right, have it erased. */
export function privacyForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.get('/me/data/export.json', async (c) => {
    if (!(await c.var.scope.signIn())) {
      return c.redirect(signInAddress({ pathname: '/me/data', search: '' }), 303);
    }
    return c.body(JSON.stringify(await ownFile(c), null, 2), 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': 'attachment; filename="anlan-my-data.json"',
      'Cache-Control': 'no-store',
    });
  });
  forms.post('/me/data/contact-names/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const input = { ...values, bookingId: c.req.param('id') };
      const { bookingId } = await correctContactName(await scope.context(), person, input, key);
      return `/me/data#booking-${bookingId}`;
    });
  });
  forms.post('/me/data/erasure', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      await eraseOnce(c, values, key);
      forgetSignIn(c);
      return ERASED;
    });
  });
  return forms;
}

/** Everything that is held about the person who asks. @throws DomainError `not_signed_in`. */
async function ownFile(c: AppContext) {
  const { scope } = c.var;
  const data = await readOwnData(await scope.context(), await scope.person());
  return { site: '安澜', exportedAt: scope.now, noticeVersion: NOTICE.version, ...data };
}

/** The form sent again after its answer was lost: its owner is nobody by then, and what they asked for is done. */
async function eraseOnce(
  c: AppContext,
  values: Record<string, string>,
  key: string,
): Promise<void> {
  const { scope } = c.var;
  try {
    const person = await scope.person();
    await eraseAccount(await scope.context(), person, values, key);
  } catch (error) {
    const isNobody = domainErrorIn(error)?.code === 'not_signed_in';
    if (!isNobody || !(await wasErased(await scope.context(), key))) throw error;
  }
}
