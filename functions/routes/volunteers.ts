import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { issueHoursCertificate } from '../../src/features/certificates/commands.ts';
import {
  addGridCell,
  decideVolunteer,
  leaveRegistry,
  recordTraining,
  registerVolunteer,
  withdrawTraining,
} from '../../src/features/volunteers/commands.ts';
import { verifyHours } from '../../src/features/certificates/queries.ts';
import { listOwnDuties } from '../../src/features/roster/queries.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readBookingCode } from '../../src/lib/ids.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const verifyRoute = createRoute({
  method: 'get',
  path: '/hours-certificates/{code}',
  summary: 'What a certificate of volunteer hours says; no personal data',
  request: {
    params: z.object({ code: z.string().openapi({ param: { name: 'code', in: 'path' } }) }),
  },
  responses: {
    200: jsonAnswer(
      'It is true.',
      z.object({
        code: z.string(),
        minutes: z.int(),
        services: z.int(),
        firstOn: z.string(),
        lastOn: z.string(),
      }),
    ),
    ...problems(404, 422, 503),
  },
});

const dutiesRoute = createRoute({
  method: 'get',
  path: '/guide-duties',
  summary: 'What you guide, or stand in reserve for, from now on',
  security: [{ signIn: [] }],
  responses: {
    200: jsonAnswer(
      'At most 100, the next one first.',
      z.array(
        z
          .object({
            id: z.uuid(),
            hall: z.string(),
            startsAt: instantSchema,
            endsAt: instantSchema,
            state: z.enum(['reserve', 'active', 'dropped', 'served']),
          })
          .openapi('GuideDuty'),
      ),
    ),
    ...problems(401, 503),
  },
});

export function volunteersApi() {
  const api = createApi();
  api.openapi(verifyRoute, async (c) => {
    const code = readBookingCode(c.req.valid('param').code);
    const found = code && (await verifyHours(await c.var.scope.context(), code));
    if (!found) throw new DomainError('not_found', 'certificate_unknown', '没有这张证明。');
    const { issuedAt: _, ...told } = found;
    return c.json(told, 200);
  });
  api.openapi(dutiesRoute, async (c) => {
    const { id } = await c.var.scope.person();
    const own = await listOwnDuties(await c.var.scope.context(), id);
    return c.json(
      own.map(({ duty, session }) => ({
        id: duty.id,
        hall: session.hallSlug,
        startsAt: duty.startsAt.toISOString(),
        endsAt: duty.endsAt.toISOString(),
        state: duty.state,
      })),
      200,
    );
  });
  return api;
}

/** The registry: one's own entry, and those that officers and managers look after. */
export function volunteerForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/volunteer', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      await registerVolunteer(await scope.context(), person, values, key);
      return `${c.req.path}?${new URLSearchParams({ saved: '1' })}`;
    });
  });
  forms.post('/me/volunteer/departure', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      await leaveRegistry(await scope.context(), person, key);
      return '/me/volunteer';
    });
  });
  forms.post('/me/volunteer/certificate', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      await issueHoursCertificate(await scope.context(), person, key);
      return c.req.path;
    });
  });
  forms.post('/staff/volunteers/cells', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await addGridCell(await scope.context(), by, values, key);
      return c.req.path;
    });
  });
  forms.post('/staff/volunteers/:volunteerId', async (c) => {
    const values = await readForm(c);
    const input = { ...values, volunteerId: c.req.param('volunteerId') };
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await decideVolunteer(await scope.context(), by, input, key);
      deliverSoon(c);
      // Who was refused is nobody's business any more: their page is gone.
      return values['decision'] === 'refused' ? '/staff/volunteers' : c.req.path;
    });
  });
  forms.post('/staff/volunteers/:volunteerId/trainings', async (c) => {
    const values = await readForm(c);
    const volunteerId = c.req.param('volunteerId');
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await recordTraining(await scope.context(), by, { ...values, volunteerId }, key);
      return `/staff/volunteers/${volunteerId}`;
    });
  });
  forms.post('/staff/volunteers/:volunteerId/trainings/:trainingId/withdrawal', async (c) => {
    const values = await readForm(c);
    const { volunteerId, trainingId } = c.req.param();
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await withdrawTraining(await scope.context(), by, { trainingId }, key);
      return `/staff/volunteers/${volunteerId}`;
    });
  });
  return forms;
}
