import { Hono } from 'hono';
import {
  changePhone,
  claimNumber,
  decideNumberClaim,
  objectToClaim,
  requestPhoneChange,
} from '../../src/features/phones/commands.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** Numbers that change, get lost, or come to somebody else. */
export function phoneForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/phone', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const sent = await requestPhoneChange(
        await scope.context(),
        await scope.provenSignIn(),
        values,
        key,
      );
      deliverSoon(c);
      const { codeId, oldCodeId } = sent;
      return `/me/phone/code?${new URLSearchParams({ codeId, ...(oldCodeId ? { oldCodeId } : {}) })}`;
    });
  });
  forms.post('/me/phone/code', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await changePhone(await scope.context(), await scope.provenSignIn(), values, key);
      deliverSoon(c);
      return '/me/phone?changed=1';
    });
  });
  forms.post('/me/phone/claim', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await claimNumber(await scope.context(), await scope.person(), values, key);
      deliverSoon(c);
      return '/me/phone/claim?sent=1';
    });
  });
  forms.post('/phone-objection', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () => {
      await objectToClaim(await c.var.scope.context(), values);
      return '/phone-objection?done=1';
    });
  });
  forms.post('/staff/phones/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { ...values, claimId: c.req.param('id') };
      await decideNumberClaim(await scope.context(), await scope.staff(), input, key);
      deliverSoon(c);
      return c.req.path;
    });
  });
  return forms;
}
