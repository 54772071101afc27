import { Hono } from 'hono';
import {
  acceptForCaller,
  leaveForCaller,
  waitForCaller,
  waitProvedByCaller,
} from '../../src/features/caller-waits/commands.ts';
import {
  bookForCaller,
  cancelForCaller,
  changeForCaller,
  provedByCaller,
} from '../../src/features/callers/commands.ts';
import { noteCall } from '../../src/features/calls/commands.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** What staff do for somebody on the telephone. */
export function callerForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/halls/:slug/desk', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const hall = c.req.param('slug');
      const { bookingId } = await bookForCaller(await scope.context(), staff, hall, values, key);
      deliverSoon(c);
      return `${c.req.path}/${bookingId}`;
    });
  });
  forms.post('/staff/halls/:slug/desk/call', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const hall = c.req.param('slug');
      const context = await scope.context();
      // A code is of a wait or of a booking; both are read out the same way.
      const wait = await waitProvedByCaller(context, staff, hall, values);
      if (wait) {
        const query = new URLSearchParams({ proof: wait.proof });
        return `/staff/halls/${hall}/desk/waits/${wait.entryId}?${query}`;
      }
      const { bookingId, proof } = await provedByCaller(context, staff, hall, values);
      return `/staff/halls/${hall}/desk/${bookingId}?${new URLSearchParams({ proof })}`;
    });
  });
  forms.post('/staff/halls/:slug/desk/wait', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const hall = c.req.param('slug');
      const { entryId } = await waitForCaller(await scope.context(), staff, hall, values, key);
      return `/staff/halls/${hall}/desk/waits/${entryId}`;
    });
  });
  forms.post('/staff/halls/:slug/desk/waits/:entryId', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const { slug, entryId } = c.req.param();
      const input = { ...values, entryId };
      const context = await scope.context();
      if (values['act'] === 'leave') {
        await leaveForCaller(context, staff, slug, input, key);
        return c.req.path;
      }
      const { bookingId } = await acceptForCaller(context, staff, slug, input, key);
      deliverSoon(c);
      return `/staff/halls/${slug}/desk/${bookingId}`;
    });
  });
  forms.post('/staff/halls/:slug/calls', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const hall = c.req.param('slug');
      await noteCall(await scope.context(), staff, hall, values, key);
      return c.req.path;
    });
  });
  forms.post('/staff/halls/:slug/desk/:bookingId/cancellation', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const { slug, bookingId } = c.req.param();
      const input = { ...values, bookingId };
      await cancelForCaller(await scope.context(), staff, slug, input, key);
      deliverSoon(c);
      return `/staff/halls/${slug}/desk/${bookingId}`;
    });
  });
  forms.post('/staff/halls/:slug/desk/:bookingId/change', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const staff = await scope.staff();
      const { slug, bookingId } = c.req.param();
      const input = { ...values, bookingId };
      await changeForCaller(await scope.context(), staff, slug, input, key);
      deliverSoon(c);
      return `/staff/halls/${slug}/desk/${bookingId}`;
    });
  });
  return forms;
}
