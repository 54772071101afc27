/**
 * `npm run audit -- verify [root.json …]`: walks the whole audit chain of the database at DATABASE_URL. Files are
 * daily roots kept outside the site (from `/audit/roots/<date>.json`); each must still be what the database says.
 * Exit codes: 0 whole, 1 broken, 2 could not be checked.
 */
import { readFile } from 'node:fs/promises';
import type { BreakKind, ChainProgress, RootClaim } from '../src/features/audit/policy.ts';
import { claimOfFile, verifyStoredChain } from '../src/features/audit/queries.ts';
import { rootFile } from '../src/features/audit/schema.ts';
import { openDatabase } from '../src/lib/db/client.ts';
import { toHex } from '../src/lib/ids.ts';

/** One page of a long chain from a far database takes its time; nobody waits at a form. */
const TIMEOUT_MS = 30_000;

const wordsFor: Readonly<Record<BreakKind, string>> = {
  changed: 'changed: its digest does not match its fields.',
  replaced: 'replaced: another entry was sealed in this place.',
  missing: 'missing: it was sealed and is gone.',
  unlinked: 'not in the chain, though later entries are: it slipped in, or its seal was removed.',
  relinked: 'relinked: its seal does not follow the one before it.',
  unsealed: 'has waited for its seal for more than five minutes.',
  root: 'the last of a day whose root does not match the chain.',
  signature: 'the last of a day whose root has a signature that does not hold.',
  kept_root: 'the last of a day whose root is not the one that was kept.',
};

const [command, ...files] = process.argv.slice(2);
const url = process.env['DATABASE_URL'];
if (command !== 'verify') giveUp('Usage: npm run audit -- verify [root.json …]');
if (!url) giveUp('DATABASE_URL is not set: name the database to verify, e.g. libsql://….');

const db = openDatabase({ url, authToken: process.env['DATABASE_TOKEN'], timeoutMs: TIMEOUT_MS });
try {
  const kept = await Promise.all(files.map(readKept));
  const walk = await verifyStoredChain({ db, now: new Date() }, kept);
  if (walk.broken) tellBroken(walk.broken);
  else tellWhole(walk);
} catch (error) {
  giveUp(`The chain could not be checked: ${messageOf(error)}`);
} finally {
  db.$client.close();
}

/** @throws Error naming a file that is no daily root. */
async function readKept(file: string): Promise<RootClaim> {
  try {
    return claimOfFile(rootFile.parse(JSON.parse(await readFile(file, 'utf8'))));
  } catch (error) {
    throw new Error(`${file} is not a daily root`, { cause: error });
  }
}

function tellBroken({ kind, sequence, entryId, date }: NonNullable<ChainProgress['broken']>): void {
  const which = [entryId, date && `root of ${date}`].filter(Boolean).join(', ');
  console.error(`BROKEN at entry ${sequence}${which && ` (${which})`}: ${wordsFor[kind]}`);
  process.exitCode = 1;
}

function tellWhole({ head, sealed, waiting, gaps }: ChainProgress): void {
  const root = head.roots.at(-1);
  console.log(
    [
      `OK: ${sealed} entries in one chain, ${waiting} waiting for their seal.`,
      root ? `Last root: ${root.date} ${toHex(root.hash)}` : 'No root yet.',
      `${head.roots.length} roots, ${head.kept.length} of them compared with kept files.`,
      ...(gaps > 0
        ? [`${gaps} numbers were never sealed: see docs/decisions/0014-audit-chain.md.`]
        : []),
    ].join('\n'),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? `${error.message} ${error.cause ? messageOf(error.cause) : ''}`
    : '';
}

function giveUp(message: string): never {
  console.error(message);
  process.exit(2);
}
