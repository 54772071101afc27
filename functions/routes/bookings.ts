import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  cancelBooking,
  changeBooking,
  createBooking,
  markArrival,
  markArrivalByCode,
} from '../../src/features/bookings/commands.ts';
import {
  findOwnBooking,
  listOwnBookings,
  type BookingDetails,
} from '../../src/features/bookings/queries.ts';
import { bookingInput, changeInput } from '../../src/features/bookings/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { bookingCalendar } from '../calendar.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import {
  bookingIdParam,
  createApi,
  idempotencyHeader,
  instantSchema,
  jsonAnswer,
  jsonBody,
  problems,
  slugParam,
} from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const bookingSchema = z
  .object({
    id: z.uuid(),
    code: z.string(),
    state: z.enum(['booked', 'cancelled', 'arrived', 'expired']),
    adults: z.int(),
    children: z.int(),
    sessionId: z.uuid(),
    startsAt: instantSchema,
    endsAt: instantSchema,
    cancellationClosesAt: instantSchema,
  })
  .openapi('Booking');

const security = [{ signIn: [] }];
const endAnswer = jsonAnswer('Done.', z.object({ bookingId: z.uuid() }));
const endRequest = { params: bookingIdParam, headers: idempotencyHeader };

const createBookingRoute = createRoute({
  method: 'post',
  path: '/bookings',
  summary: 'Book places in a session',
  security,
  request: {
    headers: idempotencyHeader,
    body: jsonBody(bookingInput.meta({ id: 'BookingInput' })),
  },
  responses: {
    201: jsonAnswer('The places are yours.', z.object({ bookingId: z.uuid(), code: z.string() })),
    ...problems(401, 403, 409, 422, 503),
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/bookings',
  summary: 'Your own bookings, newest first',
  security,
  responses: { 200: jsonAnswer('At most 50.', z.array(bookingSchema)), ...problems(401, 503) },
});

const showRoute = createRoute({
  method: 'get',
  path: '/bookings/{id}',
  summary: 'One of your own bookings',
  security,
  request: { params: bookingIdParam },
  responses: { 200: jsonAnswer('The booking.', bookingSchema), ...problems(401, 404, 422, 503) },
});

const changeRoute = createRoute({
  method: 'post',
  path: '/bookings/{id}/changes',
  summary: 'Move a booking to another session of its hall, or change its party',
  security,
  request: {
    ...endRequest,
    body: jsonBody(changeInput.omit({ bookingId: true }).meta({ id: 'BookingChange' })),
  },
  responses: { 201: endAnswer, ...problems(401, 403, 404, 409, 422, 503) },
});

const cancelRoute = createRoute({
  method: 'post',
  path: '/bookings/{id}/cancellation',
  summary: 'Give your places back',
  security,
  request: endRequest,
  responses: { 201: endAnswer, ...problems(401, 403, 404, 409, 422, 503) },
});

const arriveRoute = createRoute({
  method: 'post',
  path: '/bookings/{id}/arrival',
  summary: 'Mark at the door that a party has come (staff of the hall)',
  security,
  request: endRequest,
  responses: { 201: endAnswer, ...problems(401, 403, 404, 409, 422, 503) },
});

const arriveByCodeRoute = createRoute({
  method: 'post',
  path: '/halls/{slug}/arrivals',
  summary: 'The same by the code on the ticket, typed or scanned',
  security,
  request: {
    params: slugParam,
    headers: idempotencyHeader,
    body: jsonBody(z.object({ code: z.string() }).meta({ id: 'ArrivalByCode' })),
  },
  responses: { 201: endAnswer, ...problems(401, 403, 409, 422, 503) },
});

export function bookingsApi() {
  const api = createApi();
  api.openapi(createBookingRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    const answer = await createBooking(await scope.context(), person, c.req.valid('json'), key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(listRoute, async (c) => {
    const person = await c.var.scope.person();
    const own = await listOwnBookings(await c.var.scope.context(), person.id);
    return c.json(own.map(bookingView), 200);
  });
  api.openapi(showRoute, async (c) => c.json(bookingView(await ownBooking(c)), 200));
  api.openapi(cancelRoute, async (c) => {
    const { scope } = c.var;
    const bookingId = c.req.valid('param').id;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    const answer = await cancelBooking(await scope.context(), person, { bookingId }, key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(changeRoute, async (c) => {
    const { scope } = c.var;
    const input = { ...c.req.valid('json'), bookingId: c.req.valid('param').id };
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    const answer = await changeBooking(await scope.context(), person, input, key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(arriveByCodeRoute, async (c) => {
    const { scope } = c.var;
    const input = { ...c.req.valid('json'), hallSlug: c.req.valid('param').slug };
    const key = c.req.valid('header')['idempotency-key'];
    const staff = await scope.staff();
    return c.json(await markArrivalByCode(await scope.context(), staff, input, key), 201);
  });
  api.openapi(arriveRoute, async (c) => {
    const { scope } = c.var;
    const bookingId = c.req.valid('param').id;
    const key = c.req.valid('header')['idempotency-key'];
    const staff = await scope.staff();
    return c.json(await markArrival(await scope.context(), staff, { bookingId }, key), 201);
  });
  return api;
}

export function bookingForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/halls/:slug/sessions/:sessionId/confirmation', async (c) => {
    const values = await readForm(c);
    const input = { ...values, sessionId: c.req.param('sessionId') };
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const { bookingId } = await createBooking(await scope.context(), person, input, key);
      deliverSoon(c);
      return `/me/bookings/${bookingId}`;
    });
  });
  forms.post('/me/bookings/:id/cancellation', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const bookingId = c.req.param('id');
      const person = await scope.person();
      await cancelBooking(await scope.context(), person, { bookingId }, key);
      deliverSoon(c);
      return `/me/bookings/${bookingId}`;
    });
  });
  forms.post('/me/bookings/:id/change', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const input = { ...values, bookingId: c.req.param('id') };
      const { bookingId } = await changeBooking(await scope.context(), person, input, key);
      deliverSoon(c);
      return `/me/bookings/${bookingId}`;
    });
  });
  forms.post('/staff/halls/:slug', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const context = await scope.context();
      const input = { ...values, hallSlug: c.req.param('slug') };
      const mark = 'bookingId' in values ? markArrival : markArrivalByCode;
      const { bookingId } = await mark(context, staff, input, key);
      return `${c.req.path}?${new URLSearchParams({ arrived: bookingId })}#door`;
    });
  });
  forms.get('/me/bookings/:id/calendar.ics', async (c) =>
    c.body(bookingCalendar(await ownBooking(c), new URL(c.req.url), c.var.scope.now), 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'attachment; filename="anlan.ics"',
    }),
  );
  return forms;
}

async function ownBooking(c: AppContext): Promise<BookingDetails> {
  const { scope } = c.var;
  const person = await scope.person();
  const id = c.req.param('id') ?? '';
  const found = await findOwnBooking(await scope.context(), person.id, id);
  if (!found) throw new DomainError('not_found', 'booking_unknown', '没有找到这个预约。');
  return found;
}

function bookingView({ booking, session }: BookingDetails): z.output<typeof bookingSchema> {
  const { id, code, state, adults, children, sessionId } = booking;
  return {
    id,
    code,
    state,
    adults,
    children,
    sessionId,
    startsAt: session.startsAt.toISOString(),
    endsAt: session.endsAt.toISOString(),
    cancellationClosesAt: session.cancellationClosesAt.toISOString(),
  };
}
