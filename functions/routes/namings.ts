import { Hono } from 'hono';
import { removeNaming } from '../../src/features/namings/commands.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** Taking a mistaken entry out of the directory of namings. */
export function namingForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/namings/:id/removal', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { namingId: c.req.param('id'), reason: values['reason'] };
      await removeNaming(await scope.context(), await scope.holder(), input, key);
      return '/staff/namings?removed=1';
    });
  });
  return forms;
}
