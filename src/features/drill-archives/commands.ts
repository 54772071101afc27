import { manifestOf, wholeDigest, writeZip, type ArchiveFile } from '../../lib/archive.ts';
import type { CommandContext } from '../../lib/context.ts';
import { DRILL_BAND } from '../../lib/drill-mark.ts';
import { DomainError } from '../../lib/errors.ts';
import { toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import type { Storage } from '../../lib/storage.ts';
import { writeDocx } from '../../lib/word.ts';
import { actOnce } from '../audit/statements.ts';
import { reportDocument } from '../drill-documents/policy.ts';
import type { ReportContent } from '../drill-reports/policy.ts';
import { requireOwnDrill } from '../drills/queries.ts';
import { partsOf, readBytes } from '../files/queries.ts';
import type { Holder } from '../roles/policy.ts';
import { archiveName, archiveTexts, type ArchiveData } from './policy.ts';
import { photoName, readArchive } from './queries.ts';

export interface Archive {
  name: string;
  /** SHA-256 of `manifest.json`, in hexadecimal; the audit entry holds it. */
  manifest: string;
  bytes: AsyncGenerator<Uint8Array>;
}

/**
 * Puts everything that is kept of a drill into one file, with the hash of each part; the hash of these goes into the audit
 * log. The same state gives the same bytes. Photos that nobody has looked through for viruses stay outside.
 * @param storage undefined where the deployment stores no files.
 * @throws DomainError `not_found` (not yours), `conflict` (not over), `unavailable`.
 */
export async function archiveDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
  storage?: Storage,
): Promise<Archive> {
  const file = await requireOwnDrill(ctx, by, input);
  const read = await readArchive(ctx, file);
  if (!read) {
    throw new DomainError('conflict', 'drill_not_over', '演练还没有结束。结束以后再导出档案。');
  }
  const { data, photos } = read;
  const texts = archiveTexts(data);
  const pictures = await Promise.all(
    photos.flatMap(({ id, name, state }, index) =>
      storage && state === 'clean' ? [picture(ctx, storage, id, photoName(index, name))] : [],
    ),
  );
  const files: ArchiveFile[] = [...texts, ...(await documents(data)), ...pictures].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const entries = await manifestOf(files);
  const { drill, organiser } = data;
  const text = `${JSON.stringify(
    {
      format: 'anlan-drill-archive/1',
      mark: DRILL_BAND,
      drill: {
        ...{ id: drill.id, organiser },
        startedAt: drill.startedAt?.toISOString() ?? null,
        endedAt: drill.endedAt?.toISOString() ?? null,
      },
      files: entries,
      whole: wholeDigest(entries),
    },
    null,
    2,
  )}\n`;
  const manifest = toHex(await sha256(text));
  await actOnce(ctx, by.id, key, {
    command: 'archiveDrill',
    action: 'drill.archive',
    subject: ['drill', drill.id],
    answer: { manifest },
    body: { drillId: drill.id },
    details: { manifest, files: entries.length },
    statements: [],
    refusals: {},
  });
  return {
    name: archiveName(data),
    manifest,
    bytes: writeZip([...files, { name: 'manifest.json', text }]),
  };
}

/** Each edition as Word opens it, dated by its release. */
async function documents({ releases, photos }: ArchiveData): Promise<ArchiveFile[]> {
  const files: ArchiveFile[] = [];
  for (const { edition, content, digest, reason, releasedAt } of releases) {
    const parts = reportDocument(
      JSON.parse(content) as ReportContent,
      { number: edition, releasedAt, digest, reason },
      photos.map((caption) => ({ caption })),
    );
    const bytes = await writeDocx(parts, releasedAt);
    files.push({
      name: `06-总结报告-第${edition}版.docx`,
      bytes: async function* () {
        yield bytes;
      },
    });
  }
  return files;
}

async function picture(
  ctx: CommandContext,
  storage: Storage,
  fileId: string,
  name: string,
): Promise<ArchiveFile> {
  const parts = await partsOf(ctx, fileId);
  return { name: `08-照片/${name}`, bytes: () => readBytes({ storage }, parts) };
}
