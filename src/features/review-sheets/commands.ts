import { asc, inArray } from 'drizzle-orm';
import { manifestOf, wholeDigest, writeZip, type ArchiveFile } from '../../lib/archive.ts';
import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { writeCsv } from '../../lib/sheets.ts';
import type { Storage } from '../../lib/storage.ts';
import { listFrozenEvidence } from '../application-drafts/policy.ts';
import type { ListProgrammes, LoadedApplication } from '../applications/queries.ts';
import { actOnce } from '../audit/statements.ts';
import { FILE_TYPES } from '../files/policy.ts';
import { partsOf, readBytes } from '../files/queries.ts';
import { fileCompletions, files } from '../files/table.ts';
import { evidenceWords, pointsOf } from '../programmes/policy.ts';
import { answerWords, compareColumns, entryWords, handedIn } from '../review-desk/policy.ts';
import { requireSeenApplication } from '../reviews/queries.ts';
import type { Holder } from '../roles/policy.ts';
import { archiveEntryName } from './policy.ts';

export interface Archive {
  name: string;
  bytes: AsyncGenerator<Uint8Array>;
}

/**
 * Everything that was handed in with a file and decided about it as one ZIP, with the hash of each part; the hash of
 * these goes into the audit log. The same state gives the same bytes. What was found infected, and files that nobody has
 * looked through for viruses, stay outside and are named in the list.
 * @param storage undefined where the deployment stores no files.
 * @throws DomainError `not_found` (not yours), `unavailable`.
 */
export async function archiveApplication(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
  storage?: Storage,
): Promise<Archive> {
  const loaded = await requireSeenApplication(ctx, listProgrammes, by, input);
  if (loaded.side === 'applicant') {
    throw new DomainError('not_found', 'application_not_yours', '没有找到这一份申报。');
  }
  const { application } = loaded;
  const { parts, outside } = await evidenceFiles(ctx, loaded, storage);
  const archived = [...texts(loaded, outside), ...parts].sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries = await manifestOf(archived);
  const text = `${JSON.stringify(
    {
      format: 'anlan-application-archive/1',
      application: {
        ...{ id: application.id, code: application.code, name: application.name },
        ...{ programme: application.programme, version: application.version },
        decisions: loaded.rows.length,
      },
      files: entries,
      whole: wholeDigest(entries),
    },
    null,
    2,
  )}\n`;
  const manifest = toHex(await sha256(text));
  await actOnce(ctx, by.id, key, {
    command: 'archiveApplication',
    action: 'application.archive',
    subject: ['application', application.id],
    answer: { manifest },
    body: { applicationId: application.id },
    details: { manifest, files: entries.length },
    statements: [],
    refusals: {},
  });
  return {
    name: `${application.name}-${application.code}-全部材料.zip`,
    bytes: writeZip([...archived, { name: 'manifest.json', text }]),
  };
}

async function evidenceFiles(
  ctx: CommandContext,
  loaded: LoadedApplication,
  storage: Storage | undefined,
): Promise<{ parts: ArchiveFile[]; outside: Set<string> }> {
  const evidence = listFrozenEvidence(loaded);
  const ids = [...new Set(evidence.flatMap(({ fileId }) => (fileId === null ? [] : [fileId])))];
  if (!storage || ids.length === 0) return { parts: [], outside: new Set(ids) };
  const [states, types] = await ctx.db.batch([
    ctx.db
      .select({ id: files.id, state: files.state })
      .from(files)
      .where(inArray(files.id, ids))
      .orderBy(asc(files.id)),
    ctx.db.select().from(fileCompletions).where(inArray(fileCompletions.fileId, ids)),
  ]);
  const clean = new Set(states.filter(({ state }) => state === 'clean').map(({ id }) => id));
  const parts: ArchiveFile[] = [];
  for (const [index, { fileId, title, part, key }] of evidence.entries()) {
    if (fileId === null || !clean.has(fileId)) continue;
    const stored = await partsOf(ctx, fileId);
    const type = types.find((one) => one.fileId === fileId)?.type;
    const extension = type ? `.${FILE_TYPES[type].extension}` : '';
    const titled = title.toLowerCase().endsWith(extension) ? title : `${title}${extension}`;
    const folder = part === 'condition' ? `02-基本条件/${key}` : `03-评分点/${key}`;
    parts.push({
      name: archiveEntryName(folder, index, titled),
      bytes: () => readBytes({ storage }, stored),
    });
  }
  return { parts, outside: new Set(ids.filter((id) => !clean.has(id))) };
}

/** What the file says in words and numbers, as tables that open anywhere. */
function texts(loaded: LoadedApplication, outside: ReadonlySet<string>): ArchiveFile[] {
  const { programme, rows } = loaded;
  const { columns } = compareColumns(loaded);
  const draft = handedIn(loaded);
  return [
    {
      name: '01-材料清单.csv',
      text: writeCsv({
        header: ['哪一条', '种类', '名称', 'SHA-256', '在包里'],
        rows: listFrozenEvidence(loaded).map(({ part, key, kind, title, sha256: hash, fileId }) => [
          entryWords(programme, part, key),
          evidenceWords[kind],
          title,
          hash,
          fileId === null
            ? '本站的记录，看原处'
            : outside.has(fileId)
              ? '没有：没有查过病毒或有病毒'
              : '在',
        ]),
      }),
    },
    {
      name: '01-打分.csv',
      text: writeCsv({
        header: ['评分点', '自己说', ...columns.flatMap(({ title }) => [title, `${title}的理由`])],
        rows: pointsOf(programme).map((point) => [
          point.text,
          answerWords(point, draft?.points[point.key]?.answer),
          ...columns.flatMap(({ scores, reasons }) => {
            const tenths = scores[point.key];
            return [tenths === undefined ? '' : String(tenths / 10), reasons[point.key] ?? ''];
          }),
        ]),
      }),
    },
    {
      name: '01-办理经过.csv',
      text: writeCsv({
        header: ['序号', '时间', '事项', '从', '到', '由', '意见'],
        rows: rows.map(({ position, decidedAt, act, fromState, toState, byRegion, reason }) => [
          String(position),
          decidedAt.toISOString(),
          ...[act, fromState, toState, byRegion ?? '申报人', reason],
        ]),
      }),
    },
  ];
}
