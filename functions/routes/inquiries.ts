import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { answerInquiry, createInquiry } from '../../src/features/inquiries/commands.ts';
import { findByCode } from '../../src/features/inquiries/queries.ts';
import { inquiryInput } from '../../src/features/inquiries/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readBookingCode } from '../../src/lib/ids.ts';
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
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const codeParam = z.object({
  code: z.string().openapi({ param: { name: 'code', in: 'path' }, example: 'ABCDEFGHJK' }),
});

const createInquiryRoute = createRoute({
  method: 'post',
  path: '/inquiries',
  summary: 'Ask the bureau, or tell of a mistake on this site',
  request: {
    headers: idempotencyHeader,
    body: jsonBody(inquiryInput.meta({ id: 'InquiryInput' })),
  },
  responses: {
    201: jsonAnswer('The code leads to the answer.', z.object({ code: z.string() })),
    ...problems(403, 422, 429, 503),
  },
});

const showRoute = createRoute({
  method: 'get',
  path: '/inquiries/{code}',
  summary: 'How an inquiry stands; what was asked is not shown',
  request: { params: codeParam },
  responses: {
    200: jsonAnswer(
      'The inquiry.',
      z
        .object({
          code: z.string(),
          kind: z.enum(['question', 'error']),
          createdAt: instantSchema,
          dueAt: instantSchema,
          answeredAt: instantSchema.nullable(),
          answer: z.string().nullable(),
        })
        .openapi('Inquiry'),
    ),
    ...problems(404, 503),
  },
});

/** Asking and tracking need no sign-in. */
export function inquiriesApi() {
  const api = createApi();
  api.openapi(createInquiryRoute, async (c) => {
    const key = c.req.valid('header')['idempotency-key'];
    return c.json(await createInquiry(await c.var.scope.context(), c.req.valid('json'), key), 201);
  });
  api.openapi(showRoute, async (c) => {
    const code = readBookingCode(c.req.valid('param').code);
    const found = code && (await findByCode(await c.var.scope.context(), code));
    if (!found) throw new DomainError('not_found', 'inquiry_unknown', '没有这个查询码。');
    const { kind, createdAt, dueAt } = found.inquiry;
    return c.json(
      {
        code,
        kind,
        createdAt: createdAt.toISOString(),
        dueAt: dueAt.toISOString(),
        answeredAt: found.answer?.answeredAt.toISOString() ?? null,
        answer: found.answer?.text ?? null,
      },
      200,
    );
  });
  return api;
}

export function inquiryForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/inquiries', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const input = { ...values, about: ownPath(c, values['about']) };
      const { code } = await createInquiry(await c.var.scope.context(), input, key);
      return `/inquiries/${code}`;
    });
  });
  forms.post('/staff/inquiries/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const inquiryId = c.req.param('id');
      const input = { ...values, inquiryId };
      await answerInquiry(await scope.context(), await scope.staff(), input, key);
      deliverSoon(c);
      return `/staff/inquiries/${inquiryId}?answered=1`;
    });
  });
  return forms;
}

/** What people copy from the address bar begins with this site's own origin. */
function ownPath(c: AppContext, address: string | undefined): string | undefined {
  const { origin } = new URL(c.req.url);
  const text = address?.trim();
  return text?.startsWith(`${origin}/`) ? text.slice(origin.length) : text;
}
