import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { can, publishesSomewhere, type Holder } from '../roles/policy.ts';
import { checkRefusals, releaseRefusals, writingRefusals } from './policy.ts';
import {
  checkInput,
  noticeInput,
  noticeWithdrawalInput,
  releaseInput,
  revisionInput,
} from './schema.ts';
import {
  noticeChecks,
  noticeReleases,
  notices,
  noticeVersions,
  noticeWithdrawals,
} from './table.ts';

const notYours = (reason: string) => new DomainError('not_found', reason, '没有找到这一项。');

/** @throws DomainError `not_found` for whoever only releases, `invalid` when an editor's region does not reach so far. */
function requireRegion(by: Holder, region: string | null): void {
  if (can(by, { action: 'publication.write', region })) return;
  if (!by.roles.some(({ role }) => role === 'editor')) throw notYours('writing_not_yours');
  const message = '请选你负责的地区，或里面的一处';
  const fields = [{ field: 'region', message }];
  throw new DomainError('invalid', 'region_elsewhere', message, { fields });
}

/**
 * Writes the first version of a notice.
 * @throws DomainError `not_found` (not an editor), `invalid` (fields), `unavailable`.
 */
export async function writeNotice(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ noticeId: string }> {
  if (!publishesSomewhere(by)) throw notYours('writing_not_yours');
  const {
    validFrom = null,
    validUntil = null,
    region = null,
    ...words
  } = parseInput(noticeInput, input);
  requireRegion(by, region);
  const { db, now } = ctx;
  const noticeId = newId(now);
  const fields = { ...words, region, validFrom, validUntil };
  const version = { id: newId(now), noticeId, number: 1, ...fields };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'notice.write',
    subjectKind: 'notice',
    subjectId: noticeId,
    details: { number: 1 },
  });
  const request = { scope: by.id, key: parseKey(key), command: 'writeNotice', body: fields };
  return commitOnce(db, request, now, {
    statements: [
      db.insert(notices).values({ id: noticeId, createdAt: now }),
      db.insert(noticeVersions).values({ ...version, writtenBy: by.id, writtenAt: now }),
      entry,
    ],
    answer: { noticeId },
    refusals: writingRefusals,
  });
}

/**
 * Writes a further version: of a draft, or as the correction of what was released. It takes all steps anew.
 * @throws DomainError `not_found` (not an editor, no such notice), `invalid` (fields, a correction without its
 * reason), `conflict` (withdrawn, another version saved meanwhile), `unavailable`.
 */
export async function reviseNotice(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ noticeId: string }> {
  if (!publishesSomewhere(by)) throw notYours('writing_not_yours');
  const parsed = parseInput(revisionInput, input);
  const { noticeId, base, validFrom = null, validUntil = null, region = null, ...rest } = parsed;
  requireRegion(by, region);
  const { reason = null, ...words } = rest;
  const { db, now } = ctx;
  const number = base + 1;
  const fields = { ...words, region, validFrom, validUntil, reason };
  const row = { id: newId(now), noticeId, number, ...fields, writtenBy: by.id, writtenAt: now };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'notice.revise',
    subjectKind: 'notice',
    subjectId: noticeId,
    details: { number },
  });
  const body = { noticeId, number, ...fields };
  const request = { scope: by.id, key: parseKey(key), command: 'reviseNotice', body };
  return commitOnce(db, request, now, {
    statements: [db.insert(noticeVersions).values(row), entry],
    answer: { noticeId },
    refusals: writingRefusals,
  });
}

/**
 * The second step: somebody who wrote none of it passes a version or gives it back.
 * @throws DomainError `not_found` (not an editor, no such version), `invalid` (given back without what to change),
 * `conflict` (one's own words, checked before, a later version exists, withdrawn), `unavailable`.
 */
export async function checkNotice(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ versionId: string }> {
  // Whose words they are and for which region is known to the guard alone: one request decides and writes.
  if (!publishesSomewhere(by)) throw notYours('checking_not_yours');
  const { versionId, outcome, opinion = null } = parseInput(checkInput, input);
  const { db, now } = ctx;
  const row = { versionId, outcome, opinion, checkedBy: by.id, checkedAt: now };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: outcome === 'passed' ? 'notice.check' : 'notice.return',
    subjectKind: 'notice_version',
    subjectId: versionId,
  });
  const body = { versionId, outcome, opinion };
  const request = { scope: by.id, key: parseKey(key), command: 'checkNotice', body };
  return commitOnce(db, request, now, {
    statements: [db.insert(noticeChecks).values(row), entry],
    answer: { versionId },
    refusals: checkRefusals,
  });
}

/**
 * The third step: somebody who neither wrote nor checked it puts a version before the public.
 * @throws DomainError `not_found` (not yours to release, no such version), `conflict` (not checked, one's own words
 * or check, released before, out of date, withdrawn), `unavailable`.
 */
export async function releaseNotice(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ versionId: string }> {
  if (!publishesSomewhere(by)) throw notYours('release_not_yours');
  const { versionId } = parseInput(releaseInput, input);
  const { db, now } = ctx;
  const row = { versionId, releasedBy: by.id, releasedAt: now };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'notice.release',
    subjectKind: 'notice_version',
    subjectId: versionId,
    details: { procedure: 'three-step' },
  });
  const request = {
    scope: by.id,
    key: parseKey(key),
    command: 'releaseNotice',
    body: { versionId },
  };
  return commitOnce(db, request, now, {
    statements: [db.insert(noticeReleases).values(row), entry],
    answer: { versionId },
    refusals: releaseRefusals,
  });
}

/**
 * Takes a released notice back, at once and for good; its reason stands where it stood.
 * @throws DomainError `not_found` (not yours, no such notice), `invalid` (no reason), `conflict` (not released,
 * withdrawn before), `unavailable`.
 */
export async function withdrawNotice(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ noticeId: string }> {
  if (!publishesSomewhere(by)) throw notYours('release_not_yours');
  const { noticeId, reason } = parseInput(noticeWithdrawalInput, input);
  const { db, now } = ctx;
  const row = { noticeId, reason, withdrawnBy: by.id, withdrawnAt: now };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'notice.withdraw',
    subjectKind: 'notice',
    subjectId: noticeId,
  });
  const body = { noticeId, reason };
  const request = { scope: by.id, key: parseKey(key), command: 'withdrawNotice', body };
  return commitOnce(db, request, now, {
    statements: [db.insert(noticeWithdrawals).values(row), entry],
    answer: { noticeId },
    refusals: releaseRefusals,
  });
}
