import { Hono } from 'hono';
import { grantRole, revokeRole } from '../../src/features/roles/commands.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** Giving and taking roles. Who may, the commands decide; pages show nobody else that this exists. */
export function roleForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/people', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { grantId } = await grantRole(await scope.context(), await scope.staff(), values, key);
      deliverSoon(c);
      return `/staff/people?granted=1#grant-${grantId}`;
    });
  });
  forms.post('/staff/people/revocation', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await revokeRole(await scope.context(), await scope.staff(), values, key);
      return '/staff/people?revoked=1';
    });
  });
  return forms;
}
