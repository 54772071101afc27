import { Hono } from 'hono';
import {
  assignDuty,
  checkInGuide,
  dismissGuide,
  dropDuty,
  endNeed,
  openNeeds,
  takeDuty,
  undoCheckIn,
} from '../../src/features/roster/commands.ts';
import { listOwnDuties } from '../../src/features/roster/queries.ts';
import { dutiesCalendar } from '../calendar.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** What the session's page sends for oneself instead of another's id. */
const ONESELF = 'self';

/** The guides' roster of a hall, and one's own duties in it. */
export function rosterForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/volunteer/duties', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const holder = await scope.holder();
      const { dutyId } = await takeDuty(await scope.context(), holder, values, key);
      return `${c.req.path}?${new URLSearchParams({ taken: dutyId })}`;
    });
  });
  forms.post('/me/volunteer/duties/:dutyId/drop', async (c) => {
    const values = await readForm(c);
    const dutyId = c.req.param('dutyId');
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      await dropDuty(await scope.context(), person, { dutyId }, key);
      deliverSoon(c);
      return '/me/volunteer/duties';
    });
  });
  forms.get('/me/volunteer/duties.ics', async (c) => {
    const { scope } = c.var;
    const { id } = await scope.person();
    const context = await scope.context();
    const duties = await listOwnDuties(context, id);
    return c.body(dutiesCalendar(duties, new URL(c.req.url), context.now), 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'attachment; filename="anlan-duties.ics"',
      'Cache-Control': 'no-store',
    });
  });
  forms.post('/staff/halls/:slug/roster', async (c) => {
    const values = await readForm(c);
    const input = { ...values, hallSlug: c.req.param('slug') };
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      const { needs } = await openNeeds(await scope.context(), by, input, key);
      const from = c.req.query('from');
      const opened = { opened: String(needs), ...(from ? { from } : {}) };
      return `${c.req.path}?${new URLSearchParams(opened)}`;
    });
  });
  forms.post('/staff/halls/:slug/roster/:sessionId', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      const context = await scope.context();
      if (values['personId'] === ONESELF) await takeDuty(context, by, values, key);
      else await assignDuty(context, by, values, key);
      deliverSoon(c);
      return c.req.path;
    });
  });
  forms.post('/staff/halls/:slug/roster/:sessionId/check-ins', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await checkInGuide(await scope.context(), by, values, key);
      return c.req.path.replace(/\/check-ins$/, '');
    });
  });
  forms.post('/staff/halls/:slug/roster/:sessionId/check-ins/:dutyId/undoing', async (c) => {
    const values = await readForm(c);
    const { slug, sessionId, dutyId } = c.req.param();
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await undoCheckIn(await scope.context(), by, { dutyId }, key);
      return `/staff/halls/${slug}/roster/${sessionId}`;
    });
  });
  forms.post('/staff/halls/:slug/roster/:sessionId/drops/:dutyId', async (c) => {
    const values = await readForm(c);
    const { slug, sessionId, dutyId } = c.req.param();
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await dismissGuide(await scope.context(), by, { dutyId }, key);
      deliverSoon(c);
      return `/staff/halls/${slug}/roster/${sessionId}`;
    });
  });
  forms.post('/staff/halls/:slug/roster/:sessionId/needs/:needId/end', async (c) => {
    const values = await readForm(c);
    const { slug, sessionId, needId } = c.req.param();
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      await endNeed(await scope.context(), by, { needId }, key);
      deliverSoon(c);
      return `/staff/halls/${slug}/roster/${sessionId}`;
    });
  });
  return forms;
}
