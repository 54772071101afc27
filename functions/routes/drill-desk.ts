import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  assignPerson,
  issueCard,
  releasePerson,
  removeRole,
  takeCard,
  withdrawCard,
  writeRole,
} from '../../src/features/drill-people/commands.ts';
import { findOwnOrganiser } from '../../src/features/drill-plans/queries.ts';
import { classWords } from '../../src/features/drill-plans/policy.ts';
import { editScript } from '../../src/features/drill-scripts/commands.ts';
import { SCRIPT_PARTS } from '../../src/features/drill-scripts/schema.ts';
import {
  announceDrill,
  cancelDrill,
  endDrill,
  openDrill,
  reviseDrill,
  startDrill,
  type FindTemplate,
} from '../../src/features/drills/commands.ts';
import { drillPath, markedTitle } from '../../src/features/drills/policy.ts';
import { findSeenDrill, listOwnDrills } from '../../src/features/drills/queries.ts';
import { DRILL_STATES } from '../../src/features/drills/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { asHand } from '../hand.ts';
import { readForm } from '../forms.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const security = [{ signIn: [] }];

const drillSchema = z
  .object({
    id: z.uuid(),
    /** Begins with the mark 演练. */
    title: z.string().openapi({ example: '演练·社区地震避险' }),
    hazard: z.string(),
    kind: z.string().openapi({ example: '实战·单项·检验性·疏散' }),
    state: z.enum(DRILL_STATES),
    startsAt: instantSchema,
    endsAt: instantSchema,
    place: z.string(),
    muster: z.string(),
  })
  .openapi('Drill', { description: '演练: practice, no emergency.' });

const oneSchema = drillSchema
  .extend({
    role: z.string().nullable().openapi({ description: 'The role of whoever asks.' }),
    roles: z.array(z.object({ name: z.string(), capacity: z.int(), taken: z.int() })).nullable(),
    injects: z
      .array(
        z.object({
          minute: z.int(),
          to: z.array(z.string()),
          by: z.string(),
          text: z.string(),
          expect: z.string(),
        }),
      )
      .nullable()
      .openapi({ description: 'Null for whoever must not know before.' }),
  })
  .openapi('DrillInFull');

const ownRoute = createRoute({
  method: 'get',
  path: '/organisations/{id}/drills',
  summary: 'The drills of an organisation of yours, the latest first',
  security,
  request: {
    params: z.object({
      id: z.uuid({ error: '没有这个单位' }).openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: { 200: jsonAnswer('All.', z.array(drillSchema)), ...problems(401, 404, 422, 503) },
});

const oneRoute = createRoute({
  method: 'get',
  path: '/drills/{id}',
  summary: 'A drill that you organise or have a part in',
  security,
  request: {
    params: z.object({
      id: z.uuid({ error: '没有这次演练' }).openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: { 200: jsonAnswer('As you see it.', oneSchema), ...problems(401, 404, 422, 503) },
});

type Told = Awaited<ReturnType<typeof listOwnDrills>>[number];

const told = ({ drill, version }: Told) => ({
  ...{ id: drill.id, title: markedTitle(version.title), hazard: version.hazard },
  kind: classWords({ ...version, blind: drill.blind }),
  state: drill.state,
  startsAt: version.startsAt.toISOString(),
  endsAt: version.endsAt.toISOString(),
  ...{ place: version.place, muster: version.muster },
});

const unknown = (what: string) => new DomainError('not_found', 'drill_not_yours', what);

/** What programs of an organiser read of its drills. */
export function drillDeskApi() {
  const api = createApi();
  api.openapi(ownRoute, async (c) => {
    const { scope } = c.var;
    const reference = { organisationId: c.req.valid('param').id, regionCode: '' };
    const context = await scope.context();
    const organiser = await findOwnOrganiser(context, await scope.holder(), reference);
    if (!organiser) throw unknown('没有找到这个单位。');
    return c.json((await listOwnDrills(context, reference)).map(told), 200);
  });
  api.openapi(oneRoute, async (c) => {
    const { scope } = c.var;
    const { id } = c.req.valid('param');
    const seen = await findSeenDrill(await scope.context(), await scope.holder(), id);
    if (!seen) throw unknown('没有找到这次演练。');
    const { sight, roles, script, standing } = seen;
    return c.json(
      {
        ...told(seen),
        role: (sight.card && standing.role?.name) || null,
        roles: sight.people
          ? roles.map(({ name, capacity, taken }) => ({ name, capacity, taken }))
          : null,
        injects: sight.script
          ? script.injects.map(({ minute, to, by, text, expect }) => ({
              ...{ minute, to, by, text, expect },
            }))
          : null,
      },
      200,
    );
  });
  return api;
}

type Values = Record<string, string>;
type Act = (ctx: CommandContext, by: Holder, input: object, key: string) => Promise<unknown>;

/** What is done to one drill by those who organise or control it. `/me/drills/new?organisation=…` or `?region=…` opens one. */
export function drillDeskForms(renderPage: PageRenderer, findTemplate: FindTemplate) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/drills/new', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { organisation, region = '', template, item = '' } = c.req.query();
      const organiser = {
        organisationId: organisation ?? null,
        regionCode: organisation ? '' : region,
      };
      // What stands in the address holds as long as the form says nothing else.
      const input = { template, planItemId: item, ...values, organiser };
      const { drillId } = await asHand(c, (ctx, by) =>
        openDrill(ctx, by, input, findTemplate, key),
      );
      return `${drillPath(drillId)}?opened=1`;
    });
  });

  /** An act on the drill of the address; what the address says goes before what the form says. */
  const act = (
    path: string,
    run: Act,
    { to, names = {} }: { to: string; names?: Values },
    fixed: object = {},
  ) =>
    forms.post(`/me/drills/:drillId/${path}`, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => {
        const query = c.req.query();
        const named = Object.fromEntries(
          Object.entries(names).map(([field, name]) => [field, query[name] ?? '']),
        );
        const { drillId } = c.req.param();
        await asHand(c, (ctx, by) => run(ctx, by, { ...values, ...named, ...fixed, drillId }, key));
        return `${drillPath(drillId)}${to}`;
      });
    });
  act('version', reviseDrill, { to: '?revised=1' });
  act('announcement', announceDrill, { to: '?announcement=1' });
  act('cancellation', cancelDrill, { to: '?cancellation=1' });
  act('start', startDrill, { to: '?start=1' });
  act('end', endDrill, { to: '?end=1' });
  for (const part of SCRIPT_PARTS) {
    act(
      `script/${part}`,
      editScript,
      { to: '/script?saved=1', names: part.startsWith('inject') ? { injectId: 'inject' } : {} },
      { part },
    );
  }
  act('people/role', writeRole, { to: '/people?saved=1', names: { roleId: 'role' } });
  act('people/role-removal', removeRole, { to: '/people?removed=1', names: { roleId: 'role' } });
  act('people/assignment', assignPerson, { to: '/people?assigned=1', names: { roleId: 'role' } });
  act('people/release', releasePerson, {
    to: '/people?released=1',
    names: { participantId: 'participant' },
  });
  act('people/card', issueCard, { to: '/print/cards?issued=1', names: { roleId: 'role' } });
  act('people/card-withdrawal', withdrawCard, {
    to: '/people?withdrawn=1',
    names: { cardId: 'card' },
  });

  forms.post('/drills/join/:code', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { ...values, ...c.req.param() };
      const { drillId } = await takeCard(await scope.context(), await scope.person(), input, key);
      return `${drillPath(drillId)}?joined=1`;
    });
  });
  return forms;
}
