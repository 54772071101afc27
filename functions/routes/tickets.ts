import { Hono } from 'hono';
import { openTicket } from '../../src/features/tickets/commands.ts';
import { readForm, shownValues } from '../forms.ts';
import { keepTicketPass } from '../middleware/session.ts';
import { formAgain } from '../respond.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

/** The same form stands on `/tickets` and, with the code filled in, where a ticket's QR code leads. */
export function ticketForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.on('POST', ['/tickets', '/tickets/:code'], async (c) => {
    const values = await readForm(c);
    try {
      const { code, pass, expiresAt } = await openTicket(await c.var.scope.context(), values);
      keepTicketPass(c, pass, expiresAt);
      return c.redirect(`/tickets/${code}`, 303);
    } catch (error) {
      return formAgain(c, error, shownValues(values), renderPage);
    }
  });
  return forms;
}
