import { Hono } from 'hono';
import { correctContactName, eraseAccount } from '../../src/features/privacy/commands.ts';
import { NOTICE } from '../../src/features/privacy/policy.ts';
import { readOwnData, wasErased } from '../../src/features/privacy/queries.ts';
import { domainErrorIn } from '../../src/lib/errors.ts';
import { readForm } from '../forms.ts';
import { forgetSignIn } from '../middleware/session.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const ERASED = '/me/data/erased';

/** What people may do with their own data: take it along, put it right, have it erased. */
export function privacyForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.get('/me/data/export.json', async (c) => {
    const { scope } = c.var;
    const signIn = await scope.signIn();
    if (!signIn) return c.redirect('/sign-in?next=%2Fme%2Fdata', 303);
    const data = await readOwnData(await scope.context(), signIn.person);
    const file = { site: '安澜', exportedAt: scope.now, noticeVersion: NOTICE.version, ...data };
    return c.body(JSON.stringify(file, null, 2), 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': 'attachment; filename="anlan-my-data.json"',
      'Cache-Control': 'no-store',
    });
  });
  forms.post('/me/data/contact-names/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const person = await scope.person();
      const input = { ...values, bookingId: c.req.param('id') };
      const { bookingId } = await correctContactName(await scope.context(), person, input, key);
      return `/me/data#booking-${bookingId}`;
    });
  });
  forms.post('/me/data/erasure', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      await eraseOnce(c, values, key);
      forgetSignIn(c);
      return ERASED;
    });
  });
  return forms;
}

/** The form sent again after its answer was lost: its owner is nobody by then, and what they asked for is done. */
async function eraseOnce(
  c: AppContext,
  values: Record<string, string>,
  key: string,
): Promise<void> {
  const { scope } = c.var;
  try {
    const person = await scope.person();
    await eraseAccount(await scope.context(), person, values, key);
  } catch (error) {
    const isNobody = domainErrorIn(error)?.code === 'not_signed_in';
    if (!isNobody || !(await wasErased(await scope.context(), key))) throw error;
  }
}
