import { createHash } from 'node:crypto';
import {
  completeUpload,
  keepPart,
  receiveFile,
  startUpload,
} from '../../src/features/files/commands.ts';
import { PART_BYTES } from '../../src/features/files/policy.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { claimOrganisation } from '../../src/features/organisations/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { s3Storage, type FileContext } from '../../src/lib/storage.ts';
import type { TestStore } from './store.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
export const PURPOSE = 'organisation_proof' as const;

export function withStore(ctx: CommandContext, store: TestStore): FileContext {
  return { ...ctx, storage: s3Storage(store.settings) };
}

/** A PDF as far as its first bytes tell. */
export function pdf(size = 400, content = ''): Uint8Array<ArrayBuffer> {
  const head = `%PDF-1.7\n${content}\n`;
  return new Uint8Array(Buffer.from(head.padEnd(size, ' ')));
}

/** In two halves, so that no scanner takes this file for one. */
export const EICAR = [
  'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-',
  'ANTIVIRUS-TEST-FILE!$H+H*',
].join('');

export const hexHash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const contentDigest = (bytes: Uint8Array) =>
  `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

export async function* streamed(bytes: Uint8Array, size = 64 * 1024) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const partsIn = (bytes: Uint8Array<ArrayBuffer>) =>
  Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, number) =>
    bytes.slice(number * PART_BYTES, (number + 1) * PART_BYTES),
  );

/** The first half of an upload: announced, and some of its parts there. */
export async function begin(
  ctx: FileContext,
  person: Person,
  bytes: Uint8Array<ArrayBuffer>,
  numbers: readonly number[] = partsIn(bytes).map((_, number) => number),
): Promise<string> {
  const input = { purpose: PURPOSE, name: '介绍信.pdf', size: bytes.length };
  const { fileId } = await startUpload(ctx, person, input, key());
  for (const number of numbers) await sendPart(ctx, person, fileId, bytes, number);
  return fileId;
}

export async function sendPart(
  ctx: FileContext,
  person: Pick<Person, 'id'>,
  fileId: string,
  bytes: Uint8Array<ArrayBuffer>,
  number: number,
): Promise<void> {
  const part = partsIn(bytes)[number] ?? new Uint8Array();
  await keepPart(ctx, person, { fileId, number, sha256: hexHash(part) }, part);
}

/** A file sent in parts, from its announcement to its completion. */
export async function upload(
  ctx: FileContext,
  person: Person,
  bytes: Uint8Array<ArrayBuffer> = pdf(),
): Promise<string> {
  const fileId = await begin(ctx, person, bytes);
  await completeUpload(ctx, person, { fileId }, key());
  return fileId;
}

/** A file sent with a form. */
export async function receive(
  ctx: FileContext,
  person: Person,
  bytes: Uint8Array = pdf(),
  name = '介绍信.pdf',
): Promise<string> {
  const { fileId } = await receiveFile(ctx, person, {
    purpose: PURPOSE,
    name,
    bytes: streamed(bytes),
  });
  return fileId;
}

export async function claimSchool(
  { ctx }: Pick<World, 'ctx'>,
  person: Pick<Person, 'id'>,
): Promise<string> {
  const school = { kind: 'school', name: '示例第一小学', regionCode: '320904' };
  return (await claimOrganisation(ctx, person, school, key())).organisationId;
}
