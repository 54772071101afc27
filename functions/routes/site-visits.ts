import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  addVisitPhoto,
  concludeVisit,
  planVisit,
  recordChecklist,
  recordVisitEntries,
} from '../../src/features/site-visits/commands.ts';
import { reviewPath } from '../../src/features/applications/policy.ts';
import { visitPath } from '../../src/features/site-visits/policy.ts';
import { findVisitDesk, runOf } from '../../src/features/site-visits/queries.ts';
import { entriesInput } from '../../src/features/site-visits/schema.ts';
import { CHECK_ANSWERS, VISIT_ENTRY_KINDS } from '../../src/features/site-visits/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readFileForm } from '../file-forms.ts';
import { scanSoon } from '../files.ts';
import { readForm } from '../forms.ts';
import { asHand } from '../hand.ts';
import { deliverSoon } from '../messages.ts';
import { createApi, jsonAnswer, jsonBody, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const security = [{ signIn: [] }];
const instant = z.int().openapi({ description: 'Milliseconds since 1970, UTC.' });
const params = z.object({
  id: z.uuid({ error: '没有这一份申报' }).openapi({ param: { name: 'id', in: 'path' } }),
});

const runSchema = z
  .object({
    applicationId: z.uuid(),
    visitId: z.uuid(),
    me: z.uuid(),
    name: z.string(),
    programme: z.string(),
    plannedOn: z.iso.date(),
    party: z.string().openapi({ description: 'Offices and how many; no names.' }),
    state: z.enum(['planned', 'done']),
    at: instant,
    groups: z.array(
      z.object({
        title: z.string(),
        items: z.array(z.object({ item: z.string(), text: z.string(), look: z.string() })),
      }),
    ),
    facts: z.array(
      z.object({
        id: z.uuid(),
        kind: z.enum(VISIT_ENTRY_KINDS),
        item: z.string(),
        answer: z.enum(CHECK_ANSWERS).nullable(),
        note: z.string(),
        present: z.int().nullable(),
        at: instant,
        notedAt: instant,
      }),
    ),
  })
  .openapi('SiteVisit');

const runRoute = createRoute({
  method: 'get',
  path: '/applications/{id}/visit',
  summary: 'The checklist of a planned site visit, with what was noted last (officers of its step)',
  security,
  request: { params },
  responses: { 200: jsonAnswer('As it is now.', runSchema), ...problems(401, 404, 503) },
});

const entriesRoute = createRoute({
  method: 'post',
  path: '/applications/{id}/visit/entries',
  summary: 'What a phone noted at a site visit, also without a link (officers of its step)',
  description:
    'An entry’s id is its key: sent again it is `known`, with another body `refused`. Taken until the visit is concluded.',
  security,
  request: {
    params,
    body: jsonBody(entriesInput.omit({ applicationId: true }).meta({ id: 'SiteVisitEntries' })),
  },
  responses: {
    200: jsonAnswer(
      'What became of each.',
      z
        .object({
          at: instant,
          outcomes: z.array(
            z.object({
              id: z.uuid(),
              outcome: z.enum(['accepted', 'known', 'refused']),
              reason: z.string().optional(),
              message: z.string().optional(),
            }),
          ),
        })
        .openapi('SiteVisitEntryOutcomes'),
    ),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

const notHere = () => new DomainError('not_found', 'visit_not_yours', '没有找到这一次核查。');

export function siteVisitsApi() {
  const api = createApi();
  api.openapi(runRoute, async (c) => {
    const { scope } = c.var;
    const run = await asHand(c, async (ctx, by) => {
      const { id } = c.req.valid('param');
      const desk = await findVisitDesk(ctx, scope.listProgrammes, by, id);
      const found = desk && runOf(desk, by, ctx.now);
      if (!found) throw notHere();
      return found;
    });
    c.header('Cache-Control', 'private, no-cache');
    return c.json(run, 200);
  });
  api.openapi(entriesRoute, async (c) => {
    const { scope } = c.var;
    const { id: applicationId } = c.req.valid('param');
    const input = { ...c.req.valid('json'), applicationId };
    const { outcomes } = await asHand(c, (ctx, by) =>
      recordVisitEntries(ctx, by, input, scope.listProgrammes),
    );
    c.header('Cache-Control', 'private, no-cache');
    return c.json({ at: scope.now.getTime(), outcomes }, 200);
  });
  return api;
}

const BASE = '/staff/applications/:id/visit';

export function siteVisitForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  const hand = async ({ var: { scope } }: AppContext) =>
    [await scope.context(), await scope.staff()] as const;
  forms.post(BASE, async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { act, ...rest } = values;
      const input = { ...rest, applicationId: c.req.param('id') };
      const [context, by] = await hand(c);
      const { listProgrammes } = c.var.scope;
      if (act === 'plan') {
        await planVisit(context, by, input, listProgrammes, key);
        return `${c.req.path}?done=plan`;
      }
      const { noted } = await recordChecklist(context, by, input, listProgrammes, key);
      return `${c.req.path}?noted=${noted}`;
    });
  });
  forms.post(`${BASE}/photos`, async (c) => {
    const values: Record<string, string> = {};
    return submit(c, values, renderPage, async () => {
      const [context, by] = await hand(c);
      const applicationId = c.req.param('id');
      const { listProgrammes } = c.var.scope;
      // Before a file of many megabytes is taken in for nothing.
      const desk = await findVisitDesk(context, listProgrammes, by, applicationId);
      if (!desk?.canAct || desk.visit?.state !== 'planned') throw notHere();
      const file = await readFileForm(c, values, 'site_visit_photo');
      if (file) values['fileId'] = file;
      const key = values['key'] ?? '';
      await addVisitPhoto(context, by, { applicationId, file }, listProgrammes, key);
      scanSoon(c);
      return `${visitPath(applicationId)}/photos?added=1`;
    });
  });
  forms.post(`${BASE}/conclusion`, async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const [context, by] = await hand(c);
      const applicationId = c.req.param('id');
      const input = { ...values, applicationId };
      await concludeVisit(context, by, input, c.var.scope.listProgrammes, key);
      deliverSoon(c);
      return `${reviewPath(applicationId)}?done=visit`;
    });
  });
  return forms;
}
