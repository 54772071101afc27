import { readInvitationCode, signInByPhone } from '../../scripts/lib/demo-people.ts';
import { findSignIn } from '../../src/features/accounts/queries.ts';
import type { Person, SignIn } from '../../src/features/accounts/table.ts';
import { acceptInvitation, setPassword } from '../../src/features/credentials/commands.ts';
import { sealTotpOffer } from '../../src/features/credentials/queries.ts';
import { addPasskey, createChallenge } from '../../src/features/passkeys/commands.ts';
import { relyingParty } from '../../src/features/passkeys/policy.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { newTotpSecret, totpAt } from '../../src/lib/totp.ts';
import { Authenticator } from './authenticator.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

export const PASSWORD = 'kite-lantern-harbour';
export const SITE = relyingParty('https://example.cn');
/** Of the one member of staff that these make. */
export const STAFF_PHONE = '10000005555';

export const later = (minutes: number) => addMinutes(NOW, minutes);

/** The one grant that these begin with. */
export const hallStaff = { phone: STAFF_PHONE, role: 'hall_staff', scope: 'hall:yancheng' };

export interface Invited {
  person: Person;
  token: string;
  signIn: SignIn;
}

export async function signInOf(ctx: CommandContext, token: string): Promise<SignIn> {
  const found = await findSignIn(ctx, token);
  if (!found) throw new Error('This token opens nothing.');
  return found;
}

/** Somebody who was granted a role and has opened the invitation in their browser. */
export async function invited(world: World): Promise<Invited> {
  const { person, token } = await world.person(STAFF_PHONE);
  await grantRole(world.ctx, null, hallStaff, crypto.randomUUID());
  const signIn = await signInOf(world.ctx, token);
  const invitationCode = await readInvitationCode(world.ctx, person.id);
  await acceptInvitation(world.ctx, signIn, { invitationCode });
  return { person, token, signIn };
}

export async function withPasskey(world: World) {
  const one = await invited(world);
  const authenticator = new Authenticator(SITE.origin);
  const { challengeId, options } = await createChallenge(world.ctx, SITE, one.signIn);
  const answer = authenticator.register(options);
  const { kept } = await addPasskey(
    world.ctx,
    SITE,
    one.signIn,
    { challengeId, answer, name: '办公室电脑' },
    'Chrome · Windows',
  );
  return { ...one, authenticator, challengeId, answer, kept: kept! };
}

export async function withPassword(world: World) {
  const one = await invited(world);
  const secret = newTotpSecret();
  const offer = await sealTotpOffer(world.ctx, one.person.id, secret);
  const input = { password: PASSWORD, again: PASSWORD, offer, totp: totpAt(secret, NOW) };
  const { kept } = await setPassword(world.ctx, one.signIn, input, '');
  return { ...one, secret, kept: kept! };
}

/** The same person in a new browser, with no more than a phone's code. */
export async function byPhoneAgain(world: World, at: Date): Promise<SignIn> {
  const { token } = await signInByPhone(world.at(at), STAFF_PHONE);
  return signInOf(world.at(at), token);
}
