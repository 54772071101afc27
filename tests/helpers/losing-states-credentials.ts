import {
  endSignIns,
  forgetDevices,
  noteUse,
  signOut,
} from '../../src/features/accounts/commands.ts';
import type { SignIn } from '../../src/features/accounts/table.ts';
import {
  acceptInvitation,
  makeRecoveryCodes,
  purgeCredentialAttempts,
  removePassword,
  resetCredentials,
  setPassword,
  signInWithPassword,
  signInWithRecoveryCode,
} from '../../src/features/credentials/commands.ts';
import { findCredentials, sealTotpOffer } from '../../src/features/credentials/queries.ts';
import {
  addPasskey,
  createChallenge,
  purgeChallenges,
  removePasskey,
  signInWithPasskey,
} from '../../src/features/passkeys/commands.ts';
import { passkeyChallenges } from '../../src/features/passkeys/table.ts';
import { grantRole, inviteStaff, revokeRole } from '../../src/features/roles/commands.ts';
import { newTotpSecret, totpAt } from '../../src/lib/totp.ts';
import { readInvitationCode } from '../../scripts/lib/demo-people.ts';
import { Authenticator } from './authenticator.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import {
  byPhoneAgain,
  hallStaff,
  invited,
  later,
  PASSWORD,
  signInOf,
  SITE,
  STAFF_PHONE,
  withPasskey,
  withPassword,
} from './staff.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const site = { scopeKind: 'site', scopeId: '' } as const;
const reason = '当面核对，手机丢了';

/** Ten minutes later, in another browser. */
const again = (world: World) => byPhoneAgain(world, later(10));

async function newPassword(
  { ctx }: World,
  { person }: SignIn,
  password = PASSWORD,
  now = NOW,
): Promise<Record<string, string>> {
  const secret = newTotpSecret();
  const offer = await sealTotpOffer(ctx, person.id, secret);
  return { password, again: password, offer, totp: totpAt(secret, now) };
}

function settingPassword(
  state: string,
  expected: string,
  act: (world: World) => Promise<() => Promise<unknown>>,
): LosingState {
  return { command: 'credentials.setPassword', state, reason: expected, prepare: act };
}

function opening(
  state: string,
  expected: string,
  wishes: { minutes?: number; password?: string; totpAtMinutes?: number; failures?: number },
): LosingState {
  const { minutes = 10, password = PASSWORD, totpAtMinutes = minutes, failures = 0 } = wishes;
  return {
    command: 'credentials.signInWithPassword',
    state,
    reason: expected,
    prepare: async (world) => {
      const { secret } = await withPassword(world);
      const signIn = await again(world);
      const ctx = world.at(later(minutes));
      for (let n = 0; n < failures; n += 1) {
        const guess = { password: 'wrong', totp: '000000' };
        await signInWithPassword(ctx, signIn, guess, '').catch(() => {});
      }
      const totp = totpAt(secret, later(totpAtMinutes));
      return () => signInWithPassword(ctx, signIn, { password, totp }, '');
    },
  };
}

async function inviting(world: World, by: { id: string } | null) {
  const { person } = await world.person(STAFF_PHONE);
  await grantRole(world.ctx, null, hallStaff, key());
  return () => inviteStaff(world.ctx, by, { personId: person.id }, key());
}

async function signingInByPasskey(world: World, wishes: object, minutes = 0) {
  const { person, authenticator } = await withPasskey(world);
  const { challengeId, options } = await createChallenge(world.ctx, SITE, undefined);
  const input = { challengeId, answer: authenticator.signIn(options, person.id, wishes) };
  const from = { device: '', from: undefined };
  return () => signInWithPasskey(world.at(later(minutes)), SITE, input, from);
}

async function addingPasskey(world: World, signIn: SignIn) {
  const { challengeId, options } = await createChallenge(world.ctx, SITE, signIn);
  const answer = new Authenticator(SITE.origin).register(options);
  return () => addPasskey(world.ctx, SITE, signIn, { challengeId, answer, name: '示例' }, '');
}

/** Somebody with a role who was not invited, or not in this browser. */
async function notInvited(world: World): Promise<SignIn> {
  const { token } = await world.person(STAFF_PHONE);
  await grantRole(world.ctx, null, hallStaff, key());
  return signInOf(world.ctx, token);
}

export const credentialStates: LosingState[] = [
  {
    command: 'accounts.endSignIns',
    state: 'somebody else’s',
    reason: 'sign_in_unknown',
    prepare: async (world) => {
      const own = await signInOf(world.ctx, (await world.person()).token);
      const { id: ended } = await signInOf(world.ctx, (await world.person()).token);
      return () => endSignIns(world.ctx, own, { ended }, key());
    },
  },
  {
    command: 'accounts.endSignIns',
    state: 'ended before',
    reason: 'already_signed_out',
    prepare: async (world) => {
      const own = await signInOf(world.ctx, (await world.person()).token);
      await signOut(world.ctx, own);
      return () => endSignIns(world.ctx, own, { ended: own.id }, key());
    },
  },
  {
    command: 'accounts.noteUse',
    state: 'left alone for so long that it is over',
    reason: null,
    prepare: async (world) => {
      const { kept } = await withPasskey(world);
      const signIn = await signInOf(world.at(later(31)), kept.token);
      return () => noteUse(world.at(later(31)), signIn);
    },
  },
  {
    command: 'accounts.forgetDevices',
    state: 'every sign-in still holds',
    reason: null,
    prepare: async (world) => {
      await withPasskey(world);
      return () => forgetDevices(world.ctx);
    },
  },
  settingPassword('no invitation was opened here', 'proof_needed', async (world) => {
    const signIn = await notInvited(world);
    const input = await newPassword(world, signIn);
    return () => setPassword(world.ctx, signIn, input, '');
  }),
  settingPassword('there is another way in already', 'proof_needed', async (world) => {
    await withPasskey(world);
    const signIn = await again(world);
    const input = await newPassword(world, signIn, PASSWORD, later(10));
    return () => setPassword(world.at(later(10)), signIn, input, '');
  }),
  settingPassword('everybody tries it', 'password_common', async (world) => {
    const { signIn } = await invited(world);
    const input = await newPassword(world, signIn, 'password123456');
    return () => setPassword(world.ctx, signIn, input, '');
  }),
  settingPassword('the app shows something else', 'totp_wrong', async (world) => {
    const { signIn } = await invited(world);
    const input = await newPassword(world, signIn, PASSWORD, later(9));
    return () => setPassword(world.ctx, signIn, input, '');
  }),
  settingPassword('the page lay about for an hour', 'offer_expired', async (world) => {
    const { signIn } = await invited(world);
    const input = await newPassword(world, signIn, PASSWORD, later(60));
    return () => setPassword(world.at(later(60)), signIn, input, '');
  }),
  opening('the password is wrong', 'password_wrong', { password: 'something else' }),
  opening('the one-time password is old', 'password_wrong', { totpAtMinutes: 8 }),
  opening('after five failures', 'credentials_locked', { failures: 5 }),
  {
    command: 'credentials.signInWithPassword',
    state: 'the one-time password was used to set it up',
    reason: 'totp_used',
    prepare: async (world) => {
      const { secret } = await withPassword(world);
      // A sign-in of before, since a code a minute is the most that a phone is sent.
      const signIn = await byPhoneAgain(world, later(-10));
      const input = { password: PASSWORD, totp: totpAt(secret, NOW) };
      return () => signInWithPassword(world.ctx, signIn, input, '');
    },
  },
  {
    command: 'credentials.signInWithRecoveryCode',
    state: 'used before',
    reason: 'recovery_wrong',
    prepare: async (world) => {
      const { kept } = await withPassword(world);
      const strong = await signInOf(world.ctx, kept.token);
      const [recoveryCode] = (await makeRecoveryCodes(world.ctx, strong, key())).codes;
      const ctx = world.at(later(20));
      await signInWithRecoveryCode(ctx, await again(world), { recoveryCode }, '');
      const signIn = await byPhoneAgain(world, later(20));
      return () => signInWithRecoveryCode(ctx, signIn, { recoveryCode }, '');
    },
  },
  {
    command: 'credentials.makeRecoveryCodes',
    state: 'proved who one is too long ago',
    reason: 'proof_needed',
    prepare: async (world) => {
      const { kept } = await withPasskey(world);
      const ctx = world.at(later(16));
      const signIn = await signInOf(ctx, kept.token);
      return () => makeRecoveryCodes(ctx, signIn, key());
    },
  },
  {
    command: 'credentials.makeRecoveryCodes',
    state: 'with an invitation and nothing else',
    reason: 'proof_needed',
    prepare: async (world) => {
      const { signIn } = await invited(world);
      return () => makeRecoveryCodes(world.ctx, signIn, key());
    },
  },
  {
    command: 'credentials.removePassword',
    state: 'nothing else would be left',
    reason: 'last_credential',
    prepare: async (world) => {
      const { kept } = await withPassword(world);
      const signIn = await signInOf(world.ctx, kept.token);
      return () => removePassword(world.ctx, signIn, { what: 'password' }, key());
    },
  },
  {
    command: 'credentials.removePassword',
    state: 'none is set',
    reason: 'credential_unknown',
    prepare: async (world) => {
      const { kept } = await withPasskey(world);
      const signIn = await signInOf(world.ctx, kept.token);
      return () => removePassword(world.ctx, signIn, { what: 'password' }, key());
    },
  },
  {
    command: 'credentials.resetCredentials',
    state: 'one’s own',
    reason: 'reset_own',
    prepare: async (world) => {
      const { person } = await world.person();
      await addRole(world.ctx, person.id, { role: 'administrator', ...site });
      return () => resetCredentials(world.ctx, person, { personId: person.id, reason }, key());
    },
  },
  {
    command: 'credentials.resetCredentials',
    state: 'by somebody who is no administrator',
    reason: 'person_unknown',
    prepare: async (world) => {
      const { person } = await withPasskey(world);
      const { person: by } = await world.staff();
      return () => resetCredentials(world.ctx, by, { personId: person.id, reason }, key());
    },
  },
  {
    command: 'credentials.resetCredentials',
    state: 'of somebody who does not work here',
    reason: 'person_unknown',
    prepare: async (world) => {
      const { person } = await world.person();
      return () => resetCredentials(world.ctx, null, { personId: person.id, reason }, key());
    },
  },
  {
    command: 'credentials.acceptInvitation',
    state: 'opened in another browser',
    reason: 'invitation_used',
    prepare: async (world) => {
      const { person } = await invited(world);
      const invitationCode = await readInvitationCode(world.ctx, person.id);
      const signIn = await again(world);
      return () => acceptInvitation(world.at(later(10)), signIn, { invitationCode });
    },
  },
  {
    command: 'credentials.acceptInvitation',
    state: 'run out',
    reason: 'invitation_unknown',
    prepare: async (world) => {
      const signIn = await notInvited(world);
      const invitationCode = await readInvitationCode(world.ctx, signIn.person.id);
      const late = world.at(later(3 * 24 * 60));
      return () => acceptInvitation(late, signIn, { invitationCode });
    },
  },
  {
    command: 'credentials.purgeCredentialAttempts',
    state: 'all of today',
    reason: null,
    prepare: async (world) => {
      await withPassword(world);
      return () => purgeCredentialAttempts(world.ctx);
    },
  },
  {
    command: 'passkeys.createChallenge',
    state: 'so many in a minute as nobody asks for in earnest',
    reason: 'challenges_used_up',
    prepare: async (world) => {
      const { db } = world.ctx;
      const rows = Array.from({ length: 600 }, (_, index) => ({
        ...{ id: key(), purpose: 'sign_in' as const, challenge: String(index) },
        ...{ createdAt: NOW, expiresAt: later(5) },
      }));
      for (let from = 0; from < rows.length; from += 100) {
        await db.insert(passkeyChallenges).values(rows.slice(from, from + 100));
      }
      return () => createChallenge(world.ctx, SITE, undefined);
    },
  },
  {
    command: 'passkeys.addPasskey',
    state: 'no invitation was opened here',
    reason: 'proof_needed',
    prepare: async (world) => addingPasskey(world, await notInvited(world)),
  },
  {
    command: 'passkeys.addPasskey',
    state: 'there are ten',
    reason: 'passkeys_used_up',
    prepare: async (world) => {
      const { kept } = await withPasskey(world);
      const signIn = await signInOf(world.ctx, kept.token);
      for (let n = 1; n < 10; n += 1) await (await addingPasskey(world, signIn))();
      return addingPasskey(world, signIn);
    },
  },
  {
    command: 'passkeys.signInWithPasskey',
    state: 'without a finger, a face or a PIN',
    reason: 'passkey_wrong',
    prepare: (world) => signingInByPasskey(world, { verified: false }),
  },
  {
    command: 'passkeys.signInWithPasskey',
    state: 'the challenge has run out',
    reason: 'challenge_expired',
    prepare: (world) => signingInByPasskey(world, {}, 5),
  },
  {
    command: 'passkeys.signInWithPasskey',
    state: 'its counter stands still',
    reason: 'passkey_copied',
    prepare: (world) => signingInByPasskey(world, { counter: 1 }),
  },
  {
    command: 'passkeys.removePasskey',
    state: 'nothing else would be left',
    reason: 'last_credential',
    prepare: async (world) => {
      const { kept, person } = await withPasskey(world);
      const signIn = await signInOf(world.ctx, kept.token);
      const { passkeys } = await findCredentials(world.ctx, person.id);
      return () => removePasskey(world.ctx, signIn, { passkeyId: passkeys[0]?.id }, key());
    },
  },
  {
    command: 'passkeys.removePasskey',
    state: 'somebody else’s',
    reason: 'credential_unknown',
    prepare: async (world) => {
      const { person } = await withPasskey(world);
      const { passkeys } = await findCredentials(world.ctx, person.id);
      const other = await signInOf(world.ctx, (await world.staff()).token);
      return () => removePasskey(world.ctx, other, { passkeyId: passkeys[0]?.id }, key());
    },
  },
  {
    command: 'passkeys.purgeChallenges',
    state: 'all can still be answered',
    reason: null,
    prepare: async (world) => {
      await createChallenge(world.ctx, SITE, undefined);
      return () => purgeChallenges(world.ctx);
    },
  },
  {
    command: 'roles.inviteStaff',
    state: 'oneself',
    reason: 'invitation_to_oneself',
    prepare: async (world) => {
      const { person } = await world.person(STAFF_PHONE);
      await grantRole(
        world.ctx,
        null,
        { ...hallStaff, role: 'administrator', scope: 'site:' },
        key(),
      );
      return () => inviteStaff(world.ctx, person, { personId: person.id }, key());
    },
  },
  {
    command: 'roles.inviteStaff',
    state: 'somebody who may give no such role',
    reason: 'person_unknown',
    prepare: async (world) => inviting(world, (await world.staff()).person),
  },
  {
    command: 'roles.inviteStaff',
    state: 'the role was taken away',
    reason: 'person_unknown',
    prepare: async (world) => {
      const { person } = await world.person(STAFF_PHONE);
      const { grantId } = await grantRole(world.ctx, null, hallStaff, key());
      const { person: by } = await world.person();
      await addRole(world.ctx, by.id, { role: 'administrator', ...site });
      await revokeRole(world.ctx, { id: by.id, roles: [] }, { grantId }, key());
      return () => inviteStaff(world.ctx, null, { personId: person.id }, key());
    },
  },
  {
    command: 'roles.inviteStaff',
    state: 'set up already',
    reason: 'already_set_up',
    prepare: async (world) => {
      const { person } = await withPasskey(world);
      return () => inviteStaff(world.ctx, null, { personId: person.id }, key());
    },
  },
  {
    command: 'roles.inviteStaff',
    state: 'five times today',
    reason: 'invitations_used_up',
    prepare: async (world) => {
      const invite = await inviting(world, null);
      // The grant has sent the first.
      for (let n = 1; n < 5; n += 1) await invite();
      return invite;
    },
  },
];
