import { and, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foundedRecord } from '../../scripts/lib/founded-records.ts';
import { personPhone } from '../../src/features/accounts/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import {
  courseOf,
  machineOf,
  officeRegion,
  recordsOf,
} from '../../src/features/applications/policy.ts';
import type { LoadedApplication } from '../../src/features/applications/queries.ts';
import { applicationDecisions, applications } from '../../src/features/applications/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  addMember,
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { followTime } from '../../src/features/reviews/commands.ts';
import { nextSteps } from '../../src/features/reviews/policy.ts';
import { decideOnce, type Brought } from '../../src/features/reviews/statements.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { roleGrants } from '../../src/features/roles/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { writeAtomically } from '../../src/lib/db/commit.ts';
import { constraintOf } from '../../src/lib/db/constraint.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { completeDraft, fullScores } from '../helpers/applications.ts';
import { listProgrammes, loaded, PROGRAMME, reviewerOf } from '../helpers/filed-applications.ts';
import { ReviewModel, type ModelAct, type ModelRight } from '../helpers/review-model.ts';
import { ACTS, DAY, HOUR, iso } from '../helpers/review-stories.ts';
import { addRole } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

const REGIONS = { town: '320904100', county: '320904', city: '320900', province: '320000' };
type Office = keyof typeof REGIONS;
const OFFICES = Object.keys(REGIONS) as Office[];
const PEOPLE = ['head', 'member', ...OFFICES, 'everywhere', 'stranger'] as const;
type Who = (typeof PEOPLE)[number];
const BACK = ['return', 'suspension'];
const key = () => crypto.randomUUID();
const dayOf = (at: number) => Math.floor((at + 8 * HOUR) / DAY);

const moveArbitrary = fc.record({
  hours: fc.oneof(
    { weight: 4, arbitrary: fc.nat({ max: 20 }) },
    { weight: 1, arbitrary: fc.nat({ max: 300 }) },
  ),
  person: fc.constantFrom(...PEOPLE),
  act: fc.constantFrom(...ACTS),
  /** Most moves follow what can come next; the others are whatever somebody might try. */
  follows: fc.integer({ min: 0, max: 9 }).map((number) => number < 9),
  pick: fc.nat({ max: 50 }),
  isStale: fc.nat({ max: 39 }).map((number) => number === 0),
  hasReason: fc.nat({ max: 29 }).map((number) => number > 0),
  isSound: fc.nat({ max: 19 }).map((number) => number > 0),
  drawn: fc.boolean(),
  department: fc.constantFrom('emergency', 'fire', 'earthquake', 'meteorology'),
  opensInDays: fc.integer({ min: -1, max: 2 }),
  /** What happens before it to somebody's rights. */
  change: fc.oneof(
    { weight: 40, arbitrary: fc.constant('none' as const) },
    { weight: 3, arbitrary: fc.constantFrom('revoke', 'grant') },
    { weight: 1, arbitrary: fc.constant('join' as const) },
  ),
  whose: fc.constantFrom<(Office | 'everywhere')[]>(...OFFICES, 'everywhere'),
});
type Move = typeof moveArbitrary extends fc.Arbitrary<infer T> ? T : never;

interface Cast {
  at: (now: Date) => CommandContext;
  applicationId: string;
  organisationId: string;
  people: Record<Who, Person>;
  rights: ModelRight[];
  model: ReviewModel;
}

/** A community of a street with a draft, an officer of each level, one of all, and somebody who is nobody. */
async function cast(): Promise<Cast> {
  const world = await createWorld();
  const { ctx } = world;
  const people = {} as Record<Who, Person>;
  const rights: ModelRight[] = [];
  for (const one of PEOPLE) people[one] = (await world.person()).person;
  const begun: Cast = {
    ...{ at: (now: Date) => world.at(now), people, rights, applicationId: '', organisationId: '' },
    model: await modelOf(rights),
  };
  for (const office of [...OFFICES, 'everywhere'] as const) await grant(begun, ctx, office);
  const head: Holder = { id: people.head.id, roles: [] };
  const claim = { kind: 'committee', name: '示例社区居民委员会', regionCode: REGIONS.town };
  const { organisationId } = await claimOrganisation(ctx, head, claim, key());
  const officer = await reviewerOf(world, REGIONS.county);
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer, verdict, key());
  begun.organisationId = organisationId;
  rights.push({ person: 'head', side: 'applicant', from: 0, to: Infinity });
  await join(begun, ctx, 'member');
  const input = { organisationId, programme: PROGRAMME };
  const answer = await beginApplication(ctx, head, input, listProgrammes, key());
  return { ...begun, applicationId: answer.applicationId };
}

async function modelOf(rights: ModelRight[]): Promise<ReviewModel> {
  const programme = (await listProgrammes()).find((one) => one.key === PROGRAMME)!;
  const first = dayOf(NOW.getTime());
  // No year was entered: people rest at week-ends. The 1st of January 1970 was a Thursday.
  const rests = Array.from({ length: 3000 }, (_, at) => first + at).filter(
    (number) => (number + 3) % 7 >= 5,
  );
  const steps = programme.steps.map((step) => ({
    ...{
      key: step.key,
      office: step.level,
      isOptional: step.optional,
      isScored: step.scoring !== 'none',
    },
    ...{ departments: step.departments, percent: step.visit === 'none' ? 0 : step.visit.percent },
    ...{ days: step.days.count, isWorkdays: step.days.clock === 'working' },
    canReturn: step.pausedBy.includes('correction'),
    canSuspend: step.pausedBy.includes('emergency'),
  }));
  const rules = {
    ...{ steps, correctionDays: programme.correction.count },
    noticeDays: programme.notice.days.count,
    rectificationDays: programme.recheck.rectification.count,
    ...{ noticeOffice: 'province', namingOffice: 'province', recheckOffice: 'province' },
    restDays: new Set(rests),
  };
  return new ReviewModel(rules, rights, NOW.getTime());
}

const sidesOf = (one: Office | 'everywhere') => (one === 'everywhere' ? OFFICES : [one]);
const lasts = ({ to }: ModelRight) => to === Infinity;

async function grant({ people, rights }: Cast, ctx: CommandContext, whose: Office | 'everywhere') {
  if (rights.some((one) => one.person === whose && one.side !== 'member' && lasts(one))) return;
  for (const side of sidesOf(whose)) {
    const role = { role: 'reviewer', scopeKind: 'region', scopeId: REGIONS[side] } as const;
    await addRole(ctx, people[whose].id, role);
    rights.push({ person: whose, side, from: ctx.now.getTime(), to: Infinity });
  }
}

async function revoke({ people, rights }: Cast, ctx: CommandContext, whose: Who) {
  await ctx.db
    .update(roleGrants)
    .set({ state: 'revoked' })
    .where(and(eq(roleGrants.personId, people[whose].id), eq(roleGrants.state, 'active')));
  for (const one of rights) {
    if (one.person === whose && one.side !== 'member' && lasts(one)) one.to = ctx.now.getTime();
  }
}

async function join({ people, rights, organisationId }: Cast, ctx: CommandContext, who: Who) {
  if (rights.some(({ person, side }) => person === who && side === 'member')) return;
  const input = { organisationId, phone: await personPhone(ctx, people[who]) };
  await addMember(ctx, { id: people.head.id }, input, key());
  rights.push({ person: who, side: 'member', from: ctx.now.getTime(), to: Infinity });
}

/** Whoever would do it, and now and then the one who can do everything, until they have passed it once. */
function personFor(by: 'applicant' | Office, pick: number): Who {
  if (by === 'applicant') return 'head';
  return pick % 4 === 0 ? 'everywhere' : by;
}

/** The decision that a move tries, and the same for the model. */
function decisionFrom(file: LoadedApplication, move: Move, now: Date) {
  const course = courseOf(file, file.file, now);
  const next = nextSteps(file.file, file, now).filter(({ missing }) => missing.length === 0);
  // What ends a story or sends it back comes by chance, or few would be named.
  const slow = ['withdrawal', 'refusal', 'revocation', ...(move.pick % 7 === 0 ? [] : BACK)];
  const useful = next.filter(({ act }) => !slow.includes(act));
  const chosen = move.follows ? useful[move.pick % Math.max(1, useful.length)] : undefined;
  const act = chosen?.act ?? move.act;
  const person = chosen && move.pick % 9 !== 0 ? personFor(chosen.by, move.pick) : move.person;
  const wanted = file.programme.steps
    .find((one) => course.state === `step:${one.key}`)
    ?.departments.slice(1)
    .find((one) => !course.opinions.includes(one));
  const department = (chosen && wanted) || move.department;
  const on = move.isStale ? 'step:town-recommendation' : course.state;
  const { hasReason, isSound, drawn, opensInDays } = move;
  const draft = completeDraft(file.programme);
  const scores = fullScores(file.programme);
  const brought = {
    ...{ act, on, reason: hasReason ? '理由在此' : '', drawn, department },
    draft: isSound ? draft : { ...draft, conditions: {} },
    facts: { titles: [], round: null, barredUntil: null },
    scores: isSound ? scores : Object.fromEntries(Object.keys(scores).map((point) => [point, 0])),
    differences: Object.fromEntries(Object.keys(scores).map((point) => [point, '看过现场'])),
    opensOn: iso(dayOf(now.getTime()) + opensInDays),
    document: isSound ? '示例〔2026〕1号' : '',
  } as unknown as Brought;
  const told = { hasReason, isSound, drawn, department, opensInDays };
  const modelAct: ModelAct = { act, person, at: now.getTime(), on, ...told };
  return { brought, modelAct, person };
}

/** Writes the row of a decision past every policy. @returns what refused it. */
async function forced(ctx: CommandContext, file: LoadedApplication, by: Holder, brought: Brought) {
  const { application, programme, rows } = file;
  const row = [...machineOf(programme), ...recordsOf(programme)].find(
    (one) => one.from === brought.on && one.act === brought.act && one.by !== 'clock',
  );
  if (!row || row.by === 'clock') return 'no such move';
  const isNotice = brought.act === 'notice';
  const until = iso(dayOf(ctx.now.getTime()) + programme.notice.days.count - 1);
  const insert = ctx.db.insert(applicationDecisions).values({
    ...{ applicationId: application.id, position: rows.length + 1 },
    ...{ programme: application.programme, version: application.version },
    ...{ fromState: row.from, act: row.act, toState: row.to, byLevel: row.by },
    byRegion: row.by === 'applicant' ? null : (officeRegion(row.by, application.regionCode) ?? ''),
    ...{ authorId: by.id, decidedAt: ctx.now, reason: '理由在此', tenths: 1000 },
    noticeFrom: isNotice ? iso(dayOf(ctx.now.getTime())) : null,
    noticeUntil: isNotice ? until : null,
    content: JSON.stringify({ document: '示例〔2026〕1号', department: 'fire' }),
  });
  return writeAtomically(ctx.db, [insert], {}).then(
    () => 'written',
    (error: unknown) => constraintOf(error),
  );
}

describe('a review over the database', () => {
  it(
    'goes wherever the model goes, and nowhere else, through any sequence of acts',
    { timeout: 90_000 },
    async () => {
      const reached = new Set<string>();
      const taken = new Set<string>();
      let refusedRights = 0;
      const story = fc.array(moveArbitrary, { minLength: 30, maxLength: 50 });
      await fc.assert(
        fc.asyncProperty(story, async (moves) => {
          const played = await cast();
          const { model, people, applicationId } = played;
          let time = NOW.getTime();
          for (const move of moves) {
            time += move.hours * HOUR;
            const ctx = played.at(new Date(time));
            if (move.change === 'grant') await grant(played, ctx, move.whose);
            if (move.change === 'revoke') await revoke(played, ctx, move.whose);
            if (move.change === 'join') await join(played, ctx, move.whose);
            const file = await loaded(ctx, applicationId);
            const { brought, modelAct, person } = decisionFrom(file, move, ctx.now);
            const { id } = people[person];
            const by = { id, roles: await rolesOf(ctx, id) };
            const expected = model.try(modelAct);
            const details = expected ? await foundedRecord(ctx, by, file, brought) : {};
            const met = await decideOnce(ctx, by, file, { decision: brought, details }, key()).then(
              () => null,
              (error: unknown) => (error instanceof DomainError ? error.reason : error),
            );
            const label = JSON.stringify(modelAct);
            expect(met === null, `${label}: ${String(met)}`).toBe(expected);
            if (met === 'application_not_yours') {
              refusedRights += 1;
              // A result of no draw is refused as well, and by whichever guard comes first.
              const refused = [
                'application_not_yours',
                ...(modelAct.act === 'draw' ? ['draw_unfounded'] : []),
              ];
              expect(refused, label).toContain(await forced(ctx, file, by, brought));
            }
            await followTime(ctx, listProgrammes);
            const [row] = await ctx.db
              .select()
              .from(applications)
              .where(eq(applications.id, applicationId));
            expect(row?.state, label).toBe(model.state);
            expect(row?.decisions).toBe(file.rows.length + (expected ? 1 : 0));
            reached.add(model.state);
            if (expected) taken.add(modelAct.act);
          }
          // Each decision has its entry in the audit log, and no refused one has.
          const { db } = played.at(new Date(time));
          const entries = await db
            .select()
            .from(auditEntries)
            .where(eq(auditEntries.subjectId, applicationId));
          const [row] = await db
            .select()
            .from(applications)
            .where(eq(applications.id, applicationId));
          const decisions = entries.filter(({ action }) =>
            taken.has(action.replace('application.', '')),
          );
          expect(decisions).toHaveLength(row!.decisions);
        }),
        { numRuns: 12, seed: 20261123, endOnFailure: true },
      );
      // A comparison of nothing but drafts would prove nothing.
      expect(reached.size).toBeGreaterThan(12);
      expect(taken.size).toBeGreaterThan(12);
      expect(refusedRights).toBeGreaterThan(20);
    },
  );
});
