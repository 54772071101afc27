import { Hono } from 'hono';
import { answerCallOut, askCallOut, makeCallOut } from '../../src/features/call-outs/commands.ts';
import { dutyRegions } from '../../src/features/roles/policy.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** 集结名单: made and asked by officers and drill organisers; answered by who stands on it. */
export function callOutForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/drills/call-out', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      // The page's own address says whom to look for.
      const { region, ...filters } = c.req.query();
      const regionCode = region || dutyRegions(by)[0];
      const input = { ...values, ...filters, regionCode };
      const { callOutId } = await makeCallOut(await scope.context(), by, input, key);
      return `/staff/drills/call-out/${callOutId}`;
    });
  });
  forms.post('/staff/drills/call-out/:callOutId', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await askCallOut(await scope.context(), by, { ...values, ...c.req.param() }, key);
      deliverSoon(c);
      return `${c.req.path}?asked=1`;
    });
  });
  forms.post('/me/call-outs', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      await answerCallOut(await scope.context(), person, values, key);
      return `${c.req.path}?answered=1`;
    });
  });
  return forms;
}
