import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  dropPlanItem,
  publishPlan,
  writePlanItem,
} from '../../src/features/drill-plans/commands.ts';
import { classWords, itemStanding } from '../../src/features/drill-plans/policy.ts';
import { findPublicPlan, listPublicPlans } from '../../src/features/drill-plans/queries.ts';
import {
  addToRecord,
  correctRecord,
  recordDrill,
} from '../../src/features/drill-records/commands.ts';
import { drillRecordBody } from '../../src/features/drill-records/schema.ts';
import {
  addTraits,
  decideTraits,
  setDutyRule,
  setSchoolPause,
} from '../../src/features/duties/commands.ts';
import { sourceWords } from '../../src/features/duties/policy.ts';
import { readOwnDuties } from '../../src/features/duties/queries.ts';
import { readMonths, readTraits } from '../../src/features/duties/schema.ts';
import { findOwnOrganisation } from '../../src/features/organisations/queries.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { readForm } from '../forms.ts';
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

const security = [{ signIn: [] }];

const planSchema = z
  .object({
    regionCode: z.string(),
    year: z.int(),
    publishedAt: instantSchema,
    items: z.array(
      z.object({
        title: z.string(),
        hazard: z.string(),
        kind: z.string().openapi({ example: '实战·单项·检验性·疏散' }),
        month: z.int(),
        responsible: z.string(),
        state: z.enum(['planned', 'done', 'late', 'dropped']),
        doneOn: z.string().nullable(),
      }),
    ),
    revisions: z.array(
      z.object({ at: instantSchema, title: z.string(), what: z.string(), reason: z.string() }),
    ),
  })
  .openapi('DrillPlan', { description: '演练: what is planned for practice, no emergency.' });

const plansRoute = createRoute({
  method: 'get',
  path: '/drill-plans',
  summary: 'Which regions have published a drill plan',
  responses: {
    200: jsonAnswer('All.', z.array(z.object({ regionCode: z.string(), year: z.int() }))),
    ...problems(503),
  },
});

const planRoute = createRoute({
  method: 'get',
  path: '/drill-plans/{code}/{year}',
  summary: 'A region’s published drill plan',
  request: {
    params: z.object({
      code: z
        .string()
        .regex(/^(\d{6}|\d{9})$/, { error: '没有这个地区' })
        .openapi({ param: { name: 'code', in: 'path' } }),
      year: z.coerce
        .number({ error: '没有这一年' })
        .int({ error: '没有这一年' })
        .openapi({ param: { name: 'year', in: 'path' } }),
    }),
  },
  responses: { 200: jsonAnswer('The plan.', planSchema), ...problems(404, 422, 503) },
});

const organisationParam = z.object({
  id: z.uuid({ error: '没有这个单位' }).openapi({ param: { name: 'id', in: 'path' } }),
});

const dutiesRoute = createRoute({
  method: 'get',
  path: '/organisations/{id}/duties',
  summary: 'How an organisation of yours stands with its drills',
  security,
  request: { params: organisationParam },
  responses: {
    200: jsonAnswer(
      'What presses most in front.',
      z.array(
        z
          .object({
            rule: z.string(),
            state: z.enum(['done', 'due', 'late', 'paused']),
            dueBy: z.string().nullable(),
            lateSince: z.string().nullable(),
            doneOn: z.string().nullable(),
            source: z.string(),
          })
          .openapi('DrillDuty'),
      ),
    ),
    ...problems(401, 404, 422, 503),
  },
});

const recordRoute = createRoute({
  method: 'post',
  path: '/organisations/{id}/drill-records',
  summary: 'Write a drill down that was held',
  security,
  request: {
    params: organisationParam,
    headers: idempotencyHeader,
    body: jsonBody(drillRecordBody.meta({ id: 'DrillRecordInput' })),
  },
  responses: {
    201: jsonAnswer('Written down.', z.object({ recordId: z.uuid() })),
    ...problems(401, 403, 404, 409, 422, 429, 503),
  },
});

/** Plans that are public, and the records that a program of a school may send. */
export function drillsApi() {
  const api = createApi();
  api.openapi(plansRoute, async (c) =>
    c.json(await listPublicPlans(await c.var.scope.context()), 200),
  );
  api.openapi(planRoute, async (c) => {
    const { code, year } = c.req.valid('param');
    const context = await c.var.scope.context();
    const plan = await findPublicPlan(context, code, year);
    if (!plan) throw new DomainError('not_found', 'plan_unknown', '没有公布这一年的计划。');
    const today = calendarDate(context.now);
    return c.json(
      {
        regionCode: plan.regionCode,
        year: plan.year,
        publishedAt: plan.publishedAt.toISOString(),
        items: plan.items.map(({ item, latest }) => ({
          ...{ title: latest.title, hazard: latest.hazard, kind: classWords(latest) },
          ...{ month: item.month, responsible: latest.responsible, doneOn: item.doneOn },
          state: itemStanding(item, plan.year, today),
        })),
        revisions: plan.revisions.map((one) => ({ ...one, at: one.at.toISOString() })),
      },
      200,
    );
  });
  api.openapi(dutiesRoute, async (c) => {
    const { scope } = c.var;
    const person = await scope.person();
    const context = await scope.context();
    const { id } = c.req.valid('param');
    const own = await findOwnOrganisation(context, person.id, id);
    if (!own) throw new DomainError('not_found', 'organisation_unknown', '没有找到这个单位。');
    const duties = await readOwnDuties(context, id);
    return c.json(
      (duties?.states ?? []).map(({ rule, state, dueBy, lateSince, doneOn }) => ({
        rule: rule.rule,
        state,
        dueBy: dueBy ?? null,
        lateSince: lateSince ?? null,
        doneOn: doneOn ?? null,
        source: sourceWords(rule),
      })),
      200,
    );
  });
  api.openapi(recordRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const organiser = { organisationId: c.req.valid('param').id, regionCode: '' };
    const input = { ...c.req.valid('json'), organiser };
    const holder = await scope.holder();
    return c.json(await recordDrill(await scope.context(), holder, input, key), 201);
  });
  return api;
}

type Values = Record<string, string>;

/** Whose drills an address is about: `:id` an organisation’s, `:code` a region’s. */
const organiserOf = (c: AppContext) => {
  const { id, code = '' } = c.req.param();
  return { organisationId: id ?? null, regionCode: id ? '' : code };
};

/** The same acts for organisations, by their members, and for regions, by their organisers. */
const PLACES = ['/me/organisations/:id/drills', '/staff/drills/regions/:code'] as const;

/** What is done to plans and records, and where one goes on. */
function placeForms(place: (typeof PLACES)[number], renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  const isStaff = place.startsWith('/staff');
  const base = (c: AppContext) => {
    const { organisationId, regionCode } = organiserOf(c);
    return organisationId
      ? `/me/organisations/${organisationId}/drills`
      : `/staff/drills/regions/${regionCode}`;
  };
  const act = (
    path: string,
    run: (c: AppContext, values: Values, key: string) => Promise<string>,
  ) =>
    forms.post(`${place}${path}`, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => `${base(c)}${await run(c, values, key)}`);
    });
  const asked = async (c: AppContext) => {
    const { scope } = c.var;
    const by = isStaff ? await scope.staff() : await scope.holder();
    return { ctx: await scope.context(), by };
  };
  const input = (c: AppContext, values: Values) => ({
    ...values,
    ...c.req.param(),
    organiser: organiserOf(c),
  });

  act('/record', async (c, values, key) => {
    const { ctx, by } = await asked(c);
    const { recordId } = await recordDrill(ctx, by, input(c, values), key);
    return `/records/${recordId}?recorded=1`;
  });
  act('/records/:recordId', async (c, values, key) => {
    const { ctx, by } = await asked(c);
    const { recordId } = await addToRecord(ctx, by, input(c, values), key);
    return `/records/${recordId}?added=1`;
  });
  act('/records/:recordId/correction', async (c, values, key) => {
    const { ctx, by } = await asked(c);
    const { recordId } = await correctRecord(ctx, by, input(c, values), key);
    return `/records/${recordId}?corrected=1`;
  });
  act('/plan/:year', async (c, values, key) => {
    const { ctx, by } = await asked(c);
    await publishPlan(ctx, by, input(c, values), key);
    return `/plan/${c.req.param('year')}?published=1`;
  });
  act('/plan/:year/item', async (c, values, key) => {
    const { ctx, by } = await asked(c);
    const itemId = new URL(c.req.url).searchParams.get('item') ?? '';
    await writePlanItem(ctx, by, { ...input(c, values), itemId }, key);
    return `/plan/${c.req.param('year')}?written=1`;
  });
  act('/plan/:year/drop', async (c, values, key) => {
    const { ctx, by } = await asked(c);
    const itemId = new URL(c.req.url).searchParams.get('item') ?? '';
    await dropPlanItem(ctx, by, { ...input(c, values), itemId }, key);
    return `/plan/${c.req.param('year')}?dropped=1`;
  });
  return forms;
}

/** Plans, records, what an organisation is, and the rules by which it must drill. */
export function drillForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  for (const place of PLACES) forms.route('/', placeForms(place, renderPage));
  const traits = { '/me/organisations/:id/traits': false, '/staff/drills/organisations/:id': true };
  for (const [path, isStaff] of Object.entries(traits)) {
    forms.post(path, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => {
        const { scope } = c.var;
        const organisationId = c.req.param('id') ?? '';
        const by = isStaff ? await scope.staff() : await scope.holder();
        const input = { organisationId, traits: readTraits(values) };
        await (isStaff ? decideTraits : addTraits)(await scope.context(), by, input, key);
        return isStaff
          ? `/staff/drills/organisations/${organisationId}?saved=1`
          : `/me/organisations/${organisationId}/drills?saved=1`;
      });
    });
  }
  forms.post('/staff/drills/rules', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await setDutyRule(await scope.context(), await scope.staff(), values, key);
      return '/staff/drills/rules?saved=1';
    });
  });
  forms.post('/staff/drills/pauses', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { ...values, months: readMonths(values) };
      await setSchoolPause(await scope.context(), await scope.staff(), input, key);
      return '/staff/drills/rules?saved=1';
    });
  });
  return forms;
}
