import { eq } from 'drizzle-orm';
import { readSentCode, signInByPhone } from '../../scripts/lib/demo-people.ts';
import { requestSignInCode, signIn } from '../../src/features/accounts/commands.ts';
import { findPerson } from '../../src/features/accounts/queries.ts';
import { signIns, type Person } from '../../src/features/accounts/table.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import {
  changePhone,
  claimNumber,
  decideNumberClaim,
  objectToClaim,
  requestPhoneChange,
} from '../../src/features/phones/commands.ts';
import { latestMessages, openMessageValues } from '../../src/features/notifications/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes, DAY_MS } from '../../src/lib/time.ts';
import { bookingCodeOf } from './codes.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const OLD = '10000005001';
export const NEW = '10000005002';
const key = () => crypto.randomUUID();
export const days = (n: number) => new Date(NOW.getTime() + n * DAY_MS);

export interface Asker {
  id: string;
  person: Person;
}

/** Somebody with the sign-in that they made so long before `ctx`. */
export async function asker(world: World, phone: string, at: Date): Promise<Asker> {
  const { person } = await signInByPhone(world.at(at), phone);
  const rows = await world.ctx.db.select().from(signIns).where(eq(signIns.personId, person.id));
  const newest = rows.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
  return { id: newest?.id ?? '', person };
}

/** The codes of a change that was asked for, as they reached the two telephones. */
export async function askChange(ctx: CommandContext, who: Asker, phone = NEW) {
  const { codeId, oldCodeId } = await requestPhoneChange(ctx, who, { phone }, key());
  const code = await readSentCode(ctx, codeId);
  const oldCode = oldCodeId ? await readSentCode(ctx, oldCodeId) : undefined;
  return { codeId, code, ...(oldCodeId ? { oldCodeId, oldCode } : {}) };
}

const later = (minutes: number) => addMinutes(NOW, minutes);

/** Somebody who signed in ten minutes ago and asks for another number now. */
async function changing(world: World, before?: (who: Asker) => Promise<unknown>) {
  const who = await asker(world, OLD, later(-10));
  await before?.(who);
  return { who, input: await askChange(world.ctx, who) };
}

export interface ClaimCast {
  claimId: string;
  account: Person;
  claimant: Person;
  administrator: Person;
  code: string;
}

/** Somebody has named a number and a ticket of its account; an administrator stands by. */
export async function claimCast(world: World, answer?: string): Promise<ClaimCast> {
  const { person: account } = await world.person(OLD);
  const bookingId = await world.book(account, await world.session());
  const { person: claimant } = await world.person(NEW);
  const { person: administrator } = await world.person('10000005003');
  const role = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
  await addRole(world.ctx, administrator.id, role);
  const input = { phone: OLD, answer: answer ?? (await bookingCodeOf(world.ctx, bookingId)) };
  const { claimId } = await claimNumber(world.ctx, claimant, input, key());
  return { claimId, account, claimant, administrator, code: await objectionCode(world, claimId) };
}

async function objectionCode({ ctx }: World, claimId: string): Promise<string> {
  const sent = (await latestMessages(ctx, 50)).find(
    ({ idempotencyKey }) => idempotencyKey === `number-claimed:${claimId}`,
  );
  return sent ? ((await openMessageValues(ctx, sent))['code'] ?? '') : '';
}

/** A decision that must not be taken, so many days after the claim. */
function deciding(
  state: string,
  reason: string,
  after: number,
  before?: (world: World, cast: ClaimCast) => Promise<unknown>,
  answer?: string,
): LosingState {
  return {
    command: 'phones.decideNumberClaim',
    state,
    reason,
    prepare: async (world) => {
      const cast = await claimCast(world, answer);
      await before?.(world, cast);
      const input = { claimId: cast.claimId, decision: 'granted', reason: '示例：已核对' };
      return () => decideNumberClaim(world.at(days(after)), cast.administrator, input, key());
    },
  };
}

/** A person who comes back after more than 90 days, with a right code. */
function returning(
  state: string,
  reason: string,
  told: string | undefined,
  tries = 0,
): LosingState {
  return {
    command: 'accounts.signIn',
    state,
    reason,
    prepare: async (world) => {
      await world.person(OLD);
      const codeAt = async (at: Date) => {
        const ctx = world.at(at);
        const { codeId } = await requestSignInCode(ctx, { phone: OLD }, key());
        return { ctx, input: { codeId, code: await readSentCode(ctx, codeId) } };
      };
      if (tries > 0) {
        const { ctx, input } = await codeAt(addMinutes(days(100), -10));
        for (let n = 0; n < tries; n += 1) {
          await signIn(ctx, { ...input, proof: 'ABCDEFGHJK' }).catch(() => {});
        }
      }
      const { ctx, input } = await codeAt(days(100));
      return () => signIn(ctx, { ...input, ...(told ? { proof: told } : {}) });
    },
  };
}

export const phoneStates: readonly LosingState[] = [
  {
    command: 'phones.requestPhoneChange',
    state: 'it is the same number',
    reason: 'same_number',
    prepare: async (world) => {
      const who = await asker(world, OLD, later(-10));
      return () => requestPhoneChange(world.ctx, who, { phone: OLD }, key());
    },
  },
  {
    command: 'phones.requestPhoneChange',
    state: 'the new number got a code a moment ago',
    reason: 'code_just_sent',
    prepare: async (world) => {
      const { who } = await changing(world);
      return () => requestPhoneChange(world.ctx, who, { phone: NEW }, key());
    },
  },
  {
    command: 'phones.changePhone',
    state: 'a wrong code',
    reason: 'code_wrong',
    prepare: async (world) => {
      const { who, input } = await changing(world);
      const wrong = input.code === '000000' ? '000001' : '000000';
      return () => changePhone(world.ctx, who, { ...input, code: wrong }, key());
    },
  },
  {
    command: 'phones.changePhone',
    state: 'a code for signing in',
    reason: 'code_wrong',
    prepare: async (world) => {
      const who = await asker(world, OLD, later(-10));
      const { codeId } = await requestSignInCode(world.ctx, { phone: NEW }, key());
      const code = await readSentCode(world.ctx, codeId);
      return () => changePhone(world.ctx, who, { codeId, code }, key());
    },
  },
  {
    command: 'accounts.signIn',
    state: 'a code for changing a number',
    reason: 'code_wrong',
    prepare: async (world) => {
      const { input } = await changing(world);
      return () => signIn(world.ctx, { codeId: input.codeId, code: input.code });
    },
  },
  {
    command: 'phones.changePhone',
    state: "somebody else's code",
    reason: 'code_wrong',
    prepare: async (world) => {
      const { input } = await changing(world);
      const other = await asker(world, '10000005009', later(-5));
      return () => changePhone(world.ctx, other, input, key());
    },
  },
  {
    command: 'phones.changePhone',
    state: 'signed in 16 minutes ago, and the old number unproven',
    reason: 'old_number_unproven',
    prepare: async (world) => {
      const who = await asker(world, OLD, later(-16));
      const { codeId, code } = await askChange(world.ctx, who);
      return () => changePhone(world.ctx, who, { codeId, code }, key());
    },
  },
  {
    command: 'phones.changePhone',
    state: 'signed out since',
    reason: 'sign_in_ended',
    prepare: async (world) => {
      const { who, input } = await changing(world);
      return () => changePhone(world.ctx, { ...who, id: key() }, input, key());
    },
  },
  {
    command: 'phones.changePhone',
    state: 'the new number has an account',
    reason: 'number_taken',
    prepare: async (world) => {
      await world.person(NEW);
      const { who, input } = await changing(world);
      return () => changePhone(world.ctx, who, input, key());
    },
  },
  {
    command: 'phones.changePhone',
    state: 'three changes in 30 days',
    reason: 'phone_changes_used_up',
    prepare: async (world) => {
      let who = await asker(world, OLD, later(-10));
      for (const phone of ['10000005011', '10000005012', '10000005013']) {
        await changePhone(world.ctx, who, await askChange(world.ctx, who, phone), key());
        const moved = await findPerson(world.ctx, who.person.id);
        who = { id: who.id, person: moved ?? who.person };
      }
      const input = await askChange(world.ctx, who);
      return () => changePhone(world.ctx, who, input, key());
    },
  },
  {
    command: 'phones.claimNumber',
    state: 'one is waiting',
    reason: 'number_claim_open',
    prepare: async (world) => {
      const { claimant } = await claimCast(world);
      const input = { phone: '10000005020', answer: '示例小学' };
      return () => claimNumber(world.ctx, claimant, input, key());
    },
  },
  {
    command: 'phones.claimNumber',
    state: 'it is the same number',
    reason: 'same_number',
    prepare: async (world) => {
      const { person } = await world.person(OLD);
      return () => claimNumber(world.ctx, person, { phone: OLD, answer: '示例小学' }, key());
    },
  },
  {
    command: 'phones.objectToClaim',
    state: 'a code that nobody was sent',
    reason: 'objection_unknown',
    prepare: async (world) => {
      await claimCast(world);
      return () => objectToClaim(world.ctx, { code: 'ABCDEFGHJK' });
    },
  },
  {
    command: 'phones.objectToClaim',
    state: 'objected before',
    reason: 'already_objected',
    prepare: async (world) => {
      const { code } = await claimCast(world);
      await objectToClaim(world.ctx, { code });
      return () => objectToClaim(world.ctx, { code });
    },
  },
  {
    command: 'phones.objectToClaim',
    state: 'decided',
    reason: 'number_claim_already_decided',
    prepare: async (world) => {
      const { code, claimId, administrator } = await claimCast(world);
      const input = { claimId, decision: 'refused', reason: '示例：对不上' };
      await decideNumberClaim(world.ctx, administrator, input, key());
      return () => objectToClaim(world.ctx, { code });
    },
  },
  deciding('in the week of objections', 'number_claim_waits', 6.9),
  deciding('objected', 'number_claim_objected', 8, (world, { code }) =>
    objectToClaim(world.ctx, { code }),
  ),
  deciding('nothing known of the account', 'number_claim_unproven', 8, undefined, '示例小学'),
  deciding('signed in with the old number since', 'number_claim_overtaken', 8, (world) =>
    signInByPhone(world.at(days(2)), OLD),
  ),
  deciding('decided before', 'number_claim_already_decided', 8, (world, cast) =>
    decideNumberClaim(
      world.ctx,
      cast.administrator,
      { claimId: cast.claimId, decision: 'refused', reason: '示例：对不上' },
      key(),
    ),
  ),
  deciding('the claimant has a role', 'claimant_in_use', 8, (world, { claimant }) =>
    addRole(world.ctx, claimant.id, { role: 'editor', scopeKind: 'site', scopeId: '' }),
  ),
  deciding('the claimant is gone', 'number_claim_already_decided', 8, (world, { claimant }) =>
    eraseAccount(world.ctx, claimant, { lastFour: NEW.slice(-4) }, key()),
  ),
  {
    command: 'phones.decideNumberClaim',
    state: 'by somebody without the role',
    reason: 'number_claim_unknown',
    prepare: async (world) => {
      const { claimId, claimant } = await claimCast(world);
      const input = { claimId, decision: 'refused', reason: '示例' };
      return () => decideNumberClaim(world.at(days(8)), claimant, input, key());
    },
  },
  {
    command: 'phones.decideNumberClaim',
    state: 'their own account',
    reason: 'own_number_claim',
    prepare: async (world) => {
      const { claimId, account } = await claimCast(world);
      const role = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
      await addRole(world.ctx, account.id, role);
      const input = { claimId, decision: 'refused', reason: '示例' };
      return () => decideNumberClaim(world.at(days(8)), account, input, key());
    },
  },
  returning('away for 100 days, and nothing told', 'return_unconfirmed', undefined),
  returning('away for 100 days, and something wrong told', 'return_unproven', 'ABCDEFGHJK'),
  returning('away for 100 days, and five wrong tries today', 'return_tries_used_up', '示例小学', 5),
];
