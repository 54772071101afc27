import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  acceptCounterOffer,
  answerGroupRequest,
  changeGroupCounts,
  createGroupRequest,
  handInLetter,
  withdrawGroupRequest,
} from '../../src/features/groups/commands.ts';
import { isOpenToGroups, typedClasses } from '../../src/features/groups/policy.ts';
import {
  findGroup,
  findHallForGroups,
  findOwnGroup,
  groupWords,
  listOwnGroups,
  type Group,
} from '../../src/features/groups/queries.ts';
import {
  groupAnswerFields,
  groupCountsInput,
  groupRequestInput,
} from '../../src/features/groups/schema.ts';
import { GROUP_KINDS } from '../../src/features/groups/table.ts';
import { groupPlacesLeft } from '../../src/features/halls/policy.ts';
import { can } from '../../src/features/roles/policy.ts';
import { issueClassCertificates } from '../../src/features/certificates/commands.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { groupCalendar } from '../calendar.ts';
import { readFileForm } from '../file-forms.ts';
import { scanSoon } from '../files.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import {
  createApi,
  idempotencyHeader,
  instantSchema,
  jsonAnswer,
  jsonBody,
  problems,
  slugParam,
} from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const security = [{ signIn: [] }];
const idParam = z.object({
  id: z.uuid({ error: '没有这个团体申请' }).openapi({ param: { name: 'id', in: 'path' } }),
});
const classParam = idParam.extend({
  bookingId: z.uuid({ error: '没有这个班' }).openapi({ param: { name: 'bookingId', in: 'path' } }),
});
const act = { params: idParam, headers: idempotencyHeader };
const doneAnswer = jsonAnswer('Done.', z.object({ requestId: z.uuid() }));
const writeProblems = problems(401, 403, 404, 409, 422, 503);

const requestSchema = z
  .object({
    id: z.uuid(),
    code: z.string(),
    hallSlug: z.string(),
    kind: z.enum(GROUP_KINDS),
    groupName: z.string(),
    state: z.enum(['asked', 'countered', 'approved', 'refused', 'withdrawn', 'lapsed']),
    askedAt: instantSchema,
    answerDueAt: instantSchema,
    heldUntil: instantSchema.openapi({
      description: 'Until then its places are held without an answer.',
    }),
  })
  .openapi('GroupRequest');

const detailsSchema = requestSchema
  .extend({
    leaderName: z.string(),
    needs: z.string(),
    buses: z.int(),
    lunch: z.boolean(),
    classes: z.array(
      z.object({
        bookingId: z.uuid(),
        code: z.string().openapi({ description: 'For the gate.' }),
        state: z.enum(['booked', 'cancelled', 'arrived', 'expired']),
        label: z.string(),
        adults: z.int(),
        children: z.int(),
        boys: z.int().nullable(),
        girls: z.int().nullable(),
        sessionId: z.uuid(),
        startsAt: instantSchema,
      }),
    ),
    decisions: z.array(
      z.object({
        decision: z.enum(['approved', 'refused', 'countered', 'accepted', 'withdrawn']),
        reason: z.string(),
        decidedAt: instantSchema,
      }),
    ),
  })
  .openapi('GroupRequestDetails');

const sessionSchema = z
  .object({
    id: z.uuid(),
    startsAt: instantSchema,
    endsAt: instantSchema,
    groupPlacesLeft: z.int(),
    groupsReleaseAt: instantSchema.openapi({ description: 'Until then a group may ask.' }),
  })
  .openapi('GroupSession');

const sessionsRoute = createRoute({
  method: 'get',
  path: '/halls/{slug}/group-sessions',
  summary: 'The sessions that groups can ask for, with what is left of the places kept for them',
  request: { params: slugParam },
  responses: { 200: jsonAnswer('In order.', z.array(sessionSchema)), ...problems(404, 503) },
});

const createRequestRoute = createRoute({
  method: 'post',
  path: '/group-requests',
  summary: 'Ask for a visit of a group; each class is a booking and holds its places at once',
  security,
  request: {
    headers: idempotencyHeader,
    body: jsonBody(groupRequestInput.meta({ id: 'GroupRequestInput' })),
  },
  responses: {
    201: jsonAnswer('The places are held.', z.object({ requestId: z.uuid(), code: z.string() })),
    ...writeProblems,
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/group-requests',
  summary: 'The requests that you lead, newest first',
  security,
  responses: { 200: jsonAnswer('At most 20.', z.array(requestSchema)), ...problems(401, 503) },
});

const showRoute = createRoute({
  method: 'get',
  path: '/group-requests/{id}',
  summary: 'One request that you lead, with its classes',
  security,
  request: { params: idParam },
  responses: { 200: jsonAnswer('The request.', detailsSchema), ...problems(401, 404, 422, 503) },
});

const countsRoute = createRoute({
  method: 'post',
  path: '/group-requests/{id}/classes/{bookingId}/changes',
  summary: 'Change the numbers of one class, also after approval',
  security,
  request: {
    params: classParam,
    headers: idempotencyHeader,
    body: jsonBody(groupCountsInput.omit({ bookingId: true }).meta({ id: 'GroupCounts' })),
  },
  responses: { 201: doneAnswer, ...writeProblems },
});

const acceptanceRoute = createRoute({
  method: 'post',
  path: '/group-requests/{id}/acceptance',
  summary: 'Take the sessions that the hall proposed',
  security,
  request: act,
  responses: { 201: doneAnswer, ...writeProblems },
});

const withdrawalRoute = createRoute({
  method: 'post',
  path: '/group-requests/{id}/withdrawal',
  summary: 'Take the whole group back; its places are free at once',
  security,
  request: act,
  responses: { 201: doneAnswer, ...writeProblems },
});

const decisionRoute = createRoute({
  method: 'post',
  path: '/group-requests/{id}/decision',
  summary: 'Approve, refuse with a reason, or propose other sessions (the hall’s manager)',
  security,
  request: { ...act, body: jsonBody(groupAnswerFields.meta({ id: 'GroupAnswer' })) },
  responses: { 201: doneAnswer, ...writeProblems },
});

export function groupsApi() {
  const api = createApi();
  api.openapi(sessionsRoute, async (c) => {
    const context = await c.var.scope.context();
    const found = await findHallForGroups(context, c.req.valid('param').slug);
    if (!found) throw new DomainError('not_found', 'hall_unknown', '没有找到这个场馆。');
    const open = found.sessions.filter((session) => isOpenToGroups(session, context.now));
    return c.json(
      open.map((session) => ({
        id: session.id,
        startsAt: session.startsAt.toISOString(),
        endsAt: session.endsAt.toISOString(),
        groupPlacesLeft: groupPlacesLeft(session),
        groupsReleaseAt: session.groupsReleaseAt.toISOString(),
      })),
      200,
    );
  });
  api.openapi(createRequestRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    const context = await scope.context();
    const answer = await createGroupRequest(context, person, c.req.valid('json'), key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(listRoute, async (c) => {
    const person = await c.var.scope.person();
    const own = await listOwnGroups(await c.var.scope.context(), person.id);
    return c.json(own.map(requestView), 200);
  });
  api.openapi(showRoute, async (c) => {
    const { scope } = c.var;
    const group = await ownGroup(c);
    const words = await groupWords(await scope.context(), group.person, group.request);
    return c.json({ ...requestView(group), ...words, ...partsView(group) }, 200);
  });
  api.openapi(countsRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const { id: requestId, bookingId } = c.req.valid('param');
    const group = await ownGroup(c);
    requireClass(group, bookingId);
    const input = { ...c.req.valid('json'), bookingId };
    await changeGroupCounts(await scope.context(), group.person, input, key);
    return c.json({ requestId }, 201);
  });
  api.openapi(acceptanceRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { requestId: c.req.valid('param').id };
    const answer = await acceptCounterOffer(
      await scope.context(),
      await scope.person(),
      input,
      key,
    );
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(withdrawalRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { requestId: c.req.valid('param').id };
    const person = await scope.person();
    const answer = await withdrawGroupRequest(await scope.context(), person, input, key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(decisionRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), requestId: c.req.valid('param').id };
    const manager = await scope.staff();
    const answer = await answerGroupRequest(await scope.context(), manager, input, key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  return api;
}

export function groupForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/halls/:slug/groups/confirmation', async (c) => {
    const values: Record<string, string> = {};
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      const person = await scope.person();
      const fileId = await readFileForm(c, values, 'group_letter');
      // Should anything else be wrong, the letter is there already and is not asked for again.
      if (fileId) values['fileId'] = fileId;
      const input = {
        ...values,
        hallSlug: c.req.param('slug'),
        letterFileId: fileId,
        classes: typedClasses(values),
      };
      const context = await scope.context();
      const key = values['key'] ?? '';
      const { requestId } = await createGroupRequest(context, person, input, key);
      if (fileId) scanSoon(c);
      deliverSoon(c);
      return `/me/groups/${requestId}?asked=1`;
    });
  });
  forms.post('/me/groups/:id/classes/:bookingId', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const group = await ownGroup(c);
      const bookingId = c.req.param('bookingId');
      requireClass(group, bookingId);
      const input = { ...values, bookingId };
      await changeGroupCounts(await c.var.scope.context(), group.person, input, key);
      return `/me/groups/${group.request.id}`;
    });
  });
  forms.post('/me/groups/:id/letter', async (c) => {
    const values: Record<string, string> = {};
    return submit(c, values, renderPage, async () => {
      // Before a file of many megabytes is taken in for nothing.
      const { request, person } = await ownGroup(c);
      const file = await readFileForm(c, values, 'group_letter');
      if (file) values['fileId'] = file;
      const input = { requestId: request.id, file };
      await handInLetter(await c.var.scope.context(), person, input, values['key'] ?? '');
      scanSoon(c);
      return `/me/groups/${request.id}`;
    });
  });
  forms.post('/me/groups/:id/certificates', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const input = { requestId: c.req.param('id') };
      await issueClassCertificates(await scope.context(), person, input, key);
      return c.req.path;
    });
  });
  const acts = { acceptance: acceptCounterOffer, withdrawal: withdrawGroupRequest } as const;
  for (const [name, command] of Object.entries(acts)) {
    forms.post(`/me/groups/:id/${name}`, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => {
        const { scope } = c.var;
        const requestId = c.req.param('id') ?? '';
        const person = await scope.person();
        await command(await scope.context(), person, { requestId }, key);
        deliverSoon(c);
        return `/me/groups/${requestId}`;
      });
    });
  }
  forms.post('/staff/halls/:slug/groups/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const [slug, requestId] = [c.req.param('slug'), c.req.param('id')];
      const manager = await scope.staff();
      const context = await scope.context();
      const group = await findGroup(context, requestId);
      const isTheirs = can(manager, { action: 'hall.manage', hall: slug });
      if (!isTheirs || group?.request.hallSlug !== slug) throw unknownRequest();
      const input = { ...values, requestId, moves: movesIn(values, group) };
      await answerGroupRequest(context, manager, input, key);
      deliverSoon(c);
      return c.req.path;
    });
  });
  forms.get('/me/groups/:id/calendar.ics', async (c) =>
    c.body(groupCalendar(await ownGroup(c), new URL(c.req.url), c.var.scope.now), 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'attachment; filename="anlan.ics"',
    }),
  );
  return forms;
}

/** The classes for which another session than their own was chosen, `move.<booking>`. */
function movesIn(values: Readonly<Record<string, string>>, { classes }: Group) {
  return classes.flatMap(({ booking }) => {
    const sessionId = values[`move.${booking.id}`] ?? '';
    const isMoved = sessionId !== '' && sessionId !== booking.sessionId;
    return isMoved ? [{ bookingId: booking.id, sessionId }] : [];
  });
}

const unknownRequest = () =>
  new DomainError('not_found', 'request_unknown', '没有找到这个团体申请。');

async function ownGroup(c: AppContext): Promise<Group> {
  const { scope } = c.var;
  const person = await scope.person();
  const found = await findOwnGroup(await scope.context(), person.id, c.req.param('id') ?? '');
  if (found) return found;
  throw unknownRequest();
}

function requireClass({ classes }: Group, bookingId: string): void {
  if (classes.some(({ booking }) => booking.id === bookingId)) return;
  throw new DomainError('not_found', 'booking_unknown', '没有找到这个班。');
}

function requestView({ request }: Pick<Group, 'request'>): z.output<typeof requestSchema> {
  const { id, code, hallSlug, kind, groupName, state, askedAt, answerDueAt, heldUntil } = request;
  return {
    ...{ id, code, hallSlug, kind, groupName, state },
    askedAt: askedAt.toISOString(),
    answerDueAt: answerDueAt.toISOString(),
    heldUntil: heldUntil.toISOString(),
  };
}

function partsView({ request, classes, decisions }: Group) {
  return {
    buses: request.buses,
    lunch: request.lunch,
    classes: classes.map(({ booking, class: { label, boys, girls }, session }) => {
      const { id: bookingId, code, state, adults, children, sessionId } = booking;
      const counts = { adults, children, boys, girls };
      const startsAt = session.startsAt.toISOString();
      return { bookingId, code, state, label, ...counts, sessionId, startsAt };
    }),
    decisions: decisions.map(({ decision, reason, decidedAt }) => ({
      decision,
      reason,
      decidedAt: decidedAt.toISOString(),
    })),
  };
}
