import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { issueCertificate } from '../../src/features/certificates/commands.ts';
import { verifyCertificate } from '../../src/features/certificates/queries.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readBookingCode } from '../../src/lib/ids.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { readForm } from '../forms.ts';
import { bookingIdParam, createApi, idempotencyHeader, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const issueRoute = createRoute({
  method: 'post',
  path: '/bookings/{id}/certificate',
  summary: 'Make the certificate of a visit; once',
  security: [{ signIn: [] }],
  request: { params: bookingIdParam, headers: idempotencyHeader },
  responses: {
    201: jsonAnswer('Its code.', z.object({ bookingId: z.uuid(), code: z.string() })),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

const verifyRoute = createRoute({
  method: 'get',
  path: '/certificates/{code}',
  summary: 'What a certificate of a visit says; no personal data',
  request: {
    params: z.object({ code: z.string().openapi({ param: { name: 'code', in: 'path' } }) }),
  },
  responses: {
    200: jsonAnswer(
      'It is true.',
      z.object({
        code: z.string(),
        hall: z.string(),
        date: z.string(),
        group: z.string().nullable(),
        class: z.string().nullable(),
        people: z.int().nullable().openapi({ description: 'Of a class: how many had come in.' }),
      }),
    ),
    ...problems(404, 422, 503),
  },
});

export function certificatesApi() {
  const api = createApi();
  api.openapi(issueRoute, async (c) => {
    const { scope } = c.var;
    const bookingId = c.req.valid('param').id;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    return c.json(await issueCertificate(await scope.context(), person, { bookingId }, key), 201);
  });
  api.openapi(verifyRoute, async (c) => {
    const code = readBookingCode(c.req.valid('param').code);
    const found = code && (await verifyCertificate(await c.var.scope.context(), code));
    if (!found) throw new DomainError('not_found', 'certificate_unknown', '没有这张证明。');
    const { hallSlug, startsAt, groupName, classLabel, people } = found;
    const date = calendarDate(startsAt);
    return c.json(
      { code: found.code, hall: hallSlug, date, group: groupName, class: classLabel, people },
      200,
    );
  });
  return api;
}

export function certificateForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/bookings/:id/certificate', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const bookingId = c.req.param('id');
      await issueCertificate(await scope.context(), person, { bookingId }, key);
      return c.req.path;
    });
  });
  return forms;
}
