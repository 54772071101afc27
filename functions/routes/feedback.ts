import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { decideFeedback, giveFeedback } from '../../src/features/feedback/commands.ts';
import { feedbackInput } from '../../src/features/feedback/schema.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import {
  bookingIdParam,
  createApi,
  idempotencyHeader,
  jsonAnswer,
  jsonBody,
  problems,
} from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const giveRoute = createRoute({
  method: 'post',
  path: '/bookings/{id}/feedback',
  summary: 'Say how a visit was, once its party has arrived; again until the hall has looked at it',
  security: [{ signIn: [] }],
  request: {
    params: bookingIdParam,
    headers: idempotencyHeader,
    body: jsonBody(feedbackInput.omit({ bookingId: true }).meta({ id: 'FeedbackInput' })),
  },
  responses: {
    201: jsonAnswer('Kept.', z.object({ bookingId: z.uuid() })),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

export function feedbackApi() {
  const api = createApi();
  api.openapi(giveRoute, async (c) => {
    const { scope } = c.var;
    const input = { ...c.req.valid('json'), bookingId: c.req.valid('param').id };
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    return c.json(await giveFeedback(await scope.context(), person, input, key), 201);
  });
  return api;
}

export function feedbackForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/bookings/:id/feedback', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const input = { ...values, bookingId: c.req.param('id') };
      await giveFeedback(await scope.context(), person, input, key);
      return `${c.req.path}?${new URLSearchParams({ done: '1' })}`;
    });
  });
  forms.post('/staff/halls/:slug/feedback', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      const hall = c.req.param('slug');
      await decideFeedback(await scope.context(), manager, hall, values, key);
      deliverSoon(c);
      return c.req.path;
    });
  });
  return forms;
}
