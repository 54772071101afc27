import { Hono } from 'hono';
import { endOutage, reportOutage } from '../../src/features/outages/commands.ts';
import { moveParties } from '../../src/features/moves/commands.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

export function outageForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/halls/:slug/outages', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      const context = await scope.context();
      const input = { ...values, hallSlug: c.req.param('slug') };
      // One page, two forms: what stands in the list is ended, what is described is reported.
      if ('outageId' in values) await endOutage(context, manager, input, key);
      else await reportOutage(context, manager, input, key);
      return c.req.path;
    });
  });
  forms.post('/staff/halls/:slug/outages/:outageId/moves', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { slug, outageId } = c.req.param();
      const manager = await scope.staff();
      const input = { hallSlug: slug, outageId, plan: values['plan'] };
      const { moved } = await moveParties(await scope.context(), manager, input, key);
      return `${c.req.path}?${new URLSearchParams({ moved: String(moved) })}`;
    });
  });
  return forms;
}
