import { Hono } from 'hono';
import {
  addMember,
  claimOrganisation,
  decideOrganisation,
  endMembership,
  handOver,
} from '../../src/features/organisations/commands.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

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
  forms.post('/staff/organisations/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { ...values, organisationId: c.req.param('id') };
      await decideOrganisation(await scope.context(), await scope.holder(), input, key);
      deliverSoon(c);
      return c.req.path;
    });
  });
  return forms;
}
