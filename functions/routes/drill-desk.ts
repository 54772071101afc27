import { Hono } from 'hono';
import {
  announceDrill,
  endDrill,
  openDrill,
  startDrill,
  type FindTemplate,
} from '../../src/features/drills/commands.ts';
import { drillPath } from '../../src/features/drills/policy.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** What is done to one drill by those who organise or control it. `/me/drills/new?organisation=…` or `?region=…` opens one. */
export function drillDeskForms(renderPage: PageRenderer, findTemplate: FindTemplate) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/drills/new', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { organisation, region = '' } = c.req.query();
      const organiser = {
        organisationId: organisation ?? null,
        regionCode: organisation ? '' : region,
      };
      const by = await scope.drillHand();
      const input = { ...values, organiser };
      const { drillId } = await openDrill(await scope.context(), by, input, findTemplate, key);
      return `${drillPath(drillId)}?opened=1`;
    });
  });
  const acts = { announcement: announceDrill, start: startDrill, end: endDrill };
  for (const [noun, act] of Object.entries(acts)) {
    forms.post(`/me/drills/:drillId/${noun}`, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => {
        const { scope } = c.var;
        const input = { ...values, ...c.req.param() };
        const { drillId } = await act(await scope.context(), await scope.drillHand(), input, key);
        return `${drillPath(drillId)}?${noun}=1`;
      });
    });
  }
  return forms;
}
