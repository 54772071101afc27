import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  dropDraw,
  enterNumber,
  freezeDraw,
  nameDraw,
  recordDraw,
} from '../../src/features/sampling-draws/commands.ts';
import { drawDeskPath, drawOutcome, listText } from '../../src/features/sampling-draws/policy.ts';
import { findDraw } from '../../src/features/sampling-draws/queries.ts';
import { DRAW_STATES } from '../../src/features/sampling-draws/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readForm } from '../forms.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const drawSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(DRAW_STATES),
    programme: z.string(),
    version: z.string(),
    step: z.string(),
    regionCode: z.string(),
    percent: z.int(),
    numberWords: z.string().openapi({ description: 'Which public number decides.' }),
    numberSource: z.string(),
    numberOn: z.iso.date(),
    namedAt: instantSchema,
    frozenAt: instantSchema.nullable(),
    codes: z.array(z.string()).openapi({ description: 'Of this list alone, sorted.' }),
    listSha256: z.string().nullable(),
    size: z.int().nullable().openapi({ description: 'How many are drawn.' }),
    number: z.string().nullable(),
    drawnAt: instantSchema.nullable(),
    seed: z.string().nullable(),
    drawn: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'In the order of their tickets.' }),
    dropped: z.string().nullable().openapi({ description: 'Why it was given up.' }),
  })
  .openapi('SamplingDraw');

const showRoute = createRoute({
  method: 'get',
  path: '/draws/{id}',
  summary: 'A draw of files to be visited, with all that is needed to repeat it',
  request: {
    params: z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) }),
  },
  responses: { 200: jsonAnswer('The draw.', drawSchema), ...problems(404, 503) },
});

const unknown = () => new DomainError('not_found', 'draw_not_yours', '没有找到这一次抽查。');

export function samplingDrawsApi() {
  const api = createApi();
  api.openapi(showRoute, async (c) => {
    const found = await findDraw(await c.var.scope.context(), c.req.valid('param').id);
    if (!found) throw unknown();
    const { draw, lines, freeze, result, drop } = found;
    const outcome = drawOutcome(found);
    const { id, state, programme, version, step, regionCode, percent } = draw;
    const { numberWords, numberSource, numberOn, namedAt } = draw;
    return c.json(
      {
        ...{ id, state, programme, version, step, regionCode, percent },
        ...{ numberWords, numberSource, numberOn, namedAt: namedAt.toISOString() },
        frozenAt: freeze?.frozenAt.toISOString() ?? null,
        codes: lines.map(({ code }) => code),
        listSha256: freeze?.listSha256 ?? null,
        size: freeze?.size ?? null,
        number: result?.number ?? null,
        drawnAt: result?.drawnAt.toISOString() ?? null,
        seed: outcome?.seed ?? null,
        drawn: outcome?.tickets.flatMap(({ code, isDrawn }) => (isDrawn ? [code] : [])) ?? null,
        dropped: drop?.reason ?? null,
      },
      200,
    );
  });
  return api;
}

/** The list byte for byte, for whoever runs `sha256sum` over it. */
export function samplingDrawFiles() {
  const files = new Hono<AppEnv>();
  files.get('/communities/draws/:id/list.txt', async (c) => {
    const found = await findDraw(await c.var.scope.context(), c.req.param('id'));
    if (!found?.freeze) throw unknown();
    return c.body(listText(found), 200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': 'attachment; filename="list.txt"',
    });
  });
  return files;
}

export function samplingDrawForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/draws', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      const context = await scope.context();
      const { drawId } = await nameDraw(context, by, values, scope.listProgrammes, key);
      return `${drawDeskPath(drawId)}?done=name`;
    });
  });
  forms.post('/staff/draws/:drawId', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      const context = await scope.context();
      const input = { ...values, ...c.req.param() };
      const { act = '' } = values;
      if (act === 'freeze') await freezeDraw(context, by, input, key);
      else if (act === 'drop') await dropDraw(context, by, input, key);
      else {
        if (act === 'number') await enterNumber(context, by, input, key);
        await recordDraw(context, by, input, scope.listProgrammes);
      }
      return `${c.req.path}?done=${act === 'freeze' || act === 'drop' ? act : 'record'}`;
    });
  });
  return forms;
}
