import { Hono } from 'hono';
import { decideWithdrawal, proposeWithdrawal } from '../../src/features/withdrawals/commands.ts';
import { textOf } from '../../src/lib/text-path.ts';
import { readForm } from '../forms.ts';
import { forgetLiveState } from '../live.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** Texts taken from the public and given back: asked for, then decided, on the text's page for staff. */
export function withdrawalForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/withdrawals/:kind/:slug', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { kind, slug } = c.req.param();
      const input = { ...values, ...(textOf(`/${kind}/${slug}`) ?? { kind, slug }) };
      const step = values['act'] === undefined ? decideWithdrawal : proposeWithdrawal;
      await step(await scope.context(), await scope.holder(), input, key);
      forgetLiveState(c.env);
      return c.req.path;
    });
  });
  return forms;
}
