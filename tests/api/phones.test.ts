import { asc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { readSentCode, signInByPhone } from '../../scripts/lib/demo-people.ts';
import { requestSignInCode, signIn } from '../../src/features/accounts/commands.ts';
import {
  findPerson,
  findPersonByPhone,
  findSignIn,
  personPhone,
} from '../../src/features/accounts/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { listOwnBookings } from '../../src/features/bookings/queries.ts';
import { createInquiry } from '../../src/features/inquiries/commands.ts';
import { inquiries } from '../../src/features/inquiries/table.ts';
import { latestMessages, openMessageValues } from '../../src/features/notifications/queries.ts';
import {
  addMember,
  claimOrganisation,
  decideOrganisation,
  endMembership,
} from '../../src/features/organisations/commands.ts';
import {
  findClaim,
  listClaims,
  organisationList,
} from '../../src/features/organisations/queries.ts';
import { organisationMembers, organisations } from '../../src/features/organisations/table.ts';
import {
  changePhone,
  claimNumber,
  decideNumberClaim,
  objectToClaim,
} from '../../src/features/phones/commands.ts';
import {
  findAccountOfNumber,
  findNumberClaim,
  findOwnClaim,
} from '../../src/features/phones/queries.ts';
import { numberClaims } from '../../src/features/phones/table.ts';
import { eraseAccount, eraseDormantAccounts } from '../../src/features/privacy/commands.ts';
import { rotateKeys } from '../../src/features/key-rotation/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import { readList } from '../../src/lib/lists.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { bookingCodeOf } from '../helpers/codes.ts';
import { askChange, asker, claimCast, days, NEW } from '../helpers/losing-states-phones.ts';
import { addRole, addRoleOnly, strengthen } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createSiteApp } from '../helpers/site-app.ts';
import { createWorld, TEST_KEYS, type World } from '../helpers/world.ts';

const OLD = '10000005001';
const key = () => crypto.randomUUID();

async function told({ ctx }: World): Promise<Record<string, unknown>[]> {
  const sent = await latestMessages(ctx, 100);
  return Promise.all(
    sent.map(async (one) => ({ template: one.template, ...(await openMessageValues(ctx, one)) })),
  );
}

const actionsOf = async ({ ctx }: World) =>
  (await ctx.db.select().from(auditEntries).orderBy(asc(auditEntries.sequence))).map(
    ({ action }) => action,
  );

describe('numbers outside the mainland', () => {
  it('sign in like any other, and share sixty codes an hour', async () => {
    const world = await createWorld();
    const { person } = await world.person('+85291234567');
    expect(await personPhone(world.ctx, person)).toBe('+85291234567');
    const again = await signInByPhone(world.ctx, '00852 9123-4567');
    expect(again.person.id).toBe(person.id);
    const at = world.at(addMinutes(NOW, 90));
    for (let n = 0; n < 60; n += 1) {
      await requestSignInCode(at, { phone: `+447700900${100 + n}` }, key());
    }
    const one = requestSignInCode(at, { phone: '+85298765432' }, key());
    await expect(one).rejects.toMatchObject({ reason: 'codes_abroad_used_up', code: 'too_many' });
    await requestSignInCode(at, { phone: '13800138000' }, key());
  });
});

describe('a changed number', () => {
  it('of somebody who works here needs more than a phone’s code: messages about their sign-in go to it', async () => {
    const world = await createWorld();
    const { person, token } = await world.person(OLD);
    await addRoleOnly(world.ctx, person.id, {
      role: 'editor',
      scopeKind: 'site',
      scopeId: '',
    });
    const site = createSiteApp(world);
    const form = { phone: NEW, key: key() };
    const refused = await site.send('POST', '/me/phone', { form, token });
    expect(await refused.json()).toMatchObject({
      problem: { status: 401, signIn: '/staff/sign-in?next=%2Fstaff', retry: { values: form } },
    });
    await strengthen(world.ctx, person.id);
    const sent = await site.send('POST', '/me/phone', { form, token });
    expect(sent.headers.get('location')).toMatch(/^\/me\/phone\/code\?codeId=/);
  });

  it('takes everything along, tells both numbers, and ends the other sign-ins', async () => {
    const world = await createWorld();
    const other = await asker(world, OLD, addMinutes(NOW, -600));
    const otherToken = (await signInByPhone(world.at(addMinutes(NOW, -500)), OLD)).token;
    const who = await asker(world, OLD, addMinutes(NOW, -10));
    const bookingId = await world.book(who.person, await world.session());
    await createInquiry(
      world.ctx,
      { kind: 'question', text: '示例：几点开门？', phone: OLD },
      key(),
    );
    const input = await askChange(world.ctx, who);
    expect(input).not.toHaveProperty('oldCodeId');
    const formKey = key();
    const answer = await changePhone(world.ctx, who, input, formKey);
    expect(await changePhone(world.ctx, who, input, formKey)).toEqual(answer);

    expect(await findPersonByPhone(world.ctx, OLD)).toBeUndefined();
    const moved = (await findPersonByPhone(world.ctx, NEW))!;
    expect(moved.id).toBe(other.person.id);
    expect(await personPhone(world.ctx, moved)).toBe(NEW);
    const own = await listOwnBookings(world.ctx, moved.id);
    expect(own.map(({ booking }) => booking.id)).toEqual([bookingId]);
    expect(await findSignIn(world.ctx, otherToken)).toBeUndefined();
    expect(await world.ctx.db.select().from(inquiries)).toMatchObject([{ phoneHash: null }]);
    expect(await told(world)).toEqual(
      expect.arrayContaining([
        { template: 'number_changed', personId: moved.id },
        { template: 'number_left', phone: OLD, now: NEW },
      ]),
    );
    expect(await actionsOf(world)).toContain('account.change_number');
    expect((await readOwnData(world.ctx, moved)).phoneChanges).toHaveLength(1);
    // The old number is free, and begins with nothing.
    const anew = await signInByPhone(world.at(addMinutes(NOW, 5)), OLD);
    expect(anew.person.id).not.toBe(moved.id);
  });

  it('asks for a code to the old number once the sign-in is older than 15 minutes', async () => {
    const world = await createWorld();
    const who = await asker(world, OLD, addMinutes(NOW, -16));
    const { oldCodeId, oldCode, ...fresh } = await askChange(world.ctx, who);
    expect(oldCodeId).toBeDefined();
    const wrong = { ...fresh, oldCodeId, oldCode: oldCode === '000000' ? '000001' : '000000' };
    await expect(changePhone(world.ctx, who, wrong, key())).rejects.toMatchObject({
      fields: [{ field: 'oldCode' }],
    });
    await changePhone(world.ctx, who, { ...fresh, oldCodeId, oldCode }, key());
    expect((await findPersonByPhone(world.ctx, NEW))?.id).toBe(who.person.id);
  });

  it('goes on to one account when two want the same number at once', async () => {
    const world = await createWorld();
    const first = await asker(world, OLD, addMinutes(NOW, -10));
    const second = await asker(world, '10000005007', addMinutes(NOW, -10));
    const one = await askChange(world.ctx, first);
    const two = await askChange(world.at(addMinutes(NOW, 2)), second);
    const late = world.at(addMinutes(NOW, 2));
    const results = await Promise.allSettled([
      changePhone(late, first, one, key()),
      changePhone(late, second, two, key()),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { reason: 'number_taken' } });
  });

  it('is not undone by a rotation of the keys that had read the old number', async () => {
    const world = await createWorld();
    const who = await asker(world, OLD, addMinutes(NOW, -10));
    await changePhone(world.ctx, who, await askChange(world.ctx, who), key());
    const both = { ...(JSON.parse(TEST_KEYS) as object), 2: btoa('n'.repeat(32)) };
    const rotating = { ...world.at(addMinutes(NOW, 10)), keys: await Keyring.open(both) };
    while ((await rotateKeys(rotating)) > 0);
    expect((await findPersonByPhone(rotating, NEW))?.id).toBe(who.person.id);
    expect(await findPersonByPhone(rotating, OLD)).toBeUndefined();
  });
});

describe('a lost number', () => {
  it('comes back after a week without an objection, by an administrator’s decision', async () => {
    const world = await createWorld();
    const { claimId, account, claimant, administrator } = await claimCast(world);
    const late = world.at(days(7));
    expect(await findOwnClaim(late, claimant.id)).toMatchObject({ claim: { state: 'open' } });
    const input = { claimId, decision: 'granted', reason: '示例：预约码对得上，无人反对' };
    await decideNumberClaim(late, administrator, input, key());
    const found = (await findPersonByPhone(late, NEW))!;
    expect(found.id).toBe(account.id);
    expect(await personPhone(late, found)).toBe(NEW);
    expect(await findPersonByPhone(late, OLD)).toBeUndefined();
    expect((await findPerson(late, claimant.id))?.dataKeyCipher).toHaveLength(0);
    expect((await told(world)).map(({ template }) => template)).toEqual(
      expect.arrayContaining(['number_claimed', 'number_changed', 'number_left']),
    );
    expect(await actionsOf(world)).toEqual(
      expect.arrayContaining(['number_claim.create', 'number_claim.grant', 'account.erase']),
    );
    // Found today: whoever signs in is not asked who they are.
    const back = await signInByPhone(world.at(days(8)), NEW);
    expect(back.person.id).toBe(account.id);
  });

  it('answers the same whether the number has an account and whether the proof is right', async () => {
    const world = await createWorld();
    const { person: account } = await world.person(OLD);
    const bookingId = await world.book(account, await world.session());
    const code = await bookingCodeOf(world.ctx, bookingId);
    const cases = [
      { phone: OLD, answer: code, told: true, proof: 'ticket' },
      { phone: OLD, answer: 'ABCDEFGHJK', told: false, proof: 'none' },
      { phone: '10000005030', answer: code, told: false, proof: 'none' },
    ];
    for (const { phone, answer, told: isTold, proof } of cases) {
      const { person } = await world.person();
      const answered = await claimNumber(world.ctx, person, { phone, answer }, key());
      expect(Object.keys(answered)).toEqual(['claimId']);
      const own = await findOwnClaim(world.ctx, person.id);
      expect(own?.claim).toMatchObject({ told: isTold, proof, state: 'open' });
    }
    const claims = (await told(world)).filter(({ template }) => template === 'number_claimed');
    expect(claims).toHaveLength(1);
  });

  it('tells the old number twice in 30 days at most', async () => {
    const world = await createWorld();
    const { person: account } = await world.person(OLD);
    const bookingId = await world.book(account, await world.session());
    const input = { phone: OLD, answer: await bookingCodeOf(world.ctx, bookingId) };
    for (let n = 0; n < 4; n += 1) {
      await claimNumber(world.ctx, (await world.person()).person, input, key());
    }
    const rows = await world.ctx.db.select().from(numberClaims);
    expect(rows.filter((one) => one.told)).toHaveLength(2);
  });

  it('is objected to with the code of the message alone, and then never granted', async () => {
    const world = await createWorld();
    const { claimId, administrator, code } = await claimCast(world);
    await objectToClaim(world.ctx, { code: code.toLowerCase() });
    const input = { claimId, decision: 'granted', reason: '示例' };
    await expect(
      decideNumberClaim(world.at(days(30)), administrator, input, key()),
    ).rejects.toMatchObject({ reason: 'number_claim_objected' });
    const refusal = { ...input, decision: 'refused' };
    await decideNumberClaim(world.at(days(30)), administrator, refusal, key());
    expect((await findNumberClaim(world.ctx, claimId))?.claim.state).toBe('refused');
  });
});

describe('a long pause', () => {
  const codeFor = async (world: World, at: Date, phone = OLD) => {
    const ctx = world.at(at);
    const { codeId } = await requestSignInCode(ctx, { phone }, key());
    return { ctx, input: { codeId, code: await readSentCode(ctx, codeId) } };
  };

  it('of less than 90 days asks nothing', async () => {
    const world = await createWorld();
    const { person } = await world.person(OLD);
    // The test's people signed in a day before NOW.
    expect((await signInByPhone(world.at(days(88.9)), OLD)).person.id).toBe(person.id);
  });

  it('of 90 days lets in whoever knows a ticket of the account', async () => {
    const world = await createWorld();
    const { person } = await world.person(OLD);
    const bookingId = await world.book(person, await world.session());
    const { ctx, input } = await codeFor(world, days(90));
    await expect(signIn(ctx, input)).rejects.toMatchObject({ reason: 'return_unconfirmed' });
    const proof = await bookingCodeOf(ctx, bookingId);
    expect((await signIn(ctx, { ...input, proof })).personId).toBe(person.id);
  });

  it('or the organisation that it acts for, and nobody who knows only its contact name', async () => {
    const world = await createWorld();
    const { person } = await world.person(OLD);
    await world.book(person, await world.session());
    const school = { kind: 'school', name: '示例第一小学', regionCode: '320904' };
    await claimOrganisation(world.ctx, person, school, key());
    const { ctx, input } = await codeFor(world, days(200));
    const named = signIn(ctx, { ...input, proof: '示例王芳' });
    await expect(named).rejects.toMatchObject({ reason: 'return_unproven' });
    expect((await signIn(ctx, { ...input, proof: ' 示例第一小学 ' })).personId).toBe(person.id);
  });

  it('lets a new owner begin afresh: nothing of the former one is shown, and it goes', async () => {
    const world = await createWorld();
    const { person, token } = await world.person(OLD);
    await world.book(person, await world.session());
    const { ctx, input } = await codeFor(world, days(100));
    const { personId } = await signIn(ctx, { ...input, afresh: '1' });
    expect(personId).not.toBe(person.id);
    const fresh = (await findPerson(ctx, personId))!;
    expect(await readOwnData(ctx, fresh)).toMatchObject({ visits: [], inquiries: [] });
    expect(await findSignIn(world.ctx, token)).toBeUndefined();
    expect(await actionsOf(world)).toContain('account.set_aside');
    // Kept for its owner to claim until the 180th day, and rotated without finding its old number again.
    expect((await findAccountOfNumber(ctx, OLD))?.id).toBe(person.id);
    const both = { ...(JSON.parse(TEST_KEYS) as object), 2: btoa('n'.repeat(32)) };
    const rotating = { ...world.at(days(101)), keys: await Keyring.open(both) };
    while ((await rotateKeys(rotating)) > 0);
    expect((await findPersonByPhone(rotating, OLD))?.id).toBe(personId);
    expect(await eraseDormantAccounts({ ...rotating, now: days(178) })).toBe(0);
    expect(await eraseDormantAccounts({ ...rotating, now: days(181) })).toBe(1);
    expect((await findPerson(rotating, person.id))?.dataKeyCipher).toHaveLength(0);
    expect((await findPerson(rotating, personId))?.dataKeyCipher).not.toHaveLength(0);
  });

  it('leaves what was set aside to its owner’s claim', async () => {
    const world = await createWorld();
    const { person: account } = await world.person(OLD);
    const bookingId = await world.book(account, await world.session());
    const { ctx, input } = await codeFor(world, days(100));
    await signIn(ctx, { ...input, afresh: '1' });
    const { person: claimant } = await signInByPhone(ctx, NEW);
    const proof = { phone: OLD, answer: await bookingCodeOf(ctx, bookingId) };
    const { claimId } = await claimNumber(ctx, claimant, proof, key());
    const { person: administrator } = await world.person('10000005003');
    const role = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
    await addRole(ctx, administrator.id, role);
    const decision = { claimId, decision: 'granted', reason: '示例：预约码对得上' };
    await decideNumberClaim(world.at(days(107)), administrator, decision, key());
    expect((await signInByPhone(world.at(days(108)), NEW)).person.id).toBe(account.id);
    expect(await eraseDormantAccounts(world.at(days(200)))).toBe(0);
  });

  it('cannot be cut short: an account in use is never set aside', async () => {
    const world = await createWorld();
    const { person } = await world.person(OLD);
    const { ctx, input } = await codeFor(world, days(50));
    expect((await signIn(ctx, { ...input, afresh: '1' })).personId).toBe(person.id);
  });
});

describe('an organisation whose responsible person goes', () => {
  const school = { kind: 'school', name: '示例第一小学', regionCode: '320904' };

  async function schoolWith(world: World, members: number) {
    const { person: officer } = await world.person();
    const role = { role: 'reviewer', scopeKind: 'region', scopeId: '320904' } as const;
    await addRole(world.ctx, officer.id, role);
    const { person: head } = await world.person('10000006001');
    const { organisationId } = await claimOrganisation(world.ctx, head, school, key());
    const verdict = { organisationId, decision: 'verified', reason: '' };
    await decideOrganisation(world.ctx, officer, verdict, key());
    const colleagues: Person[] = [];
    for (let n = 0; n < members; n += 1) {
      const phone = `1000000611${n}`;
      colleagues.push((await world.person(phone)).person);
      const at = world.at(addMinutes(NOW, n));
      await addMember(at, head, { organisationId, phone }, key());
    }
    return { head, officer, organisationId, colleagues };
  }
  const eraseHead = ({ ctx }: World, head: Person) =>
    eraseAccount(ctx, head, { lastFour: '6001' }, key());

  it('waits for the hand-over while somebody else is there', async () => {
    const world = await createWorld();
    const { head } = await schoolWith(world, 1);
    await expect(eraseHead(world, head)).rejects.toMatchObject({ reason: 'hand_over_first' });
  });

  it('is nobody’s afterwards when they were alone, and another may claim its name', async () => {
    const world = await createWorld();
    const { head, officer, organisationId } = await schoolWith(world, 0);
    await eraseHead(world, head);
    const [row] = await world.ctx.db
      .select()
      .from(organisations)
      .where(eq(organisations.id, organisationId));
    expect(row).toMatchObject({ state: 'verified', unclaimedAt: NOW });
    const { person: next } = await world.person();
    const claim = await claimOrganisation(world.ctx, next, school, key());
    const verdict = { organisationId: claim.organisationId, decision: 'verified', reason: '' };
    await decideOrganisation(world.ctx, officer, verdict, key());
    const asked = readList(organisationList, new URLSearchParams({ state: 'all' }));
    const { rows } = await listClaims(world.ctx, ['320904'], asked);
    expect(rows.map(({ id }) => id)).toEqual([claim.organisationId]);
  });

  it('leaves the queue of claims with whoever claimed it', async () => {
    const world = await createWorld();
    const { person } = await world.person('10000006001');
    const { person: officer } = await world.person();
    await addRole(world.ctx, officer.id, {
      ...{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' },
    });
    const { organisationId } = await claimOrganisation(world.ctx, person, school, key());
    await eraseHead(world, person);
    const verdict = { organisationId, decision: 'verified', reason: '' };
    await expect(decideOrganisation(world.ctx, officer, verdict, key())).rejects.toMatchObject({
      reason: 'organisation_unknown',
    });
  });

  it('passes to the member of longest standing where nobody could be asked', async () => {
    const world = await createWorld();
    const { head, organisationId, colleagues } = await schoolWith(world, 2);
    const ctx = world.at(days(100));
    const { codeId } = await requestSignInCode(ctx, { phone: '10000006001' }, key());
    await signIn(ctx, { codeId, code: await readSentCode(ctx, codeId), afresh: '1' });
    expect(await eraseDormantAccounts(world.at(days(181)))).toBe(1);
    const members = await ctx.db
      .select()
      .from(organisationMembers)
      .where(eq(organisationMembers.organisationId, organisationId));
    const lead = members.filter(({ responsible }) => responsible);
    expect(lead.map(({ personId }) => personId)).toEqual([colleagues[0]?.id]);
    expect(members.find(({ personId }) => personId === head.id)?.state).toBe('left');
  });

  it('lets no member of one be taken out under the name of another', async () => {
    const world = await createWorld();
    const { head, organisationId } = await schoolWith(world, 1);
    const claim = await findClaim(world.ctx, organisationId);
    const member = claim?.members.find((one) => !one.member.responsible)?.member.id;
    const other = await claimOrganisation(world.ctx, head, { ...school, name: '示例二小' }, key());
    const input = { organisationId: other.organisationId, memberId: member };
    await expect(endMembership(world.ctx, head, input, key())).rejects.toMatchObject({
      reason: 'member_unknown',
    });
  });
});
