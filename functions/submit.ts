import { domainErrorIn } from '../src/lib/errors.ts';
import { proofAddress, signInAddress } from '../src/lib/page.ts';
import { shownValues } from './forms.ts';
import { formAgain } from './respond.ts';
import type { AppContext, PageRenderer } from './types.ts';

/** Runs a form's act and goes on to the page it names; on a mistake the form comes back as it was typed. */
export async function submit(
  c: AppContext,
  values: Record<string, string>,
  renderPage: PageRenderer,
  act: (key: string) => Promise<string>,
): Promise<Response> {
  try {
    return c.redirect(await act(values['key'] ?? ''), 303);
  } catch (error) {
    const refusal = domainErrorIn(error);
    if (refusal?.code !== 'not_signed_in') {
      return formAgain(c, error, shownValues(values), renderPage);
    }
    const address = refusal.reason === 'proof_needed' ? proofAddress : signInAddress;
    return c.redirect(address(new URL(c.req.url)), 303);
  }
}
