import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { placesLeft, salesPhase } from '../../src/features/halls/policy.ts';
import { findHallWithSessions, listHalls } from '../../src/features/halls/queries.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { hallCalendar } from '../calendar.ts';
import { createApi, instantSchema, jsonAnswer, problems, slugParam } from '../openapi.ts';
import type { AppContext, AppEnv } from '../types.ts';

const sessionSchema = z
  .object({
    id: z.uuid(),
    startsAt: instantSchema,
    heldAt: z.string().openapi({ description: 'A zone or room; empty for the whole house.' }),
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

const availabilityRoute = createRoute({
  method: 'get',
  path: '/halls/{slug}/availability',
  summary: 'What is free at a hall, by session, for pages of other sites',
  description: 'Any site may read it from a browser. Courses are not among it.',
  request: { params: slugParam },
  responses: {
    200: jsonAnswer(
      'As it was at `asOf`.',
      z
        .object({
          hall: z.string(),
          asOf: instantSchema,
          page: z.url(),
          sessions: z.array(
            z.object({
              id: z.uuid(),
              startsAt: instantSchema,
              endsAt: instantSchema,
              phase: z.enum(['not_open', 'on_sale', 'full', 'closed']),
              placesLeft: z.int().min(0),
              page: z.url(),
            }),
          ),
        })
        .openapi('HallAvailability'),
    ),
    ...problems(404, 503),
  },
});

/** A minute old at most: a calendar or a school's page that asks more often costs nothing and gains nothing. */
const SHARED_CACHE = 'public, max-age=60';

async function availableSessions(c: AppContext) {
  const slug = c.req.param('slug') ?? '';
  const found = await findHallWithSessions(await c.var.scope.context(), slug);
  if (!found) throw new DomainError('not_found', 'hall_unknown', '没有这个体验馆。');
  return { slug, sessions: found.sessions, page: new URL(`/halls/${slug}`, c.req.url).href };
}

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
  api.openapi(availabilityRoute, async (c) => {
    const { now } = c.var.scope;
    const { slug, sessions, page } = await availableSessions(c);
    c.header('Access-Control-Allow-Origin', '*');
    c.header('Cross-Origin-Resource-Policy', 'cross-origin');
    c.header('Cache-Control', SHARED_CACHE);
    return c.json(
      {
        hall: slug,
        asOf: now.toISOString(),
        page,
        sessions: sessions.map((session) => ({
          id: session.id,
          startsAt: session.startsAt.toISOString(),
          endsAt: session.endsAt.toISOString(),
          phase: salesPhase(session, now),
          placesLeft: placesLeft(session),
          page: `${page}/sessions/${session.id}`,
        })),
      },
      200,
    );
  });
  return api;
}

/** A hall's sessions as a calendar to subscribe to. */
export function hallFiles() {
  const files = new Hono<AppEnv>();
  files.get('/halls/:slug/availability.ics', async (c) => {
    const { sessions, page } = await availableSessions(c);
    return c.body(hallCalendar(sessions, page, c.var.scope.now), 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'inline; filename="anlan-hall.ics"',
      'Cache-Control': SHARED_CACHE,
    });
  });
  return files;
}

/** A session as the API shows it: what is sold and to whom stays inside. */
function sessionView(session: HallSession, now: Date): z.output<typeof sessionSchema> {
  return {
    id: session.id,
    startsAt: session.startsAt.toISOString(),
    heldAt: session.heldAt,
    endsAt: session.endsAt.toISOString(),
    bookingClosesAt: session.bookingClosesAt.toISOString(),
    cancellationClosesAt: session.cancellationClosesAt.toISOString(),
    placesLeft: placesLeft(session),
    partyMax: session.partyMax,
    phase: salesPhase(session, now),
  };
}
