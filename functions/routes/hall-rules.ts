import { Hono } from 'hono';
import { openHall, saveHallRules } from '../../src/features/hall-rules/commands.ts';
import type { FindVenue } from '../../src/features/hall-rules/policy.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** Taking a hall into service, and the rules it is booked by. */
export function hallRuleForms(renderPage: PageRenderer, findVenue: FindVenue) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/halls/:slug/opening', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const administrator = await scope.staff();
      const { slug } = c.req.param();
      const input = { ...values, hallSlug: slug };
      await openHall(await scope.context(), administrator, findVenue, input, key);
      return `/staff/halls?${new URLSearchParams({ done: slug })}`;
    });
  });
  forms.post('/staff/halls/:slug/rules', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const manager = await scope.staff();
      const input = { ...values, hallSlug: c.req.param('slug') };
      await saveHallRules(await scope.context(), manager, input, key);
      return `${c.req.path}?done`;
    });
  });
  return forms;
}
