import { HTTPException } from 'hono/http-exception';
import type { AppContext } from './types.ts';

/**
 * Longer values are cut before they are shown again. A text too long for its field comes back whole, so that it can
 * be shortened: nobody writes ten times of what fits.
 */
export const SHOWN_MAX = 5000;

/**
 * The text fields of a posted form. Files are not expected here and are left out.
 * @throws HTTPException 400 when the body is no form.
 */
export async function readForm(c: AppContext): Promise<Record<string, string>> {
  const form = await c.req.raw
    .clone()
    .formData()
    .catch((cause: unknown) => {
      throw new HTTPException(400, { cause });
    });
  const values: Record<string, string> = {};
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') values[name] = value;
  }
  return values;
}

/** What nobody should find in a page that was left open, nor in a copy of it. */
const NEVER_SHOWN: readonly string[] = ['password', 'again', 'totp', 'recoveryCode', 'answer'];

/** What may be put back into the form: the values as typed, without what browsers must not be sent again. */
export function shownValues(values: Readonly<Record<string, string>>): Record<string, string> {
  const shown = Object.entries(values).filter(([name]) => !NEVER_SHOWN.includes(name));
  return Object.fromEntries(shown.map(([name, value]) => [name, value.slice(0, SHOWN_MAX)]));
}
