import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { createBooking } from '../../src/features/bookings/commands.ts';
import { joinWaitlist, leaveWaitlist, promoteEntry } from '../../src/features/waitlist/commands.ts';
import { findOwnWait, listOwnWaits, type Wait } from '../../src/features/waitlist/queries.ts';
import { waitlistInput } from '../../src/features/waitlist/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import {
  createApi,
  idempotencyHeader,
  instantSchema,
  jsonAnswer,
  jsonBody,
  problems,
} from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const entrySchema = z
  .object({
    id: z.uuid(),
    sessionId: z.uuid(),
    adults: z.int(),
    children: z.int(),
    leastPlaces: z.int(),
    state: z.enum(['waiting', 'offered', 'booked', 'left', 'lapsed', 'closed']),
    ahead: z.int(),
    offer: z.object({ id: z.uuid(), places: z.int(), expiresAt: instantSchema }).nullable(),
  })
  .openapi('WaitlistEntry');

const security = [{ signIn: [] }];
const answer = jsonAnswer('Done.', z.object({ entryId: z.uuid() }));
const entryIdParam = z.object({ id: z.uuid().openapi({ param: { name: 'id', in: 'path' } }) });

const joinRoute = createRoute({
  method: 'post',
  path: '/waitlist-entries',
  summary: 'Wait for places in a session that is full',
  security,
  request: {
    headers: idempotencyHeader,
    body: jsonBody(waitlistInput.meta({ id: 'WaitlistInput' })),
  },
  responses: { 201: answer, ...problems(401, 403, 409, 422, 503) },
});

const listRoute = createRoute({
  method: 'get',
  path: '/waitlist-entries',
  summary: 'What you wait for; an offer is taken up by booking with its id',
  security,
  responses: { 200: jsonAnswer('Yours.', z.array(entrySchema)), ...problems(401, 503) },
});

const leaveRoute = createRoute({
  method: 'post',
  path: '/waitlist-entries/{id}/departure',
  summary: 'Leave the queue, or turn an offer down',
  security,
  request: { params: entryIdParam, headers: idempotencyHeader },
  responses: { 201: answer, ...problems(401, 403, 404, 409, 422, 503) },
});

export function waitlistApi() {
  const api = createApi();
  api.openapi(joinRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    return c.json(await joinWaitlist(await scope.context(), person, c.req.valid('json'), key), 201);
  });
  api.openapi(listRoute, async (c) => {
    const person = await c.var.scope.person();
    const own = await listOwnWaits(await c.var.scope.context(), person.id);
    return c.json(own.map(entryView), 200);
  });
  api.openapi(leaveRoute, async (c) => {
    const { scope } = c.var;
    const entryId = c.req.valid('param').id;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    return c.json(await leaveWaitlist(await scope.context(), person, { entryId }, key), 201);
  });
  return api;
}

export function waitlistForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/halls/:slug/sessions/:sessionId/waitlist', async (c) => {
    const values = await readForm(c);
    const input = { ...values, sessionId: c.req.param('sessionId') };
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const { entryId } = await joinWaitlist(await scope.context(), person, input, key);
      return `/me/waits/${entryId}`;
    });
  });
  forms.post('/me/waits/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const context = await scope.context();
      // Session and offer are the wait's own, whatever the form holds.
      const wait = await findOwnWait(context, person.id, c.req.param('id'));
      if (!wait) throw new DomainError('not_found', 'entry_unknown', '没有找到这个候补。');
      const { entry, offer } = wait;
      if (!offer) throw new DomainError('conflict', 'offer_gone', '还没有排到名额。');
      const input = { ...values, sessionId: entry.sessionId, offerId: offer.id };
      const { bookingId } = await createBooking(context, person, input, key);
      deliverSoon(c);
      return `/me/bookings/${bookingId}`;
    });
  });
  forms.post('/me/waits/:id/departure', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const entryId = c.req.param('id');
      const person = await scope.person();
      await leaveWaitlist(await scope.context(), person, { entryId }, key);
      return `/me/waits/${entryId}`;
    });
  });
  forms.post('/staff/halls/:slug/sessions/:sessionId/waitlist', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      await promoteEntry(await scope.context(), manager, values, key);
      return c.req.path;
    });
  });
  return forms;
}

function entryView({ entry, offer, ahead }: Wait): z.output<typeof entrySchema> {
  const { id, sessionId, adults, children, leastPlaces, state } = entry;
  return {
    id,
    sessionId,
    adults,
    children,
    leastPlaces,
    state,
    ahead,
    offer: offer && {
      id: offer.id,
      places: offer.places,
      expiresAt: offer.expiresAt.toISOString(),
    },
  };
}
