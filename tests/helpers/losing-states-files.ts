import {
  completeUpload,
  deleteRemovedBytes,
  expireFiles,
  keepPart,
  receiveFile,
  scanFiles,
  startUpload,
} from '../../src/features/files/commands.ts';
import { fileRemovals } from '../../src/features/files/table.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { addProof, decideOrganisation } from '../../src/features/organisations/commands.ts';
import { demonstrationScanner } from '../../src/lib/scanner.ts';
import type { FileContext } from '../../src/lib/storage.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import {
  begin,
  claimSchool,
  EICAR,
  hexHash,
  pdf,
  PURPOSE,
  receive,
  streamed,
  upload,
  withStore,
} from './files.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { openStore } from './store.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

interface Sender {
  ctx: FileContext;
  person: Person;
}

async function sender(world: World): Promise<Sender> {
  return { ctx: withStore(world.ctx, await openStore()), person: (await world.person()).person };
}

function losing(
  command: string,
  state: string,
  reason: string | null,
  prepare: (sender: Sender, world: World) => Promise<() => Promise<unknown>>,
): LosingState {
  const name = command.includes('.') ? command : `files.${command}`;
  return {
    command: name,
    state,
    reason,
    prepare: async (world) => prepare(await sender(world), world),
  };
}

const announced = { purpose: PURPOSE, name: 'a.pdf', size: 400 };

async function dayUsedUp({ ctx, person }: Sender): Promise<void> {
  for (let count = 0; count < 20; count += 1) await startUpload(ctx, person, announced, key());
}

const part = (fileId: string, bytes = pdf(), number = 0) => ({
  fileId,
  number,
  sha256: hexHash(bytes),
});

async function verified(world: World, organisationId: string): Promise<void> {
  const { person } = await world.person();
  const scope = { scopeKind: 'region', scopeId: '320904' } as const;
  await addRole(world.ctx, person.id, { role: 'reviewer', ...scope });
  const input = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(world.ctx, person, input, key());
}

/** An attempt to attach a file to one's own claim. */
function attaching(
  state: string,
  reason: string,
  prepare: (sender: Sender, world: World, organisationId: string) => Promise<string>,
): LosingState {
  return losing('organisations.addProof', state, reason, async (from, world) => {
    const organisationId = await claimSchool(world, from.person);
    const file = await prepare(from, world, organisationId);
    return () => addProof(from.ctx, from.person, { organisationId, file }, key());
  });
}

export const fileStates: LosingState[] = [
  losing('startUpload', 'the day’s share is used up', 'files_used_up_day', async (from) => {
    await dayUsedUp(from);
    return () => startUpload(from.ctx, from.person, announced, key());
  }),
  losing('startUpload', 'larger than its purpose allows', 'file_too_large', async (from) => {
    const input = { ...announced, size: 21 * 1024 * 1024 };
    return () => startUpload(from.ctx, from.person, input, key());
  }),
  losing('receiveFile', 'the day’s share is used up', 'files_used_up_day', async (from) => {
    await dayUsedUp(from);
    const sent = { purpose: PURPOSE, name: 'a.pdf', bytes: streamed(pdf()) };
    return () => receiveFile(from.ctx, from.person, sent);
  }),
  losing('keepPart', 'the hash is another’s', 'part_wrong_hash', async ({ ctx, person }) => {
    const fileId = await begin(ctx, person, pdf(), []);
    return () => keepPart(ctx, person, part(fileId), pdf(400, 'other'));
  }),
  losing('keepPart', 'other bytes are there', 'part_differs', async ({ ctx, person }) => {
    const fileId = await begin(ctx, person, pdf());
    const other = pdf(400, 'other');
    return () => keepPart(ctx, person, part(fileId, other), other);
  }),
  losing('keepPart', 'beyond the last', 'part_wrong_size', async ({ ctx, person }) => {
    const fileId = await begin(ctx, person, pdf());
    return () => keepPart(ctx, person, part(fileId, pdf(), 1), pdf());
  }),
  losing('keepPart', 'somebody else’s', 'file_unknown', async ({ ctx, person }, world) => {
    const fileId = await begin(ctx, person, pdf(), []);
    const { person: stranger } = await world.person();
    return () => keepPart(ctx, stranger, part(fileId), pdf());
  }),
  losing('completeUpload', 'parts are missing', 'file_incomplete', async ({ ctx, person }) => {
    const fileId = await begin(ctx, person, pdf(), []);
    return () => completeUpload(ctx, person, { fileId }, key());
  }),
  losing('completeUpload', 'complete', 'file_not_uploading', async ({ ctx, person }) => {
    const fileId = await upload(ctx, person);
    return () => completeUpload(ctx, person, { fileId }, key());
  }),
  losing('completeUpload', 'given up', 'file_unknown', async ({ ctx, person }) => {
    const fileId = await begin(ctx, person, pdf());
    await ctx.db.insert(fileRemovals).values({ fileId, reason: 'abandoned', removedAt: NOW });
    return () => completeUpload(ctx, person, { fileId }, key());
  }),
  losing('scanFiles', 'nothing waits', null, async ({ ctx, person }) => {
    await begin(ctx, person, pdf());
    return () => scanFiles(ctx, demonstrationScanner);
  }),
  losing('expireFiles', 'nothing is old enough', null, async ({ ctx, person }) => {
    await upload(ctx, person);
    const now = new Date(NOW.getTime() + 3 * DAY_MS);
    return () => expireFiles({ ...ctx, now });
  }),
  losing('deleteRemovedBytes', 'nothing is removed', null, async ({ ctx, person }) => {
    await upload(ctx, person);
    return () => deleteRemovedBytes(ctx);
  }),
  attaching('the file is not complete', 'file_incomplete', ({ ctx, person }) =>
    begin(ctx, person, pdf()),
  ),
  attaching('the file is infected', 'file_infected', async ({ ctx, person }) => {
    const fileId = await receive(ctx, person, pdf(400, EICAR));
    await scanFiles(ctx, demonstrationScanner);
    return fileId;
  }),
  attaching('the file is somebody else’s', 'file_unknown', async ({ ctx }, world) =>
    receive(ctx, (await world.person()).person),
  ),
  attaching('the file is attached', 'file_already_linked', async (from, _, organisationId) => {
    const file = await receive(from.ctx, from.person);
    await addProof(from.ctx, from.person, { organisationId, file }, key());
    return file;
  }),
  attaching('three are there', 'subject_files_used_up', async (from, _, organisationId) => {
    for (const content of ['1', '2', '3']) {
      const file = await receive(from.ctx, from.person, pdf(400, content));
      await addProof(from.ctx, from.person, { organisationId, file }, key());
    }
    return receive(from.ctx, from.person);
  }),
  attaching('decided', 'organisation_already_decided', async (from, world, organisationId) => {
    await verified(world, organisationId);
    return receive(from.ctx, from.person);
  }),
  losing(
    'organisations.addProof',
    'the organisation is somebody else’s',
    'organisation_unknown',
    async ({ ctx, person }, world) => {
      const organisationId = await claimSchool(world, (await world.person()).person);
      const file = await receive(ctx, person);
      return () => addProof(ctx, person, { organisationId, file }, key());
    },
  ),
];
