import { Hono } from 'hono';
import { saveYear } from '../../src/features/calendar/commands.ts';
import { addSession, decideDay, saveWeek } from '../../src/features/openings/commands.ts';
import { saveLateRule } from '../../src/features/releases/commands.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** The calendars that say when halls are open: the year's holidays, a hall's week, one of its days. */
export function openingForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/calendar/:year', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const administrator = await scope.staff();
      const input = { ...values, year: c.req.param('year') };
      await saveYear(await scope.context(), administrator, input, key);
      return '/staff/calendar';
    });
  });
  forms.post('/staff/halls/:slug/hours', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      const { slug } = c.req.param();
      await saveWeek(await scope.context(), manager, { ...values, hallSlug: slug }, key);
      return `/staff/halls/${slug}/calendar`;
    });
  });
  forms.post('/staff/halls/:slug/lateness', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      const input = { ...values, hallSlug: c.req.param('slug') };
      await saveLateRule(await scope.context(), manager, input, key);
      return c.req.path;
    });
  });
  forms.post('/staff/halls/:slug/calendar/:day', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      const context = await scope.context();
      const { slug, day } = c.req.param();
      const input = { ...values, hallSlug: slug, day };
      // One page of one day, two forms: how the day opens, and one session beside it.
      await ('kind' in values ? decideDay : addSession)(context, manager, input, key);
      return c.req.path;
    });
  });
  return forms;
}
