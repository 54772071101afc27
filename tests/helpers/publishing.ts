import { releaseBanner, writeBanner } from '../../src/features/banners/commands.ts';
import { checkNotice, releaseNotice, writeNotice } from '../../src/features/notices/commands.ts';
import { findNotice } from '../../src/features/notices/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { decideWithdrawal, proposeWithdrawal } from '../../src/features/withdrawals/commands.ts';
import type { TextAct } from '../../src/features/withdrawals/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import type { TextName } from '../../src/lib/text-path.ts';
import { bannerWords, noticeWords } from './losing-states-publications.ts';
import { addRole } from './roles.ts';
import type { TestSite } from './worker-site.ts';

const key = () => crypto.randomUUID();
const held = { role: 'editor', scopeKind: 'site', scopeId: '' } as const;

/** Three editors of a running site: one writes, one checks, one releases. */
export async function threeEditors(site: TestSite): Promise<[Holder, Holder, Holder]> {
  const people = await site.signInMany(3);
  const ctx = site.context();
  for (const { person } of people) await addRole(ctx, person.id, held);
  return people.map(({ person }): Holder => ({ id: person.id, roles: [held] })) as [
    Holder,
    Holder,
    Holder,
  ];
}

export async function releaseTestNotice(
  ctx: CommandContext,
  [writer, checker, releaser]: readonly [Holder, Holder, Holder],
  input: object = {},
): Promise<string> {
  const { noticeId } = await writeNotice(ctx, writer, { ...noticeWords, ...input }, key());
  const versionId = (await findNotice(ctx, noticeId))?.versions[0]?.version.id;
  await checkNotice(ctx, checker, { versionId, outcome: 'passed' }, key());
  await releaseNotice(ctx, releaser, { versionId }, key());
  return noticeId;
}

export async function releaseTestBanner(
  ctx: CommandContext,
  [writer, releaser]: readonly [Holder, Holder, ...Holder[]],
  input: object = {},
): Promise<string> {
  const { bannerId } = await writeBanner(ctx, writer, { ...bannerWords, ...input }, key());
  await releaseBanner(ctx, releaser, { bannerId }, key());
  return bannerId;
}

export async function actOnText(
  ctx: CommandContext,
  [proposer, confirmer]: readonly [Holder, Holder, ...Holder[]],
  input: TextName & { act: TextAct; reason?: string; instead?: string },
): Promise<void> {
  const words = { reason: '示例：次数写错了', ...input };
  const { withdrawalId } = await proposeWithdrawal(ctx, proposer, words, key());
  await decideWithdrawal(ctx, confirmer, { withdrawalId, decision: 'confirmed' }, key());
}

/** A released notice, and a line that waits for its release. */
export async function publishSomething(
  site: TestSite,
): Promise<{ noticeId: string; bannerId: string }> {
  const editors = await threeEditors(site);
  const ctx = site.context();
  const noticeId = await releaseTestNotice(ctx, editors);
  const { bannerId } = await writeBanner(ctx, editors[0], bannerWords, key());
  return { noticeId, bannerId };
}
