import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { trackingPath } from '../../src/features/applications/policy.ts';
import { loadApplication } from '../../src/features/applications/queries.ts';
import { codeUnknown, trackOf } from '../../src/features/tracking/policy.ts';
import { trackInput } from '../../src/features/tracking/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { parseInput } from '../../src/lib/fields.ts';
import { readBookingCode } from '../../src/lib/ids.ts';
import { readForm } from '../forms.ts';
import { createApi, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const day = z.iso.date();

const trackSchema = z
  .object({
    name: z.string().openapi({ description: 'Of the community or the region that applies.' }),
    programme: z.string(),
    isExample: z.boolean().openapi({ description: 'No document knows of this title.' }),
    state: z.string().openapi({ example: 'step:county-review' }),
    words: z.string(),
    stages: z.array(
      z.object({
        title: z.string(),
        state: z.enum(['done', 'now', 'next']),
        doneOn: day.nullable(),
        waits: z.array(z.string()),
      }),
    ),
    turn: z.string().nullable().openapi({ description: 'Whose turn it is; null: nobody’s.' }),
    since: day,
    until: day.nullable(),
    isPaused: z.boolean(),
    isOverdue: z.boolean(),
    next: z.string().nullable(),
    events: z.array(z.object({ on: day, title: z.string(), faults: z.array(z.string()) })),
  })
  .openapi('ApplicationTrack');

const trackRoute = createRoute({
  method: 'get',
  path: '/track/{code}',
  summary: 'How an application for a title stands, by the code on its receipt; nobody’s name',
  request: {
    params: z.object({
      code: z.string().openapi({ param: { name: 'code', in: 'path' }, example: 'ABCDEFGHJK' }),
    }),
  },
  responses: { 200: jsonAnswer('As it stands today.', trackSchema), ...problems(404, 503) },
});

/** Following an application needs its code, and no account. */
export function trackingApi() {
  const api = createApi();
  api.openapi(trackRoute, async (c) => {
    const { scope } = c.var;
    const code = readBookingCode(c.req.valid('param').code);
    const found =
      code && (await loadApplication(await scope.context(), scope.listProgrammes, { code }));
    if (!found) throw new DomainError('not_found', codeUnknown.reason, codeUnknown.message);
    return c.json(trackOf(found, scope.now), 200);
  });
  return api;
}

export function trackingForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/track', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () =>
      trackingPath(parseInput(trackInput, values).code),
    );
  });
  return forms;
}
