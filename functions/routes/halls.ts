import { createRoute, z } from '@hono/zod-openapi';
import { placesLeft, salesPhase } from '../../src/features/halls/policy.ts';
import { findHallWithSessions, listHalls } from '../../src/features/halls/queries.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { createApi, instantSchema, jsonAnswer, problems, slugParam } from '../openapi.ts';

const sessionSchema = z
  .object({
    id: z.uuid(),
    startsAt: instantSchema,
    endsAt: instantSchema,
    bookingClosesAt: instantSchema,
    cancellationClosesAt: instantSchema,
    placesLeft: z.int().min(0),
    partyMax: z.int().min(1),
    phase: z.enum(['not_open', 'on_sale', 'full', 'closed']),
  })
  .openapi('HallSession');

const listRoute = createRoute({
  method: 'get',
  path: '/halls',
  summary: 'Halls that take bookings',
  responses: {
    200: jsonAnswer(
      'All of them.',
      z.array(z.object({ slug: z.string(), regionCode: z.string() })),
    ),
    ...problems(503),
  },
});

const sessionsRoute = createRoute({
  method: 'get',
  path: '/halls/{slug}/sessions',
  summary: 'Coming sessions of a hall, with their free places',
  request: { params: slugParam },
  responses: {
    200: jsonAnswer('In order of time.', z.array(sessionSchema)),
    ...problems(404, 503),
  },
});

export function hallsApi() {
  const api = createApi();
  api.openapi(listRoute, async (c) => {
    const halls = await listHalls(await c.var.scope.context());
    return c.json(
      halls.map(({ slug, regionCode }) => ({ slug, regionCode })),
      200,
    );
  });
  api.openapi(sessionsRoute, async (c) => {
    const { slug } = c.req.valid('param');
    const found = await findHallWithSessions(await c.var.scope.context(), slug);
    if (!found) throw new DomainError('not_found', 'hall_unknown', '没有这个体验馆。');
    return c.json(
      found.sessions.map((session) => sessionView(session, c.var.scope.now)),
      200,
    );
  });
  return api;
}

/** A session as the API shows it: what is sold and to whom stays inside. */
function sessionView(session: HallSession, now: Date): z.output<typeof sessionSchema> {
  return {
    id: session.id,
    startsAt: session.startsAt.toISOString(),
    endsAt: session.endsAt.toISOString(),
    bookingClosesAt: session.bookingClosesAt.toISOString(),
    cancellationClosesAt: session.cancellationClosesAt.toISOString(),
    placesLeft: placesLeft(session),
    partyMax: session.partyMax,
    phase: salesPhase(session, now),
  };
}
