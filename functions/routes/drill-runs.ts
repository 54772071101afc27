import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { recordEntries, recordEntry } from '../../src/features/drill-runs/commands.ts';
import { runNotYours, type DrillRun } from '../../src/features/drill-runs/policy.ts';
import { findStanding, readLive, readRun } from '../../src/features/drill-runs/queries.ts';
import { entriesInput } from '../../src/features/drill-runs/schema.ts';
import { ENTRY_KINDS } from '../../src/features/drill-runs/table.ts';
import { endDrill, startDrill } from '../../src/features/drills/commands.ts';
import { drillPath, markedTitle } from '../../src/features/drills/policy.ts';
import { endInput } from '../../src/features/drills/schema.ts';
import { DRILL_END_KINDS, DRILL_STATES } from '../../src/features/drills/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { toHex } from '../../src/lib/ids.ts';
import { sha256 } from '../../src/lib/keyring.ts';
import { readForm } from '../forms.ts';
import { createApi, idempotencyHeader, jsonAnswer, jsonBody, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

/** The site's clock in milliseconds, on every answer to a phone: an answer that nothing has changed has no body. */
const SITE_TIME = 'X-Site-Time';

const security = [{ signIn: [] }];
const instant = z.int().openapi({ description: 'Milliseconds since 1970, UTC.' });
const heads = z.int().min(0).nullable();
const params = z.object({
  id: z.uuid({ error: '没有这次演练' }).openapi({ param: { name: 'id', in: 'path' } }),
});

const fact = z
  .object({
    id: z.uuid(),
    kind: z.enum(ENTRY_KINDS),
    ref: z.string(),
    unit: z.string(),
    value: heads,
    expected: heads,
    at: instant,
  })
  .openapi('DrillLogFact');

const runSchema = z
  .object({
    drillId: z.uuid(),
    at: instant,
    state: z.enum(DRILL_STATES),
    title: z.string(),
    place: z.string(),
    muster: z.string(),
    startsAt: instant,
    endsAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    end: z.enum(DRILL_END_KINDS).nullable(),
    closesAt: instant,
    me: z.object({
      hand: z.enum(['control', 'evaluate', 'simulate', 'play', 'come', 'watch']),
      controls: z.boolean(),
      participantId: z.uuid().nullable(),
      role: z.string().nullable(),
      part: z.string(),
      group: z.string(),
      duty: z.string(),
      unit: z.string(),
    }),
    safety: z.object({ officer: z.string(), signal: z.string(), afterStop: z.array(z.string()) }),
    injects: z.array(
      z.object({
        id: z.string(),
        minute: z.int(),
        to: z.array(z.string()),
        by: z.string(),
        text: z.string(),
        expect: z.string().nullable(),
      }),
    ),
    measures: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        from: z.string(),
        to: z.string(),
        targetSeconds: z.int().nullable(),
      }),
    ),
    units: z.array(z.object({ unit: z.string(), expected: heads })),
    people: z.array(
      z.object({
        id: z.uuid(),
        name: z.string().openapi({ description: 'Masked.' }),
        role: z.string(),
        unit: z.string(),
      }),
    ),
    own: z.array(fact.extend({ note: z.string() })),
    others: z.array(fact),
    version: z.int(),
    shown: z.string().openapi({ description: 'A digest of all that is not of the log.' }),
  })
  .openapi('DrillRun', { description: '演练: practice, no emergency.' });

const liveSchema = z
  .object({
    state: z.enum(DRILL_STATES),
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    end: z.enum(DRILL_END_KINDS).nullable(),
    muster: z.object({
      units: z.int(),
      counted: z.int(),
      present: z.int(),
      missing: z.int(),
    }),
    shown: z
      .string()
      .openapi({ description: 'As in the run: where it differs, ask for that anew.' }),
    version: z.int(),
    at: instant,
  })
  .openapi('DrillLive', { description: '演练: practice, no emergency.' });

const outcomesSchema = z
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
  .openapi('DrillEntryOutcomes');

const runRoute = createRoute({
  method: 'get',
  path: '/drills/{id}/run',
  summary: '演练: what one’s own phone shows of a drill now (whoever has a part in it)',
  description: 'A role sees an inject when its minute has come since the start, never before.',
  security,
  request: { params },
  responses: { 200: jsonAnswer('As it is now.', runSchema), ...problems(401, 404, 503) },
});

const liveRoute = createRoute({
  method: 'get',
  path: '/drills/{id}/live',
  summary: '演练: whether a drill runs, has stopped or ended (whoever has a part in it)',
  description: `Asked every few seconds. \`${SITE_TIME}\` holds the site’s clock, also with 304.`,
  security,
  request: { params },
  responses: {
    200: jsonAnswer('As it is now.', liveSchema),
    304: { description: 'As the `ETag` in `If-None-Match` says.' },
    ...problems(401, 404, 503),
  },
});

const entriesRoute = createRoute({
  method: 'post',
  path: '/drills/{id}/entries',
  summary: '演练: what a phone noted, also without a link (whoever has a part in it)',
  description:
    'An entry’s id is its key: sent again it is `known`, with another body `refused`. Taken until 24 hours after the end.',
  security,
  request: {
    params,
    body: jsonBody(entriesInput.omit({ drillId: true }).meta({ id: 'DrillEntries' })),
  },
  responses: {
    200: jsonAnswer('What became of each.', outcomesSchema),
    ...problems(401, 403, 404, 422, 503),
  },
});

const done = z.object({ drillId: z.uuid() });

const startRoute = createRoute({
  method: 'post',
  path: '/drills/{id}/start',
  summary: '演练: starts a drill (its organisers and controllers)',
  security,
  request: { params, headers: idempotencyHeader },
  responses: { 200: jsonAnswer('Started.', done), ...problems(401, 403, 404, 409, 422, 503) },
});

const endRoute = createRoute({
  method: 'post',
  path: '/drills/{id}/end',
  summary: '演练: ends or stops a drill (its organisers and controllers)',
  security,
  request: {
    params,
    headers: idempotencyHeader,
    body: jsonBody(endInput.omit({ drillId: true }).meta({ id: 'DrillEnd' })),
  },
  responses: { 200: jsonAnswer('Ended.', done), ...problems(401, 403, 404, 409, 422, 503) },
});

export function drillRunsApi() {
  const api = createApi();
  api.openapi(runRoute, async (c) => {
    const { scope } = c.var;
    const asked = { drillId: c.req.valid('param').id };
    const run = await readRun(await scope.context(), await scope.holder(), asked);
    if (!run) throw notHere();
    own(c);
    return c.json(copy(run), 200);
  });
  api.openapi(liveRoute, async (c) => {
    const { scope } = c.var;
    const asked = { drillId: c.req.valid('param').id };
    const live = await readLive(await scope.context(), await scope.holder(), asked);
    if (!live) throw notHere();
    own(c);
    const digest = await sha256(JSON.stringify(live));
    const tag = `"${toHex(digest.slice(0, 12))}"`;
    c.header('ETag', tag);
    // A proxy that compresses weakens the tag.
    const known = c.req.header('If-None-Match')?.replace(/^W\//, '');
    if (known === tag) return c.body(null, 304);
    return c.json({ ...live, at: scope.now.getTime() }, 200);
  });
  api.openapi(entriesRoute, async (c) => {
    const { scope } = c.var;
    const input = { ...c.req.valid('json'), drillId: c.req.valid('param').id };
    const by = await scope.holder();
    const { outcomes } = await recordEntries(await scope.context(), by, input);
    own(c);
    return c.json({ at: scope.now.getTime(), outcomes }, 200);
  });
  api.openapi(startRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { drillId: c.req.valid('param').id };
    const by = await scope.holder();
    return c.json(await startDrill(await scope.context(), by, input, key), 200);
  });
  api.openapi(endRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), drillId: c.req.valid('param').id };
    const by = await scope.holder();
    return c.json(await endDrill(await scope.context(), by, input, key), 200);
  });
  return api;
}

function own(c: AppContext): void {
  c.header('Cache-Control', 'private, no-cache');
  c.header(SITE_TIME, String(c.var.scope.now.getTime()));
}

/** Lists of the answer's own, as its description has them. */
function copy(run: DrillRun): z.output<typeof runSchema> {
  return {
    ...run,
    safety: { ...run.safety, afterStop: [...run.safety.afterStop] },
    injects: run.injects.map((inject) => ({ ...inject, to: [...inject.to] })),
    measures: [...run.measures],
    units: [...run.units],
    people: [...run.people],
    own: [...run.own],
    others: [...run.others],
  };
}

const notHere = () => new DomainError('not_found', runNotYours.reason, runNotYours.message);

/** The phone page without its script, and what a browser asks for to install it. */
export function drillRunForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/drills/:drillId/run', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { ...values, ...c.req.param() };
      const by = await scope.holder();
      const { entryId } = await recordEntry(await scope.context(), by, input, key);
      return `${c.req.path}?${new URLSearchParams({ done: entryId })}#log`;
    });
  });
  forms.get('/me/drills/:drillId/run/manifest.json', async (c: AppContext) => {
    const { scope } = c.var;
    const found = await findStanding(await scope.context(), await scope.holder(), c.req.param());
    if (!found) throw notHere();
    const { drill, version } = found.file;
    const address = `${drillPath(drill.id)}/run`;
    const manifest = {
      name: markedTitle(version.title),
      short_name: '演练',
      lang: 'zh-CN',
      ...{ id: address, start_url: address, scope: address },
      display: 'standalone',
      background_color: '#ffffff',
      theme_color: '#0b5d5b',
      icons: [{ src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml' }],
    };
    return c.json(manifest, 200, { 'Content-Type': 'application/manifest+json' });
  });
  return forms;
}
