import { and, asc, eq, gte, inArray, isNull, lt, max, notExists, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { COUNT_MAX, ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import { people } from '../accounts/table.ts';
import type { Person } from '../accounts/table.ts';
import { drillRecords } from '../drill-records/table.ts';
import { kindWords } from '../organisations/policy.ts';
import {
  organisationDecisions,
  organisationMembers,
  organisations,
  type Organisation,
} from '../organisations/table.ts';
import {
  dutiesOf,
  dutyStates,
  periodsAround,
  regionDuties,
  stateWords,
  traitsHeld,
  type CountedDrill,
  type Duty,
  type DutyHolder,
  type DutyRules,
  type DutyState,
  type OwedPeriod,
} from './policy.ts';
import { dutyReminders, dutyRules, organisationTraitChanges, schoolPauses } from './table.ts';
import type { DutyRule, SchoolPause, TraitChange } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

const rulesQuery = (db: Reads['db']) =>
  db.select().from(dutyRules).orderBy(asc(dutyRules.rule), asc(dutyRules.fromDay));
const pausesQuery = (db: Reads['db']) =>
  db.select().from(schoolPauses).orderBy(asc(schoolPauses.fromDay));

/** All versions of all rules: a few dozen rows. */
export async function readDutyRules({ db }: Pick<Reads, 'db'>): Promise<DutyRules> {
  return readTogether(db, { rules: rulesQuery(db), pauses: pausesQuery(db) });
}

/** Everything whose rows an index reads by the beginning of the region's code. */
const within = (code: RegionCode) => {
  const prefix = codePrefix(code);
  return and(
    gte(organisations.regionCode, prefix),
    // `:` is the sign after `9`.
    lt(organisations.regionCode, `${prefix}:`),
  );
};

const isActing = and(eq(organisations.state, 'verified'), isNull(organisations.unclaimedAt));

const holdersQuery = (db: Reads['db'], code: RegionCode) =>
  db
    .select({ organisation: organisations, verifiedAt: organisationDecisions.decidedAt })
    .from(organisations)
    .innerJoin(organisationDecisions, eq(organisationDecisions.organisationId, organisations.id))
    .where(and(isActing, within(code)))
    .orderBy(asc(organisations.regionCode), asc(organisations.id))
    .limit(COUNT_MAX + 1);

const changesQuery = (db: Reads['db'], code: RegionCode) =>
  db
    .select({ change: organisationTraitChanges })
    .from(organisationTraitChanges)
    .innerJoin(organisations, eq(organisations.id, organisationTraitChanges.organisationId))
    .where(and(isActing, within(code)));

/**
 * As far back as the yearly rules look. One row a month and kind of drill, however many there were.
 * @param before leaves out what was held on that day or later.
 */
const drillsQuery = (
  db: Reads['db'],
  code: RegionCode,
  today: CalendarDate,
  before?: CalendarDate,
) =>
  db
    .select({
      organisationId: drillRecords.organisationId,
      on: max(drillRecords.drilledOn),
      evacuation: drillRecords.evacuation,
      content: drillRecords.content,
    })
    .from(drillRecords)
    .where(
      and(
        // By organisation and day, so that the years before are not walked through.
        inArray(
          drillRecords.organisationId,
          db
            .select({ id: organisations.id })
            .from(organisations)
            .where(and(isActing, within(code))),
        ),
        gte(drillRecords.drilledOn, `${Number(today.slice(0, 4)) - 1}-01-01`),
        before ? lt(drillRecords.drilledOn, before) : undefined,
        sql`${drillRecords.organisationId} is not null`,
      ),
    )
    .groupBy(
      drillRecords.organisationId,
      sql`substr(${drillRecords.drilledOn}, 1, 7)`,
      drillRecords.evacuation,
      drillRecords.content,
    );

type HolderRow = { organisation: Organisation; verifiedAt: Date };
type DrillRow = Omit<CountedDrill, 'on'> & { organisationId: string | null; on: string | null };

/** An organisation with how it stands. Only those that owe anything are listed. */
export interface DutyRow {
  organisation: Organisation;
  states: DutyState[];
  /** The state that presses most. */
  worst: DutyState['state'];
}

function holderOf({ organisation, verifiedAt }: HolderRow, changes: readonly TraitChange[]) {
  return {
    kind: organisation.kind,
    verifiedOn: calendarDate(verifiedAt),
    traits: traitsHeld(changes),
  } satisfies DutyHolder;
}

interface DutyAnswers {
  rules: DutyRule[];
  pauses: SchoolPause[];
  holders: HolderRow[];
  changes: { change: TraitChange }[];
  drills: DrillRow[];
}

function dutyRows({ rules, pauses, holders, changes, drills }: DutyAnswers, now: Date): DutyRow[] {
  const today = calendarDate(now);
  const changesBy = Map.groupBy(
    changes.map(({ change }) => change),
    ({ organisationId }) => organisationId,
  );
  const drillsBy = Map.groupBy(drills, ({ organisationId }) => organisationId);
  // The same for every organisation: worked out once a rule.
  const known = new Map<string, OwedPeriod[]>();
  const around = (duty: Duty): OwedPeriod[] => {
    const name = `${duty.rule} ${duty.pauses.length}`;
    const periods = known.get(name) ?? periodsAround(duty, today);
    known.set(name, periods);
    return periods;
  };
  return holders.flatMap((row) => {
    const { organisation } = row;
    const holder = holderOf(row, changesBy.get(organisation.id) ?? []);
    const own = (drillsBy.get(organisation.id) ?? []).map(({ on, evacuation, content }) => ({
      ...{ evacuation, content },
      on: on ?? '',
    }));
    const states = dutyStates(dutiesOf(holder, { rules, pauses }), own, today, around);
    const [first] = states;
    return first ? [{ organisation, states, worst: first.state }] : [];
  });
}

const questions = ({ db, now }: Reads, code: RegionCode, before?: CalendarDate) => ({
  rules: rulesQuery(db),
  pauses: pausesQuery(db),
  holders: holdersQuery(db, code),
  changes: changesQuery(db, code),
  drills: drillsQuery(db, code, calendarDate(now), before),
});

/**
 * Who of a region owes drills, and how they stand, what presses most in front. One request; at most 1000 organisations
 * are looked at, so that a page's time does not grow without end: larger regions are looked at by county.
 */
export async function readDuties(ctx: Reads, code: RegionCode): Promise<DutyRow[]> {
  const rows = dutyRows(await readTogether(ctx.db, questions(ctx, code)), ctx.now);
  const order = Object.keys(stateWords);
  return rows.toSorted((a, b) => order.indexOf(a.worst) - order.indexOf(b.worst));
}

/** What the county's list of duties can be asked for. @param regions those that somebody sees. */
export function dutyList(regions: readonly { value: string; label: string }[]): ListDefinition {
  return {
    path: '/staff/drills',
    filters: [
      { kind: 'choice', name: 'region', label: '地区', options: regions },
      {
        kind: 'choice',
        name: 'state',
        label: '状态',
        options: [
          { value: '', label: '全部状态' },
          ...Object.entries(stateWords).map(([value, label]) => ({ value, label })),
        ],
      },
      {
        kind: 'choice',
        name: 'kind',
        label: '类型',
        options: [
          { value: '', label: '全部类型' },
          ...Object.entries(kindWords).map(([value, label]) => ({ value, label })),
        ],
      },
      { kind: 'search', name: 'q', label: '名称', hint: '写几个字就行' },
    ],
    orders: [],
  };
}

/** A part of the county's list. @param limit rows of one part. */
export async function listDuties(
  ctx: Reads,
  { values, after }: ListAsked,
  limit = ROWS_SHOWN,
): Promise<{ rows: DutyRow[]; count: number; isCut: boolean; late: number }> {
  const all = await readDuties(ctx, values['region'] ?? '');
  const { state, kind, q } = values;
  const wanted = all.filter(
    ({ organisation, worst }) =>
      (!state || worst === state) &&
      (!kind || organisation.kind === kind) &&
      (!q || organisation.name.includes(q)),
  );
  const from = after ? wanted.findIndex(({ organisation }) => organisation.id === after) + 1 : 0;
  return {
    rows: wanted.slice(from, from + limit),
    count: wanted.length,
    isCut: all.length > COUNT_MAX,
    late: all.filter(({ worst }) => worst === 'late').length,
  };
}

/** Who is late in these regions, for the desk. */
export function dutiesQueue(ctx: Reads, regions: readonly RegionCode[]): QueueQuestion {
  const asked = regions.map((code) => questions(ctx, code));
  return queueQuestion(
    asked.flatMap(({ rules, pauses, holders, changes, drills }) => [
      ...[rules, pauses, holders, changes, drills],
    ]),
    (results) => {
      const rows = asked.flatMap((_, index) => {
        const [rules, pauses, holders, changes, drills] = results.slice(index * 5, index * 5 + 5);
        const answers = { rules, pauses, holders, changes, drills } as unknown as DutyAnswers;
        return dutyRows(answers, ctx.now);
      });
      // A county and a town within it see the same organisation once.
      const late = [...new Map(rows.map((row) => [row.organisation.id, row])).values()].filter(
        ({ worst }) => worst === 'late',
      );
      const oldest = late.toSorted((a, b) => lateSince(a).localeCompare(lateSince(b)));
      return {
        queue: 'duties',
        title: '演练逾期',
        href: `/staff/drills?region=${regions[0] ?? ''}&state=late`,
        summary: `${late.length}家逾期`,
        count: late.length,
        overdue: late.length,
        cut: late.length > NEXT_SHOWN,
        next: oldest.slice(0, NEXT_SHOWN).map(({ organisation, ...row }) => ({
          text: organisation.name,
          about: kindWords[organisation.kind],
          href: `/staff/drills/organisations/${organisation.id}`,
          due: { text: `从${lateSince({ ...row, organisation })}起`, late: true },
        })),
      };
    },
  );
}

const lateSince = ({ states }: DutyRow): CalendarDate => states[0]?.lateSince ?? '';

/** How one organisation stands, with the traits that hold; undefined where it is not verified. One request. */
export async function readOwnDuties(
  { db, now }: Reads,
  organisationId: string,
): Promise<{ states: DutyState[]; traits: ReturnType<typeof traitsHeld> } | undefined> {
  const today = calendarDate(now);
  const answers = await readTogether(db, {
    rules: rulesQuery(db),
    pauses: pausesQuery(db),
    holders: db
      .select({ organisation: organisations, verifiedAt: organisationDecisions.decidedAt })
      .from(organisations)
      .innerJoin(organisationDecisions, eq(organisationDecisions.organisationId, organisations.id))
      .where(and(isActing, eq(organisations.id, organisationId))),
    changes: db
      .select({ change: organisationTraitChanges })
      .from(organisationTraitChanges)
      .where(eq(organisationTraitChanges.organisationId, organisationId)),
    drills: db
      .select()
      .from(drillRecords)
      .where(
        and(
          eq(drillRecords.organisationId, organisationId),
          gte(drillRecords.drilledOn, `${Number(today.slice(0, 4)) - 4}-01-01`),
        ),
      ),
  });
  const [row] = answers.holders;
  if (!row) return undefined;
  const holder = holderOf(
    row,
    answers.changes.map(({ change }) => change),
  );
  const drills = answers.drills.map(({ drilledOn: on, evacuation, content }) => ({
    ...{ on, evacuation, content },
  }));
  return { states: dutyStates(dutiesOf(holder, answers), drills, today), traits: holder.traits };
}

/** How a government stands with its own drills, counted from the first of the year in which this site began to keep them. */
export async function readRegionDuties({ db, now }: Reads, code: RegionCode): Promise<DutyState[]> {
  const today = calendarDate(now);
  const { rules, pauses, drills } = await readTogether(db, {
    rules: rulesQuery(db),
    pauses: pausesQuery(db),
    drills: db
      .select()
      .from(drillRecords)
      .where(
        and(
          eq(drillRecords.regionCode, code),
          isNull(drillRecords.organisationId),
          gte(drillRecords.drilledOn, `${Number(today.slice(0, 4)) - 4}-01-01`),
        ),
      ),
  });
  const counted = drills.map(({ drilledOn: on, evacuation, content }) => ({
    ...{ on, evacuation, content },
  }));
  return dutyStates(regionDuties(code, REGIONS_SINCE, { rules, pauses }), counted, today);
}

/** Nobody kept drills here before. */
const REGIONS_SINCE = '2026-11-01';

/** Members of a verified organisation, with who is responsible: for what needs a right. */
export async function findTraitHolder({ db }: Pick<Reads, 'db'>, organisationId: string) {
  const [[organisation], members, changes] = await db.batch([
    db
      .select()
      .from(organisations)
      .where(and(isActing, eq(organisations.id, organisationId))),
    db
      .select()
      .from(organisationMembers)
      .where(
        and(
          eq(organisationMembers.organisationId, organisationId),
          eq(organisationMembers.state, 'active'),
        ),
      ),
    db
      .select()
      .from(organisationTraitChanges)
      .where(eq(organisationTraitChanges.organisationId, organisationId)),
  ]);
  return (
    organisation && {
      organisation,
      memberIds: members.map(({ personId }) => personId),
      responsibleId: members.find(({ responsible }) => responsible)?.personId,
      traits: traitsHeld(changes),
    }
  );
}

/** Verified organisations that nobody has looked at yet for this end of a month. @param limit one run's share. */
export async function listUnreminded({ db }: Reads, untilDay: CalendarDate, limit: number) {
  return db
    .select({ id: organisations.id })
    .from(organisations)
    .where(
      and(
        isActing,
        notExists(
          db
            .select({ one: sql`1` })
            .from(dutyReminders)
            .where(
              and(
                eq(dutyReminders.organisationId, organisations.id),
                eq(dutyReminders.untilDay, untilDay),
              ),
            ),
        ),
      ),
    )
    .orderBy(asc(organisations.id))
    .limit(limit);
}

/** Who is responsible for an organisation, to be told. */
export async function findResponsible(
  { db }: Pick<Reads, 'db'>,
  organisationId: string,
): Promise<{ organisation: Organisation; person: Person } | undefined> {
  const [found] = await db
    .select({ organisation: organisations, person: people })
    .from(organisations)
    .innerJoin(organisationMembers, eq(organisationMembers.organisationId, organisations.id))
    .innerJoin(people, eq(people.id, organisationMembers.personId))
    .where(
      and(
        isActing,
        eq(organisations.id, organisationId),
        eq(organisationMembers.responsible, true),
        eq(organisationMembers.state, 'active'),
      ),
    );
  return found;
}

/** What everybody may know of a region: how many owe drills, how many have held theirs, how many are late. */
export interface DutyNumbers {
  code: RegionCode;
  /** Organisations that owe drills. */
  owing: number;
  late: number;
  /** Drills that were recorded this year, and the people who came to them. */
  drills: number;
}

/** Fewer tell of single organisations: 本平台约定. */
export const NUMBERS_FROM = 5;

/** The numbers of a region in public. One request. */
export async function readDutyNumbers(ctx: Reads, code: RegionCode): Promise<DutyNumbers> {
  const today = calendarDate(ctx.now);
  const { db } = ctx;
  const { drilled, ...answers } = await readTogether(db, {
    // A blind drill is told of from the day after it: also by who is not late any more.
    ...questions(ctx, code, today),
    drilled: db
      .select({ count: sql<number>`count(*)` })
      .from(drillRecords)
      .where(
        and(
          gte(drillRecords.regionCode, codePrefix(code)),
          lt(drillRecords.regionCode, `${codePrefix(code)}:`),
          gte(drillRecords.drilledOn, `${today.slice(0, 4)}-01-01`),
          lt(drillRecords.drilledOn, today),
        ),
      ),
  });
  const rows = dutyRows(answers, ctx.now);
  return {
    code,
    owing: rows.length,
    late: rows.filter(({ worst }) => worst === 'late').length,
    drills: drilled[0]?.count ?? 0,
  };
}
