import type { CommandContext } from '../../lib/context.ts';
import { fromBase64Url, toBase64Url } from '../../lib/ids.ts';
import { equalBytes } from '../../lib/keyring.ts';

const signed = (bookingId: string, expiresAt: number) => `${bookingId}.${expiresAt}`;

/** `<booking>.<expiry in ms>.<keyed hash>`: nothing of it is stored, and nothing in it names a person. */
export async function signPass(
  { keys }: Pick<CommandContext, 'keys'>,
  bookingId: string,
  expiresAt: Date,
): Promise<string> {
  const text = signed(bookingId, expiresAt.getTime());
  return `${text}.${toBase64Url(await keys.hash('ticket', text))}`;
}

/** Whether a pass opens this booking's ticket now. */
export async function opensTicket(
  { keys, now }: Pick<CommandContext, 'keys' | 'now'>,
  pass: string | undefined,
  bookingId: string,
): Promise<boolean> {
  const [booking, expiry, signature] = pass?.split('.') ?? [];
  if (!signature || booking !== bookingId || Number(expiry) <= now.getTime()) return false;
  const given = fromBase64Url(signature);
  const hashes = await keys.hashes('ticket', signed(bookingId, Number(expiry)));
  return given !== undefined && hashes.some((hash) => equalBytes(hash, given));
}
