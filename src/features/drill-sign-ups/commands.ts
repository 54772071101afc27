import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically, type Query, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import type { DataKey } from '../../lib/keyring.ts';
import type { Sheet } from '../../lib/sheets.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { actOnce, auditEntry } from '../audit/statements.ts';
import { listPeople } from '../drill-people/queries.ts';
import { participantNameField, requireOwnDrill } from '../drills/queries.ts';
import { drillDepartures, drillParticipants, drillRoles, drills } from '../drills/table.ts';
import { queueMessage, queueMessages } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  departureRefusals,
  drillUnknown,
  keptSince,
  NEEDS_KEPT_DAYS,
  pairingRefusals,
  partyRefusals,
  SIGN_UP_NAMES_KEPT_DAYS,
  signUpRefusals,
  signUpSheet,
  tellingRefusals,
} from './policy.ts';
import {
  findOwnPart,
  findPublicDrill,
  needsField,
  untoldHelperLosses,
  untoldPromotions,
} from './queries.ts';
import {
  departureInput,
  pairingEndInput,
  pairingInput,
  partyInput,
  signUpInput,
  type Needs,
} from './schema.ts';
import {
  drillHelperLosses,
  drillNeeds,
  drillPairingEnds,
  drillPairings,
  drillPartyChanges,
  drillPromotions,
} from './table.ts';

/** One run's share, so that a batch stays small after a long standstill. */
const TOLD_MAX = 50;
const FORGOTTEN_MAX = 500;

const unknown = () => new DomainError(drillUnknown.code, 'drill_unknown', drillUnknown.message);

/** What an input of this feature says of needs. */
interface Told {
  needs: Needs['codes'];
  needsWords: string;
}

/** The row of what somebody needs; none where they said nothing. */
async function needsRow(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  dataKey: DataKey,
  participantId: string,
  { needs: codes, needsWords: words }: Told,
): Promise<Query[]> {
  if (codes.length === 0 && words === '') return [];
  const text = JSON.stringify({ codes, words } satisfies Needs);
  const needsCipher = await dataKey.encrypt(needsField(participantId), text);
  return [db.insert(drillNeeds).values({ participantId, needsCipher, consentedAt: now })];
}

/**
 * Puts a family, a volunteer or an observer down for a role of an announced drill; where it is full, on its waitlist if
 * they want that. Which of the two it became is read afterwards: the database decides while it writes.
 * @throws DomainError `not_found` (no such drill, or not for the public), `invalid` (fields, unknown or assigned role, party
 * too large), `conflict` (full, closed, in it before, another drill at that time, no training), `unavailable`.
 */
export async function signUp(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ participantId: string }> {
  const { drillId, roleId, name, adults, children, unit, wait, ...told } = parseInput(
    signUpInput,
    input,
  );
  if (!(await findPublicDrill(ctx, drillId))) throw unknown();
  const { db, now } = ctx;
  const id = newId(now);
  const dataKey = await openPersonKey(ctx, person);
  const room = sql<
    'joined' | 'waiting'
  >`coalesce((SELECT iif(taken + ${adults + children} <= capacity, 'joined', 'waiting') FROM ${drillRoles} WHERE id = ${roleId}), 'joined')`;
  const statements: (Query | Statement)[] = [
    db.insert(drillParticipants).values({
      ...{ id, drillId, roleId, personId: person.id, how: 'signed_up', adults, children, unit },
      nameCipher: await dataKey.encrypt(participantNameField(id), name),
      joinedBy: person.id,
      joinedAt: now,
      state: wait ? room : 'joined',
    }),
    ...(await needsRow(ctx, dataKey, id, told)),
    ...(await messagesOf(ctx, id, wait)),
  ];
  return actOnce(ctx, person.id, key, {
    command: 'signUpForDrill',
    action: 'drill_participant.sign_up',
    subject: ['drill_participant', id],
    answer: { participantId: id },
    body: { drillId, roleId, name, adults, children, unit, wait, ...told },
    details: { drillId, roleId, adults, children },
    statements,
    refusals: signUpRefusals,
  });
}

/** Each looks at how things stand when it leaves: of the first two only one is said. */
async function messagesOf(
  ctx: CommandContext,
  participantId: string,
  wait: boolean,
): Promise<Statement[]> {
  const templates = ['drill_signed_up', ...(wait ? ['drill_waiting'] : []), 'drill_reminder'];
  return Promise.all(
    templates.map((template) =>
      queueMessage(ctx, {
        template,
        idempotencyKey: `${template}:${participantId}`,
        values: { participantId },
      }),
    ),
  );
}

/**
 * Changes how many come, from where, and what they need. The place is kept: where there is no room for more, all stays as
 * it was, and whoever waits keeps their turn.
 * @throws DomainError `not_found` (no part in it), `invalid` (fields, a family where there is none, party too large),
 * `conflict` (full, closed, changed too often), `unavailable`.
 */
export async function changeParty(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ participantId: string }> {
  // Before anything else that was sent is looked at: what somebody has no part in is not there, however they spell it.
  const asked = departureInput.safeParse(input).data;
  const own = asked && (await findOwnPart(ctx, person, asked.drillId));
  if (!own) throw unknown();
  const { drillId, adults, children, unit, ...told } = parseInput(partyInput, input);
  const { db, now } = ctx;
  const participantId = own.participant.id;
  const dataKey = await openPersonKey(ctx, person);
  return actOnce(ctx, person.id, key, {
    command: 'changeDrillParty',
    action: 'drill_participant.change',
    subject: ['drill_participant', participantId],
    answer: { participantId },
    body: { drillId, adults, children, unit, ...told },
    details: { adults, children },
    statements: [
      db.insert(drillPartyChanges).values({
        ...{ id: newId(now), participantId, adults, children, unit },
        ...{ changedBy: person.id, changedAt: now },
      }),
      db.delete(drillNeeds).where(eq(drillNeeds.participantId, participantId)),
      ...(await needsRow(ctx, dataKey, participantId, told)),
    ],
    refusals: partyRefusals,
  });
}

/**
 * Leaves a drill: name and needs go at once, and whoever fits next moves up in the same write.
 * @throws DomainError `not_found` (no part in it), `conflict` (over, cancelled), `unavailable`.
 */
export async function leaveDrill(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ participantId: string }> {
  const asked = departureInput.safeParse(input).data;
  const participantId = asked && (await lastPart(ctx, person.id, asked.drillId));
  if (!participantId) throw unknown();
  const { drillId } = asked;
  const { db, now } = ctx;
  return actOnce(ctx, person.id, key, {
    command: 'leaveDrill',
    action: 'drill_participant.leave',
    subject: ['drill_participant', participantId],
    answer: { participantId },
    body: { drillId },
    statements: [
      db
        .insert(drillDepartures)
        .values({ participantId, reason: '', departedBy: person.id, departedAt: now }),
    ],
    refusals: {
      ...departureRefusals,
      'unique:drill_departures.participant_id': departureRefusals['already_left']!,
    },
  });
}

/** The newest part that somebody had in a drill, left or not: a repetition has to find what it left before. */
async function lastPart(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  drillId: string,
): Promise<string | undefined> {
  const rows = await db
    .select({ id: drillParticipants.id })
    .from(drillParticipants)
    .where(and(eq(drillParticipants.drillId, drillId), eq(drillParticipants.personId, personId)))
    .orderBy(sql`${drillParticipants.state} = 'left'`, sql`${drillParticipants.id} DESC`)
    .limit(1);
  return rows[0]?.id;
}

/**
 * Says who helps somebody with needs; both see each other from then on. Organisers only.
 * @throws DomainError `not_found` (not yours), `invalid` (fields, nobody who can help), `conflict` (no needs, left, paired
 * before, over), `unavailable`.
 */
export async function pairHelper(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ pairingId: string }> {
  const { drill } = await requireOwnDrill(ctx, by, input);
  const { helpedId, helperId } = parseInput(pairingInput, input);
  const { db, now } = ctx;
  await requireInDrill(ctx, drill.id, helpedId);
  const id = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'pairDrillHelper',
    action: 'drill_pairing.create',
    subject: ['drill_pairing', id],
    answer: { pairingId: id },
    body: { drillId: drill.id, helpedId, helperId },
    details: { drillId: drill.id, helpedId, helperId },
    statements: [
      db.insert(drillPairings).values({ id, helpedId, helperId, pairedBy: by.id, pairedAt: now }),
      ...(await Promise.all(
        [
          { template: 'drill_helper_found', participantId: helpedId },
          { template: 'drill_helper_asked', participantId: helperId },
        ].map(({ template, participantId }) =>
          queueMessage(ctx, {
            template,
            idempotencyKey: `${template}:${id}`,
            values: { participantId, pairingId: id },
          }),
        ),
      )),
    ],
    refusals: pairingRefusals,
  });
}

/** Which drill somebody is in never changes, so that it may be read before. */
async function requireInDrill(
  { db }: Pick<CommandContext, 'db'>,
  drillId: string,
  participantId: string,
): Promise<void> {
  const n = await db.$count(
    drillParticipants,
    and(eq(drillParticipants.id, participantId), eq(drillParticipants.drillId, drillId)),
  );
  if (n === 0) throw unknown();
}

/**
 * Takes a pairing back. Organisers only.
 * @throws DomainError `not_found` (not yours), `conflict` (ended before), `unavailable`.
 */
export async function endPairing(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ pairingId: string }> {
  const { drill } = await requireOwnDrill(ctx, by, input);
  const { pairingId } = parseInput(pairingEndInput, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'endDrillPairing',
    action: 'drill_pairing.end',
    subject: ['drill_pairing', pairingId],
    answer: { pairingId },
    body: { drillId: drill.id, pairingId },
    details: { drillId: drill.id },
    statements: [db.insert(drillPairingEnds).values({ pairingId, endedBy: by.id, endedAt: now })],
    refusals: {
      ...pairingRefusals,
      'unique:drill_pairing_ends.pairing_id': pairingRefusals['pairing_ended']!,
    },
  });
}

/**
 * Takes the list of who takes part out as a file: masked, without what anybody needs. Organisers only; that it was done
 * and of how many is kept.
 * @throws DomainError `not_found` (not yours), `unavailable`.
 */
export async function exportSignUps(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ sheet: Sheet }> {
  const { drill, version, roles } = await requireOwnDrill(ctx, by, input);
  const sheet = signUpSheet(version.title, roles, await listPeople(ctx, drill.id));
  await actOnce(ctx, by.id, key, {
    command: 'exportDrillSignUps',
    action: 'drill_participant.export',
    subject: ['drill', drill.id],
    answer: {},
    body: { drillId: drill.id },
    details: { howMany: sheet.rows.length, extent: 'masked' },
    statements: [],
    refusals: {},
  });
  return { sheet };
}

/**
 * Tells those who have moved up: the row of their promotion was written with the departure that made it, its message is
 * queued here. @returns how many.
 */
export async function tellPromoted(ctx: CommandContext): Promise<number> {
  const ids = await untoldPromotions(ctx, TOLD_MAX);
  if (ids.length === 0) return 0;
  const { db, now } = ctx;
  const statements: (Query | Statement)[] = [
    db
      .update(drillPromotions)
      .set({ toldAt: now })
      .where(inArray(drillPromotions.participantId, ids)),
  ];
  for (const participantId of ids) {
    statements.push(
      await queueMessage(ctx, {
        template: 'drill_promoted',
        idempotencyKey: `drill_promoted:${participantId}`,
        values: { participantId },
      }),
      await auditEntry(ctx, {
        actor: { kind: 'job', id: 'tell-promoted' },
        action: 'drill_participant.promote',
        subjectKind: 'drill_participant',
        subjectId: participantId,
      }),
    );
  }
  try {
    await writeAtomically(db, statements, tellingRefusals);
    return ids.length;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'already_told') return 0;
    throw error;
  }
}

/**
 * Tells households whose helper has left, and who organises their drill: the row of the loss was written with the
 * departure, its messages are queued here. @returns how many losses.
 */
export async function tellHelperLosses(ctx: CommandContext): Promise<number> {
  const losses = await untoldHelperLosses(ctx, TOLD_MAX);
  if (losses.length === 0) return 0;
  const { db, now } = ctx;
  const ids = losses.map(({ pairingId }) => pairingId);
  const messages = losses.flatMap(({ pairingId, helpedId }) => [
    { template: 'drill_helper_left', values: { participantId: helpedId }, pairingId },
    { template: 'drill_helper_missing', values: { pairingId }, pairingId },
  ]);
  const statements = [
    print(
      db
        .update(drillHelperLosses)
        .set({ toldAt: now })
        .where(inArray(drillHelperLosses.pairingId, ids)),
    ),
    ...(await queueMessages(
      ctx,
      messages.map(({ template, values, pairingId }) => ({
        ...{ template, values },
        idempotencyKey: `${template}:${pairingId}`,
      })),
    )),
    ...(await Promise.all(
      ids.map((pairingId) =>
        auditEntry(ctx, {
          actor: { kind: 'job', id: 'tell-helper-losses' },
          action: 'drill_pairing.lose_helper',
          subjectKind: 'drill_pairing',
          subjectId: pairingId,
        }),
      ),
    )),
  ];
  try {
    await writeAtomically(db, statements, tellingRefusals);
    return ids.length;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'already_told') return 0;
    throw error;
  }
}

/**
 * Forgets needs a week after their drill, and the names of those who signed up a month after it. @returns how many rows.
 */
export async function forgetSignUps({ db, now }: CommandContext): Promise<number> {
  const endedBefore = (days: number) =>
    lt(sql`max(${drills.endsAt}, coalesce(${drills.endedAt}, 0))`, keptSince(now, days).getTime());
  const needs = await db.delete(drillNeeds).where(
    inArray(
      drillNeeds.participantId,
      // From the needs to their drills: there are few of them, however long the history.
      db
        .select({ id: drillNeeds.participantId })
        .from(drillNeeds)
        .innerJoin(drillParticipants, eq(drillParticipants.id, drillNeeds.participantId))
        .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
        .where(endedBefore(NEEDS_KEPT_DAYS))
        .limit(FORGOTTEN_MAX),
    ),
  );
  const names = await db
    .update(drillParticipants)
    .set({ nameCipher: new Uint8Array() })
    .where(
      inArray(
        drillParticipants.id,
        db
          .select({ id: drillParticipants.id })
          .from(drillParticipants)
          .innerJoin(drills, eq(drills.id, drillParticipants.drillId))
          .where(
            and(
              // The condition of its index, word for word: else the whole history is looked through each minute.
              sql`${drillParticipants.how} = 'signed_up' AND ${drillParticipants.nameCipher} <> x''`,
              endedBefore(SIGN_UP_NAMES_KEPT_DAYS),
            ),
          )
          .limit(FORGOTTEN_MAX),
      ),
    );
  return needs.rowsAffected + names.rowsAffected;
}
