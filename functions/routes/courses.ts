import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { openCourseSession, withdrawCourseSession } from '../../src/features/courses/commands.ts';
import { listCourseSessions } from '../../src/features/courses/queries.ts';
import { COURSE_SLUGS } from '../../src/features/courses/schema.ts';
import { placesLeft, salesPhase } from '../../src/features/halls/policy.ts';
import { readForm } from '../forms.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const sessionsRoute = createRoute({
  method: 'get',
  path: '/course-sessions',
  summary: 'Coming sessions of courses; one is booked like any other, by its id',
  request: {
    query: z.object({
      course: z.enum(COURSE_SLUGS, { error: '没有这门课' }).optional(),
      hall: z.string().max(64).optional(),
    }),
  },
  responses: {
    200: jsonAnswer(
      'In order of time.',
      z.array(
        z
          .object({
            id: z.uuid(),
            course: z.string(),
            hall: z.string(),
            heldAt: z.string(),
            adultsOnly: z.boolean(),
            startsAt: instantSchema,
            endsAt: instantSchema,
            bookingClosesAt: instantSchema,
            cancellationClosesAt: instantSchema,
            placesLeft: z.int().min(0),
            partyMax: z.int().min(1),
            phase: z.enum(['not_open', 'on_sale', 'full', 'closed']),
          })
          .openapi('CourseSession'),
      ),
    ),
    ...problems(422, 503),
  },
});

export function coursesApi() {
  const api = createApi();
  api.openapi(sessionsRoute, async (c) => {
    const { course, hall } = c.req.valid('query');
    const { now } = c.var.scope;
    const of = {
      ...(course === undefined ? {} : { courseSlug: course }),
      ...(hall === undefined ? {} : { hallSlug: hall }),
    };
    const sessions = await listCourseSessions(await c.var.scope.context(), of);
    return c.json(
      sessions.map((session) => ({
        id: session.id,
        course: session.courseSlug ?? '',
        hall: session.hallSlug,
        heldAt: session.heldAt,
        adultsOnly: session.adultsOnly,
        startsAt: session.startsAt.toISOString(),
        endsAt: session.endsAt.toISOString(),
        bookingClosesAt: session.bookingClosesAt.toISOString(),
        cancellationClosesAt: session.cancellationClosesAt.toISOString(),
        placesLeft: placesLeft(session),
        partyMax: session.partyMax,
        phase: salesPhase(session, now),
      })),
      200,
    );
  });
  return api;
}

export function courseForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/halls/:slug/courses', async (c) => {
    const values = await readForm(c);
    const input = { ...values, hallSlug: c.req.param('slug') };
    return submit(c, values, renderPage, async (key) => {
      const by = await c.var.scope.staff();
      const context = await c.var.scope.context();
      const { sessionId } = await openCourseSession(context, by, input, key);
      return `${c.req.path}?${new URLSearchParams({ opened: sessionId })}`;
    });
  });
  forms.post('/staff/halls/:slug/courses/:courseSessionId/withdrawal', async (c) => {
    const values = await readForm(c);
    const hallSlug = c.req.param('slug');
    const input = { hallSlug, sessionId: c.req.param('courseSessionId') };
    return submit(c, values, renderPage, async (key) => {
      const by = await c.var.scope.staff();
      await withdrawCourseSession(await c.var.scope.context(), by, input, key);
      return `/staff/halls/${hallSlug}/courses`;
    });
  });
  return forms;
}
