import {
  addFileEvidence,
  linkEvidence,
  saveEntries,
  submitDraft,
} from '../../src/features/application-drafts/commands.ts';
import { allLines, type EntryLine } from '../../src/features/application-drafts/policy.ts';
import { completeUpload, keepPart, startUpload } from '../../src/features/files/commands.ts';
import { standingOf } from '../../src/features/reviews/policy.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { listSiteEvidence } from '../../src/features/site-evidence/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { findPerson } from '../../src/features/accounts/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import type { FileContext } from '../../src/lib/storage.ts';
import { saved } from './communities.ts';
import { hexHash, partsIn, pdf } from './files.ts';
import { listProgrammes, loaded, type Filed } from './filed-applications.ts';

const key = () => crypto.randomUUID();

/** Fields of an entry that says the best there is to say. */
export function bestEntry(
  line: EntryLine,
  version = 0,
): { entry: string; [field: string]: string } {
  const { form } = line;
  const said = form.kind === 'yes_no' ? 'yes' : form.kind === 'steps' ? String(form.steps - 1) : '';
  const counted = form.kind === 'proportional' ? { counted: '7', whole: '7' } : {};
  return {
    ...{ entry: line.key, version: String(version), said, ...counted },
    reason: line.part === 'point' ? '照着做了' : '',
  };
}

/** Saves entries of one part. */
export const save = (
  ctx: CommandContext,
  by: Holder,
  { applicationId }: Pick<Filed, 'applicationId'>,
  part: 'condition' | 'point',
  entries: readonly object[],
) => saveEntries(ctx, by, { applicationId, part, entries }, listProgrammes, key());

/** Sends a file for an application, in parts, and completes it. */
export async function sent(
  ctx: FileContext,
  person: Pick<Person, 'id'>,
  bytes: Uint8Array<ArrayBuffer>,
  purpose: 'application_evidence' | 'stamped_form' | 'site_visit_photo' = 'application_evidence',
): Promise<string> {
  const owner = await findPerson(ctx, person.id);
  if (!owner) throw new Error(`No person ${person.id}.`);
  const input = { purpose, name: '材料.pdf', size: bytes.length };
  const { fileId } = await startUpload(ctx, owner, input, key());
  for (const [number, part] of partsIn(bytes).entries()) {
    await keepPart(ctx, owner, { fileId, number, sha256: hexHash(part) }, part);
  }
  await completeUpload(ctx, owner, { fileId }, key());
  return fileId;
}

/** Fills a draft until it can be handed in: figures from the profile, everything else as files of its own. */
export async function filled(ctx: FileContext, filed: Filed): Promise<void> {
  const { own, applicationId } = filed;
  for (const section of ['basics', 'officers', 'warning', 'shelters', 'figures'] as const) {
    await saved(ctx, own.head, own.organisationId, section);
  }
  const { programme, application } = await loaded(ctx, applicationId);
  const lines = allLines(programme);
  for (const part of ['condition', 'point'] as const) {
    const entries = lines.filter((line) => line.part === part).map((line) => bestEntry(line));
    await save(ctx, own.head, filed, part, entries);
  }
  const site = await listSiteEvidence(ctx, application);
  for (const { part, key: entry, asked } of lines) {
    const where = { applicationId, part, entry };
    for (const { kind, figure = '', text } of asked) {
      if (kind === 'profile') {
        const fact = site.find((one) => one.kind === 'profile' && one.figure === figure);
        if (!fact) throw new Error(`The profile has no ${figure}.`);
        const input = { ...where, kind, figure, sha256: fact.sha256 };
        await linkEvidence(ctx, own.head, input, listProgrammes, key());
      } else {
        const file = await sent(ctx, own.head, pdf(300, `${entry} ${text}`));
        const input = { ...where, kind, file, title: '' };
        await addFileEvidence(ctx, own.head, input, listProgrammes, key());
      }
    }
  }
}

/** Hands in what stands in the form now, as its applicant does. */
export async function handedIn(
  ctx: CommandContext,
  { own, applicationId }: Filed,
  by: Holder = own.head,
) {
  const file = await loaded(ctx, applicationId);
  const { state } = standingOf(file.file, file, ctx.now);
  const input = { applicationId, on: state, confirmed: 'yes' };
  return submitDraft(ctx, by, input, listProgrammes, key());
}
