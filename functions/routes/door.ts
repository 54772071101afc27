import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  recordDoorEvent,
  recordDoorEvents,
  writeDoorNote,
} from '../../src/features/door/commands.ts';
import { readDoorDay } from '../../src/features/door/queries.ts';
import { doorBatchInput } from '../../src/features/door/schema.ts';
import { can } from '../../src/features/roles/policy.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readForm } from '../forms.ts';
import { createApi, jsonAnswer, jsonBody, problems, slugParam } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const instant = z.int().openapi({ description: 'Milliseconds since 1970, UTC.' });
const tally = z
  .object({ entered: z.int(), wentOut: z.int(), cameBack: z.int() })
  .openapi('DoorTally');

const daySchema = z
  .object({
    hall: z.string(),
    day: z.string(),
    at: instant,
    closesAt: instant,
    sessions: z.array(
      z.object({
        id: z.uuid(),
        startsAt: instant,
        endsAt: instant,
        arrivalOpensAt: instant,
        heldAt: z.string(),
        walkInsLeft: z.int().min(0),
        walkIns: tally,
        walkInsOver: z.int().min(0),
        walkInZone: z.string().nullable(),
        isStopped: z.boolean(),
      }),
    ),
    parties: z.array(
      z.object({
        id: z.uuid(),
        code: z.string(),
        sessionId: z.uuid(),
        name: z.string().openapi({ description: 'Masked.' }),
        label: z.string().nullable().openapi({ description: 'The class of a group.' }),
        size: z.int(),
        words: z.string(),
        state: z.enum(['booked', 'cancelled', 'arrived', 'expired']),
        arrivedAt: instant.nullable(),
        tally,
        zone: z.string().nullable(),
        released: z.int().openapi({
          description: 'Places of it that walk-ins can have, since it has not come in time.',
        }),
      }),
    ),
    outages: z.array(z.string()).openapi({ description: 'What is out of order today.' }),
    lateMinutes: z.int(),
    closedZones: z.array(z.string()),
    conflicts: z.array(
      z.object({
        kind: z.enum([
          'counted_twice',
          'cancelled',
          'wrong_time',
          'out_of_step',
          'walk_ins_over',
          'late_over',
        ]),
        sessionId: z.uuid(),
        bookingId: z.uuid().nullable(),
        title: z.string(),
        text: z.string(),
        events: z.array(
          z.object({ id: z.string(), at: instant, people: z.int(), place: z.string() }),
        ),
      }),
    ),
  })
  .openapi('DoorDay');

const outcomeSchema = z
  .object({
    at: instant,
    outcomes: z.array(
      z.object({
        id: z.uuid(),
        outcome: z.enum(['noted', 'refused']),
        reason: z.string().optional(),
        message: z.string().optional(),
      }),
    ),
  })
  .openapi('DoorOutcomes');

const security = [{ signIn: [] }];

const dayRoute = createRoute({
  method: 'get',
  path: '/halls/{slug}/door',
  summary:
    'Today at the door of a hall: who is expected, who is inside, what does not fit (its staff)',
  security,
  request: { params: slugParam },
  responses: { 200: jsonAnswer('Today.', daySchema), ...problems(401, 404, 503) },
});

const eventsRoute = createRoute({
  method: 'post',
  path: '/halls/{slug}/door-events',
  summary: 'What a device noted at the door, also without a link (its staff)',
  description:
    'An event’s id is its key: sent again, alone or among others, it counts once. Events that are `settled` tell of ' +
    'people who have gone through; they are written down whatever they say.',
  security,
  request: {
    params: slugParam,
    body: jsonBody(doorBatchInput.omit({ hallSlug: true }).meta({ id: 'DoorEvents' })),
  },
  responses: {
    200: jsonAnswer('What became of each, in the device’s order.', outcomeSchema),
    ...problems(401, 403, 404, 422, 503),
  },
});

export function doorApi() {
  const api = createApi();
  api.openapi(dayRoute, async (c) => {
    const { scope } = c.var;
    const { slug } = c.req.valid('param');
    if (!can(await scope.staff(), { action: 'hall.door', hall: slug })) throw notHere();
    const day = await readDoorDay(await scope.context(), slug);
    c.header('Cache-Control', 'no-store');
    return c.json(copy(day), 200);
  });
  api.openapi(eventsRoute, async (c) => {
    const { scope } = c.var;
    const input = { ...c.req.valid('json'), hallSlug: c.req.valid('param').slug };
    const staff = await scope.staff();
    const { outcomes } = await recordDoorEvents(await scope.context(), staff, input);
    return c.json({ at: scope.now.getTime(), outcomes }, 200);
  });
  return api;
}

/** Lists of the answer's own, as its description has them. */
function copy(day: Awaited<ReturnType<typeof readDoorDay>>): z.output<typeof daySchema> {
  return {
    ...day,
    sessions: [...day.sessions],
    parties: [...day.parties],
    outages: [...day.outages],
    closedZones: [...day.closedZones],
    conflicts: day.conflicts.map((conflict) => ({ ...conflict, events: [...conflict.events] })),
  };
}

const notHere = () => new DomainError('not_found', 'hall_unknown', '没有找到这一项。');

export function doorForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/halls/:slug/door', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const input = { ...values, ...(values['code'] === '' ? { code: undefined } : {}) };
      const asked = { ...input, hallSlug: c.req.param('slug') };
      const { eventId } = await recordDoorEvent(await scope.context(), staff, asked, key);
      return `${c.req.path}?${new URLSearchParams({ done: eventId })}#door`;
    });
  });
  forms.post('/staff/halls/:slug/door/inside', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const { bookingId, sessionId, zone } = values;
      const asked = { hallSlug: c.req.param('slug'), act: 'move', bookingId, sessionId, zone };
      const { eventId } = await recordDoorEvent(await scope.context(), staff, asked, key);
      return `${c.req.path}?${new URLSearchParams({ done: eventId })}`;
    });
  });
  forms.post('/staff/halls/:slug/notes', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const input = { ...values, hallSlug: c.req.param('slug') };
      await writeDoorNote(await scope.context(), staff, input, key);
      return c.req.path;
    });
  });
  // Asked for with the visitor's own sign-in: installed, the page opens at this hall's door.
  forms.get('/staff/halls/:slug/door/manifest.json', async (c: AppContext) => {
    const slug = c.req.param('slug') ?? '';
    if (!can(await c.var.scope.staff(), { action: 'hall.door', hall: slug })) throw notHere();
    const address = `/staff/halls/${slug}/door`;
    const manifest = {
      name: '安澜入口登记',
      short_name: '入口登记',
      lang: 'zh-CN',
      id: address,
      start_url: address,
      scope: address,
      display: 'standalone',
      background_color: '#ffffff',
      theme_color: '#0b5d5b',
      icons: [{ src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml' }],
    };
    return c.json(manifest, 200, { 'Content-Type': 'application/manifest+json' });
  });
  return forms;
}
