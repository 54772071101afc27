import { and, asc, eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { people, type Person } from '../accounts/table.ts';
import { passkeyChallenges, passkeys, type Passkey } from './table.ts';

/** A passkey that can be used, with its owner, and the challenge that it answers. One request. */
export async function findPasskeyAndChallenge(
  { db }: Pick<CommandContext, 'db'>,
  credentialId: string,
  challengeId: string,
): Promise<{ found: { passkey: Passkey; person: Person } | undefined; challenge: string }> {
  const [[found], [challenge]] = await db.batch([
    db
      .select({ passkey: passkeys, person: people })
      .from(passkeys)
      .innerJoin(people, eq(people.id, passkeys.personId))
      .where(and(eq(passkeys.credentialId, credentialId), eq(passkeys.state, 'active'))),
    db
      .select({ challenge: passkeyChallenges.challenge })
      .from(passkeyChallenges)
      .where(and(eq(passkeyChallenges.id, challengeId), eq(passkeyChallenges.purpose, 'sign_in'))),
  ]);
  return { found, challenge: challenge?.challenge ?? '' };
}

/** The challenge that this person was given to register a passkey; empty when there is none. */
export async function findRegistrationChallenge(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  challengeId: string,
): Promise<string> {
  const [row] = await db
    .select({ challenge: passkeyChallenges.challenge })
    .from(passkeyChallenges)
    .where(and(eq(passkeyChallenges.id, challengeId), eq(passkeyChallenges.personId, personId)));
  return row?.challenge ?? '';
}

export async function findPasskey(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  id: string,
): Promise<Passkey | undefined> {
  const [row] = await db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.id, id), eq(passkeys.personId, personId), eq(passkeys.state, 'active')));
  return row;
}

/** A person’s passkeys that still open. A query. */
export function ownPasskeys({ db }: Pick<CommandContext, 'db'>, personId: string) {
  return db
    .select({ name: passkeys.name, createdAt: passkeys.createdAt, usedAt: passkeys.usedAt })
    .from(passkeys)
    .where(and(eq(passkeys.personId, personId), eq(passkeys.state, 'active')))
    .orderBy(asc(passkeys.id));
}
