import { eq } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { readInvitationCode, setUpDemoStaff } from '../../scripts/lib/demo-people.ts';
import { requireLocalDatabase, seed } from '../../scripts/lib/seed.ts';
import { DEMO_STAFF } from '../../src/dev/demo.ts';
import { endSignIns, noteUse } from '../../src/features/accounts/commands.ts';
import { STRONG_IDLE_MINUTES } from '../../src/features/accounts/policy.ts';
import { findSignIn, listSignIns } from '../../src/features/accounts/queries.ts';
import { signIns } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  acceptInvitation,
  makeRecoveryCodes,
  resetCredentials,
  setPassword,
  signInWithPassword,
  signInWithRecoveryCode,
} from '../../src/features/credentials/commands.ts';
import { findCredentials, sealTotpOffer } from '../../src/features/credentials/queries.ts';
import { credentialAttempts } from '../../src/features/credentials/table.ts';
import { latestMessages, openMessageValues } from '../../src/features/notifications/queries.ts';
import {
  addPasskey,
  createChallenge,
  signInWithPasskey,
} from '../../src/features/passkeys/commands.ts';
import { grantRole, inviteStaff } from '../../src/features/roles/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { domainErrorIn } from '../../src/lib/errors.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { totpAt } from '../../src/lib/totp.ts';
import { createApi } from '../helpers/api.ts';
import { Authenticator } from '../helpers/authenticator.ts';
import { addRole } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
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
} from '../helpers/staff.ts';
import { createWorld, type World } from '../helpers/world.ts';

/** Passwords are meant to take their time, and a busy machine takes more. */
vi.setConfig({ testTimeout: 30_000 });

const key = () => crypto.randomUUID();

/** The word that a refusal carries for programs; undefined when the act was done. */
async function refusal(act: Promise<unknown>): Promise<string | undefined> {
  return act.then(
    () => undefined,
    (error: unknown) => domainErrorIn(error)?.reason ?? String(error),
  );
}

const messagesOf = async ({ ctx }: World) =>
  Promise.all(
    (await latestMessages(ctx, 100)).map(async (one) => ({
      template: one.template,
      ...(await openMessageValues(ctx, one)),
    })),
  );

describe('a role', () => {
  it('is not handed out by a phone’s code, neither to pages nor to the API', async () => {
    const world = await createWorld();
    const { token } = await invited(world);
    const signIn = await signInOf(world.ctx, token);
    expect(signIn).toMatchObject({ roles: [], awaitsProof: true });
    const api = createApi(world);
    const page = await api.get('/staff', token);
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/staff/sign-in?next=%2Fstaff',
    ]);
    const booking = await world.book((await world.person()).person, await world.session());
    for (const [path, body] of [
      ['/api/halls/yancheng/arrivals', { code: 'ABCDEFGHJK' }],
      [`/api/bookings/${booking}/arrival`, {}],
    ] as const) {
      const answer = await api.post(path, body, { token });
      expect(answer).toMatchObject({ status: 401, body: { code: 'proof_needed' } });
    }
    expect((await api.get('/api/bookings', token)).status).toBe(200);
  });

  it('is handed out by a strong sign-in, until it was left alone for half an hour', async () => {
    const world = await createWorld();
    const { kept } = await withPasskey(world);
    const rolesAt = async (minutes: number) =>
      (await findSignIn(world.at(later(minutes)), kept.token))?.roles.length;
    expect(await rolesAt(STRONG_IDLE_MINUTES - 1)).toBe(1);
    expect(await rolesAt(STRONG_IDLE_MINUTES)).toBe(0);
    const inUse = await signInOf(world.at(later(20)), kept.token);
    expect(await noteUse(world.at(later(20)), inUse)).toBe(1);
    expect(await rolesAt(20 + STRONG_IDLE_MINUTES - 1)).toBe(1);
    const left = await signInOf(world.at(later(20 + STRONG_IDLE_MINUTES)), kept.token);
    expect(await noteUse(world.at(later(20 + STRONG_IDLE_MINUTES)), left)).toBe(0);
    expect(left).toMatchObject({ roles: [], awaitsProof: true });
    expect(await rolesAt(12 * 60 - 1)).toBe(0);
    expect(await findSignIn(world.at(later(12 * 60)), kept.token)).toBeUndefined();
  });

  it('notes the use of a sign-in through the site, without being asked', async () => {
    const world = await createWorld();
    const { kept } = await withPasskey(world);
    const api = createApi(world, later(20));
    await api.get('/api/bookings', kept.token);
    await api.settled();
    expect((await signInOf(world.at(later(45)), kept.token)).roles).toHaveLength(1);
  });
});

describe('an invitation', () => {
  it('is for one person, opens once, and runs out after three days', async () => {
    const world = await createWorld();
    const { person, token } = await world.person(STAFF_PHONE);
    await grantRole(world.ctx, null, hallStaff, key());
    const invitationCode = await readInvitationCode(world.ctx, person.id);
    const own = await signInOf(world.ctx, token);
    const stranger = await signInOf(world.ctx, (await world.person()).token);
    const wrong = 'invitation_wrong';
    expect(await refusal(acceptInvitation(world.ctx, stranger, { invitationCode }))).toBe(wrong);
    const late = world.at(later(3 * 24 * 60));
    expect(await refusal(acceptInvitation(late, own, { invitationCode }))).toBe(
      'invitation_unknown',
    );
    await acceptInvitation(world.ctx, own, { invitationCode });
    await acceptInvitation(world.ctx, own, { invitationCode });
    const other = await byPhoneAgain(world, later(5));
    expect(await refusal(acceptInvitation(world.at(later(5)), other, { invitationCode }))).toBe(
      'invitation_used',
    );
  });

  it('gives way to a newer one, and is sent to nobody who can sign in already', async () => {
    const world = await createWorld();
    const { person, token } = await world.person(STAFF_PHONE);
    await grantRole(world.ctx, null, hallStaff, key());
    const invitationCode = await readInvitationCode(world.ctx, person.id);
    await inviteStaff(world.at(later(1)), null, { personId: person.id }, key());
    const own = await signInOf(world.ctx, token);
    expect(await refusal(acceptInvitation(world.at(later(1)), own, { invitationCode }))).toBe(
      'invitation_unknown',
    );
    const newer = await readInvitationCode(world.ctx, person.id);
    await acceptInvitation(world.at(later(1)), own, { invitationCode: newer });
    const offer = await sealTotpOffer(world.ctx, person.id, DEMO_STAFF.totpSecret);
    const totp = totpAt(DEMO_STAFF.totpSecret, NOW);
    await setPassword(world.ctx, own, { password: PASSWORD, again: PASSWORD, offer, totp }, '');
    expect(await refusal(inviteStaff(world.ctx, null, { personId: person.id }, key()))).toBe(
      'already_set_up',
    );
  });

  it('is what a phone’s code needs to set anything up', async () => {
    const world = await createWorld();
    const { person, token } = await world.person(STAFF_PHONE);
    await grantRole(
      world.ctx,
      null,
      { phone: '10000005555', role: 'hall_staff', scope: 'hall:yancheng' },
      key(),
    );
    const signIn = await signInOf(world.ctx, token);
    const { challengeId, options } = await createChallenge(world.ctx, SITE, signIn);
    const answer = new Authenticator(SITE.origin).register(options);
    const input = { challengeId, answer, name: '示例' };
    expect(await refusal(addPasskey(world.ctx, SITE, signIn, input, ''))).toBe('proof_needed');
    const offer = await sealTotpOffer(world.ctx, person.id, DEMO_STAFF.totpSecret);
    const totp = totpAt(DEMO_STAFF.totpSecret, NOW);
    const password = { password: PASSWORD, again: PASSWORD, offer, totp };
    expect(await refusal(setPassword(world.ctx, signIn, password, ''))).toBe('proof_needed');
  });
});

describe('a passkey', () => {
  it('signs in by itself, with a token that was never there before', async () => {
    const world = await createWorld();
    const { person, authenticator, token, kept } = await withPasskey(world);
    expect(kept.token).not.toBe(token);
    expect(await findSignIn(world.ctx, token)).toBeUndefined();
    const { challengeId, options } = await createChallenge(world.ctx, SITE, undefined);
    const input = { challengeId, answer: authenticator.signIn(options, person.id) };
    const opened = await signInWithPasskey(world.ctx, SITE, input, { device: '', from: undefined });
    expect((await signInOf(world.ctx, opened.token)).roles).toHaveLength(1);
  });

  it('answers a challenge once, in its own time', async () => {
    const world = await createWorld();
    const { person, authenticator, signIn, challengeId: used, answer } = await withPasskey(world);
    const from = { device: '', from: undefined };
    const { challengeId, options } = await createChallenge(world.ctx, SITE, undefined);
    const input = { challengeId, answer: authenticator.signIn(options, person.id) };
    const late = signInWithPasskey(world.at(later(5)), SITE, input, from);
    expect(await refusal(late)).toBe('challenge_expired');
    await signInWithPasskey(world.ctx, SITE, input, from);
    // A counter that stands still would be refused too: the same challenge, answered anew.
    const again = { challengeId, answer: authenticator.signIn(options, person.id) };
    expect(await refusal(signInWithPasskey(world.ctx, SITE, again, from))).toBe('challenge_used');
    const other = await createChallenge(world.ctx, SITE, undefined);
    const swapped = { ...input, challengeId: other.challengeId };
    expect(await refusal(signInWithPasskey(world.ctx, SITE, swapped, from))).toBe('passkey_wrong');
    const registered = { challengeId: used, answer, name: '再来' };
    expect(await refusal(addPasskey(world.ctx, SITE, signIn, registered, ''))).toBe(
      'challenge_used',
    );
  });

  it.each([
    ['without a finger, a face or a PIN', { verified: false }, 'passkey_wrong'],
    ['on another site', { origin: 'https://example.com' }, 'passkey_wrong'],
    ['with a counter that went back', { counter: 1 }, 'passkey_copied'],
  ] as const)('is refused %s', async (_, wishes, reason) => {
    const world = await createWorld();
    const { person, authenticator } = await withPasskey(world);
    const { challengeId, options } = await createChallenge(world.ctx, SITE, undefined);
    const answer = authenticator.signIn(options, person.id, wishes);
    const act = signInWithPasskey(
      world.ctx,
      SITE,
      { challengeId, answer },
      { device: '', from: undefined },
    );
    expect(await refusal(act)).toBe(reason);
  });

  it('is refused when it names somebody else as its owner', async () => {
    const world = await createWorld();
    const { authenticator } = await withPasskey(world);
    const { challengeId, options } = await createChallenge(world.ctx, SITE, undefined);
    const answer = authenticator.signIn(options, (await world.person()).person.id);
    const act = signInWithPasskey(
      world.ctx,
      SITE,
      { challengeId, answer },
      { device: '', from: undefined },
    );
    expect(await refusal(act)).toBe('passkey_wrong');
  });

  it('cannot be added at a desk that was left open for a quarter of an hour', async () => {
    const world = await createWorld();
    const { kept } = await withPasskey(world);
    const add = async (minutes: number) => {
      const ctx = world.at(later(minutes));
      const signIn = await signInOf(ctx, kept.token);
      const { challengeId, options } = await createChallenge(ctx, SITE, signIn);
      const answer = new Authenticator(SITE.origin).register(options);
      return refusal(addPasskey(ctx, SITE, signIn, { challengeId, answer, name: '手机' }, ''));
    };
    expect(await add(14)).toBeUndefined();
    expect(await add(15)).toBe('proof_needed');
  });
});

describe('a password', () => {
  it('opens with a one-time password, and each of those opens once', async () => {
    const world = await createWorld();
    const { secret, token } = await withPassword(world);
    expect(await findSignIn(world.ctx, token)).toBeUndefined();
    const at = later(5);
    const signIn = await byPhoneAgain(world, at);
    const totp = totpAt(secret, at);
    const kept = await signInWithPassword(world.at(at), signIn, { password: PASSWORD, totp }, '');
    expect((await signInOf(world.at(at), kept.token)).roles).toHaveLength(1);
    const next = await byPhoneAgain(world, later(7));
    const replay = signInWithPassword(world.at(at), next, { password: PASSWORD, totp }, '');
    expect(await refusal(replay)).toBe('totp_used');
    // The one before it has not been seen, and is spent all the same.
    const before = totpAt(secret, addMinutes(at, -0.5));
    const older = signInWithPassword(world.at(at), next, { password: PASSWORD, totp: before }, '');
    expect(await refusal(older)).toBe('totp_used');
  });

  it('takes a one-time password of the step before and after, and of no other', async () => {
    const world = await createWorld();
    const { secret } = await withPassword(world);
    const at = later(60);
    const signIn = await byPhoneAgain(world, at);
    const open = (steps: number) => {
      const totp = totpAt(secret, addMinutes(at, steps / 2));
      return refusal(signInWithPassword(world.at(at), signIn, { password: PASSWORD, totp }, ''));
    };
    expect(await open(-2)).toBe('password_wrong');
    expect(await open(2)).toBe('password_wrong');
    expect(await open(-1)).toBeUndefined();
    const other = await byPhoneAgain(world, later(62));
    const ahead = { password: PASSWORD, totp: totpAt(secret, addMinutes(at, 2.5)) };
    expect(
      await refusal(signInWithPassword(world.at(later(62)), other, ahead, '')),
    ).toBeUndefined();
  });

  it('shares five tries among guesses sent at the same moment, then tells its owner', async () => {
    const world = await createWorld();
    const { secret, person } = await withPassword(world);
    const at = world.at(later(5));
    const signIn = await byPhoneAgain(world, at.now);
    const guesses = await Promise.all(
      Array.from({ length: 12 }, () =>
        refusal(signInWithPassword(at, signIn, { password: 'wrong', totp: '000000' }, '')),
      ),
    );
    expect(guesses.filter((one) => one === 'password_wrong')).toHaveLength(5);
    expect(guesses.filter((one) => one === 'credentials_locked')).toHaveLength(7);
    const right = (ctx: CommandContext) =>
      signInWithPassword(ctx, signIn, { password: PASSWORD, totp: totpAt(secret, ctx.now) }, '');
    expect(await refusal(right(world.at(later(19))))).toBe('credentials_locked');
    const locked = (await messagesOf(world)).filter(
      (one) => 'what' in one && one.what === 'locked',
    );
    expect(locked).toEqual([
      { template: 'credential_changed', personId: person.id, what: 'locked' },
    ]);
    expect(await refusal(right(world.at(later(20))))).toBeUndefined();
  });

  it('is closed for the day after twenty failures, however many successes lie between', async () => {
    const world = await createWorld();
    const { person } = await withPassword(world);
    const { db } = world.ctx;
    const failed = Array.from({ length: 20 }, (_, index) => ({
      ...{ id: key(), personId: person.id, kind: 'password' as const },
      attemptedAt: later(20 + index),
    }));
    for (const row of failed) {
      await db.insert(credentialAttempts).values(row);
      await db
        .update(credentialAttempts)
        .set({ outcome: 'cleared' })
        .where(eq(credentialAttempts.id, row.id));
    }
    const at = world.at(later(60));
    const signIn = await byPhoneAgain(world, at.now);
    const act = signInWithPassword(at, signIn, { password: PASSWORD, totp: '000000' }, '');
    expect(await refusal(act)).toBe('credentials_locked_day');
  });

  it('comes from this site’s own offer, for this person', async () => {
    const world = await createWorld();
    const { signIn } = await invited(world);
    const stranger = (await world.person()).person;
    const totp = totpAt(DEMO_STAFF.totpSecret, NOW);
    const set = (offer: string) =>
      refusal(
        setPassword(world.ctx, signIn, { password: PASSWORD, again: PASSWORD, offer, totp }, ''),
      );
    expect(await set(await sealTotpOffer(world.ctx, stranger.id, DEMO_STAFF.totpSecret))).toBe(
      'offer_expired',
    );
    const past = world.at(later(-31));
    expect(await set(await sealTotpOffer(past, signIn.person.id, DEMO_STAFF.totpSecret))).toBe(
      'offer_expired',
    );
    expect(await set('1.AAAA')).toBe('offer_expired');
    expect(await set('nothing')).toBe('offer_expired');
  });
});

describe('recovery codes', () => {
  it('open once each, say how many are left, and open what wrong passwords have closed', async () => {
    const world = await createWorld();
    const { kept } = await withPassword(world);
    const strong = await signInOf(world.ctx, kept.token);
    const { codes } = await makeRecoveryCodes(world.ctx, strong, key());
    expect(new Set(codes).size).toBe(10);
    const at = world.at(later(5));
    const signIn = await byPhoneAgain(world, at.now);
    for (let tries = 0; tries < 6; tries += 1) {
      await refusal(signInWithPassword(at, signIn, { password: 'wrong', totp: '000000' }, ''));
    }
    const [recoveryCode = ''] = codes;
    const opened = await signInWithRecoveryCode(
      at,
      signIn,
      { recoveryCode: recoveryCode.toLowerCase() },
      '',
    );
    expect(opened.left).toBe(9);
    expect(await findSignIn(at, opened.kept.token)).toMatchObject({ method: 'recovery' });
    const next = await byPhoneAgain(world, later(7));
    const replay = signInWithRecoveryCode(world.at(later(7)), next, { recoveryCode }, '');
    expect(await refusal(replay)).toBe('recovery_wrong');
  });

  it('open one sign-in when two are asked for at the same moment', async () => {
    const world = await createWorld();
    const { kept } = await withPassword(world);
    const { codes } = await makeRecoveryCodes(
      world.ctx,
      await signInOf(world.ctx, kept.token),
      key(),
    );
    const [one, two] = [await byPhoneAgain(world, later(5)), await byPhoneAgain(world, later(7))];
    const input = { recoveryCode: codes[0]! };
    const at = world.at(later(7));
    const both = await Promise.all(
      [one, two].map((signIn) => refusal(signInWithRecoveryCode(at, signIn, input, ''))),
    );
    expect(both.filter((reason) => reason === undefined)).toHaveLength(1);
  });

  it('are shown once, even when the form is sent twice; a new set ends the old', async () => {
    const world = await createWorld();
    const { kept } = await withPassword(world);
    const strong = await signInOf(world.ctx, kept.token);
    const once = key();
    const { codes } = await makeRecoveryCodes(world.ctx, strong, once);
    expect((await makeRecoveryCodes(world.ctx, strong, once)).codes).toEqual([]);
    await makeRecoveryCodes(world.ctx, strong, key());
    const signIn = await byPhoneAgain(world, later(5));
    const old = signInWithRecoveryCode(world.at(later(5)), signIn, { recoveryCode: codes[0]! }, '');
    expect(await refusal(old)).toBe('recovery_wrong');
    expect((await findCredentials(world.ctx, signIn.person.id)).recovery?.left).toBe(10);
  });

  it('never stand in the database', async () => {
    const world = await createWorld();
    const { kept } = await withPassword(world);
    const { codes } = await makeRecoveryCodes(
      world.ctx,
      await signInOf(world.ctx, kept.token),
      key(),
    );
    const { rows } = await world.ctx.db.$client.execute('SELECT answer FROM idempotency_keys');
    expect(JSON.stringify(rows)).not.toContain(codes[0]);
  });
});

describe('a reset', () => {
  it('takes everything away, ends every sign-in, tells the person and invites them anew', async () => {
    const world = await createWorld();
    const { person, kept } = await withPassword(world);
    const administrator = (await world.person()).person;
    await addRole(world.ctx, administrator.id, {
      role: 'administrator',
      scopeKind: 'site',
      scopeId: '',
    });
    const input = { personId: person.id, reason: '当面核对，手机丢了' };
    await resetCredentials(world.at(later(1)), administrator, input, key());
    expect(await findSignIn(world.ctx, kept.token)).toBeUndefined();
    expect(await findCredentials(world.ctx, person.id)).toMatchObject({
      passkeys: [],
      recovery: null,
    });
    expect((await findCredentials(world.ctx, person.id)).password).toBeUndefined();
    const [entry] = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'credentials.reset'));
    expect(entry).toMatchObject({ actorId: administrator.id, subjectId: person.id });
    const signIn = await byPhoneAgain(world, later(5));
    const invitationCode = await readInvitationCode(world.ctx, person.id);
    await acceptInvitation(world.at(later(5)), signIn, { invitationCode });
  });
});

describe('the list of one’s own sign-ins', () => {
  it('shows what holds, ends one or all others, and nobody else’s', async () => {
    const world = await createWorld();
    const api = createApi(world);
    const { person, kept } = await withPasskey(world);
    const current = await signInOf(world.at(later(10)), kept.token);
    const phone = await byPhoneAgain(world, later(5));
    const ctx = world.at(later(10));
    expect((await listSignIns(ctx, person.id)).map(({ id, device }) => [id, device])).toEqual([
      [phone.id, ''],
      [current.id, 'Chrome · Windows'],
    ]);
    const stranger = await signInOf(ctx, (await world.person()).token);
    expect(await refusal(endSignIns(ctx, stranger, { ended: current.id }, key()))).toBe(
      'sign_in_unknown',
    );
    await endSignIns(ctx, current, { ended: 'others' }, key());
    expect((await listSignIns(ctx, person.id)).map(({ id }) => id)).toEqual([current.id]);
    await endSignIns(ctx, current, { ended: current.id }, key());
    expect((await api.get('/api/bookings', kept.token)).status).toBe(401);
    const [row] = await ctx.db.select().from(signIns).where(eq(signIns.id, current.id));
    expect(row?.device).toBe('');
  });
});

describe('the demonstration', () => {
  it('is never put into a database that others can reach', async () => {
    const world = await createWorld();
    for (const url of [
      'libsql://anlan.turso.io',
      'https://db.example.cn',
      'http://10.0.0.7:8080',
    ]) {
      expect(() => requireLocalDatabase(url)).toThrow('on this machine');
      await expect(seed(world.ctx, url)).rejects.toThrow('on this machine');
    }
    const { rows } = await world.ctx.db.$client.execute('SELECT count(*) AS n FROM people');
    expect(rows[0]?.['n']).toBe(0);
    for (const url of ['file:a.db', 'http://127.0.0.1:8080', 'http://localhost:8080']) {
      expect(() => requireLocalDatabase(url)).not.toThrow();
    }
  });

  it('sets its staff up as they would themselves', async () => {
    const world = await createWorld();
    const phone = '10000005555';
    const { person } = await world.person(phone);
    await grantRole(world.ctx, null, { phone, role: 'hall_staff', scope: 'hall:yancheng' }, key());
    await setUpDemoStaff(world.ctx, phone);
    expect((await findCredentials(world.ctx, person.id)).password).toBeDefined();
  });
});
