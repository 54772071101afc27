import { Hono } from 'hono';
import { takeReplacement } from '../../src/features/replacements/commands.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** What the hall holds for a class whose session it has stopped. */
export function replacementForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/groups/:id/classes/:bookingId/acceptance', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { id, bookingId } = c.req.param();
      const person = await scope.person();
      await takeReplacement(await scope.context(), person, { bookingId }, key);
      return `/me/groups/${id}`;
    });
  });
  return forms;
}
