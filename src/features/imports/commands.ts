import { and, lte, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, toHex } from '../../lib/ids.ts';
import { sha256, type DataKey } from '../../lib/keyring.ts';
import { decodeSheet, readSheet } from '../../lib/sheets.ts';
import { HOUR_MS } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { newPerson } from '../accounts/statements.ts';
import { auditEntry } from '../audit/statements.ts';
import { newBooking } from '../bookings/statements.ts';
import { namings } from '../namings/table.ts';
import { can, type Holder } from '../roles/policy.ts';
import { IMPORT_VALID_HOURS, importRefusals, rowRefusals, sheetProblem } from './policy.ts';
import { findOwnImport, planImport, type ImportPlan, type PlannedRow } from './queries.ts';
import { importInput, importReference } from './schema.ts';
import { importRows, imports, knownOrganisations, type ImportKind } from './table.ts';

const notYours = () => new DomainError('not_found', 'import_not_yours', '没有找到这次导入。');

function mayImport(by: Holder, kind: ImportKind, scopeId: string): boolean {
  switch (kind) {
    case 'bookings':
      return can(by, { action: 'hall.tables', hall: scopeId });
    case 'organisations':
      return can(by, { action: 'organisation.import', regionCode: scopeId });
    case 'namings':
      return can(by, { action: 'naming.list', regionCode: scopeId });
  }
}

/**
 * Reads a table that somebody uploaded or pasted and keeps it, sealed, until it is confirmed or a day is over.
 * @throws DomainError `invalid` (nothing to read, no such columns, too many rows), `not_found` (not yours),
 * `too_many`, `unavailable`.
 */
export async function createImport(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ importId: string }> {
  const { what, file, pasted = '' } = parseInput(importInput, input);
  const { kind, scopeId } = what;
  if (!mayImport(by, kind, scopeId)) throw notYours();
  const field = file ? 'file' : 'pasted';
  const text = file ? decodeSheet(file) : pasted;
  const wrong = (message: string) =>
    new DomainError('invalid', 'sheet_unreadable', message, { fields: [{ field, message }] });
  if (text === undefined) throw wrong('这个文件读不懂。请在Excel里另存为“CSV UTF-8”或“CSV”再来');
  const sheet = readSheet(text);
  const problem = sheetProblem(kind, sheet);
  if (problem !== undefined || 'problem' in sheet) throw wrong(problem ?? '');
  const { db, now, keys } = ctx;
  const id = newId(now);
  const content = JSON.stringify(sheet);
  const row = db.insert(imports).values({
    id,
    kind,
    scopeId,
    contentCipher: await keys.seal(`import.content:${id}`, content),
    keyVersion: keys.version,
    rowCount: sheet.rows.length,
    createdBy: by.id,
    createdAt: now,
    expiresAt: new Date(now.getTime() + IMPORT_VALID_HOURS * HOUR_MS),
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'import.create',
    subjectKind: 'import',
    subjectId: id,
    details: { kind, scopeId, rows: sheet.rows.length },
  });
  const body = { kind, scopeId, content: toHex(await sha256(content)) };
  return commitOnce(db, { scope: by.id, key: parseKey(key), command: 'createImport', body }, now, {
    statements: [row, entry],
    answer: { importId: id },
    refusals: importRefusals,
  });
}

/** Rows of one batch: a request's worth, and few enough that a row which fails costs little to find. */
const BATCH_ROWS = 20;

/**
 * Brings in all good rows of an import, in atomic batches. Each row carries its own key, so that confirming twice, or
 * another file with the same row, changes nothing: it needs no key of the form. Guards judge again on writing; a row
 * they refuse is told of and keeps no other from being written.
 * @throws DomainError `not_found` (not yours), `conflict` (expired), `unavailable`; rows written by then stay.
 */
export async function applyImport(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ importId: string }> {
  const { importId } = parseInput(importReference, input);
  parseKey(key);
  const found = await findOwnImport(ctx, by.id, importId);
  if (!found || !mayImport(by, found.import.kind, found.import.scopeId)) throw notYours();
  if (found.import.expiresAt <= ctx.now || found.import.contentCipher.length === 0) {
    throw new DomainError('conflict', 'import_expired', '这次导入已经过期。请重新上传文件。');
  }
  const plan = await planImport(ctx, found);
  const rows = plan.rows.filter(({ value, outcome }) => value && !outcome);
  const write = rowWriter(ctx, by, plan);
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    await writeRows(write, rows.slice(from, from + BATCH_ROWS));
  }
  return { importId };
}

/** Writes these rows in one batch with one entry in the log; with a reason, tells only that they were refused. */
type RowWriter = (rows: readonly PlannedRow[], refusedFor?: string) => Promise<unknown>;

/** All rows in one batch; when one of them is refused, each half by itself, down to the row that is. */
async function writeRows(write: RowWriter, rows: readonly PlannedRow[]): Promise<void> {
  try {
    await write(rows);
  } catch (error) {
    const refused = domainErrorIn(error);
    // What concerns the import as a whole, or the way to the database, ends it.
    const isWhole =
      !refused ||
      ['unavailable', 'not_found'].includes(refused.code) ||
      refused.reason === 'import_expired';
    if (isWhole) throw error;
    if (rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      await writeRows(write, rows.slice(0, half));
      await writeRows(write, rows.slice(half));
    } else if (refused.reason !== 'row_done') {
      await write(rows, refused.reason).catch((raced: unknown) => {
        if (domainErrorIn(raced)?.reason !== 'row_done') throw raced;
      });
    }
  }
}

function rowWriter(ctx: CommandContext, by: Holder, plan: ImportPlan): RowWriter {
  const { db, now } = ctx;
  const { id: importId, kind } = plan.import;
  const bookers = bookerFinder(ctx, plan);
  const bringIn = async ({ value }: PlannedRow): Promise<Statement[]> => {
    if (!value) return [];
    if ('namedOn' in value) {
      const row = { id: newId(now), ...value, importId, listedAt: now };
      return [print(db.insert(namings).values(row))];
    }
    if ('name' in value) {
      const row = { id: newId(now), ...value, importId, listedAt: now };
      return [print(db.insert(knownOrganisations).values(row))];
    }
    const { phone, ...wanted } = value;
    const { id: personId, dataKey, statements } = await bookers(phone);
    const booking = await newBooking(ctx, dataKey, { ...wanted, personId });
    const { sessionId, adults, children } = wanted;
    const entry = await auditEntry(ctx, {
      actor: { kind: 'person', id: by.id },
      action: 'booking.create',
      subjectKind: 'booking',
      subjectId: booking.id,
      details: { sessionId, adults, children, importId },
    });
    return [...statements, booking.statement, entry];
  };
  const statementsOf = async (row: PlannedRow, refusedFor: string | undefined) => {
    const { number: rowNumber, rowKey, repeated } = row;
    const isRepeated = repeated || refusedFor === 'row_repeated';
    const outcome = isRepeated ? 'repeated' : refusedFor ? 'refused' : 'imported';
    const reason = outcome === 'refused' ? (refusedFor ?? '') : '';
    const told = { importId, rowNumber, rowKey, outcome, reason } as const;
    return [
      // First, so that a row which somebody else has just written is known as such, and not as one that was refused.
      print(db.insert(importRows).values({ ...told, importedBy: by.id, importedAt: now })),
      ...(outcome === 'imported' ? await bringIn(row) : []),
    ];
  };
  return async (rows, refusedFor) => {
    const written = await Promise.all(rows.map((row) => statementsOf(row, refusedFor)));
    const entry = await auditEntry(ctx, {
      actor: { kind: 'person', id: by.id },
      action: 'import.apply',
      subjectKind: 'import',
      subjectId: importId,
      details: { kind, rows: rows.map(({ number }) => number), reason: refusedFor ?? '' },
    });
    await writeAtomically(db, [...written.flat(), entry], rowRefusals);
  };
}

/** The person behind a number: known, or made together with the first of their rows that is written. */
function bookerFinder(ctx: CommandContext, { people }: ImportPlan) {
  const found = new Map<
    string,
    Promise<{ id: string; dataKey: DataKey; statements: readonly Statement[] }>
  >();
  return (phone: string) => {
    const person = people.get(phone);
    const one =
      found.get(phone) ??
      (person
        ? openPersonKey(ctx, person).then((dataKey) => ({ id: person.id, dataKey, statements: [] }))
        : newPerson(ctx, phone, { unlessKnown: true }));
    found.set(phone, one);
    return one;
  };
}

/** Empties what was uploaded once its day is over; what became of each row stays. @returns how many. */
export async function forgetImports({ db, now }: CommandContext): Promise<number> {
  const gone = await db
    .update(imports)
    .set({ contentCipher: new Uint8Array() })
    .where(and(lte(imports.expiresAt, now), sql`${imports.contentCipher} <> x''`));
  return gone.rowsAffected;
}
