import { Hono } from 'hono';
import { liftStop, stopSessions, undoStop } from '../../src/features/stops/commands.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

export function stopForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/halls/:slug/stops', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      const input = { ...values, hallSlug: c.req.param('slug') };
      const { stopId } = await stopSessions(await scope.context(), manager, input, key);
      return `${c.req.path}/${stopId}`;
    });
  });
  forms.post('/staff/halls/:slug/stops/:stopId', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { stopId } = c.req.param();
      // The page shows one of the two, by how the stop stands.
      const act = values['act'] === 'lift' ? liftStop : undoStop;
      await act(await scope.context(), await scope.staff(), { stopId }, key);
      return c.req.path;
    });
  });
  return forms;
}
