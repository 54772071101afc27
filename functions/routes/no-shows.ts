import { Hono } from 'hono';
import { answerAppeal, appealNoShow, pardonSession } from '../../src/features/no-shows/commands.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

export function noShowForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/bookings/:id/appeal', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const bookingId = c.req.param('id');
      await appealNoShow(await scope.context(), person, { ...values, bookingId }, key);
      return `/me/bookings/${bookingId}`;
    });
  });
  forms.post('/staff/halls/:slug/appeals', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await answerAppeal(await scope.context(), await scope.staff(), values, key);
      deliverSoon(c);
      return c.req.path;
    });
  });
  forms.post('/staff/halls/:slug/sessions/:sessionId/pardon', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const input = { ...values, sessionId: c.req.param('sessionId') };
      await pardonSession(await scope.context(), await scope.staff(), input, key);
      return c.req.path;
    });
  });
  return forms;
}
