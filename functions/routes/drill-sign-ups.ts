import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import {
  changeParty,
  endPairing,
  exportSignUps,
  leaveDrill,
  pairHelper,
  signUp,
} from '../../src/features/drill-sign-ups/commands.ts';
import {
  calendarSequence,
  changesSince,
  drillUnknown,
  openRoles,
  roleRoom,
} from '../../src/features/drill-sign-ups/policy.ts';
import {
  findOwnPart,
  findPublicDrill,
  type OwnPart,
  type PublicDrill,
} from '../../src/features/drill-sign-ups/queries.ts';
import {
  NEED_CODES,
  partyBody,
  readNeedBoxes,
  signUpBody,
} from '../../src/features/drill-sign-ups/schema.ts';
import { drillPath, markedTitle, noticeText } from '../../src/features/drills/policy.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { newCalendar } from '../calendar.ts';
import { asHand } from '../hand.ts';
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
import { sheetAnswer } from './disclosures.ts';

const noticeSchema = z
  .object({
    id: z.uuid(),
    title: z.string().openapi({ description: 'Begins with the mark 演练.' }),
    isPractice: z.literal(true),
    state: z.enum(['announced', 'running', 'over', 'cancelled']),
    startsAt: instantSchema,
    endsAt: instantSchema,
    place: z.string(),
    muster: z.string(),
    notice: z.string(),
    contact: z.string(),
    organiser: z.string(),
    stopSignal: z.string(),
    changes: z.array(
      z.object({ at: instantSchema, reason: z.string(), what: z.array(z.string()) }),
    ),
    cancelledBecause: z.string().nullable(),
    roles: z
      .array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          kind: z.enum(['household', 'volunteer', 'observer']),
          duty: z.string(),
          training: z.array(z.string()),
          capacity: z.int(),
          left: z.int(),
        }),
      )
      .openapi({ description: 'Roles that people put themselves down for.' }),
  })
  .openapi('DrillNotice', { description: '演练: practice, no emergency.' });

const partSchema = z
  .object({
    participantId: z.uuid(),
    role: z.string(),
    state: z.enum(['joined', 'waiting']),
    ahead: z.int().openapi({ description: 'Parties that move up before; 0 for whoever is in.' }),
    adults: z.int(),
    children: z.int(),
    unit: z.string(),
    needs: z.array(z.enum(NEED_CODES)),
    needsWords: z.string(),
    helpers: z.array(z.string()).openapi({ description: 'Who comes to help, by name.' }),
  })
  .openapi('DrillSignUp');

const security = [{ signIn: [] }];
const drillParam = z.object({
  id: z.uuid({ error: '没有这次演练' }).openapi({ param: { name: 'id', in: 'path' } }),
});
const written = { params: drillParam, headers: idempotencyHeader };
const doneAnswer = jsonAnswer('Done.', z.object({ participantId: z.uuid() }));

const noticeRoute = createRoute({
  method: 'get',
  path: '/drills/{id}/notice',
  summary: 'What the public is told of a drill; drills are practice, never an alarm',
  request: { params: drillParam },
  responses: { 200: jsonAnswer('The notice.', noticeSchema), ...problems(404, 422, 503) },
});

const signUpRoute = createRoute({
  method: 'post',
  path: '/drills/{id}/sign-ups',
  summary: 'Take part in a drill; with `wait`, on the waitlist where the role is full',
  security,
  request: {
    ...written,
    body: jsonBody(signUpBody.meta({ id: 'DrillSignUpInput' })),
  },
  responses: {
    201: jsonAnswer('You are in, or on the waitlist.', partSchema),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

const ownRoute = createRoute({
  method: 'get',
  path: '/drills/{id}/sign-ups',
  summary: 'Your own part in a drill',
  security,
  request: { params: drillParam },
  responses: {
    200: jsonAnswer('One, or none.', z.array(partSchema)),
    ...problems(401, 422, 503),
  },
});

const changeRoute = createRoute({
  method: 'post',
  path: '/drills/{id}/sign-ups/changes',
  summary: 'Change your party, where you come from or what you need, without losing the place',
  security,
  request: {
    ...written,
    body: jsonBody(partyBody.meta({ id: 'DrillPartyInput' })),
  },
  responses: { 201: doneAnswer, ...problems(401, 403, 404, 409, 422, 503) },
});

const leaveRoute = createRoute({
  method: 'post',
  path: '/drills/{id}/sign-ups/departure',
  summary: 'Leave a drill or its waitlist',
  security,
  request: written,
  responses: { 201: doneAnswer, ...problems(401, 403, 404, 409, 422, 503) },
});

export function drillSignUpsApi() {
  const api = createApi();
  api.openapi(noticeRoute, async (c) => {
    const found = await publicDrill(await c.var.scope.context(), c.req.valid('param').id);
    return c.json(noticeView(found), 200);
  });
  api.openapi(signUpRoute, async (c) => {
    const { scope } = c.var;
    const drillId = c.req.valid('param').id;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    const context = await scope.context();
    await signUp(context, person, { ...c.req.valid('json'), drillId }, key);
    deliverSoon(c);
    const own = await findOwnPart(context, person, drillId);
    // Asked again under the same key by somebody who has left since.
    if (!own) throw new DomainError('conflict', 'already_left', '你已经退出了这次演练。');
    return c.json(partView(own), 201);
  });
  api.openapi(ownRoute, async (c) => {
    const { scope } = c.var;
    const person = await scope.person();
    const own = await findOwnPart(await scope.context(), person, c.req.valid('param').id);
    return c.json(own ? [partView(own)] : [], 200);
  });
  api.openapi(changeRoute, async (c) => {
    const { scope } = c.var;
    const input = { ...c.req.valid('json'), drillId: c.req.valid('param').id };
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    return c.json(await changeParty(await scope.context(), person, input, key), 201);
  });
  api.openapi(leaveRoute, async (c) => {
    const { scope } = c.var;
    const drillId = c.req.valid('param').id;
    const key = c.req.valid('header')['idempotency-key'];
    const person = await scope.person();
    return c.json(await leaveDrill(await scope.context(), person, { drillId }, key), 201);
  });
  return api;
}

export function drillSignUpForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/drills/:drillId/sign-up', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { drillId } = c.req.param();
      const person = await scope.person();
      const input = { ...readNeedBoxes(values), drillId };
      await signUp(await scope.context(), person, input, key);
      deliverSoon(c);
      return `${drillPath(drillId)}/sign-up?signed-up=1`;
    });
  });
  forms.post('/me/drills/:drillId/sign-up', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { drillId } = c.req.param();
      const person = await scope.person();
      const input = { ...readNeedBoxes(values), drillId };
      await changeParty(await scope.context(), person, input, key);
      return `${drillPath(drillId)}/sign-up?changed=1`;
    });
  });
  forms.post('/me/drills/:drillId/sign-up/departure', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      await leaveDrill(await scope.context(), person, c.req.param(), key);
      return '/me/drills?left=1';
    });
  });
  forms.post('/me/drills/:drillId/sign-ups', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { drillId } = c.req.param();
      const act = 'pairingId' in values ? endPairing : pairHelper;
      await asHand(c, (ctx, by) => act(ctx, by, { ...values, drillId }, key));
      deliverSoon(c);
      return `${drillPath(drillId)}/sign-ups?${'pairingId' in values ? 'ended' : 'paired'}=1`;
    });
  });
  // Beside the pages of this folder: what does not end so is theirs to answer.
  forms.get('/drills/:file', async (c, next) => {
    const file = c.req.param('file');
    if (!file.endsWith('.ics')) return next();
    const context = await c.var.scope.context();
    const found = await publicDrill(context, file.slice(0, -'.ics'.length));
    return c.body(noticeCalendar(c, found), 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'attachment; filename="anlan-drill.ics"',
    });
  });
  forms.post('/me/drills/:drillId/sign-ups/export', async (c) => {
    const values = await readForm(c);
    const { drillId } = c.req.param();
    const page = `${drillPath(drillId)}/sign-ups`;
    let made: Awaited<ReturnType<typeof exportSignUps>> | undefined;
    // The form stands on the page of the list: this address answers with a file and nothing else.
    const onItsPage: PageRenderer = (context, _, state) => renderPage(context, page, state);
    const answer = await submit(c, values, onItsPage, async (key) => {
      made = await asHand(c, (ctx, by) => exportSignUps(ctx, by, { drillId }, key));
      return page;
    });
    return made ? sheetAnswer(made.sheet, 'csv', '演练名单', c.var.scope.now) : answer;
  });
  return forms;
}

/** @throws DomainError `not_found`, the same for what is not there as for what nobody may know of. */
async function publicDrill(
  context: Parameters<typeof findPublicDrill>[0],
  drillId: string,
): Promise<PublicDrill> {
  const found = await findPublicDrill(context, drillId);
  if (found) return found;
  throw new DomainError(drillUnknown.code, 'drill_unknown', drillUnknown.message);
}

/** The drill as a calendar file: the UID stays, and each version is news to whoever took an earlier one in. */
function noticeCalendar(c: AppContext, { drill, version, organiser }: PublicDrill): string {
  const isCancelled = drill.state === 'cancelled';
  const calendar = newCalendar();
  calendar.method(isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH);
  const title = markedTitle(version.title);
  calendar.createEvent({
    id: `drill-${drill.id}@anlan`,
    sequence: calendarSequence(drill),
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    stamp: c.var.scope.now,
    start: version.startsAt,
    end: version.endsAt,
    summary: isCancelled ? `${title}（取消了）` : title,
    location: version.place,
    description: `这是演练，不是真的险情。${organiser}办，联系：${version.contact}`,
    url: new URL(`/drills/${drill.id}`, c.req.url).href,
    transparency: ICalEventTransparency.OPAQUE,
  });
  return calendar.toString();
}

function noticeView({
  drill,
  version,
  script,
  roles,
  organiser,
  versions,
  cancelled,
}: PublicDrill): z.output<typeof noticeSchema> {
  const { place, muster, contact } = version;
  const notice = noticeText(version, organiser);
  return {
    id: drill.id,
    title: markedTitle(version.title),
    isPractice: true,
    // In preparation nothing is public.
    state: drill.state === 'preparing' ? 'announced' : drill.state,
    startsAt: version.startsAt.toISOString(),
    endsAt: version.endsAt.toISOString(),
    ...{ place, muster, notice, contact, organiser },
    stopSignal: script.safety.signal,
    changes: changesSince(versions).map(({ at, reason, what }) => ({
      at: at.toISOString(),
      reason,
      what,
    })),
    cancelledBecause: cancelled?.reason ?? null,
    roles: openRoles(roles).map((role) => ({
      id: role.id,
      name: role.name,
      kind: role.filledBy,
      duty: role.duty,
      training: role.training,
      capacity: role.capacity,
      left: roleRoom(role),
    })),
  };
}

function partView({
  participant,
  role,
  ahead,
  needs,
  helpers,
}: OwnPart): z.output<typeof partSchema> {
  const { id, state, adults, children, unit } = participant;
  return {
    participantId: id,
    role: role.name,
    state: state === 'waiting' ? 'waiting' : 'joined',
    ...{ ahead, adults, children, unit, helpers },
    needs: needs.codes,
    needsWords: needs.words,
  };
}
