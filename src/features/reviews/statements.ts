import { eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { findAnswer, type Json, type Query, type Statement } from '../../lib/db/commit.ts';
import { DomainError, type Refusals } from '../../lib/errors.ts';
import { parseKey } from '../../lib/fields.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import type { CalendarDate } from '../../lib/time.ts';
import {
  applicationRefusals,
  machineOf,
  officeRegion,
  recordsOf,
  type ApplicationFile,
  type Decision,
  type Rules,
  type State,
} from '../applications/policy.ts';
import type { LoadedApplication } from '../applications/queries.ts';
import { contentOf } from '../applications/schema.ts';
import { applicationDecisions, applications } from '../applications/table.ts';
import { selfScores, sumScores } from '../assessments/policy.ts';
import { actOnce } from '../audit/statements.ts';
import { afterDay, noticeEnd } from '../deadlines/policy.ts';
import { queueMessage } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { groundOf, objectionTo, standingOf, type Standing } from './policy.ts';

/** Each kind of decision without what the site knows itself: who and when. */
type Unsigned<One> = One extends Decision ? Omit<One, 'authorId' | 'at'> : never;
export type Brought = Unsigned<Decision>;

export interface Deciding {
  decision: Brought;
  /** Facts that lie beside it in its row: faults of a return, a document's number. No personal values. */
  details?: Record<string, Json>;
  /** Rows that the act brings, in the same batch, after its own. */
  statements?: readonly (Query | Statement)[];
  refusals?: Refusals;
}

/** What an office or an applicant did: which application, and the position of the decision in it. */
export interface Decided {
  applicationId: string;
  position: number;
  [key: string]: Json;
}

/** The row of the machine by which a decision moves its file. @throws DomainError when there is none. */
function moveOf({ programme }: LoadedApplication, { on, act }: Brought) {
  const row = [...machineOf(programme), ...recordsOf(programme)].find(
    (one) => one.from === on && one.act === act,
  );
  if (row && row.by !== 'clock') return { ...row, by: row.by };
  throw new DomainError('conflict', 'application_moved_on', '现在不能办这一步，请刷新再看。');
}

/** The sum of the column that a decision brings; null where it brings none. */
function tenthsOf({ programme }: LoadedApplication, decision: Decision): number | null {
  if (decision.act === 'submission' || decision.act === 'correction') {
    return sumScores(programme, selfScores(programme, decision.draft)).tenths;
  }
  return decision.act === 'approval' && decision.scores
    ? sumScores(programme, decision.scores).tenths
    : null;
}

/** What its applicant is told of a decision, by which template; undefined of what is their own or moves nothing. */
function tellingOf(
  loaded: LoadedApplication,
  decision: Decision,
  to: string,
  details: Readonly<Record<string, Json>>,
): { template: string; values: Record<string, string> } | undefined {
  const { file, programme } = loaded;
  const after = { ...file, decisions: [...file.decisions, decision] };
  const { words, until } = standingOf(after, loaded, decision.at);
  const last = until === undefined ? {} : { until };
  switch (decision.act) {
    case 'return': {
      const { faults } = details;
      const many = String(Array.isArray(faults) ? Math.max(faults.length, 1) : 1);
      return { template: 'application_returned', values: { many, ...last } };
    }
    case 'refusal':
      return to === 'refused'
        ? { template: 'application_refused', values: {} }
        : { template: 'application_moved', values: { words } };
    case 'notice': {
      const end = noticeEnd(decision.opensOn, programme.notice.days.count);
      return { template: 'application_noticed', values: { from: decision.opensOn, until: end } };
    }
    case 'naming':
      return { template: 'application_named', values: {} };
    case 'approval':
    case 'suspension':
    case 'resumption':
    case 'recheck':
    case 'rectification':
    case 'revocation':
      return { template: 'application_moved', values: { words } };
    case 'submission':
    case 'correction':
    case 'withdrawal':
    case 'visit':
    case 'draw':
    case 'opinion':
    case 'recusal':
      return undefined;
  }
}

const codes = {
  out_of_order: 'conflict',
  moved_on: 'conflict',
  not_now: 'conflict',
  not_yours: 'not_found',
  no_reason: 'invalid',
  lacking: 'invalid',
} as const;

/**
 * Takes a decision about an application: looks whether it may be taken, and writes it with where the file then stands. Of
 * two that come at once the database lets one through.
 * @param loaded as it was read for this request.
 * @throws DomainError `not_found` (not yours, stood back), `conflict` (moved on, not now), `invalid` (no reason, something
 * is missing: `fields` names what), `unavailable`.
 */
export async function decideOnce(
  ctx: CommandContext,
  by: Holder,
  loaded: LoadedApplication,
  { decision: brought, details = {}, statements = [], refusals = {} }: Deciding,
  key: string,
): Promise<Decided> {
  const { application, file, programme, rows } = loaded;
  const { db, now } = ctx;
  const decision: Decision = { ...brought, authorId: by.id, at: now };
  const content = JSON.stringify({ ...details, ...(contentOf(decision) as Record<string, Json>) });
  const { act, on, reason } = brought;
  const command = `decide.${act}`;
  const body = { applicationId: application.id, on, content, reason };
  const objection = objectionTo(file, groundOf(loaded, by), decision);
  if (objection) {
    // Pressed twice: the first has moved the file, and whoever pressed wants to know that it is done.
    const request = { scope: by.id, key: parseKey(key), command, body };
    const answer = await findAnswer<Decided>(db, request);
    if (answer) return answer;
    throw new DomainError(
      codes[objection.reason],
      `application_${objection.reason}`,
      objection.message,
      {
        fields: objection.missing.map(({ where, key: of, message }) => ({
          field: of === '' ? where : `${where}.${of}`,
          message,
        })),
      },
    );
  }
  const { to, by: mover } = moveOf(loaded, brought);
  const after = { ...file, decisions: [...file.decisions, decision] };
  const position = rows.length + 1;
  const row = {
    ...{ applicationId: application.id, position },
    ...{ programme: application.programme, version: application.version },
    ...{ fromState: on, act, toState: to, byLevel: mover },
    byRegion: mover === 'applicant' ? null : (officeRegion(mover, application.regionCode) ?? ''),
    ...{ authorId: by.id, decidedAt: now, reason },
    tenths: tenthsOf(loaded, decision),
    noticeFrom: decision.act === 'notice' ? decision.opensOn : null,
    noticeUntil:
      decision.act === 'notice' ? noticeEnd(decision.opensOn, programme.notice.days.count) : null,
    content,
  };
  const telling = tellingOf(loaded, decision, to, details);
  const messages = telling
    ? [
        await queueMessage(ctx, {
          template: telling.template,
          idempotencyKey: `application:${application.id}:${position}`,
          values: {
            ...{ applicationId: application.id, position: String(position) },
            ...{ title: programme.title.text, ...telling.values },
          },
        }),
      ]
    : [];
  return actOnce<Decided>(ctx, by.id, key, {
    command,
    action: `application.${act}`,
    subject: ['application', application.id],
    answer: { applicationId: application.id, position },
    body,
    details: { from: on, to, position },
    statements: [
      db.insert(applicationDecisions).values(row),
      db
        .update(applications)
        .set(projectionOf(after, loaded, now))
        .where(eq(applications.id, application.id)),
      ...statements,
      ...messages,
    ],
    refusals: { ...applicationRefusals, ...refusals },
  });
}

/** What is kept of a file for queues: it follows from the decisions, and holds until `changesAt`. */
interface Projection {
  state: State;
  turn: Standing['turn'];
  turnRegion: RegionCode | null;
  since: Date;
  untilOn: CalendarDate | null;
  paused: boolean;
  /** When it moves by itself unless somebody acts: something lapses, or a notice is over. */
  changesAt: Date | null;
}

function projectionOf(file: ApplicationFile, rules: Rules, now: Date): Projection {
  const { state, turn, region, since, until, isPaused } = standingOf(file, rules, now);
  const lapses = machineOf(rules.programme).some(
    ({ from, act }) => from === state && act === 'lapse',
  );
  const isNoticed = state === 'notice' && turn === null;
  return {
    ...{ state, turn, turnRegion: region, since },
    untilOn: until ?? null,
    paused: isPaused,
    changesAt: (lapses || isNoticed) && until !== undefined ? afterDay(until) : null,
  };
}

/** Keeps a file as time has moved it; nothing when somebody has decided since it was read. */
export function projectionRow(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  loaded: LoadedApplication,
): Query {
  const { application, file, rows } = loaded;
  return db
    .update(applications)
    .set(projectionOf(file, loaded, now))
    .where(
      sql`${applications.id} = ${application.id} and ${applications.decisions} = ${rows.length}`,
    );
}
