import {
  answerInquiry,
  createInquiry,
  forgetInquiries,
} from '../../src/features/inquiries/commands.ts';
import { TEXTS_KEPT_DAYS } from '../../src/features/inquiries/policy.ts';
import { findByCode } from '../../src/features/inquiries/queries.ts';
import { inquiries } from '../../src/features/inquiries/table.ts';
import { revokeRole } from '../../src/features/roles/commands.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { newBookingCode } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const PHONE = '10000006666';
const site = { scopeKind: 'site', scopeId: '' } as const;
const wrong = { kind: 'error', text: '示例：这里写错了' };

export async function editor(world: World) {
  const { person } = await world.person();
  const grantId = await addRole(world.ctx, person.id, { role: 'editor', ...site });
  return { by: { id: person.id, roles: await rolesOf(world.ctx, person.id) }, grantId };
}

export async function inquiry(world: World, input: object = {}, ctx = world.ctx): Promise<string> {
  const { code } = await createInquiry(ctx, { ...wrong, ...input }, key());
  return (await findByCode(ctx, code))?.inquiry.id ?? '';
}

/** So many inquiries of the last hour, made without their commands. */
async function flood({ ctx }: World, many: number, phones: boolean): Promise<void> {
  const bytes = new Uint8Array(32);
  const rows = await Promise.all(
    Array.from({ length: many }, async (_, index) => ({
      id: key(),
      code: newBookingCode(),
      kind: 'question' as const,
      textCipher: bytes,
      phoneCipher: phones ? bytes : null,
      phoneHash: phones ? await ctx.keys.hash('phone', String(index)) : null,
      keyVersion: 1,
      createdAt: addMinutes(NOW, -59),
      dueAt: NOW,
    })),
  );
  for (let from = 0; from < rows.length; from += 100) {
    await ctx.db.insert(inquiries).values(rows.slice(from, from + 100));
  }
}

function creating(
  state: string,
  reason: string,
  before: (world: World) => Promise<unknown>,
  input: object = {},
): LosingState {
  return {
    command: 'inquiries.createInquiry',
    state,
    reason,
    prepare: async (world) => {
      await before(world);
      return () => createInquiry(world.ctx, { ...wrong, ...input }, key());
    },
  };
}

const forgetting = (
  state: string,
  prepare: (world: World) => Promise<string>,
  days: number,
): LosingState => ({
  command: 'inquiries.forgetInquiries',
  state,
  reason: null,
  prepare: async (world) => {
    const inquiryId = await prepare(world);
    if (inquiryId) {
      const { by } = await editor(world);
      await answerInquiry(world.ctx, by, { inquiryId, text: '改好了' }, key());
    }
    return () => forgetInquiries(world.at(addMinutes(NOW, days * DAY)));
  },
});

export const inquiryStates: LosingState[] = [
  creating(
    'this number asked five times today',
    'inquiries_used_up_phone',
    async (world) => {
      for (let times = 0; times < 5; times += 1) await inquiry(world, { phone: PHONE });
    },
    { phone: PHONE },
  ),
  creating('too many without a number within the hour', 'inquiries_used_up_hour', (world) =>
    flood(world, 120, false),
  ),
  creating(
    'too many in all within the hour',
    'inquiries_used_up_site',
    (world) => flood(world, 600, true),
    { phone: PHONE },
  ),
  {
    command: 'inquiries.createInquiry',
    state: 'the key was used for another text',
    reason: 'idempotency_key_reused',
    prepare: async (world) => {
      const used = key();
      await createInquiry(world.ctx, wrong, used);
      return () => createInquiry(world.ctx, { ...wrong, text: '另一处' }, used);
    },
  },
  {
    command: 'inquiries.answerInquiry',
    state: 'there is no such inquiry',
    reason: 'inquiry_unknown',
    prepare: async (world) => {
      const { by } = await editor(world);
      return () => answerInquiry(world.ctx, by, { inquiryId: key(), text: '改好了' }, key());
    },
  },
  {
    command: 'inquiries.answerInquiry',
    state: 'answered before, by a colleague',
    reason: 'inquiry_already_answered',
    prepare: async (world) => {
      const inquiryId = await inquiry(world, { phone: PHONE });
      const { by: colleague } = await editor(world);
      await answerInquiry(world.ctx, colleague, { inquiryId, text: '改好了' }, key());
      const { by } = await editor(world);
      return () => answerInquiry(world.ctx, by, { inquiryId, text: '改了' }, key());
    },
  },
  {
    command: 'inquiries.answerInquiry',
    state: 'by an administrator, who is no editor',
    reason: 'answer_not_yours',
    prepare: async (world) => {
      const inquiryId = await inquiry(world);
      const { person } = await world.person();
      await addRole(world.ctx, person.id, { role: 'administrator', ...site });
      const by = { id: person.id, roles: await rolesOf(world.ctx, person.id) };
      return () => answerInquiry(world.ctx, by, { inquiryId, text: '改好了' }, key());
    },
  },
  {
    command: 'inquiries.answerInquiry',
    state: 'by an editor whose role was given back meanwhile',
    reason: 'answer_not_yours',
    prepare: async (world) => {
      const inquiryId = await inquiry(world, { phone: PHONE });
      const { by, grantId } = await editor(world);
      await revokeRole(world.ctx, by, { grantId }, key());
      return () => answerInquiry(world.ctx, by, { inquiryId, text: '改好了' }, key());
    },
  },
  forgetting('the answer is not old enough', (world) => inquiry(world), TEXTS_KEPT_DAYS),
  forgetting('no answer was given', (world) => inquiry(world).then(() => ''), 400),
];
