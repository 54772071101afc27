import {
  endBanner,
  extendBanner,
  releaseBanner,
  reviewBanner,
  writeBanner,
} from '../../src/features/banners/commands.ts';
import {
  checkNotice,
  releaseNotice,
  reviseNotice,
  withdrawNotice,
  writeNotice,
} from '../../src/features/notices/commands.ts';
import { findNotice } from '../../src/features/notices/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { roleRevocations, type Role } from '../../src/features/roles/table.ts';
import { decideWithdrawal, proposeWithdrawal } from '../../src/features/withdrawals/commands.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const site = { scopeKind: 'site', scopeId: '' } as const;

export const noticeWords = {
  title: '示例：周一闭馆',
  body: '周一闭馆检修。',
  kind: 'service',
  issuer: '示例市应急管理局（示例）',
};
export const bannerWords = { line: '示例：海堤附近的人请转移', level: 'red', hours: 6 };

/** Somebody with a role of the whole site. */
export async function colleague(world: World, role: Role = 'editor'): Promise<Holder> {
  const { person } = await world.person();
  await addRole(world.ctx, person.id, { role, ...site });
  return { id: person.id, roles: await rolesOf(world.ctx, person.id) };
}

/** Holds the role in their hand and not any more in the database. */
async function formerColleague(world: World): Promise<Holder> {
  const { person } = await world.person();
  const grantId = await addRole(world.ctx, person.id, { role: 'editor', ...site });
  const by = { id: person.id, roles: await rolesOf(world.ctx, person.id) };
  await world.ctx.db
    .insert(roleRevocations)
    .values({ grantId, revokedBy: person.id, revokedAt: NOW });
  return by;
}

export interface Draft {
  noticeId: string;
  versionId: string;
  writer: Holder;
}

export async function draft(world: World, input: object = {}): Promise<Draft> {
  const writer = await colleague(world);
  const { noticeId } = await writeNotice(world.ctx, writer, { ...noticeWords, ...input }, key());
  return { noticeId, versionId: await lastVersion(world, noticeId), writer };
}

export async function lastVersion(world: World, noticeId: string): Promise<string> {
  return (await findNotice(world.ctx, noticeId))?.versions[0]?.version.id ?? '';
}

export async function checked(world: World, input: object = {}) {
  const one = await draft(world, input);
  const checker = await colleague(world);
  await checkNotice(world.ctx, checker, { versionId: one.versionId, outcome: 'passed' }, key());
  return { ...one, checker };
}

/** All three steps. @param ctx when it is released. */
export async function released(world: World, input: object = {}, ctx = world.ctx) {
  const one = await checked(world, input);
  const releaser = await colleague(world, 'administrator');
  await releaseNotice(ctx, releaser, { versionId: one.versionId }, key());
  return { ...one, releaser };
}

export async function banner(world: World, input: object = {}) {
  const writer = await colleague(world);
  const { bannerId } = await writeBanner(world.ctx, writer, { ...bannerWords, ...input }, key());
  return { bannerId, writer };
}

export async function liveBanner(world: World, input: object = {}) {
  const one = await banner(world, input);
  const releaser = await colleague(world, 'administrator');
  await releaseBanner(world.ctx, releaser, { bannerId: one.bannerId }, key());
  return { ...one, releaser };
}

export async function proposal(world: World, input: object = {}) {
  const proposer = await colleague(world);
  const text = { kind: 'guide', slug: 'cpr' };
  const words = { ...text, act: 'withdraw', reason: '示例：次数写错了', ...input };
  const { withdrawalId } = await proposeWithdrawal(world.ctx, proposer, words, key());
  return { withdrawalId, proposer };
}

export async function withdrawnText(world: World, input: object = {}): Promise<string> {
  const { withdrawalId } = await proposal(world, input);
  const by = await colleague(world);
  await decideWithdrawal(world.ctx, by, { withdrawalId, decision: 'confirmed' }, key());
  return withdrawalId;
}

const losing = (
  command: string,
  state: string,
  reason: string,
  prepare: (world: World) => Promise<() => Promise<unknown>>,
): LosingState => ({ command, state, reason, prepare });

const write =
  (world: World, by: Holder, input: object = {}) =>
  () =>
    writeNotice(world.ctx, by, { ...noticeWords, ...input }, key());
const revise =
  (world: World, by: Holder, noticeId: string, input: object = {}) =>
  () =>
    reviseNotice(world.ctx, by, { ...noticeWords, noticeId, base: 1, ...input }, key());
const check =
  (world: World, by: Holder, versionId: string, input: object = {}) =>
  () =>
    checkNotice(world.ctx, by, { versionId, outcome: 'passed', ...input }, key());
const release =
  (world: World, by: Holder, versionId: string, ctx = world.ctx) =>
  () =>
    releaseNotice(ctx, by, { versionId }, key());
const withdraw = (world: World, by: Holder, noticeId: string) => () =>
  withdrawNotice(world.ctx, by, { noticeId, reason: '示例：写错了' }, key());

const noticeStates: LosingState[] = [
  losing(
    'notices.writeNotice',
    'by an administrator, who is no editor',
    'writing_not_yours',
    async (world) => write(world, await colleague(world, 'administrator')),
  ),
  losing('notices.writeNotice', 'by a former editor', 'writing_not_yours', async (world) =>
    write(world, await formerColleague(world)),
  ),
  losing(
    'notices.writeNotice',
    'ends before it begins',
    'notice_valid_until_later',
    async (world) =>
      write(world, await colleague(world), { validFrom: '2026-11-30', validUntil: '2026-11-29' }),
  ),
  losing('notices.writeNotice', 'the key is used up', 'idempotency_key_reused', async (world) => {
    const by = await colleague(world);
    const used = key();
    await writeNotice(world.ctx, by, noticeWords, used);
    return () => writeNotice(world.ctx, by, { ...noticeWords, title: '另一条' }, used);
  }),
  losing('notices.reviseNotice', 'by a former editor', 'writing_not_yours', async (world) =>
    revise(world, await formerColleague(world), (await draft(world)).noticeId),
  ),
  losing('notices.reviseNotice', 'there is no such notice', 'notice_unknown', async (world) =>
    revise(world, await colleague(world), key()),
  ),
  losing(
    'notices.reviseNotice',
    'another version was saved meanwhile',
    'notice_changed_meanwhile',
    async (world) => {
      const { noticeId, writer } = await draft(world);
      await revise(world, writer, noticeId)();
      return revise(world, await colleague(world), noticeId);
    },
  ),
  losing(
    'notices.reviseNotice',
    'a correction without its reason',
    'correction_needs_reason',
    async (world) => {
      const { noticeId, writer } = await released(world);
      return revise(world, writer, noticeId);
    },
  ),
  losing('notices.reviseNotice', 'it was withdrawn', 'notice_withdrawn', async (world) => {
    const { noticeId, writer } = await released(world);
    await withdraw(world, writer, noticeId)();
    return revise(world, writer, noticeId, { reason: '示例' });
  }),
  losing('notices.checkNotice', 'one’s own words', 'checking_own_words', async (world) => {
    const { versionId, writer } = await draft(world);
    return check(world, writer, versionId);
  }),
  losing(
    'notices.checkNotice',
    'a colleague changed a comma in one’s own words',
    'checking_own_words',
    async (world) => {
      const { noticeId, writer } = await draft(world);
      await revise(world, await colleague(world), noticeId)();
      return check(world, writer, await lastVersion(world, noticeId));
    },
  ),
  losing(
    'notices.checkNotice',
    'by an administrator, who is no editor',
    'checking_not_yours',
    async (world) =>
      check(world, await colleague(world, 'administrator'), (await draft(world)).versionId),
  ),
  losing('notices.checkNotice', 'by a former editor', 'checking_not_yours', async (world) =>
    check(world, await formerColleague(world), (await draft(world)).versionId),
  ),
  losing('notices.checkNotice', 'there is no such version', 'version_unknown', async (world) =>
    check(world, await colleague(world), key()),
  ),
  losing('notices.checkNotice', 'checked before', 'version_checked', async (world) =>
    check(world, await colleague(world), (await checked(world)).versionId),
  ),
  losing('notices.checkNotice', 'a later version exists', 'version_not_last', async (world) => {
    const { noticeId, versionId, writer } = await draft(world);
    await revise(world, writer, noticeId)();
    return check(world, await colleague(world), versionId);
  }),
  losing(
    'notices.checkNotice',
    'given back without what to change',
    'return_needs_opinion',
    async (world) =>
      check(world, await colleague(world), (await draft(world)).versionId, { outcome: 'returned' }),
  ),
  losing('notices.checkNotice', 'its notice was withdrawn', 'notice_withdrawn', async (world) => {
    const { noticeId, writer } = await released(world);
    await revise(world, writer, noticeId, { reason: '示例' })();
    await withdraw(world, writer, noticeId)();
    return check(world, await colleague(world), await lastVersion(world, noticeId));
  }),
  losing('notices.releaseNotice', 'not checked', 'version_not_checked', async (world) =>
    release(world, await colleague(world), (await draft(world)).versionId),
  ),
  losing(
    'notices.releaseNotice',
    'given back by its check',
    'version_not_checked',
    async (world) => {
      const { versionId } = await draft(world);
      const back = { outcome: 'returned', opinion: '示例：日期不对' };
      await check(world, await colleague(world), versionId, back)();
      return release(world, await colleague(world), versionId);
    },
  ),
  losing('notices.releaseNotice', 'one’s own words', 'releasing_own_words', async (world) => {
    const { versionId, writer } = await checked(world);
    return release(world, writer, versionId);
  }),
  losing('notices.releaseNotice', 'one’s own check', 'releasing_own_check', async (world) => {
    const { versionId, checker } = await checked(world);
    return release(world, checker, versionId);
  }),
  losing('notices.releaseNotice', 'by an auditor', 'release_not_yours', async (world) =>
    release(world, await colleague(world, 'auditor'), (await checked(world)).versionId),
  ),
  losing('notices.releaseNotice', 'by a former editor', 'release_not_yours', async (world) =>
    release(world, await formerColleague(world), (await checked(world)).versionId),
  ),
  losing('notices.releaseNotice', 'there is no such version', 'version_unknown', async (world) =>
    release(world, await colleague(world), key()),
  ),
  losing('notices.releaseNotice', 'released before', 'version_released', async (world) =>
    release(world, await colleague(world), (await released(world)).versionId),
  ),
  losing('notices.releaseNotice', 'its last day is over', 'notice_out_of_date', async (world) => {
    const { versionId } = await checked(world, { validUntil: '2026-11-25' });
    // The first minute of the 26th in China.
    return release(world, await colleague(world), versionId, world.at(addMinutes(NOW, 16 * 60)));
  }),
  losing('notices.releaseNotice', 'a later version waits', 'version_not_last', async (world) => {
    const { noticeId, versionId, writer } = await checked(world);
    await revise(world, writer, noticeId)();
    return release(world, await colleague(world), versionId);
  }),
  losing('notices.releaseNotice', 'its notice was withdrawn', 'notice_withdrawn', async (world) => {
    const { noticeId, writer } = await released(world);
    await revise(world, writer, noticeId, { reason: '示例' })();
    const versionId = await lastVersion(world, noticeId);
    await check(world, await colleague(world), versionId)();
    await withdraw(world, writer, noticeId)();
    return release(world, await colleague(world), versionId);
  }),
  losing('notices.withdrawNotice', 'never released', 'notice_not_released', async (world) => {
    const { noticeId, writer } = await checked(world);
    return withdraw(world, writer, noticeId);
  }),
  losing('notices.withdrawNotice', 'withdrawn before', 'notice_withdrawn', async (world) => {
    const { noticeId, writer, checker } = await released(world);
    await withdraw(world, writer, noticeId)();
    return withdraw(world, checker, noticeId);
  }),
  losing('notices.withdrawNotice', 'by a former editor', 'release_not_yours', async (world) =>
    withdraw(world, await formerColleague(world), (await released(world)).noticeId),
  ),
  losing('notices.withdrawNotice', 'there is no such notice', 'notice_unknown', async (world) =>
    withdraw(world, await colleague(world), key()),
  ),
];

type BannerStep = typeof releaseBanner;
const step =
  (command: BannerStep, world: World, by: Holder, bannerId: string, input: object = {}) =>
  () =>
    command(world.ctx, by, { bannerId, ...input }, key());

const bannerSteps = {
  releaseBanner: [releaseBanner, {}],
  extendBanner: [extendBanner, { hours: 2 }],
  endBanner: [endBanner, {}],
  reviewBanner: [reviewBanner, { opinion: '示例：属实' }],
} as const;

const bannerStates: LosingState[] = [
  losing(
    'banners.writeBanner',
    'by an administrator, who is no editor',
    'writing_not_yours',
    async (world) => {
      const by = await colleague(world, 'administrator');
      return () => writeBanner(world.ctx, by, bannerWords, key());
    },
  ),
  losing('banners.writeBanner', 'by a former editor', 'writing_not_yours', async (world) => {
    const by = await formerColleague(world);
    return () => writeBanner(world.ctx, by, bannerWords, key());
  }),
  ...Object.entries(bannerSteps).flatMap(([name, [command, input]]) => [
    losing(`banners.${name}`, 'by a former editor', 'release_not_yours', async (world) =>
      step(command, world, await formerColleague(world), (await liveBanner(world)).bannerId, input),
    ),
    losing(`banners.${name}`, 'there is no such line', 'banner_unknown', async (world) =>
      step(command, world, await colleague(world), key(), input),
    ),
  ]),
  losing('banners.releaseBanner', 'one’s own words', 'releasing_own_words', async (world) => {
    const { bannerId, writer } = await banner(world);
    return step(releaseBanner, world, writer, bannerId);
  }),
  losing('banners.releaseBanner', 'released before', 'banner_released', async (world) =>
    step(releaseBanner, world, await colleague(world), (await liveBanner(world)).bannerId),
  ),
  losing('banners.releaseBanner', 'dropped', 'banner_over', async (world) => {
    const { bannerId, writer } = await banner(world);
    await endBanner(world.ctx, writer, { bannerId }, key());
    return step(releaseBanner, world, await colleague(world), bannerId);
  }),
  losing(
    'banners.releaseBanner',
    'written more than a day ago',
    'banner_too_old',
    async (world) => {
      const { bannerId } = await banner(world);
      const by = await colleague(world);
      const later = world.at(addMinutes(NOW, 24 * 60 + 1));
      return () => releaseBanner(later, by, { bannerId }, key());
    },
  ),
  losing('banners.releaseBanner', 'three are live', 'banners_too_many', async (world) => {
    for (let nth = 0; nth < 3; nth += 1) await liveBanner(world);
    return step(releaseBanner, world, await colleague(world), (await banner(world)).bannerId);
  }),
  losing('banners.extendBanner', 'never released', 'banner_not_released', async (world) =>
    step(extendBanner, world, await colleague(world), (await banner(world)).bannerId, { hours: 2 }),
  ),
  losing('banners.extendBanner', 'its time is over', 'banner_over', async (world) => {
    const { bannerId, releaser } = await liveBanner(world);
    const later = world.at(addMinutes(NOW, 6 * 60));
    return () => extendBanner(later, releaser, { bannerId, hours: 2 }, key());
  }),
  losing('banners.endBanner', 'its time is over', 'banner_over', async (world) => {
    const { bannerId, releaser } = await liveBanner(world);
    const later = world.at(addMinutes(NOW, 6 * 60));
    return () => endBanner(later, releaser, { bannerId }, key());
  }),
  losing('banners.reviewBanner', 'never released', 'banner_not_released', async (world) => {
    const { bannerId } = await banner(world);
    return step(reviewBanner, world, await colleague(world), bannerId, { opinion: '示例' });
  }),
  ...(['writer', 'releaser'] as const).map((who) =>
    losing('banners.reviewBanner', `by its ${who}`, 'reviewing_own_banner', async (world) => {
      const one = await liveBanner(world);
      return step(reviewBanner, world, one[who], one.bannerId, { opinion: '示例' });
    }),
  ),
  losing('banners.reviewBanner', 'reviewed before', 'banner_reviewed', async (world) => {
    const { bannerId } = await liveBanner(world);
    await reviewBanner(world.ctx, await colleague(world), { bannerId, opinion: '示例' }, key());
    return step(reviewBanner, world, await colleague(world), bannerId, { opinion: '示例' });
  }),
];

const propose =
  (world: World, by: Holder, input: object = {}) =>
  () =>
    proposeWithdrawal(
      world.ctx,
      by,
      { kind: 'guide', slug: 'cpr', act: 'withdraw', reason: '示例：写错了', ...input },
      key(),
    );
const decide =
  (world: World, by: Holder, withdrawalId: string, decision = 'confirmed') =>
  () =>
    decideWithdrawal(world.ctx, by, { withdrawalId, decision }, key());

const withdrawalStates: LosingState[] = [
  losing(
    'withdrawals.proposeWithdrawal',
    'by an administrator',
    'writing_not_yours',
    async (world) => propose(world, await colleague(world, 'administrator')),
  ),
  losing(
    'withdrawals.proposeWithdrawal',
    'by a former editor',
    'writing_not_yours',
    async (world) => propose(world, await formerColleague(world)),
  ),
  losing(
    'withdrawals.proposeWithdrawal',
    'asked for already',
    'withdrawal_waits',
    async (world) => {
      await proposal(world);
      return propose(world, await colleague(world));
    },
  ),
  losing('withdrawals.proposeWithdrawal', 'withdrawn already', 'text_already_so', async (world) => {
    await withdrawnText(world);
    return propose(world, await colleague(world));
  }),
  losing(
    'withdrawals.proposeWithdrawal',
    'reinstating what is public',
    'text_already_so',
    async (world) => {
      // A guide of the same name is another text.
      await withdrawnText(world);
      return propose(world, await colleague(world), { kind: 'card', act: 'reinstate' });
    },
  ),
  losing(
    'withdrawals.proposeWithdrawal',
    'instead of itself',
    'guide_not_its_own_substitute',
    async (world) => propose(world, await colleague(world), { instead: 'cpr' }),
  ),
  losing('withdrawals.decideWithdrawal', 'one’s own', 'releasing_own_words', async (world) => {
    const { withdrawalId, proposer } = await proposal(world);
    return decide(world, proposer, withdrawalId);
  }),
  losing('withdrawals.decideWithdrawal', 'by a former editor', 'release_not_yours', async (world) =>
    decide(world, await formerColleague(world), (await proposal(world)).withdrawalId),
  ),
  losing(
    'withdrawals.decideWithdrawal',
    'there is no such thing',
    'withdrawal_unknown',
    async (world) => decide(world, await colleague(world), key()),
  ),
  losing('withdrawals.decideWithdrawal', 'decided before', 'withdrawal_decided', async (world) => {
    const withdrawalId = await withdrawnText(world);
    return decide(world, await colleague(world), withdrawalId, 'declined');
  }),
];

export const publicationStates: LosingState[] = [
  ...noticeStates,
  ...bannerStates,
  ...withdrawalStates,
];
