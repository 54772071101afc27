import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { eq, lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, writeAtomically } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, toBase64Url } from '../../lib/ids.ts';
import { addMinutes } from '../../lib/time.ts';
import { isStrong, maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import { strongSignIn, type KeptSignIn } from '../accounts/statements.ts';
import type { SignIn } from '../accounts/table.ts';
import { credentialChange } from '../credentials/statements.ts';
import { findCredentials } from '../credentials/queries.ts';
import {
  ALGORITHMS,
  CHALLENGE_VALID_MINUTES,
  PASSKEY_WRONG,
  passkeyRefusals,
  type RelyingParty,
} from './policy.ts';
import { findPasskeyAndChallenge, findRegistrationChallenge } from './queries.ts';
import { passkeyInput, passkeyRemovalInput, passkeySignInInput } from './schema.ts';
import { passkeyChallenges, passkeyRemovals, passkeys } from './table.ts';

const TIMEOUT_MS = CHALLENGE_VALID_MINUTES * 60_000;
const encoder = new TextEncoder();

/**
 * What the browser hands to its authenticator, with a challenge that is answered once.
 * @param signIn for registering: who does it. A sign-in learns from the passkey who it is.
 * @throws DomainError `too_many`, `unavailable`.
 */
export async function createChallenge(
  ctx: CommandContext,
  site: RelyingParty,
  signIn: SignIn | undefined,
): Promise<{
  challengeId: string;
  options: PublicKeyCredentialCreationOptionsJSON | PublicKeyCredentialRequestOptionsJSON;
}> {
  const { db, now } = ctx;
  const options = signIn
    ? await registrationOptions(ctx, site, signIn)
    : await generateAuthenticationOptions({
        ...{ rpID: site.id, userVerification: 'required', timeout: TIMEOUT_MS },
      });
  const challengeId = newId(now);
  const row = db.insert(passkeyChallenges).values({
    id: challengeId,
    purpose: signIn ? 'registration' : 'sign_in',
    personId: signIn?.person.id ?? null,
    challenge: options.challenge,
    createdAt: now,
    expiresAt: addMinutes(now, CHALLENGE_VALID_MINUTES),
  });
  await writeAtomically(db, [row], passkeyRefusals);
  return { challengeId, options };
}

async function registrationOptions(ctx: CommandContext, site: RelyingParty, { person }: SignIn) {
  const { passkeys: known } = await findCredentials(ctx, person.id);
  return generateRegistrationOptions({
    rpName: '安澜',
    rpID: site.id,
    userName: maskPhone(await personPhone(ctx, person)),
    userID: encoder.encode(person.id),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: [...ALGORITHMS],
    excludeCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })),
    // Found by the authenticator itself, and opened by a finger, a face or a PIN: alone it is two factors.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/**
 * Adds a passkey. A sign-in that is not strong yet rises by it, with a token of its own.
 * @throws DomainError `invalid` (fields, not verified), `conflict` (challenge spent, proof needed, known, ten already),
 * `unavailable`.
 */
export async function addPasskey(
  ctx: CommandContext,
  site: RelyingParty,
  signIn: SignIn,
  input: unknown,
  device: string,
): Promise<{ passkeyId: string; kept: KeptSignIn | undefined }> {
  const { challengeId, answer, name } = parseInput(passkeyInput, input);
  const { db, now } = ctx;
  const personId = signIn.person.id;
  const challenge = await findRegistrationChallenge(ctx, personId, challengeId);
  const { registrationInfo: info } = await verifyRegistrationResponse({
    response: answer,
    expectedChallenge: challenge || notGiven,
    expectedOrigin: site.origin,
    expectedRPID: site.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: [...ALGORITHMS],
  }).catch(notVerified);
  if (!info) throw notVerified(undefined);
  const passkeyId = newId(now);
  const row = db.insert(passkeys).values({
    id: passkeyId,
    personId,
    credentialId: info.credential.id,
    publicKey: new Uint8Array(info.credential.publicKey),
    counter: info.credential.counter,
    transports: answer.response.transports ?? [],
    deviceType: info.credentialDeviceType,
    backedUp: info.credentialBackedUp,
    name,
    challengeId,
    signInId: signIn.id,
    createdAt: now,
    usedAt: now,
  });
  const risen = isStrong(signIn, now)
    ? undefined
    : await strongSignIn(ctx, {
        ...{ personId, method: 'passkey', openedBy: challengeId, device, from: signIn.id },
      });
  await writeAtomically(
    db,
    [
      row,
      ...(risen?.statements ?? []),
      ...(await credentialChange(ctx, {
        ...{ actor: { kind: 'person', id: personId }, personId },
        ...{ action: 'passkey.add', what: 'passkey_added' },
      })),
    ],
    passkeyRefusals,
  );
  return { passkeyId, kept: risen?.kept };
}

/**
 * Signs in by passkey, whoever it belongs to. Its challenge opens one sign-in; its counter and its kind of device are
 * held against what was stored.
 * @param from the sign-in of this browser until now, which ends by it.
 * @throws DomainError `invalid` (fields, not verified), `conflict` (challenge spent, a copy of the passkey),
 * `unavailable`.
 */
export async function signInWithPasskey(
  ctx: CommandContext,
  site: RelyingParty,
  input: unknown,
  { device, from }: { device: string; from: string | undefined },
): Promise<KeptSignIn> {
  const { challengeId, answer } = parseInput(passkeySignInInput, input);
  const { db, now } = ctx;
  const { found, challenge } = await findPasskeyAndChallenge(ctx, answer.id, challengeId);
  if (!found) throw notVerified(undefined);
  const { passkey, person } = found;
  const { userHandle } = answer.response;
  const isOwner = userHandle === undefined || userHandle === toBase64Url(encoder.encode(person.id));
  const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
    response: answer,
    expectedChallenge: challenge || notGiven,
    expectedOrigin: site.origin,
    expectedRPID: site.id,
    credential: {
      id: passkey.credentialId,
      publicKey: passkey.publicKey,
      // The guard of the table decides on the counter, so that two at once cannot both pass.
      counter: 0,
    },
    requireUserVerification: true,
  }).catch(notVerified);
  if (!verified || !isOwner) throw notVerified(undefined);
  const used = db
    .update(passkeys)
    .set({
      counter: info.newCounter,
      deviceType: info.credentialDeviceType,
      backedUp: info.credentialBackedUp,
      usedAt: now,
    })
    .where(eq(passkeys.id, passkey.id));
  const { kept, statements } = await strongSignIn(ctx, {
    ...{ personId: person.id, method: 'passkey', openedBy: challengeId, device, from },
  });
  await writeAtomically(db, [used, ...statements], passkeyRefusals);
  return kept;
}

/**
 * Takes one of one's own passkeys away.
 * @throws DomainError `invalid` (fields), `not_found`, `conflict` (proof needed, nothing else would be left),
 * `unavailable`.
 */
export async function removePasskey(
  ctx: CommandContext,
  signIn: SignIn,
  input: unknown,
  key: string,
): Promise<{ passkeyId: string }> {
  const { passkeyId } = parseInput(passkeyRemovalInput, input);
  const { db, now } = ctx;
  const personId = signIn.person.id;
  const row = { passkeyId, personId, signInId: signIn.id, removedAt: now };
  const request = {
    ...{ scope: personId, key: parseKey(key), command: 'removePasskey', body: { passkeyId } },
  };
  return commitOnce(db, request, now, {
    statements: [
      db.insert(passkeyRemovals).values(row),
      ...(await credentialChange(ctx, {
        ...{ actor: { kind: 'person', id: personId }, personId },
        ...{ action: 'passkey.remove', what: 'passkey_removed' },
      })),
    ],
    answer: { passkeyId },
    refusals: passkeyRefusals,
  });
}

/** Deletes challenges that nobody can answer any more. What they opened is told by its own row. @returns how many. */
export async function purgeChallenges({ db, now }: CommandContext): Promise<number> {
  const gone = await db.delete(passkeyChallenges).where(lt(passkeyChallenges.expiresAt, now));
  return gone.rowsAffected;
}

/** There is no such challenge: whatever was answered, it is not the answer to it. */
const notGiven = () => false;

/** The library says in many words what is wrong with an answer; the person can only try again. */
function notVerified(cause: unknown): never {
  throw new DomainError('invalid', 'passkey_wrong', PASSKEY_WRONG, { cause });
}
