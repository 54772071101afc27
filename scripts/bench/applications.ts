/**
 * `npm run bench:applications`: what the lists of an office cost with 5,000 files before it, against 50. Interleaved, medians;
 * what is worth keeping is the ratio within one run. Their plans are held by `tests/api/review-desk.test.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDesk } from '../../src/features/desk/queries.ts';
import { listQueue, queueList } from '../../src/features/review-desk/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { migrate } from '../../src/lib/db/migrate.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { readList } from '../../src/lib/lists.ts';
import { addDays, calendarDate } from '../../src/lib/time.ts';
import { newPersonalDataKeys } from '../lib/keys.ts';
import { listProgrammes } from '../lib/list-programmes.ts';
import { readMigrations } from '../lib/migrations.ts';
import { median } from './load.ts';

const ROUNDS = 101;
const [FEW, MANY] = [50, 5_000];
/** The limit that queues are held to. */
const RATIO_MAX = 1.3;
const OFFICE = '320904';

const directory = await mkdtemp(join(tmpdir(), 'anlan-applications-'));
const keys = await Keyring.open(JSON.parse(newPersonalDataKeys()) as Record<string, string>);
const now = new Date();
const programmes = await listProgrammes();

/** Files that wait at one office, the first 50 overdue, so that every list shows as many rows on both sides; written past the guards, since only reading is timed. */
async function prepare(name: string, files: number): Promise<CommandContext> {
  const db = openDatabase({ url: `file:${join(directory, `${name}.db`)}` });
  await migrate(db.$client, await readMigrations(), now);
  const guards = await db.$client.execute(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'applications'",
  );
  const drops = guards.rows.map(({ 0: guard }) => `DROP TRIGGER "${guard as string}"`);
  await db.$client.executeMultiple(`PRAGMA foreign_keys = OFF;\n${drops.join(';\n')};`);
  const today = calendarDate(now);
  const rows = Array.from({ length: files }, (_, nth) => ({
    sql: `INSERT INTO applications (id, code, programme, version, organisation_id, region_code, name, begun_by, begun_at, decisions,
        state, turn, turn_region, since, until_on)
      VALUES (?, ?, 'jiangsu-community', '1', ?, ?, ?, 'nobody', 0, 1, 'step:county-review', 'county', ?, ?, ?)`,
    args: [
      ...[
        newId(now),
        `P${String(nth).padStart(9, '0')}`,
        newId(now),
        `${OFFICE}${100 + (nth % 20)}`,
      ],
      ...[
        `示例${nth}社区居民委员会`,
        OFFICE,
        now.getTime(),
        addDays(today, nth < FEW ? -1 - (nth % 5) : nth % 40),
      ],
    ],
  }));
  for (let from = 0; from < rows.length; from += 500) {
    await db.$client.batch(rows.slice(from, from + 500), 'write');
  }
  await db.$client.execute('ANALYZE');
  return { db, keys, now, requestId: newId(now) };
}

const list = queueList(programmes);
const reviewer = {
  id: 'nobody',
  roles: [{ role: 'reviewer', scopeKind: 'region', scopeId: OFFICE }],
} as const;
const queue = (query: Record<string, string>) => (ctx: CommandContext) =>
  listQueue(ctx, readList(list, new URLSearchParams(query)), {
    offices: [OFFICE],
    mine: [reviewer.id],
  });
const acts: Record<string, (ctx: CommandContext) => Promise<unknown>> = {
  queue: queue({}),
  overdue: queue({ view: 'overdue' }),
  'assigned to me': queue({ view: 'mine' }),
  'all of the region': queue({ view: 'all' }),
  'today at the desk': (ctx) => readDesk(ctx, reviewer, String),
};

try {
  const few = await prepare('few', FEW);
  const many = await prepare('many', MANY);
  console.log(`Medians of ${ROUNDS} interleaved rounds, in ms: ${FEW} files, ${MANY}, ratio`);
  for (const [name, act] of Object.entries(acts)) {
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, ctx] of [few, many].entries()) {
        const begun = performance.now();
        await act(ctx);
        times[index]?.push(performance.now() - begun);
      }
    }
    const [little, much] = times.map(median) as [number, number];
    const ratio = much / little;
    const cells = [little.toFixed(2), much.toFixed(2), ratio.toFixed(2)];
    const verdict = ratio <= RATIO_MAX ? '' : `   over ${RATIO_MAX}`;
    console.log(`  ${name.padEnd(20)}${cells.map((cell) => cell.padStart(10)).join('')}${verdict}`);
  }
  few.db.$client.close();
  many.db.$client.close();
} finally {
  await rm(directory, { recursive: true, force: true });
}
