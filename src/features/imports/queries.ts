import { and, asc, count, desc, eq, gt, inArray, isNull, like, ne, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { toHex } from '../../lib/ids.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import type { SheetRow } from '../../lib/sheets.ts';
import { calendarDate, formatDayTime } from '../../lib/time.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings } from '../bookings/table.ts';
import { hallSessions } from '../halls/table.ts';
import { judgeNamings, namingKey } from '../namings/policy.ts';
import { countRemoved } from '../namings/queries.ts';
import type { NamingInput } from '../namings/schema.ts';
import type { Organisation } from '../organisations/table.ts';
import { isDormant } from '../privacy/policy.ts';
import {
  bookingKey,
  cellsOf,
  importWords,
  judgeBookings,
  judgeOrganisations,
  organisationKey,
  readBookings,
  readHeading,
  reasonWords,
  type BookingRow,
  type Cells,
  type Heading,
  type OrganisationRow,
  type Verdict,
} from './policy.ts';
import {
  importRows,
  imports,
  knownOrganisations,
  type Import,
  type ImportKind,
  type ImportOutcome,
  type KnownOrganisation,
} from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now' | 'keys'>;

/** The last ones are enough to find one's own again. */
const IMPORTS_SHOWN = 20;

/** An import with how its rows ended so far. */
export interface ImportWithCounts {
  import: Import;
  imported: number;
  done: number;
}

const countsOf = {
  imported: count(sql`CASE WHEN ${importRows.outcome} = 'imported' THEN 1 END`),
  done: count(importRows.rowNumber),
};

function ownImports({ db }: Pick<CommandContext, 'db'>, personId: string) {
  return db
    .select({ import: imports, ...countsOf })
    .from(imports)
    .leftJoin(importRows, eq(importRows.importId, imports.id))
    .where(eq(imports.createdBy, personId))
    .groupBy(imports.id)
    .orderBy(desc(imports.id))
    .limit(IMPORTS_SHOWN);
}

/** Somebody's own latest imports. */
export async function listOwnImports(
  ctx: Pick<CommandContext, 'db'>,
  personId: string,
): Promise<ImportWithCounts[]> {
  return ownImports(ctx, personId);
}

/** What somebody has uploaded and not confirmed yet. */
export function importsQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
): QueueQuestion {
  const waiting = db
    .select()
    .from(imports)
    .where(
      and(
        eq(imports.createdBy, personId),
        gt(imports.expiresAt, now),
        sql`NOT EXISTS (SELECT 1 FROM import_rows WHERE import_id = ${imports.id})`,
      ),
    )
    .orderBy(asc(imports.expiresAt))
    .limit(IMPORTS_SHOWN);
  return queueQuestion([waiting], ([rows]) => ({
    queue: 'imports',
    title: '导入',
    href: '/staff/imports',
    summary: `${rows.length}个等你确认`,
    count: rows.length,
    overdue: 0,
    cut: rows.length > NEXT_SHOWN,
    next: rows.slice(0, NEXT_SHOWN).map((one) => ({
      text: `${importWords[one.kind]}，${one.rowCount}行`,
      href: `/staff/imports/${one.id}`,
      due: { text: `${formatDayTime(one.expiresAt)}过期`, late: false },
    })),
  }));
}

/** What a good row brings in. */
export type ImportedRow = BookingRow | OrganisationRow | NamingInput;

/** A row with its place among what was decided: what became of it, once it was written. */
export type PlannedRow = Verdict<ImportedRow> & {
  rowKey: Uint8Array<ArrayBuffer>;
  /** Brought in before, by this or another file. */
  repeated: boolean;
  outcome?: ImportOutcome;
  reason?: string;
};

/** An import as it stands now: looked at anew each time, since places go in the meantime. */
export interface ImportPlan {
  import: Import;
  heading: Heading;
  header: readonly string[];
  rows: readonly PlannedRow[];
  /** People whose numbers are known, by number. */
  people: ReadonlyMap<string, Person>;
  /** The rows as they were sent, for the file of those that failed. */
  source: ReadonlyMap<number, readonly string[]>;
}

/** What keeps a row out, in one sentence; undefined for a row that was or will be brought in. */
export function problemOf({ problems, outcome, reason }: PlannedRow): string | undefined {
  if (outcome === 'refused') return reasonWords(reason ?? '');
  return outcome === undefined && problems.length > 0 ? problems.join('；') : undefined;
}

/** How an import whose content has gone ended. */
export interface ImportOutcomes {
  import: Import;
  outcomes: readonly { rowNumber: number; outcome: ImportOutcome; reason: string }[];
}

/** Somebody's own import and what became of its rows; another's does not exist for them. */
export async function findOwnImport(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  importId: string,
): Promise<ImportOutcomes | undefined> {
  const own = and(eq(imports.id, importId), eq(imports.createdBy, personId));
  const [[found], outcomes] = await db.batch([
    db.select().from(imports).where(own),
    db
      .select({
        rowNumber: importRows.rowNumber,
        outcome: importRows.outcome,
        reason: importRows.reason,
      })
      .from(importRows)
      .where(eq(importRows.importId, importId))
      .orderBy(asc(importRows.rowNumber)),
  ]);
  return found && { import: found, outcomes };
}

/** The content of an import that has not expired, judged against the world as it is now. */
export async function planImport(ctx: Reads, found: ImportOutcomes): Promise<ImportPlan> {
  const { kind, id, contentCipher, keyVersion, scopeId } = found.import;
  const text = await ctx.keys.unseal(`import.content:${id}`, contentCipher, keyVersion);
  const { header, rows: source } = JSON.parse(text) as { header: string[]; rows: SheetRow[] };
  const heading = readHeading(kind, header);
  const rows = source.map((row) => ({ number: row.number, cells: cellsOf(kind, heading, row) }));
  const judged = await planners[kind](ctx, scopeId, rows);
  const outcomes = new Map(found.outcomes.map((one) => [one.rowNumber, one]));
  return {
    import: found.import,
    heading,
    header,
    people: judged.people,
    source: new Map(source.map(({ number, cells }) => [number, cells])),
    rows: judged.rows.map((row) => {
      const { outcome, reason } = outcomes.get(row.number) ?? {};
      return { ...row, ...(outcome ? { outcome, reason: reason ?? '' } : {}) };
    }),
  };
}

interface Judged {
  rows: PlannedRow[];
  people: ReadonlyMap<string, Person>;
}

type RawRow = { number: number; cells: Cells };

/** The keyed hashes of a row, the current version first: older versions recognise what was brought in long ago. */
async function rowHashes({ keys }: Pick<Reads, 'keys'>, scopeId: string, key: string) {
  const value = `${scopeId}\n${key}`;
  return {
    current: await keys.hash('import-row', value),
    all: await keys.hashes('import-row', value),
  };
}

/** Rows with their keys, and whether each was brought in before. */
async function withKeys<Value extends ImportedRow>(
  ctx: Reads,
  scopeId: string,
  verdicts: readonly Verdict<Value>[],
  keyOf: (value: Value) => string,
  before: ReadonlySet<string>,
): Promise<PlannedRow[]> {
  return Promise.all(
    verdicts.map(async (verdict) => {
      const { value, number } = verdict;
      // A row with a mistake has no content to be recognised by.
      const key = value ? keyOf(value) : `line ${number}`;
      const { current } = await rowHashes(ctx, scopeId, key);
      return { ...verdict, rowKey: current, repeated: value !== undefined && before.has(key) };
    }),
  );
}

/** Which of these keys were brought in before, whichever file they were in. */
async function importedBefore(
  ctx: Reads,
  scopeId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const hashed = await Promise.all(
    keys.map(async (key) => ({ key, hashes: (await rowHashes(ctx, scopeId, key)).all })),
  );
  const all = hashed.flatMap(({ hashes }) => hashes);
  if (all.length === 0) return new Set();
  const rows = await ctx.db
    .select({ rowKey: importRows.rowKey })
    .from(importRows)
    .where(and(eq(importRows.outcome, 'imported'), inArray(importRows.rowKey, all)));
  const found = new Set(rows.map(({ rowKey }) => toHex(rowKey)));
  return new Set(
    hashed
      .filter(({ hashes }) => hashes.some((hash) => found.has(toHex(hash))))
      .map(({ key }) => key),
  );
}

async function planBookings(ctx: Reads, hall: string, rows: readonly RawRow[]): Promise<Judged> {
  const { db, now } = ctx;
  const sessions = await db
    .select()
    .from(hallSessions)
    .where(
      and(
        eq(hallSessions.hallSlug, hall),
        gt(hallSessions.endsAt, now),
        isNull(hallSessions.withdrawnAt),
      ),
    );
  const read = readBookings(rows, sessions, now);
  const values = read.flatMap(({ found }) => found?.value ?? []);
  const { known, taken } = await readPeople(ctx, [...new Set(values.map(({ phone }) => phone))]);
  const repeated = await importedBefore(ctx, hall, [...new Set(values.map(bookingKey))]);
  const dormant = new Set(
    [...known].flatMap(([phone, person]) => (isDormant(person, now) ? [phone] : [])),
  );
  const verdicts = judgeBookings(read, { taken, repeated, dormant });
  return { people: known, rows: await withKeys(ctx, hall, verdicts, bookingKey, repeated) };
}

/** Whose numbers these are, and which coming sessions they have booked (`bookingKey`). */
async function readPeople(
  { db, now, keys }: Reads,
  phones: readonly string[],
): Promise<{ known: Map<string, Person>; taken: Set<string> }> {
  if (phones.length === 0) return { known: new Map(), taken: new Set() };
  const hashed = await Promise.all(
    phones.map(async (phone) => ({ phone, hashes: await keys.hashes('phone', phone) })),
  );
  const byHash = new Map(
    hashed.flatMap(({ phone, hashes }) => hashes.map((hash) => [toHex(hash), phone] as const)),
  );
  const phoneOf = ({ phoneHash }: Pick<Person, 'phoneHash'>) => byHash.get(toHex(phoneHash)) ?? '';
  const isOneOf = inArray(
    people.phoneHash,
    hashed.flatMap(({ hashes }) => hashes),
  );
  const [found, booked] = await db.batch([
    db.select().from(people).where(isOneOf),
    db
      .select({ sessionId: bookings.sessionId, phoneHash: people.phoneHash })
      .from(bookings)
      .innerJoin(people, eq(people.id, bookings.personId))
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .where(and(isOneOf, ne(bookings.state, 'cancelled'), gt(hallSessions.endsAt, now))),
  ]);
  return {
    known: new Map(found.map((person) => [phoneOf(person), person])),
    taken: new Set(
      booked.map((one) => bookingKey({ sessionId: one.sessionId, phone: phoneOf(one) })),
    ),
  };
}

/** Rows that concern no person: judged each by itself, known again by what they say. */
async function planPlain<Value extends OrganisationRow | NamingInput>(
  ctx: Reads,
  regionCode: string,
  verdicts: readonly Verdict<Value>[],
  keyOf: (value: Value) => string,
): Promise<Judged> {
  const keys = verdicts.flatMap(({ value }) => (value ? [keyOf(value)] : []));
  const repeated = await importedBefore(ctx, regionCode, keys);
  return {
    people: new Map(),
    rows: await withKeys(ctx, regionCode, verdicts, keyOf, repeated),
  };
}

const planners: Readonly<
  Record<ImportKind, (ctx: Reads, scopeId: string, rows: readonly RawRow[]) => Promise<Judged>>
> = {
  bookings: planBookings,
  organisations: (ctx, region, rows) =>
    planPlain(ctx, region, judgeOrganisations(rows, region), organisationKey),
  namings: async (ctx, region, rows) => {
    const removed = await countRemoved(ctx, region);
    // Taken out by mistake, it can be brought in again: it is another row by then.
    const keyOf = (value: NamingInput) =>
      `${namingKey(value)} ${removed.get(namingKey(value)) ?? 0}`;
    return planPlain(ctx, region, judgeNamings(rows, region, calendarDate(ctx.now)), keyOf);
  },
};

/** Whether the list of its region knows an organisation by exactly this name. */
export async function findKnown(
  { db }: Pick<CommandContext, 'db'>,
  { kind, name, regionCode }: Pick<Organisation, 'kind' | 'name' | 'regionCode'>,
): Promise<KnownOrganisation | undefined> {
  const [found] = await db
    .select()
    .from(knownOrganisations)
    .where(
      and(
        eq(knownOrganisations.kind, kind),
        eq(knownOrganisations.name, name),
        like(knownOrganisations.regionCode, `${regionCode.slice(0, 6)}%`),
      ),
    )
    .limit(1);
  return found;
}
