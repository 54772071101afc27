import { and, asc, eq, inArray, lte, sql, type SQLWrapper } from 'drizzle-orm';
import type { Actor, CommandContext } from '../../lib/context.ts';
import {
  commitOnce,
  print,
  writeAtomically,
  type Query,
  type Statement,
} from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { openPersonKey, personPhone } from '../accounts/queries.ts';
import { people, signIns, signOuts, type Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { bookings, cancellations } from '../bookings/table.ts';
import { groupRequests } from '../groups/table.ts';
import { hallSessions } from '../halls/table.ts';
import { inquiries } from '../inquiries/table.ts';
import { organisationMembers } from '../organisations/table.ts';
import { roleRevocations } from '../roles/table.ts';
import {
  contactNameRefusals,
  erasureRefusals,
  keptUntil,
  NAMES_KEPT_DAYS,
  SIGN_INS_KEPT_DAYS,
} from './policy.ts';
import { dueAccounts, ERASURE_SCOPE, livingIds, readHeld } from './queries.ts';
import { contactNameInput, erasureInput, erasureListInput } from './schema.ts';
import {
  accountErasures,
  contactNameChanges,
  erasureRuns,
  type ErasedWhat,
  type ErasureReason,
} from './table.ts';

/** One run's share of rows; the next minute brings the rest. */
const ROWS_MAX = 500;

/** Each account is a batch of its own, and a Worker has a bounded number of requests. */
const ACCOUNTS_MAX = 20;

/**
 * Puts right the contact name of a coming visit.
 * @throws DomainError `invalid` (fields), `not_found` (also for somebody else's booking), `conflict` (ended, over,
 * changed ten times), `unavailable`.
 */
export async function correctContactName(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId, contactName } = parseInput(contactNameInput, input);
  const { db, now, keys } = ctx;
  const dataKey = await openPersonKey(ctx, person);
  const change = db
    .insert(contactNameChanges)
    .values({ id: newId(now), bookingId, personId: person.id, changedAt: now });
  // After the guard: it has made sure that the booking is this person's and still to come.
  const name = db
    .update(bookings)
    .set({
      contactNameCipher: await dataKey.encrypt(`bookings.contact_name:${bookingId}`, contactName),
      contactNameHash: await keys.hash('name', contactName),
      keyVersion: keys.version,
    })
    .where(eq(bookings.id, bookingId));
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'booking.correct_contact_name',
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  const body = { bookingId, contactName };
  const request = { scope: person.id, key: parseKey(key), command: 'correctContactName', body };
  return commitOnce(db, request, now, {
    statements: [change, name, entry],
    answer: { bookingId },
    refusals: contactNameRefusals,
  });
}

/**
 * Erases a person's account at their own wish: key, number and names at once, coming bookings cancelled and their
 * places freed, roles given back, every sign-in ended. All of it or nothing.
 * @throws DomainError `invalid` (fields, the digits are not this number's), `conflict` (bookings have just changed,
 * erased before, the last administrator), `unavailable`.
 */
export async function eraseAccount(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ erased: true }> {
  const { lastFour } = parseInput(erasureInput, input);
  const parsedKey = parseKey(key);
  if (!(await personPhone(ctx, person)).endsWith(lastFour)) {
    const message = '这不是你登录用的手机号的最后4位';
    throw new DomainError('invalid', 'wrong_last_four', message, {
      fields: [{ field: 'lastFour', message }],
    });
  }
  const request = {
    scope: ERASURE_SCOPE,
    key: parsedKey,
    command: 'eraseAccount',
    body: { personId: person.id },
  };
  const actor = { kind: 'person', id: person.id } as const;
  return commitOnce(ctx.db, request, ctx.now, {
    statements: await erasureOf(ctx, person.id, 'asked', actor),
    answer: { erased: true },
    refusals: erasureRefusals,
  });
}

/** Erases accounts that nobody has used for half a year, before their numbers are somebody else's. @returns how many. */
export async function eraseDormantAccounts(ctx: CommandContext): Promise<number> {
  const due = await dueAccounts(ctx, ACCOUNTS_MAX);
  const actor = { kind: 'job', id: 'erase-dormant-accounts' } as const;
  for (const id of due) await eraseOne(ctx, id, 'dormant', actor);
  return due.length;
}

/**
 * After a backup was restored: erases again whoever is on the list that was kept beside it.
 * @param list SHA-256 of people's ids, in hexadecimal.
 * @returns how many had come back.
 */
export async function reapplyErasures(ctx: CommandContext, list: unknown): Promise<number> {
  const wanted = new Set(parseInput(erasureListInput, list));
  const actor = { kind: 'job', id: 'reapply-erasures' } as const;
  let erased = 0;
  let ids = await livingIds(ctx, ROWS_MAX);
  while (ids.length > 0) {
    for (const id of ids) {
      if (!wanted.has(toHex(await sha256(id)))) continue;
      await eraseOne(ctx, id, 'restored', actor);
      erased += 1;
    }
    ids = await livingIds(ctx, ROWS_MAX, ids.at(-1));
  }
  return erased;
}

async function eraseOne(
  ctx: CommandContext,
  personId: string,
  reason: ErasureReason,
  actor: Actor,
): Promise<void> {
  await writeAtomically(ctx.db, await erasureOf(ctx, personId, reason, actor), erasureRefusals);
}

/** The rows that end an account. Its guard counts the coming bookings again, so that none is left behind. */
async function erasureOf(
  ctx: CommandContext,
  personId: string,
  reason: ErasureReason,
  actor: Actor,
): Promise<Statement[]> {
  const { db, now } = ctx;
  const { coming, grants } = await readHeld(ctx, personId);
  const bookingIds = coming.map(({ booking }) => booking.id);
  const row = db.insert(accountErasures).values({
    personId,
    personHash: await sha256(personId),
    reason,
    cancelled: bookingIds.length,
    erasedAt: now,
  });
  const entry = (action: string, subjectKind: string, subjectId: string) =>
    auditEntry(ctx, { actor, action, subjectKind, subjectId, details: { reason } });
  const ofNumber = db
    .select({ hash: people.phoneHash })
    .from(people)
    .where(eq(people.id, personId));
  const statements = [
    // First, while the number's hash still stands: a question stays to be answered, without whom to tell.
    print(
      db
        .update(inquiries)
        .set({ phoneCipher: null, phoneHash: null })
        .where(inArray(inquiries.phoneHash, ofNumber)),
    ),
    print(row),
    // Whoever asks for it has handed over before, where there is somebody (`hand_over_first`); else the database
    // lets the member of longest standing take over, or leaves the organisation to whoever claims it next.
    print(
      db
        .update(organisationMembers)
        .set({ state: 'left', responsible: false })
        .where(eq(organisationMembers.personId, personId)),
    ),
    print(runOf(ctx, `accounts_${reason}`)),
    await entry('account.erase', 'person', personId),
  ];
  for (const bookingId of bookingIds) {
    statements.push(
      print(db.insert(cancellations).values({ bookingId, personId, cancelledAt: now })),
      await entry('booking.cancel', 'booking', bookingId),
    );
  }
  for (const grantId of grants) {
    statements.push(
      print(db.insert(roleRevocations).values({ grantId, revokedBy: personId, revokedAt: now })),
      await entry('role.revoke', 'role_grant', grantId),
    );
  }
  return statements;
}

function runOf({ db, now }: CommandContext, what: ErasedWhat) {
  return db.insert(erasureRuns).values({ id: newId(now), what, howMany: 1, ranAt: now });
}

/**
 * Erases the contact names of visits that ended long enough ago. Their key is the person's and stays, so cipher and
 * hash are overwritten. @returns how many.
 */
export async function eraseContactNames(ctx: CommandContext): Promise<number> {
  const due = ctx.db
    .select({ id: bookings.id })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(
      and(
        sql`${bookings.contactNameCipher} <> x''`,
        lte(hallSessions.endsAt, keptUntil(ctx.now, NAMES_KEPT_DAYS)),
      ),
    )
    .limit(ROWS_MAX);
  const erase = ctx.db
    .update(bookings)
    .set({ contactNameCipher: sql`x''`, contactNameHash: sql`zeroblob(32)` })
    .where(inArray(bookings.id, due));
  return eraseAndTell(ctx, 'contact_names', due, [erase]);
}

/** Erases who led a group and what it needed once its last class came long enough ago. @returns how many. */
export async function eraseGroupWords(ctx: CommandContext): Promise<number> {
  const lastEnd = sql`(
    SELECT max(${hallSessions.endsAt}) FROM ${bookings}
      INNER JOIN ${hallSessions} ON ${hallSessions.id} = ${bookings.sessionId}
      WHERE ${bookings.groupRequestId} = ${groupRequests.id})`;
  const due = ctx.db
    .select({ id: groupRequests.id })
    .from(groupRequests)
    .where(
      and(
        sql`${groupRequests.leaderNameCipher} <> x''`,
        sql`${lastEnd} <= ${keptUntil(ctx.now, NAMES_KEPT_DAYS).getTime()}`,
      ),
    )
    .limit(ROWS_MAX);
  const erase = ctx.db
    .update(groupRequests)
    .set({ leaderNameCipher: sql`x''`, needsCipher: sql`x''` })
    .where(inArray(groupRequests.id, due));
  return eraseAndTell(ctx, 'contact_names', due, [erase]);
}

/** Deletes sign-ins that ran out long enough ago, with the sign-outs that ended them. @returns how many. */
export async function purgeSignIns(ctx: CommandContext): Promise<number> {
  const due = ctx.db
    .select({ id: signIns.id })
    .from(signIns)
    .where(lte(signIns.expiresAt, keptUntil(ctx.now, SIGN_INS_KEPT_DAYS)))
    .orderBy(asc(signIns.expiresAt), asc(signIns.id))
    .limit(ROWS_MAX);
  return eraseAndTell(ctx, 'sign_ins', due, [
    ctx.db.delete(signOuts).where(inArray(signOuts.signInId, due)),
    ctx.db.delete(signIns).where(inArray(signIns.id, due)),
  ]);
}

/** The run's row counts what the same batch erases, so that two runs at once never tell of a row twice. */
async function eraseAndTell(
  ctx: CommandContext,
  what: ErasedWhat,
  due: SQLWrapper,
  erase: readonly Query[],
): Promise<number> {
  const { db, now } = ctx;
  const told = db
    .insert(erasureRuns)
    .select(
      sql`select ${newId(now)}, ${what}, n, ${now.getTime()} from (select count(*) as n from ${due}) where n > 0`,
    );
  const results = await writeAtomically(db, [told, ...erase], {});
  return results.at(-1)?.rowsAffected ?? 0;
}
