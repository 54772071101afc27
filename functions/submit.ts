import { domainErrorIn } from '../src/lib/errors.ts';
import { proofAddress, signInAddress } from '../src/lib/page.ts';
import { shownValues } from './forms.ts';
import { formAgain, signInFirst } from './respond.ts';
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
    const shown = shownValues(values);
    if (refusal?.code !== 'not_signed_in') return formAgain(c, error, shown, renderPage);
    const needsProof = refusal.reason === 'proof_needed';
    const url = new URL(c.req.url);
    const isFilledIn = Object.entries(shown).some(([name, value]) => name !== 'key' && value);
    if (!isFilledIn) return c.redirect((needsProof ? proofAddress : signInAddress)(url), 303);
    // In a window of its own they come to their own page: this one waits for them.
    const to = needsProof ? proofAddress(STAFF) : signInAddress(OWN);
    return signInFirst(c, refusal, shown, to, renderPage);
  }
}

const OWN = { pathname: '/me', search: '' };
const STAFF = { pathname: '/staff', search: '' };
