import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { CommandContext } from '../../lib/context.ts';
import type { Json, Query } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn, type FieldProblem } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { fromHex, newId, toHex } from '../../lib/ids.ts';
import type { FileContext } from '../../lib/storage.ts';
import type { State } from '../applications/policy.ts';
import { readFacts, type ListProgrammes } from '../applications/queries.ts';
import { applicationEvidence, type EntryPart } from '../applications/table.ts';
import { actOnce } from '../audit/statements.ts';
import { bytesDigest, findUpload } from '../files/queries.ts';
import { fileLink } from '../files/statements.ts';
import { evidenceWords } from '../programmes/policy.ts';
import type { EvidenceKind, Programme } from '../programmes/schema.ts';
import { standingOf } from '../reviews/policy.ts';
import { requireSeenApplication, type SeenApplication } from '../reviews/queries.ts';
import { decideOnce, type Brought, type Decided } from '../reviews/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { listSiteEvidence } from '../site-evidence/queries.ts';
import {
  draftRefusals,
  findLine,
  isWritable,
  matchEvidence,
  mergeEntry,
  storedAnswer,
  type EntryLine,
  type FrozenEvidence,
} from './policy.ts';
import { findSameBytes, readDraft, readVersions, type DraftPiece } from './queries.ts';
import {
  entryInput,
  entryReference,
  evidenceRemovalInput,
  fileEvidenceInput,
  reusedEvidenceInput,
  siteEvidenceInput,
  stampInput,
  submissionInput,
  withdrawalInput,
} from './schema.ts';
import { entryRow, type Keeping } from './statements.ts';
import { applicationStamps } from './table.ts';

const unknown = () => new DomainError('not_found', 'application_not_yours', '没有找到这一份申报。');
const noLine = () => new DomainError('not_found', 'entry_unknown', '没有找到这一项。');

/** An application that somebody writes, whatever its state. @throws DomainError `not_found`. */
async function requireOwn(
  ctx: CommandContext,
  listProgrammes: ListProgrammes,
  by: Holder,
  input: unknown,
): Promise<SeenApplication> {
  const seen = await requireSeenApplication(ctx, listProgrammes, by, input).catch((error) => {
    throw domainErrorIn(error)?.code === 'invalid' ? unknown() : error;
  });
  if (seen.side === 'applicant') return seen;
  throw unknown();
}

/** The same while it can be written. @throws DomainError `not_found`, `conflict`. */
async function requireOpen(
  ctx: CommandContext,
  listProgrammes: ListProgrammes,
  by: Holder,
  input: unknown,
): Promise<SeenApplication> {
  const seen = await requireOwn(ctx, listProgrammes, by, input);
  const { state } = standingOf(seen.file, seen, ctx.now);
  if (isWritable(state)) return seen;
  throw new DomainError(
    'conflict',
    'application_not_open',
    draftRefusals['application_not_open']!.message,
  );
}

/** What a page or a program sends of several entries of one part. */
const entriesInput = entryReference.pick({ part: true }).extend({
  entries: z.array(z.looseObject({ entry: z.string().max(60) })).max(100),
});

export interface SavedEntries {
  applicationId: string;
  /** The version that stands now of each entry that was sent. */
  versions: Record<string, number>;
  [key: string]: Json;
}

/**
 * Saves entries of an application, each as its next version. What somebody sends as they read it changes nothing; where
 * another has changed it in between, nothing is saved and both are told.
 * @param input `applicationId`, `part` and `entries`: each with `entry` and the fields of its form.
 * @throws DomainError `invalid` (fields, as `<entry>.<field>`), `not_found` (not yours, no such entry), `conflict`
 * (`entry_overtaken`, with the fields; handed in, or the days to mend it are over), `unavailable`.
 */
export async function saveEntries(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<SavedEntries> {
  try {
    return await saveOnce(ctx, by, input, listProgrammes, key);
  } catch (error) {
    const lost = domainErrorIn(error);
    if (lost?.reason !== 'entry_overtaken' || lost.fields.length > 0) throw error;
    // Another was faster between reading and writing: now it can be told which entry it was.
    return saveOnce(ctx, by, input, listProgrammes, key);
  }
}

async function saveOnce(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<SavedEntries> {
  const loaded = await requireOpen(ctx, listProgrammes, by, input);
  const { application, programme } = loaded;
  const { part, entries } = parseInput(entriesInput, input);
  const typed = readEntries(programme, part, entries);
  const [{ entries: standing }, read] = await Promise.all([
    readDraft(ctx, loaded),
    readVersions(ctx, application.id, part, typed),
  ]);
  const latestOf = (of: string) => standing.find((one) => one.part === part && one.key === of);
  const merged = typed.map((one) => ({
    one,
    fate: mergeEntry(read.get(one.key), latestOf(one.key), one),
  }));
  const overtaken = merged.filter(({ fate }) => fate === 'overtaken');
  if (overtaken.length > 0) {
    throw new DomainError('conflict', 'entry_overtaken', '别人刚刚改过，你写的都还在。请看两边。', {
      fields: overtaken.map(({ one: { key: of } }) => ({
        field: `${of}.reason`,
        message: `“${findLine(programme, part, of)?.text ?? ''}”别人刚刚改过`,
      })),
    });
  }
  const kept = merged
    .filter(({ fate }) => fate === 'save')
    .map(({ one }): Keeping => ({ ...one, part, version: one.version + 1 }));
  const versions = Object.fromEntries(
    typed.map((one) => [
      one.key,
      kept.find((saved) => saved.key === one.key)?.version ?? latestOf(one.key)?.version ?? 0,
    ]),
  );
  const answer = { applicationId: application.id, versions };
  if (kept.length === 0) return answer;
  return actOnce<SavedEntries>(ctx, by.id, key, {
    command: 'saveEntries',
    action: 'application.save',
    subject: ['application', application.id],
    answer,
    body: { applicationId: application.id, part, entries: kept as unknown as Json },
    details: { part, entries: kept.map((one) => one.key) },
    statements: kept.map((one) => entryRow(ctx, by, application.id, one)),
    refusals: draftRefusals,
  });
}

type Typed = Omit<Keeping, 'part'>;

/** @throws DomainError `invalid` that names every field which is wrong, `not_found` for an entry that is not asked for. */
function readEntries(
  programme: Programme,
  part: EntryPart,
  entries: readonly { entry: string }[],
): Typed[] {
  const problems: FieldProblem[] = [];
  const typed = entries.flatMap(({ entry, ...values }): Typed[] => {
    const line = findLine(programme, part, entry);
    if (!line) throw noLine();
    try {
      const { answer, ...rest } = parseInput(entryInput(line.form), values);
      return [{ key: entry, answer: storedAnswer(part, answer), ...rest }];
    } catch (error) {
      const wrong = domainErrorIn(error);
      if (wrong?.code !== 'invalid') throw error;
      problems.push(
        ...wrong.fields.map(({ field, message }) => ({ field: `${entry}.${field}`, message })),
      );
      return [];
    }
  });
  if (problems.length === 0) return typed;
  throw new DomainError('invalid', 'invalid_input', '有几处需要改一下，请看下面的提示。', {
    fields: problems,
  });
}

export interface AddedEvidence {
  applicationId: string;
  evidenceId: string;
  /** The file was in the application already: the one that is there serves here too. */
  isReused: boolean;
  [key: string]: Json;
}

interface Piece {
  kind: EvidenceKind;
  figure: string;
  subjectId: string;
  title: string;
  digest: Uint8Array<ArrayBuffer>;
  fileId: string | null;
}

async function addPiece(
  ctx: CommandContext,
  by: Holder,
  where: { applicationId: string; part: EntryPart; key: string },
  piece: Piece,
  { isReused = false, before = [] }: { isReused?: boolean; before?: readonly Query[] },
  key: string,
): Promise<AddedEvidence> {
  const { applicationId, part, key: entry } = where;
  const { kind, figure, digest } = piece;
  const row = { ...piece, id: newId(ctx.now), ...where, addedBy: by.id, addedAt: ctx.now };
  return actOnce<AddedEvidence>(ctx, by.id, key, {
    command: 'addEvidence',
    action: 'application.add_evidence',
    subject: ['application', applicationId],
    answer: { applicationId, evidenceId: row.id, isReused },
    // A form sent again brings its file again, under another id: the contents tell that it is the same request.
    body: { applicationId, part, entry, kind, figure, digest: toHex(digest) },
    details: { part, entry, kind },
    statements: [...before, ctx.db.insert(applicationEvidence).values(row)],
    refusals: draftRefusals,
  });
}

/** Where evidence goes. @throws DomainError `not_found`, `conflict`. */
async function requireLine(
  ctx: CommandContext,
  listProgrammes: ListProgrammes,
  by: Holder,
  input: unknown,
): Promise<{ loaded: SeenApplication; line: EntryLine; where: Parameters<typeof addPiece>[2] }> {
  const loaded = await requireOpen(ctx, listProgrammes, by, input);
  const { data } = entryReference.safeParse(input);
  const line = data && findLine(loaded.programme, data.part, data.entry);
  if (!line) throw noLine();
  const where = { applicationId: loaded.application.id, part: line.part, key: line.key };
  return { loaded, line, where };
}

/**
 * Links what the site holds already, by the hash of what it says now.
 * @throws DomainError `not_found` (not yours, not there or changed since), `conflict` (there already, handed in),
 * `unavailable`.
 */
export async function linkEvidence(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<AddedEvidence> {
  const { loaded, where } = await requireLine(ctx, listProgrammes, by, input);
  const { kind, figure, sha256 } = parseInput(siteEvidenceInput, input);
  const facts = await listSiteEvidence(ctx, loaded.application);
  const fact = facts.find(
    (one) => one.kind === kind && one.figure === figure && one.sha256 === sha256,
  );
  if (!fact) {
    const message = '这份材料刚刚有变化。请刷新，看看现在的内容。';
    throw new DomainError('conflict', 'evidence_changed', message);
  }
  const { subjectId, title } = fact;
  const piece = { kind, figure, subjectId, title, digest: fromHex(sha256), fileId: null };
  return addPiece(ctx, by, where, piece, {}, key);
}

/** What a file is called where its sender gives it no name: the line that it stands for. */
function titleOf(line: EntryLine, kind: EvidenceKind, held: readonly DraftPiece[]): string {
  const own = held.filter((one) => one.part === line.part && one.key === line.key);
  const open = matchEvidence(line.asked, own).lines.find(
    ({ asked, piece }) => asked.kind === kind && !piece,
  );
  return (
    open?.asked.text ?? line.asked.find((one) => one.kind === kind)?.text ?? evidenceWords[kind]
  );
}

/**
 * Puts a file of one's own to an entry. Bytes that are in the application already are not kept twice: the file that is
 * there serves here too.
 * @throws DomainError `invalid` (fields), `not_found` (not yours), `conflict` (there already, not complete, infected,
 * handed in), `unavailable`.
 */
export async function addFileEvidence(
  ctx: FileContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<AddedEvidence> {
  const { loaded, line, where } = await requireLine(ctx, listProgrammes, by, input);
  const { kind, file: fileId, title: named } = parseInput(fileEvidenceInput, input);
  const upload = await findUpload(ctx, by.id, fileId);
  if (upload?.file.purpose !== 'application_evidence') {
    throw new DomainError('not_found', 'file_unknown', '没有找到这个文件。');
  }
  if (upload.file.state === 'uploading') {
    throw new DomainError('conflict', 'file_incomplete', '文件还没有传完。请接着传。');
  }
  const digest = fromHex(await bytesDigest(ctx, fileId));
  const same = await findSameBytes(ctx, loaded.application.id, digest);
  const isOpen = ({ state }: (typeof same)[number]) => state !== 'removed' && state !== 'infected';
  const there = same.find(isOpen);
  // A piece whose file is gone makes room for the same bytes sent again.
  const lost = same.filter((one) => !isOpen(one) && one.row.removedAt === null);
  const { evidence } = await readDraft(ctx, loaded);
  const title = Array.from(named).length >= 2 ? named : titleOf(line, kind, evidence);
  const before = [
    ...lost.map(({ row }) => removal(ctx, by, row.id)),
    ...(there
      ? []
      : [
          fileLink(ctx, {
            ...{ fileId, subjectKind: 'application', subjectId: loaded.application.id },
            linkedBy: by.id,
          }),
        ]),
  ];
  const used = there?.row.fileId ?? fileId;
  const piece = { kind, figure: '', subjectId: used, title, digest, fileId: used };
  return addPiece(ctx, by, where, piece, { isReused: there !== undefined, before }, key);
}

/**
 * Lets a file of another entry serve here too.
 * @throws DomainError `not_found` (not yours, no such file), `conflict` (there already, handed in), `unavailable`.
 */
export async function reuseEvidence(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<AddedEvidence> {
  const { loaded, where } = await requireLine(ctx, listProgrammes, by, input);
  const { kind, evidence: wanted } = parseInput(reusedEvidenceInput, input);
  const { evidence } = await readDraft(ctx, loaded);
  const found = evidence.find((one) => one.id === wanted && one.fileId !== null && !one.isGone);
  if (!found) throw new DomainError('not_found', 'evidence_unknown', '没有找到这份材料。');
  const { title, fileId, subjectId } = found;
  const digest = new Uint8Array(found.digest);
  const piece = { kind, figure: '', subjectId, title, digest, fileId };
  return addPiece(ctx, by, where, piece, { isReused: true }, key);
}

const removal = ({ db, now }: CommandContext, by: Holder, evidenceId: string): Query =>
  db
    .update(applicationEvidence)
    .set({ removedBy: by.id, removedAt: now })
    .where(eq(applicationEvidence.id, evidenceId));

/**
 * Takes a piece of evidence away from its entry. Its file stays in the application for whatever else it serves.
 * @throws DomainError `not_found` (not yours, not there), `conflict` (handed in), `unavailable`.
 */
export async function removeEvidence(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<{ applicationId: string }> {
  const { loaded, where } = await requireLine(ctx, listProgrammes, by, input);
  const { evidence: evidenceId } = parseInput(evidenceRemovalInput, input);
  const { evidence } = await readDraft(ctx, loaded);
  const isThere = evidence.some(
    (one) => one.id === evidenceId && one.part === where.part && one.key === where.key,
  );
  const { applicationId, part, key: entry } = where;
  // Gone already: whoever wants it away has what they want.
  if (!isThere) return { applicationId };
  return actOnce(ctx, by.id, key, {
    command: 'removeEvidence',
    action: 'application.remove_evidence',
    subject: ['application', applicationId],
    answer: { applicationId },
    body: { applicationId, evidenceId },
    details: { part, entry },
    statements: [removal(ctx, by, evidenceId)],
    refusals: {
      ...draftRefusals,
      version_is_final: { code: 'conflict', message: '这份材料别人刚刚拿掉了。请刷新。' },
    },
  });
}

const frozen = ({
  id,
  part,
  key,
  kind,
  figure,
  title,
  digest,
  fileId,
}: DraftPiece): FrozenEvidence => ({
  ...{ id, part, key, kind, figure: figure as FrozenEvidence['figure'], title },
  ...{ sha256: toHex(digest), fileId },
});

/**
 * Hands an application in, or back after it was returned: what stands in the form then is kept with it for good, the
 * evidence too.
 * @throws DomainError `invalid` (not confirmed; something is missing: `fields` names what), `not_found` (not yours),
 * `conflict` (handed in by another, changed since it was read, outside the round's time), `unavailable`.
 */
export async function submitDraft(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<Decided> {
  const loaded = await requireOwn(ctx, listProgrammes, by, input);
  const { on: seen } = parseInput(submissionInput, input);
  const on = seen as State;
  const last = loaded.rows.findLast(({ act }) => act === 'submission' || act === 'correction');
  // A second click, or the answer was lost on its way: what they wanted has been done.
  if (last?.fromState === on && last.authorId === by.id && last === loaded.rows.at(-1)) {
    return { applicationId: loaded.application.id, position: last.position };
  }
  const { draft, evidence, versions } = await readDraft(ctx, loaded);
  const pieces = evidence.filter(({ isGone }) => !isGone);
  const facts = await readFacts(ctx, loaded.application, loaded.programme);
  const decision: Brought =
    on === 'draft'
      ? { act: 'submission', draft, facts, on, reason: '' }
      : { act: 'correction', draft, on, reason: '' };
  return decideOnce(
    ctx,
    by,
    loaded,
    {
      decision,
      details: {
        evidence: pieces.map(frozen) as unknown as Json,
        // By these the database sees that nobody has written since it was read.
        versions,
        pieces: evidence.length,
      },
      refusals: {
        draft_overtaken: {
          code: 'conflict',
          message: '刚才有人还在填，内容变了。请再看一遍，再交。',
        },
      },
    },
    key,
  );
}

/**
 * Takes an application back, before it is named.
 * @throws DomainError `invalid` (no reason), `not_found` (not yours), `conflict` (moved on), `unavailable`.
 */
export async function withdrawApplication(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<Decided> {
  const loaded = await requireOwn(ctx, listProgrammes, by, input);
  const { on, reason } = parseInput(withdrawalInput, input);
  const decision = { act: 'withdrawal', on: on as State, reason } as const;
  return decideOnce(ctx, by, loaded, { decision }, key);
}

/**
 * Keeps the form as it went round on paper with a level's stamp: the applicant its own, an office its own.
 * @throws DomainError `invalid` (fields), `not_found` (not yours), `conflict` (file used, full), `unavailable`.
 */
export async function addStamp(
  ctx: FileContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
): Promise<{ applicationId: string }> {
  const seen = await requireSeenApplication(ctx, listProgrammes, by, input);
  const { level, file: fileId } = parseInput(stampInput, input);
  const applicationId = seen.application.id;
  const upload = await findUpload(ctx, by.id, fileId);
  if (!upload) throw new DomainError('not_found', 'file_unknown', '没有找到这个文件。');
  return actOnce(ctx, by.id, key, {
    command: 'addStamp',
    action: 'application.add_stamp',
    subject: ['application', applicationId],
    answer: { applicationId },
    body: { applicationId, level, content: await bytesDigest(ctx, fileId) },
    details: { level, fileId },
    statements: [
      fileLink(ctx, {
        ...{ fileId, subjectKind: 'application', subjectId: applicationId, linkedBy: by.id },
      }),
      ctx.db
        .insert(applicationStamps)
        .values({ fileId, applicationId, level, addedBy: by.id, addedAt: ctx.now }),
    ],
    refusals: draftRefusals,
  });
}
