import type { CommandContext } from '../../lib/context.ts';
import type { Json, Query } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId, toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { actOnce } from '../audit/statements.ts';
import { evaluate } from '../drill-evaluations/policy.ts';
import { handedIn, listSheets, requireJudge } from '../drill-evaluations/queries.ts';
import { recordRefusals } from '../drill-records/policy.ts';
import { drillRecordFields } from '../drill-records/schema.ts';
import { recordBody, recordDetails, recordRows } from '../drill-records/statements.ts';
import { requireOwnDrill } from '../drills/queries.ts';
import { contentDigest } from '../files/queries.ts';
import { fileLink } from '../files/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  findingRefusals,
  photoRefusals,
  recordLinkRefusals,
  releaseProblems,
  reportRefusals,
} from './policy.ts';
import { findItemRecord, listFindings, readReport } from './queries.ts';
import {
  differenceField,
  findingInput,
  findingRemovalInput,
  photoInput,
  releaseInput,
  reportInput,
} from './schema.ts';
import {
  drillFindingRemovals,
  drillFindings,
  drillRecordLinks,
  drillReportReleases,
  drillReports,
  drillReportVersions,
} from './table.ts';

const invalid = (fields: { field: string; message: string }[]) =>
  new DomainError('invalid', 'invalid_input', '有几处需要改一下，请看下面的提示。', { fields });

/** Takes a finding out, once: the guard knows who may and whether something hangs on it. */
function removal(
  { db, now }: CommandContext,
  by: Holder,
  findingId: string,
  reason: string,
): Query {
  return db
    .insert(drillFindingRemovals)
    .values({ findingId, reason, removedBy: by.id, removedAt: now });
}

/** @throws DomainError `conflict` where it is none of this drill's that stand. */
async function requireFinding(ctx: CommandContext, drillId: string, id: string): Promise<void> {
  const standing = await listFindings(ctx, drillId);
  if (standing.some((one) => one.id === id)) return;
  const { message = '' } = findingRefusals['unique:drill_finding_removals.finding_id'] ?? {};
  throw new DomainError('conflict', 'finding_gone', message);
}

/**
 * Writes down what was found, or writes it anew in place of one that stood there.
 * @throws DomainError `not_found` (no evaluator of it), `invalid` (fields, no reason after the release), `conflict` (not
 * begun, released, replaced meanwhile, being mended), `unavailable`.
 */
export async function writeFinding(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ findingId: string }> {
  const { drill, script } = await requireJudge(ctx, by, input);
  const { drillId: _, replaces, reason, ...finding } = parseInput(findingInput, input);
  if (finding.itemId !== '' && !script.items.some(({ id }) => id === finding.itemId)) {
    throw invalid([{ field: 'itemId', message: '没有这一项' }]);
  }
  if (replaces) await requireFinding(ctx, drill.id, replaces);
  const { db, now } = ctx;
  const findingId = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'writeFinding',
    action: 'drill_finding.write',
    subject: ['drill', drill.id],
    answer: { findingId },
    body: { drillId: drill.id, replaces, reason, ...finding },
    details: { kind: finding.kind },
    statements: [
      ...(replaces ? [removal(ctx, by, replaces, reason)] : []),
      db
        .insert(drillFindings)
        .values({ id: findingId, drillId: drill.id, ...finding, writtenBy: by.id, writtenAt: now }),
    ],
    refusals: findingRefusals,
  });
}

/**
 * Takes a finding out.
 * @throws DomainError `not_found`, `invalid` (no reason after the release), `conflict` (gone, released, being mended),
 * `unavailable`.
 */
export async function removeFinding(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireJudge(ctx, by, input);
  const { findingId, reason } = parseInput(findingRemovalInput, input);
  await requireFinding(ctx, drill.id, findingId);
  return actOnce(ctx, by.id, key, {
    command: 'removeFinding',
    action: 'drill_finding.remove',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    body: { drillId: drill.id, findingId, reason },
    statements: [removal(ctx, by, findingId, reason)],
    refusals: findingRefusals,
  });
}

/**
 * Saves the words of a report as a new version; the data stay what they are.
 * @throws DomainError `not_found` (not yours), `invalid` (fields), `conflict` (not over, written meanwhile), `unavailable`.
 */
export async function writeReport(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ version: number }> {
  const { drill, script } = await requireOwnDrill(ctx, by, input);
  const { drillId: _, version: seen, ...texts } = parseInput(reportInput, input);
  const fields = input as Readonly<Record<string, unknown>>;
  const sheets = handedIn(await listSheets(ctx, drill.id));
  const differing = evaluate(script, sheets).items.filter(({ differs }) => differs);
  const differences = Object.fromEntries(
    differing.map(({ item: { id } }) => {
      const parsed = differenceField.safeParse(fields[`difference-${id}`]);
      if (parsed.success) return [id, parsed.data];
      const message = parsed.error.issues[0]?.message ?? '';
      throw invalid([{ field: `difference-${id}`, message }]);
    }),
  );
  const { db, now } = ctx;
  const version = seen + 1;
  const words = { ...texts, differences };
  return actOnce(ctx, by.id, key, {
    command: 'writeReport',
    action: 'drill_report.write',
    subject: ['drill', drill.id],
    answer: { version },
    body: { drillId: drill.id, version, words },
    details: { version },
    statements: [
      db.insert(drillReports).values({ drillId: drill.id }).onConflictDoNothing(),
      db.insert(drillReportVersions).values({
        ...{ drillId: drill.id, version, words: JSON.stringify(words) },
        ...{ writtenBy: by.id, writtenAt: now },
      }),
    ],
    refusals: reportRefusals,
  });
}

/**
 * Releases a report as it stands, words and numbers, with the hash of all of it; again after the first with the reason of
 * the correction.
 * @throws DomainError `not_found` (not yours), `invalid` (something is missing, no reason), `conflict` (not over, written or
 * released meanwhile), `unavailable`.
 */
export async function releaseReport(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string; edition: number }> {
  const file = await requireOwnDrill(ctx, by, input);
  const { drillId, version, reason } = parseInput(releaseInput, input);
  const report = await readReport(ctx, file);
  if (!report) throw refused('drill_not_over');
  const edition = report.releases.length + 1;
  const problems =
    report.version === 0
      ? [{ field: 'aim', message: '请先把报告看一遍，保存一次' }]
      : releaseProblems(report.content);
  if (edition > 1 && Array.from(reason).length < 2) {
    problems.push({ field: 'reason', message: '请写为什么更正' });
  }
  if (problems.length > 0) throw invalid(problems);
  const { db, now } = ctx;
  const content = JSON.stringify(report.content);
  const digest = toHex(await sha256(content));
  return actOnce(ctx, by.id, key, {
    command: 'releaseReport',
    action: 'drill_report.release',
    subject: ['drill', drillId],
    answer: { drillId, edition },
    body: { drillId, version, reason },
    details: { edition, digest },
    statements: [
      db.insert(drillReportReleases).values({
        ...{ drillId, edition, version, content, digest, reason: edition === 1 ? '' : reason },
        ...{ releasedBy: by.id, releasedAt: now },
      }),
    ],
    refusals: reportRefusals,
  });
}

function refused(name: string): DomainError {
  const { code = 'conflict', message = '' } = reportRefusals[name] ?? {};
  return new DomainError(code, name, message);
}

/**
 * Writes a drill down as a record (演练记录), once: the line of the plan is done with it, and duties are met. Where somebody has
 * recorded that line by hand already, that record is taken for it.
 * @throws DomainError `not_found` (not yours), `invalid` (fields), `conflict` (not over, recorded before), `unavailable`.
 */
export async function recordHeldDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ recordId: string }> {
  const { drill } = await requireOwnDrill(ctx, by, input);
  if (drill.state !== 'over') throw refused('drill_not_over');
  const { db, now } = ctx;
  const { organisationId, regionCode, planItemId } = drill;
  const link = (recordId: string) =>
    db
      .insert(drillRecordLinks)
      .values({ drillId: drill.id, recordId, linkedBy: by.id, linkedAt: now });
  const refusals = { ...recordRefusals, ...recordLinkRefusals };
  const byHand = await findItemRecord(ctx, drill);
  const act = { command: 'recordHeldDrill', refusals };
  if (byHand) {
    return actOnce(ctx, by.id, key, {
      ...act,
      action: 'drill.link_record',
      subject: ['drill', drill.id],
      answer: { recordId: byHand },
      body: { drillId: drill.id, recordId: byHand },
      statements: [link(byHand)],
    });
  }
  const fields = parseInput(drillRecordFields, input);
  const of = { organisationId, regionCode, planItemId };
  const { recordId, statements } = recordRows(ctx, by, of, fields);
  return actOnce(ctx, by.id, key, {
    ...act,
    action: 'drill_record.create',
    subject: ['drill_record', recordId],
    answer: { recordId },
    body: { drillId: drill.id, drill: recordBody(fields) } satisfies Json,
    details: recordDetails(fields),
    statements: [...statements, link(recordId)],
  });
}

/**
 * Puts a photo to a drill: by whoever organises or judges it.
 * @throws DomainError `not_found` (not yours, no such file), `invalid` (no file), `conflict` (twelve are there, not begun),
 * `unavailable`.
 */
export async function addPhoto(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireJudge(ctx, by, input);
  const { file } = parseInput(photoInput, input);
  const subject = { subjectKind: 'drill', subjectId: drill.id };
  return actOnce(ctx, by.id, key, {
    command: 'addPhoto',
    action: 'drill.add_photo',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    // A form sent again brings its photo again, under another id.
    body: { drillId: drill.id, photo: await contentDigest(ctx, file) },
    statements: [fileLink(ctx, { fileId: file, ...subject, linkedBy: by.id })],
    refusals: photoRefusals,
  });
}
