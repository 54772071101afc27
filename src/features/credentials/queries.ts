import { and, asc, count, eq, isNull } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { fromBase64Url, toBase64Url } from '../../lib/ids.ts';
import { addMinutes } from '../../lib/time.ts';
import { newTotpSecret, totpAddress } from '../../lib/totp.ts';
import { maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { passkeys, type Passkey } from '../passkeys/table.ts';
import { OFFER_VALID_MINUTES } from './policy.ts';
import { passwords, recoveryCodes, recoverySets, recoveryUses } from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

export interface Credentials {
  passkeys: Passkey[];
  password: { id: string; createdAt: Date } | undefined;
  /** Null when none were ever made. */
  recovery: { madeAt: Date; left: number } | null;
}

/** How somebody can sign in strongly. One request. */
export async function findCredentials({ db }: Reads, personId: string): Promise<Credentials> {
  const [keys, [password], [set]] = await db.batch([
    db
      .select()
      .from(passkeys)
      .where(and(eq(passkeys.personId, personId), eq(passkeys.state, 'active')))
      .orderBy(asc(passkeys.id)),
    db
      .select({ id: passwords.id, createdAt: passwords.createdAt })
      .from(passwords)
      .where(and(eq(passwords.personId, personId), eq(passwords.state, 'active'))),
    db
      .select({ madeAt: recoverySets.madeAt, left: count(recoveryCodes.id) })
      .from(recoverySets)
      .leftJoin(recoveryCodes, eq(recoveryCodes.setId, recoverySets.id))
      .leftJoin(recoveryUses, eq(recoveryUses.codeId, recoveryCodes.id))
      .where(and(eq(recoverySets.personId, personId), isNull(recoveryUses.codeId)))
      .groupBy(recoverySets.id),
  ]);
  return { passkeys: keys, password, recovery: set ?? null };
}

export function hasCredentials({ passkeys: keys, password }: Credentials): boolean {
  return keys.length > 0 || password !== undefined;
}

/** Whether this sign-in has opened an invitation that still lets it set up the first way of signing in. */
export async function isInvited(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  signInId: string,
): Promise<boolean> {
  const { rows } = await db.$client.execute({
    sql: 'SELECT 1 FROM credential_keepers WHERE sign_in_id = ? AND until > ?',
    args: [signInId, now.getTime()],
  });
  return rows.length > 0;
}

/** A secret for one-time passwords that is shown and not yet anybody's. */
export interface TotpOffer {
  secret: string;
  /** For the QR code. */
  address: string;
  /** The same, sealed: it comes back with the form, and only what this site has made is taken. */
  offer: string;
}

const offerField = (personId: string) => `totp-offer:${personId}`;

/** @param sealed of an offer made before, when the form comes back after a mistake. */
export async function offerTotp(
  ctx: Pick<CommandContext, 'keys' | 'now'>,
  person: Person,
  sealed?: string,
): Promise<TotpOffer> {
  const given = sealed === undefined ? undefined : await openTotpOffer(ctx, person.id, sealed);
  const secret = given ?? newTotpSecret();
  const offer = await sealTotpOffer(ctx, person.id, secret);
  const label = maskPhone(await personPhone(ctx, person));
  return { secret, address: totpAddress(secret, label), offer };
}

/** A secret as the form carries it, from now on for a while. */
export async function sealTotpOffer(
  { keys, now }: Pick<CommandContext, 'keys' | 'now'>,
  personId: string,
  secret: string,
): Promise<string> {
  const text = JSON.stringify({ secret, until: addMinutes(now, OFFER_VALID_MINUTES).getTime() });
  return `${keys.version}.${toBase64Url(await keys.seal(offerField(personId), text))}`;
}

/** The secret of an offer that this site made for this person a while ago; undefined for anything else. */
export async function openTotpOffer(
  { keys, now }: Pick<CommandContext, 'keys' | 'now'>,
  personId: string,
  sealed: string,
): Promise<string | undefined> {
  const [version = '', body = ''] = sealed.split('.');
  const cipher = fromBase64Url(body);
  if (!cipher || !/^\d{1,4}$/.test(version)) return undefined;
  const text = await keys
    .unseal(offerField(personId), cipher, Number(version))
    .catch(() => undefined);
  if (text === undefined) return undefined;
  const { secret, until } = JSON.parse(text) as { secret: string; until: number };
  return until > now.getTime() ? secret : undefined;
}

/** How many recovery codes a person has left. A query. */
export function ownRecoveryCodes({ db }: Reads, personId: string) {
  return db
    .select({ n: count(recoveryCodes.id) })
    .from(recoveryCodes)
    .innerJoin(recoverySets, eq(recoverySets.id, recoveryCodes.setId))
    .leftJoin(recoveryUses, eq(recoveryUses.codeId, recoveryCodes.id))
    .where(and(eq(recoverySets.personId, personId), isNull(recoveryUses.codeId)));
}
