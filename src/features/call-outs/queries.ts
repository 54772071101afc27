import { and, asc, desc, eq, exists, gte, inArray, isNotNull, like, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { codePrefix } from '../../lib/regions/codes.ts';
import { calendarDate } from '../../lib/time.ts';
import { maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { maskName } from '../bookings/policy.ts';
import { organisations } from '../organisations/table.ts';
import { volunteerName } from '../volunteers/queries.ts';
import {
  gridCells,
  volunteerConsents,
  volunteerPool,
  volunteers,
  type Volunteer,
} from '../volunteers/table.ts';
import { CALL_OUT_MAX, isOpenTo } from './policy.ts';
import { callOutReference, type CallOutFilters } from './schema.ts';
import {
  callOutAskings,
  callOutMembers,
  callOuts,
  type CallOut,
  type CallOutAnswer,
} from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now' | 'keys'>;

/** A volunteer of a list, with where they help. */
interface Called {
  volunteer: Volunteer;
  person: Person;
  community: string | null;
  cell: string | null;
}

const called = {
  volunteer: volunteers,
  person: people,
  community: organisations.name,
  cell: gridCells.name,
};

/**
 * Who agreed to be called, is confirmed, and is what was asked for; one more than a list may have, so that the caller
 * knows of it. One request.
 */
export async function findCallable(
  { db, now }: Pick<Reads, 'db' | 'now'>,
  { regionCode, skill, place, trained }: CallOutFilters,
): Promise<Called[]> {
  const [kind, id = ''] = place?.split(':') ?? [];
  const wanted = db
    .select({ id: volunteerPool.volunteerId })
    .from(volunteerPool)
    .where(
      and(
        eq(volunteerPool.purpose, 'call_out'),
        like(volunteerPool.regionCode, `${codePrefix(regionCode)}%`),
        skill ? eq(volunteerPool.skillCode, skill) : undefined,
        kind === 'community' ? eq(volunteerPool.organisationId, id) : undefined,
        kind === 'cell' ? eq(volunteerPool.gridCellId, id) : undefined,
        trained
          ? and(
              isNotNull(volunteerPool.trainedUntil),
              gte(volunteerPool.trainedUntil, calendarDate(now)),
            )
          : undefined,
      ),
    );
  return db
    .select(called)
    .from(volunteers)
    .innerJoin(people, eq(people.id, volunteers.personId))
    .leftJoin(organisations, eq(organisations.id, volunteers.organisationId))
    .leftJoin(gridCells, eq(gridCells.id, volunteers.gridCellId))
    .where(inArray(volunteers.id, wanted))
    .orderBy(asc(organisations.name), asc(gridCells.name), asc(volunteers.id))
    .limit(CALL_OUT_MAX + 1);
}

/** One line of a list as it may be seen. */
export interface ListedVolunteer {
  volunteerId: string;
  personId: string;
  name: string;
  phone: string;
  place: string;
  answer: CallOutAnswer;
}

/** Names and numbers, covered unless they stand open. */
export async function listCalled(
  ctx: Pick<Reads, 'keys'>,
  rows: readonly (Called & { answer?: CallOutAnswer })[],
  open: boolean,
): Promise<ListedVolunteer[]> {
  return Promise.all(
    rows.map(async ({ volunteer, person, community, cell, answer = 'none' }) => {
      const name = await volunteerName(ctx, person, volunteer);
      const phone = await personPhone(ctx, person);
      return {
        volunteerId: volunteer.id,
        personId: person.id,
        name: open ? name : maskName(name),
        phone: open ? phone : maskPhone(phone),
        place: `${community ?? ''}${cell ?? ''}`,
        answer,
      };
    }),
  );
}

/** A list with those on it who still agree to be called; who left it meanwhile is counted only. */
export interface CallOutList {
  callOut: CallOut;
  /** Where everybody was asked to come to; null before anybody was asked. */
  place: string | null;
  isOpen: boolean;
  rows: ListedVolunteer[];
}

/** Undefined for an unknown id. Who may see it, `can` decides for its region. Two requests. */
export async function findCallOut(
  ctx: Reads,
  personId: string,
  callOutId: string,
): Promise<CallOutList | undefined> {
  if (!callOutReference.safeParse({ callOutId }).success) return undefined;
  const { db, now } = ctx;
  const stillAgrees = db
    .select({ one: sql`1` })
    .from(volunteerConsents)
    .where(
      and(
        eq(volunteerConsents.volunteerId, volunteers.id),
        eq(volunteerConsents.purpose, 'call_out'),
      ),
    );
  const { found, members } = await readTogether(db, {
    found: db
      .select({ callOut: callOuts, place: callOutAskings.place })
      .from(callOuts)
      .leftJoin(callOutAskings, eq(callOutAskings.callOutId, callOuts.id))
      .where(eq(callOuts.id, callOutId)),
    members: db
      .select({ ...called, answer: callOutMembers.answer })
      .from(callOutMembers)
      .innerJoin(volunteers, eq(volunteers.id, callOutMembers.volunteerId))
      .innerJoin(people, eq(people.id, volunteers.personId))
      .leftJoin(organisations, eq(organisations.id, volunteers.organisationId))
      .leftJoin(gridCells, eq(gridCells.id, volunteers.gridCellId))
      .where(
        and(
          eq(callOutMembers.callOutId, callOutId),
          eq(volunteers.state, 'confirmed'),
          exists(stillAgrees),
        ),
      )
      .orderBy(asc(organisations.name), asc(gridCells.name), asc(volunteers.id)),
  });
  const [row] = found;
  if (!row) return undefined;
  const isOpen = isOpenTo(row.callOut, personId, now);
  return { ...row, isOpen, rows: await listCalled(ctx, members, isOpen) };
}

const OWN_SHOWN = 10;

/** Somebody's own latest lists. */
export async function listOwnCallOuts({ db }: Pick<Reads, 'db'>, personId: string) {
  return db
    .select()
    .from(callOuts)
    .where(eq(callOuts.calledBy, personId))
    .orderBy(desc(callOuts.calledAt))
    .limit(OWN_SHOWN);
}

/** What somebody was asked to come to, the latest first. A query. */
export function callsOfPerson({ db }: Pick<Reads, 'db'>, personId: string) {
  return db
    .select({
      id: callOuts.id,
      kind: callOuts.kind,
      askedAt: callOuts.askedAt,
      place: callOutAskings.place,
      answer: callOutMembers.answer,
    })
    .from(callOutMembers)
    .innerJoin(callOuts, eq(callOuts.id, callOutMembers.callOutId))
    .innerJoin(callOutAskings, eq(callOutAskings.callOutId, callOuts.id))
    .where(eq(callOutMembers.personId, personId))
    .orderBy(desc(callOutAskings.askedAt))
    .limit(OWN_SHOWN);
}

/** Somebody of a list with the list, to be told; undefined once they left it. */
export async function findCalled(
  { db }: Pick<Reads, 'db'>,
  { callOutId, personId }: { callOutId: string; personId: string },
) {
  const [found] = await db
    .select({ callOut: callOuts, place: callOutAskings.place, person: people })
    .from(callOutMembers)
    .innerJoin(callOuts, eq(callOuts.id, callOutMembers.callOutId))
    .innerJoin(callOutAskings, eq(callOutAskings.callOutId, callOuts.id))
    .innerJoin(people, eq(people.id, callOutMembers.personId))
    .innerJoin(volunteers, eq(volunteers.id, callOutMembers.volunteerId))
    .innerJoin(
      volunteerConsents,
      and(
        eq(volunteerConsents.volunteerId, volunteers.id),
        eq(volunteerConsents.purpose, 'call_out'),
      ),
    )
    .where(
      and(
        eq(callOutMembers.callOutId, callOutId),
        eq(callOutMembers.personId, personId),
        eq(volunteers.state, 'confirmed'),
      ),
    );
  return found;
}

/** Lists that are older than they are kept, and still have members. @param limit one run's share. */
export async function listOldCallOuts({ db }: Pick<Reads, 'db'>, before: Date, limit: number) {
  return db
    .selectDistinct({ id: callOuts.id })
    .from(callOuts)
    .innerJoin(callOutMembers, eq(callOutMembers.callOutId, callOuts.id))
    .where(lt(callOuts.calledAt, before))
    .orderBy(asc(callOuts.id))
    .limit(limit);
}
