import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { findPerson, openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { maskName } from '../bookings/policy.ts';
import { drillRecordGroups, drillRecords } from '../drill-records/table.ts';
import { markedTitle, partWords } from '../drills/policy.ts';
import { findDrill, participantName, standingIn, type DrillFile } from '../drills/queries.ts';
import { drillReference } from '../drills/schema.ts';
import { drillParticipants, drillRoles, type DrillParticipant } from '../drills/table.ts';
import type { Holder } from '../roles/policy.ts';
import {
  handOf,
  isCounting,
  isInTheKnow,
  knowsScript,
  logCloses,
  mayReadLog,
  musterSums,
  musterTable,
  standing,
  summarise,
  visibleInjects,
  type DrillLive,
  type DrillRun,
  type Hand,
  type LogFact,
  type OwnEntry,
  type RunPerson,
} from './policy.ts';
import { drillLogEntries, drillLogs, type LogRow } from './table.ts';

type Reads = Pick<CommandContext, 'db'>;
type ReadsWords = Pick<CommandContext, 'db' | 'keys'>;

/** A drill with what somebody is in it. */
export interface RunStanding {
  file: DrillFile;
  hand: Hand;
  /** May start and end it, and reads the whole log. */
  controls: boolean;
  /** Undefined for an organiser who has no role in it. */
  participant: DrillParticipant | undefined;
  role: string | null;
}

/** Undefined where there is no such drill, where they have no part in it, or where they may not know of it yet. */
export async function findStanding(
  ctx: Reads,
  by: Holder,
  input: unknown,
): Promise<RunStanding | undefined> {
  const { data } = drillReference.safeParse(input);
  const file = data && (await findDrill(ctx, data.drillId));
  if (!file) return undefined;
  const { isOrganiser, participant, role } = await standingIn(ctx, by, file);
  const own = participant?.state === 'joined' ? participant : undefined;
  const hand = handOf(isOrganiser, own && role);
  if (hand === undefined) return undefined;
  const controls = isOrganiser || hand === 'control';
  if (!isInTheKnow(file.drill, { hand, controls })) return undefined;
  return { file, hand, controls, participant: own, role: own ? (role?.name ?? null) : null };
}

/** The field that binds the words of an entry to it. */
export const noteField = (id: string) => `drill-log.note:${id}`;

export const factOf = (row: LogRow): LogFact => {
  const { id, kind, ref, unit, value, expected, at } = row;
  return { id, kind, ref, unit, value, expected, at: at.getTime() };
};

async function noteOf(
  ctx: Pick<CommandContext, 'keys'>,
  row: LogRow,
  person: Person,
): Promise<string> {
  if (row.noteCipher === null || person.dataKeyCipher.length === 0) return '';
  return (await openPersonKey(ctx, person)).decrypt(noteField(row.id), row.noteCipher);
}

/** All entries of a drill as facts, by time: what times, head-counts and reports are worked out from. */
export async function readFacts({ db }: Reads, drillId: string): Promise<LogFact[]> {
  const rows = await db
    .select()
    .from(drillLogEntries)
    .where(eq(drillLogEntries.drillId, drillId))
    .orderBy(asc(drillLogEntries.at), asc(drillLogEntries.id));
  return rows.map(factOf);
}

/** An entry as those read it who lead or judge a drill: by role, never by name. */
export interface LogEntry extends LogFact {
  /** The role under which it was written; 组织者 without one. */
  role: string;
  personId: string;
  note: string;
  /** In milliseconds; long after `at` where a phone had no link. */
  receivedAt: number;
}

/** The whole log of a drill with its words, slips and all, by time. */
export async function readLog(ctx: ReadsWords, drillId: string): Promise<LogEntry[]> {
  const rows = await ctx.db
    .select({ entry: drillLogEntries, role: drillRoles.name, person: people })
    .from(drillLogEntries)
    .innerJoin(people, eq(people.id, drillLogEntries.personId))
    .leftJoin(drillParticipants, eq(drillParticipants.id, drillLogEntries.participantId))
    .leftJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
    .where(eq(drillLogEntries.drillId, drillId))
    .orderBy(asc(drillLogEntries.at), asc(drillLogEntries.id));
  return Promise.all(
    rows.map(async ({ entry, role, person }) => ({
      ...factOf(entry),
      role: role ?? '组织者',
      personId: entry.personId,
      note: await noteOf(ctx, entry, person),
      receivedAt: entry.receivedAt.getTime(),
    })),
  );
}

/** What somebody wrote in the logs of drills, the latest first. A query. */
export function ownLogEntries({ db }: Reads, personId: string) {
  return db
    .select()
    .from(drillLogEntries)
    .where(eq(drillLogEntries.personId, personId))
    .orderBy(desc(drillLogEntries.at), desc(drillLogEntries.id));
}

/** The same with its words, for the one who wrote it. */
export async function openOwnLogEntries(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  rows: readonly LogRow[],
) {
  return Promise.all(
    rows.map(async (row) => {
      const { kind, unit, value, expected, at } = row;
      return { kind, unit, value, expected, at, note: await noteOf(ctx, row, person) };
    }),
  );
}

/** The entries with these ids, with their words: what is sent again is compared with them. */
export async function findEntries(
  ctx: ReadsWords,
  ids: readonly string[],
): Promise<Map<string, LogRow & { note: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select({ entry: drillLogEntries, person: people })
    .from(drillLogEntries)
    .innerJoin(people, eq(people.id, drillLogEntries.personId))
    .where(inArray(drillLogEntries.id, [...ids]));
  const found = await Promise.all(
    rows.map(async ({ entry, person }) => ({ ...entry, note: await noteOf(ctx, entry, person) })),
  );
  return new Map(found.map((entry) => [entry.id, entry]));
}

/**
 * How many people of each unit there should be: those who have joined, else those whom the organisation's last recorded
 * drill expected. Whoever leads a unit counts with it.
 */
export async function expectedUnits(
  { db }: Reads,
  { id, organisationId }: Pick<DrillFile['drill'], 'id' | 'organisationId'>,
): Promise<{ unit: string; expected: number }[]> {
  const { joined, groups } = await readTogether(db, {
    joined: db
      .select({
        unit: drillParticipants.unit,
        adults: drillParticipants.adults,
        children: drillParticipants.children,
      })
      .from(drillParticipants)
      .where(and(eq(drillParticipants.drillId, id), eq(drillParticipants.state, 'joined'))),
    groups: db
      .select({ group: drillRecordGroups, recordId: drillRecords.id })
      .from(drillRecords)
      .innerJoin(
        drillRecordGroups,
        and(
          eq(drillRecordGroups.recordId, drillRecords.id),
          eq(drillRecordGroups.version, drillRecords.version),
        ),
      )
      .where(eq(drillRecords.organisationId, organisationId ?? ''))
      .orderBy(desc(drillRecords.drilledOn), desc(drillRecords.id), asc(drillRecordGroups.position))
      .limit(UNITS_MAX),
  });
  const units = new Map<string, number>();
  for (const { unit, adults, children } of joined) {
    if (unit !== '') units.set(unit, (units.get(unit) ?? 0) + adults + children);
  }
  for (const { group, recordId } of groups) {
    if (recordId !== groups[0]?.recordId) break;
    if (!units.has(group.name)) units.set(group.name, group.expected);
  }
  return [...units].map(([unit, expected]) => ({ unit, expected }));
}

/** More classes than a school has. */
const UNITS_MAX = 200;

/** Everybody who was put down by name for a role, masked. Families are counted by unit. */
export async function listAssigned(ctx: ReadsWords, drillId: string): Promise<RunPerson[]> {
  const rows = await ctx.db
    .select({ participant: drillParticipants, role: drillRoles, person: people })
    .from(drillParticipants)
    .innerJoin(drillRoles, eq(drillRoles.id, drillParticipants.roleId))
    .innerJoin(people, eq(people.id, drillParticipants.personId))
    .where(and(eq(drillParticipants.drillId, drillId), eq(drillParticipants.state, 'joined')))
    .orderBy(asc(drillRoles.position), asc(drillParticipants.id));
  return Promise.all(
    rows
      .filter(({ role }) => role.filledBy === 'assigned' || role.filledBy === 'volunteer')
      .map(async ({ participant, role, person }) => ({
        id: participant.id,
        name: maskName(await participantName(ctx, person, participant)),
        role: role.name,
        unit: participant.unit,
      })),
  );
}

/** What one person's phone may know of a drill now. */
export async function readRun(ctx: CommandContext, by: Holder, input: unknown) {
  const found = await findStanding(ctx, by, input);
  return found && runOf(ctx, by, found);
}

const timesOf = ({ startedAt, endedAt }: DrillFile['drill']) => ({
  startedAt: startedAt?.getTime() ?? null,
  endedAt: endedAt?.getTime() ?? null,
});

/** What somebody's phone shows of a drill and its script by now: all but the log, and but their own id. */
function shownOf({ file, hand, controls, participant, role: roleName }: RunStanding, now: number) {
  const { drill, version, script, roles } = file;
  const role = roles.find(({ id }) => id === participant?.roleId);
  const times = timesOf(drill);
  const hasBegun = knowsScript(hand) || times.startedAt !== null;
  return {
    title: markedTitle(version.title),
    place: version.place,
    muster: version.muster,
    startsAt: drill.startsAt.getTime(),
    endsAt: drill.endsAt.getTime(),
    me: {
      hand,
      controls,
      role: roleName,
      part: role ? partWords[role.part] : '组织',
      group: role?.workGroup ?? '',
      duty: role?.duty ?? '组织这次演练',
      unit: participant?.unit ?? '',
    },
    safety: {
      officer: script.safety.officer,
      signal: script.safety.signal,
      afterStop: script.safety.afterStop,
    },
    injects: visibleInjects(script.injects, times, { hand, role: roleName }, now),
    // Their words tell what is going to happen.
    measures:
      hasBegun && isCounting(hand)
        ? script.measures.map(({ id, name, from, to, targetSeconds }) => ({
            ...{ id, name, from, to, targetSeconds },
          }))
        : [],
  };
}

async function digestOf(shown: ReturnType<typeof shownOf>): Promise<string> {
  return toHex((await sha256(JSON.stringify(shown))).slice(0, 12));
}

export async function runOf(
  ctx: CommandContext,
  by: Holder,
  found: RunStanding,
): Promise<DrillRun> {
  const { file, hand, controls, participant } = found;
  const { drill, script, end } = file;
  const shown = shownOf(found, ctx.now.getTime());
  const [rows, person, units, assigned] = await Promise.all([
    ctx.db.select().from(drillLogEntries).where(eq(drillLogEntries.drillId, drill.id)),
    findPerson(ctx, by.id),
    isCounting(hand) ? expectedUnits(ctx, drill) : [],
    controls || mayReadLog(hand) ? listAssigned(ctx, drill.id) : [],
  ]);
  const own: OwnEntry[] = await Promise.all(
    rows
      .filter(({ personId }) => personId === by.id)
      .map(async (row) => ({ ...factOf(row), note: person ? await noteOf(ctx, row, person) : '' })),
  );
  // What others took back stays with what it took back, and both are left out before anything is summed up.
  const takenBack = new Set(rows.flatMap(({ kind, ref }) => (kind === 'undo' ? ref : [])));
  const others = standing(rows.map(factOf)).filter(({ id }) => !own.some((one) => one.id === id));
  return {
    drillId: drill.id,
    at: ctx.now.getTime(),
    state: drill.state,
    ...timesOf(drill),
    end: end?.kind ?? null,
    closesAt: logCloses(drill).getTime(),
    ...shown,
    me: { ...shown.me, participantId: participant?.id ?? null },
    units,
    people: assigned,
    own: own.filter(({ id }) => !takenBack.has(id)).filter(({ kind }) => kind !== 'undo'),
    others: summarise(shownTo(hand, others, shown.injects), script),
    version: rows.length,
    shown: await digestOf(shown),
  };
}

/** Of others' entries, those of what one may know oneself. */
function shownTo(
  hand: Hand,
  others: readonly LogFact[],
  injects: readonly { id: string }[],
): LogFact[] {
  if (mayReadLog(hand)) return [...others];
  if (!isCounting(hand)) return [];
  const known = new Set(injects.map(({ id }) => id));
  return others.filter(
    ({ kind, ref }) =>
      kind === 'muster' ||
      kind.startsWith('measure_') ||
      (kind === 'inject_done' && known.has(ref)),
  );
}

/** The little that is asked for every few seconds. */
export async function readLive(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
): Promise<DrillLive | undefined> {
  const found = await findStanding(ctx, by, input);
  if (!found) return undefined;
  const { drill, end } = found.file;
  const [{ counts, logs }, expected] = await Promise.all([
    readTogether(ctx.db, {
      counts: ctx.db
        .select()
        .from(drillLogEntries)
        .where(
          and(
            eq(drillLogEntries.drillId, drill.id),
            inArray(drillLogEntries.kind, ['muster', 'undo']),
          ),
        ),
      logs: ctx.db.select().from(drillLogs).where(eq(drillLogs.drillId, drill.id)),
    }),
    expectedUnits(ctx, drill),
  ]);
  return {
    state: drill.state,
    ...timesOf(drill),
    end: end?.kind ?? null,
    muster: musterSums(musterTable(counts.map(factOf), expected)),
    shown: await digestOf(shownOf(found, ctx.now.getTime())),
    version: logs[0]?.entries ?? 0,
  };
}
