import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  addMember,
  addProof,
  claimOrganisation,
  decideOrganisation,
  endMembership,
  handOver,
} from '../../src/features/organisations/commands.ts';
import { maskPhone } from '../../src/features/accounts/policy.ts';
import { personPhone } from '../../src/features/accounts/queries.ts';
import {
  findOwnOrganisation,
  listOwnOrganisations,
  type OwnOrganisation,
} from '../../src/features/organisations/queries.ts';
import {
  claimInput,
  decisionFields,
  memberInput,
  memberReference,
  ORGANISATION_KINDS,
} from '../../src/features/organisations/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
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
} from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const security = [{ signIn: [] }];
const idParam = z.object({
  id: z.uuid({ error: '没有这个单位' }).openapi({ param: { name: 'id', in: 'path' } }),
});
const writeRequest = { params: idParam, headers: idempotencyHeader };
const doneAnswer = jsonAnswer('Done.', z.object({ organisationId: z.uuid() }));
const writeProblems = problems(401, 403, 404, 409, 422, 429, 503);

const organisationSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(ORGANISATION_KINDS),
    name: z.string(),
    regionCode: z.string(),
    state: z.enum(['claimed', 'verified', 'refused']),
    reason: z.string().nullable().openapi({ description: 'Why it was refused.' }),
    claimedAt: instantSchema,
    responsible: z.boolean().openapi({ description: 'Whether you are.' }),
  })
  .openapi('Organisation');

const membersSchema = organisationSchema
  .extend({
    members: z.array(
      z.object({
        id: z.uuid(),
        phone: z.string().openapi({ description: 'Its middle hidden.' }),
        responsible: z.boolean(),
        you: z.boolean(),
      }),
    ),
  })
  .openapi('OrganisationWithMembers');

const listRoute = createRoute({
  method: 'get',
  path: '/organisations',
  summary: 'The organisations you act for',
  security,
  responses: { 200: jsonAnswer('All.', z.array(organisationSchema)), ...problems(401, 503) },
});

const showRoute = createRoute({
  method: 'get',
  path: '/organisations/{id}',
  summary: 'One of them, with who acts for it',
  security,
  request: { params: idParam },
  responses: {
    200: jsonAnswer('The organisation.', membersSchema),
    ...problems(401, 404, 422, 503),
  },
});

const claimRoute = createRoute({
  method: 'post',
  path: '/organisations',
  summary: 'Claim an organisation; an officer of its county verifies it',
  security,
  request: {
    headers: idempotencyHeader,
    body: jsonBody(claimInput.meta({ id: 'OrganisationClaim' })),
  },
  responses: { 201: doneAnswer, ...writeProblems },
});

const decisionRoute = createRoute({
  method: 'post',
  path: '/organisations/{id}/decision',
  summary: 'Verify or refuse a claim (officers of its region)',
  security,
  request: {
    ...writeRequest,
    body: jsonBody(decisionFields.meta({ id: 'OrganisationDecision' })),
  },
  responses: { 201: doneAnswer, ...writeProblems },
});

const memberRoute = createRoute({
  method: 'post',
  path: '/organisations/{id}/members',
  summary: 'Bring somebody in who has signed in before',
  security,
  request: {
    ...writeRequest,
    body: jsonBody(
      memberInput.omit({ organisationId: true }).meta({ id: 'OrganisationMemberInput' }),
    ),
  },
  responses: { 201: doneAnswer, ...writeProblems },
});

const memberBody = jsonBody(
  memberReference.omit({ organisationId: true }).meta({ id: 'OrganisationMemberReference' }),
);

const handoverRoute = createRoute({
  method: 'post',
  path: '/organisations/{id}/handover',
  summary: 'Hand the responsibility over to another member',
  security,
  request: { ...writeRequest, body: memberBody },
  responses: { 201: doneAnswer, ...writeProblems },
});

const departureRoute = createRoute({
  method: 'post',
  path: '/organisations/{id}/departures',
  summary: 'End a membership: your own, or as whoever is responsible another’s',
  security,
  request: { ...writeRequest, body: memberBody },
  responses: { 201: doneAnswer, ...writeProblems },
});

/** The same acts for programs. */
export function organisationsApi() {
  const api = createApi();
  api.openapi(listRoute, async (c) => {
    const { scope } = c.var;
    const person = await scope.person();
    const own = await listOwnOrganisations(await scope.context(), person.id);
    return c.json(own.map(organisationView), 200);
  });
  api.openapi(showRoute, async (c) => {
    const { scope } = c.var;
    const person = await scope.person();
    const context = await scope.context();
    const found = await findOwnOrganisation(context, person.id, c.req.valid('param').id);
    if (!found) {
      throw new DomainError('not_found', 'organisation_unknown', '没有找到这个单位。');
    }
    const members = await Promise.all(
      found.members.map(async ({ member, person: one }) => ({
        id: member.id,
        phone: maskPhone(await personPhone(context, one)),
        responsible: member.responsible,
        you: one.id === person.id,
      })),
    );
    return c.json({ ...organisationView(found), members }, 200);
  });
  api.openapi(claimRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const holder = await scope.holder();
    return c.json(
      await claimOrganisation(await scope.context(), holder, c.req.valid('json'), key),
      201,
    );
  });
  api.openapi(decisionRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), organisationId: c.req.valid('param').id };
    const holder = await scope.staff();
    const answer = await decideOrganisation(await scope.context(), holder, input, key);
    deliverSoon(c);
    return c.json(answer, 201);
  });
  api.openapi(memberRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), organisationId: c.req.valid('param').id };
    const holder = await scope.holder();
    return c.json(await addMember(await scope.context(), holder, input, key), 201);
  });
  api.openapi(handoverRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), organisationId: c.req.valid('param').id };
    const holder = await scope.holder();
    return c.json(await handOver(await scope.context(), holder, input, key), 201);
  });
  api.openapi(departureRoute, async (c) => {
    const { scope } = c.var;
    const key = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), organisationId: c.req.valid('param').id };
    const holder = await scope.holder();
    return c.json(await endMembership(await scope.context(), holder, input, key), 201);
  });
  return api;
}

function organisationView({
  organisation,
  member,
  decision,
}: OwnOrganisation): z.output<typeof organisationSchema> {
  const { id, kind, name, regionCode, state, claimedAt } = organisation;
  return {
    id,
    kind,
    name,
    regionCode,
    state,
    reason: decision?.decision === 'refused' ? decision.reason : null,
    claimedAt: claimedAt.toISOString(),
    responsible: member.responsible,
  };
}

/** Organisations: claimed and kept by their own people, verified by an officer of their region. */
export function organisationForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/organisations', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const context = await scope.context();
      const answer = await claimOrganisation(context, await scope.holder(), values, key);
      return `/me/organisations/${answer.organisationId}`;
    });
  });
  const acts = { '': addMember, '/handover': handOver, '/departure': endMembership } as const;
  for (const [part, command] of Object.entries(acts)) {
    forms.post(`/me/organisations/:id${part}`, async (c) => {
      const values = await readForm(c);
      const organisationId = c.req.param('id') ?? '';
      return submit(c, values, renderPage, async (key) => {
        const { scope } = c.var;
        const input = { ...values, organisationId };
        await command(await scope.context(), await scope.holder(), input, key);
        // Whoever has left has nothing to see there any more.
        return part === '/departure' ? '/me/organisations' : `/me/organisations/${organisationId}`;
      });
    });
  }
  forms.post('/me/organisations/:id/proof', async (c) => {
    const values: Record<string, string> = {};
    const organisationId = c.req.param('id');
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      const holder = await scope.holder();
      // Before a file of many megabytes is taken in for nothing.
      const own = await findOwnOrganisation(await scope.context(), holder.id, organisationId);
      if (!own?.member.responsible) {
        throw new DomainError('not_found', 'organisation_unknown', '没有找到这个单位。');
      }
      const file = await readFileForm(c, values, 'organisation_proof');
      const input = { organisationId, file };
      await addProof(await scope.context(), holder, input, values['key'] ?? '');
      scanSoon(c);
      return `/me/organisations/${organisationId}`;
    });
  });
  forms.post('/staff/organisations/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { ...values, organisationId: c.req.param('id') };
      await decideOrganisation(await scope.context(), await scope.staff(), input, key);
      deliverSoon(c);
      return c.req.path;
    });
  });
  return forms;
}
