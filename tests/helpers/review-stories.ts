import fc from 'fast-check';
import {
  courseOf,
  type ApplicationFile,
  type Decision,
} from '../../src/features/applications/policy.ts';
import type { Answer, Draft } from '../../src/features/assessments/policy.ts';
import { WorkCalendar } from '../../src/features/calendar/policy.ts';
import { programmeSchema, type Programme } from '../../src/features/programmes/schema.ts';
import {
  nextSteps,
  objectionTo,
  type Ground,
  type HeldRight,
} from '../../src/features/reviews/policy.ts';
import { ReviewModel, type ModelAct, type ModelRight } from './review-model.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Monday 2026-11-23 at 09:00 in China, and that day's number since 1970. */
const BEGUN = Date.parse('2026-11-23T01:00:00Z');
const FIRST = Math.floor((BEGUN + 8 * HOUR) / DAY);
export const iso = (number: number) => new Date(number * DAY).toISOString().slice(0, 10);

const REGIONS = {
  town: '320904100',
  county: '320904',
  city: '320900',
  province: '320000',
} as const;
const OFFICES = Object.keys(REGIONS) as (keyof typeof REGIONS)[];
const PEOPLE = ['applicant', 'second', ...OFFICES, 'everywhere'];
export const ACTS: Decision['act'][] = [
  ...(['submission', 'approval', 'refusal', 'return', 'correction', 'suspension'] as const),
  ...(['resumption', 'notice', 'naming', 'withdrawal', 'recheck', 'rectification'] as const),
  ...(['revocation', 'visit', 'draw', 'opinion', 'recusal'] as const),
];

const ours = { ours: true } as const;
const file = (text: string) => [{ kind: 'file', text }];
const stepArbitrary = fc.record({
  level: fc.nat({ max: 3 }),
  departments: fc.constantFrom(
    [],
    ['emergency'],
    ['emergency', 'fire'],
    ['fire', 'earthquake', 'emergency'],
  ),
  percent: fc.constantFrom(0, 0, 50, 100),
  isScored: fc.boolean(),
  isOptional: fc.boolean(),
  count: fc.integer({ min: 1, max: 4 }),
  clock: fc.constantFrom('natural', 'working'),
  pausedBy: fc.constantFrom([], ['correction'], ['correction', 'emergency']),
});
type Drafted = (typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never)[];

/** A programme that keeps the rules of the schema, made from what chance says of its steps. */
function programmeFrom(drafted: Drafted, noticeDays: number): Programme {
  const steps = drafted
    .toSorted((one, other) => one.level - other.level)
    .map((step, at, { length }) => {
      const isLast = at === length - 1;
      const isOptional = step.isOptional && !isLast;
      const works = !isOptional;
      return {
        key: `s${at}-step`,
        title: '一步',
        waiting: '等人来看',
        level: OFFICES[step.level],
        body: 'some-body',
        departments: step.departments,
        visit: works && step.percent > 0 ? { percent: step.percent, ...ours } : 'none',
        scoring: works && (step.isScored || isLast) ? ours : 'none',
        days: { count: step.count, clock: step.clock, ...ours },
        pausedBy: step.pausedBy,
        optional: isOptional,
        ...ours,
      };
    });
  const phases = ['draft', ...steps.map(({ key }) => key), 'notice', 'naming'];
  return programmeSchema({ bodies: ['some-body'], today: '2026-11-22' }).parse({
    key: 'made-up',
    version: '1',
    title: { text: '示例称号', ...ours },
    level: 'province',
    unit: 'community',
    region: '320000',
    effective: { from: '2026-11-22' },
    stages: [
      { title: '上半', covers: phases.slice(0, 2), ...ours },
      { title: '下半', covers: phases.slice(2), ...ours },
    ],
    conditions: [{ key: 'ready', text: '准备好了', evidence: file('证明'), ...ours }],
    groups: [
      {
        key: 'all',
        title: '全部',
        max: { points: 10, ...ours },
        ...ours,
        items: [
          {
            key: 'one',
            title: '一项',
            points: [
              {
                key: 'p-one',
                text: '第一个评分点',
                score: { kind: 'yes_no', max: 6, ...ours },
                evidence: file('材料一'),
                ...ours,
              },
              {
                key: 'p-two',
                text: '第二个评分点',
                score: { kind: 'yes_no', max: 4, ...ours },
                evidence: file('材料二'),
                ...ours,
              },
            ],
          },
        ],
      },
    ],
    threshold: { points: 10, ...ours },
    reasonAbove: { points: 1, ...ours },
    steps,
    correction: { count: 2, clock: 'working', ...ours },
    notice: { level: 'city', days: { count: noticeDays, ...ours } },
    naming: { level: 'province', bodies: ['some-body'], ...ours },
    recheck: {
      level: 'county',
      years: 3,
      rectification: { count: 3, clock: 'natural', ...ours },
      ...ours,
    },
    bar: { years: 2, ...ours },
    prerequisites: [],
    quotas: [],
    funding: [],
    writtenOn: '2026-11-22',
    sources: {},
  });
}

const yes: Answer = { kind: 'yes_no', yes: true };
const held = [{ kind: 'file' as const }];
const draftOf = (isSound: boolean): Draft => ({
  conditions: { ready: { met: isSound, evidence: held } },
  points: {
    'p-one': { answer: yes, reason: '有', evidence: held },
    'p-two': { answer: yes, reason: '有', evidence: held },
  },
});

/** What chance adds to one move of the story. */
const moveArbitrary = fc.record({
  hours: fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 400 })),
  person: fc.constantFrom(...PEOPLE),
  act: fc.constantFrom(...ACTS),
  /** Most moves follow what can come next; the others are whatever somebody might try. */
  follows: fc.integer({ min: 0, max: 9 }).map((number) => number < 7),
  pick: fc.nat({ max: 50 }),
  isStale: fc.nat({ max: 19 }).map((number) => number === 0),
  hasReason: fc.nat({ max: 9 }).map((number) => number > 0),
  isSound: fc.nat({ max: 9 }).map((number) => number > 0),
  drawn: fc.boolean(),
  department: fc.constantFrom('emergency', 'fire', 'earthquake', 'meteorology'),
  opensInDays: fc.integer({ min: -1, max: 2 }),
});
const moves = fc.array(moveArbitrary, { minLength: 12, maxLength: 45 });
const span = fc.tuple(fc.integer({ min: -20, max: 40 }), fc.integer({ min: 20, max: 500 }));
const spans = fc.array(span, { minLength: PEOPLE.length, maxLength: PEOPLE.length });
const holidays = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 8 });

export interface Played {
  ground: Ground;
  model: ReviewModel;
  file: ApplicationFile;
}

/** Who may what and when: mostly for ever, for some a while, one of them at every office. */
export function rightsFrom(limits: readonly [number, number][]): ModelRight[] {
  const sides = ['applicant', 'applicant', ...OFFICES];
  const rights = PEOPLE.flatMap((person, at): ModelRight[] => {
    const [from, length] = limits[at] ?? [0, 0];
    const isLimited = length < 120;
    const interval = {
      from: isLimited ? BEGUN + from * DAY : 0,
      to: isLimited ? BEGUN + (from + length) * DAY : Infinity,
    };
    return (person === 'everywhere' ? OFFICES : [sides[at]!]).map((side) => ({
      person,
      side,
      ...interval,
    }));
  });
  const [from, length] = limits[0] ?? [0, 0];
  // One officer of the county belongs to the applicant for a while.
  return [
    ...rights,
    {
      person: 'county',
      side: 'member',
      from: BEGUN + from * DAY,
      to: BEGUN + (from + length / 10) * DAY,
    },
  ];
}

function groundFrom(
  programme: Programme,
  rights: readonly ModelRight[],
  free: readonly number[],
): Ground {
  const interval = ({ person, from, to }: ModelRight) => ({
    personId: person,
    from: new Date(from),
    until: to === Infinity ? null : new Date(to),
  });
  const calendar = new WorkCalendar(
    [2026, 2027],
    free.map((number) => ({ year: 2026, day: iso(FIRST + number), kind: 'holiday', name: '示例' })),
  );
  return {
    programme,
    calendar,
    rights: rights.flatMap((right): HeldRight[] => {
      if (right.side === 'member') return [];
      return right.side === 'applicant'
        ? [
            {
              ...interval(right),
              role: 'community_officer',
              scopeKind: 'organisation',
              scopeId: 'o',
            },
          ]
        : [
            {
              ...interval(right),
              role: 'reviewer',
              scopeKind: 'region',
              scopeId: REGIONS[right.side as keyof typeof REGIONS],
            },
          ];
    }),
    ties: rights
      .filter(({ side }) => side === 'member')
      .map((right) => ({ ...interval(right), organisationId: 'o' })),
  };
}

function modelFrom(programme: Programme, rights: readonly ModelRight[], free: readonly number[]) {
  const rests = Array.from({ length: 3000 }, (_, at) => FIRST + at).filter(
    // The 1st of January 1970 was a Thursday.
    (number) => (number + 3) % 7 >= 5 || free.includes(number - FIRST),
  );
  return new ReviewModel(
    {
      steps: programme.steps.map((step) => ({
        key: step.key,
        office: step.level,
        isOptional: step.optional,
        departments: step.departments,
        percent: step.visit === 'none' ? 0 : step.visit.percent,
        isScored: step.scoring !== 'none',
        days: step.days.count,
        isWorkdays: step.days.clock === 'working',
        canReturn: step.pausedBy.includes('correction'),
        canSuspend: step.pausedBy.includes('emergency'),
      })),
      correctionDays: 2,
      noticeDays: programme.notice.days.count,
      rectificationDays: 3,
      noticeOffice: 'city',
      namingOffice: 'province',
      recheckOffice: 'county',
      restDays: new Set(rests),
    },
    rights,
    BEGUN,
  );
}

type Move = typeof moveArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** The decision that a move tries, and the same for the model. */
function decisionFrom(played: Played, move: Move, now: Date): { one: Decision; act: ModelAct } {
  const { ground } = played;
  const state = courseOf(ground, played.file, now).state;
  const next = nextSteps(played.file, ground, now).filter(({ missing }) => missing.length === 0);
  // Withdrawing and refusing would end most stories early: they come by chance alone.
  const useful = next.filter(({ act }) => !['withdrawal', 'refusal'].includes(act));
  const chosen = move.follows ? useful[move.pick % Math.max(1, useful.length)] : undefined;
  const act = chosen?.act ?? move.act;
  const person = chosen && move.pick % 5 !== 0 ? (chosen.by as string) : move.person;
  const missing = courseOf(ground, played.file, now).opinions;
  const department =
    chosen === undefined
      ? move.department
      : (['emergency', 'fire', 'earthquake', 'meteorology'].find(
          (one) =>
            !missing.some((given) => given === one) &&
            ground.programme.steps
              .find(({ key }) => state === `step:${key}`)
              ?.departments.slice(1)
              .some((wanted) => wanted === one),
        ) ?? move.department);
  const on = move.isStale ? 'step:s0-step' : state;
  const today = Math.floor((now.getTime() + 8 * HOUR) / DAY);
  const { hasReason, isSound, drawn, opensInDays } = move;
  const scores = isSound ? { 'p-one': 60, 'p-two': 40 } : { 'p-one': 60, 'p-two': 0 };
  const one = {
    act,
    authorId: person,
    at: now,
    on,
    reason: hasReason ? '理由' : '',
    draft: draftOf(isSound),
    facts: { titles: [], round: null, barredUntil: null },
    scores,
    differences: { 'p-two': '没有' },
    opensOn: iso(today + opensInDays),
    document: isSound ? '示例〔2026〕1号' : '',
    drawn,
    department,
  } as unknown as Decision;
  return {
    one,
    act: { act, person, at: now.getTime(), on, hasReason, isSound, drawn, department, opensInDays },
  };
}

/** Tells a story to both, and to `each` after every move. */
export function play(
  [drafted, noticeDays, limits, free, story]: [
    Drafted,
    number,
    [number, number][],
    number[],
    Move[],
  ],
  each: (played: Played, one: Decision, isAllowed: boolean, modelSays: boolean) => void,
): Played {
  const programme = programmeFrom(drafted, noticeDays);
  const rights = rightsFrom(limits);
  const played: Played = {
    ground: groundFrom(programme, rights, free),
    model: modelFrom(programme, rights, free),
    file: {
      applicant: { kind: 'organisation', id: 'o', regionCode: '320904100201' },
      begunAt: new Date(BEGUN),
      decisions: [],
    },
  };
  let now = BEGUN;
  for (const move of story) {
    now += move.hours * HOUR;
    const { one, act } = decisionFrom(played, move, new Date(now));
    const isAllowed = objectionTo(played.file, played.ground, one) === undefined;
    const modelSays = played.model.try(act);
    if (isAllowed) played.file = { ...played.file, decisions: [...played.file.decisions, one] };
    each(played, one, isAllowed, modelSays);
  }
  return played;
}

export const stories = fc.tuple(
  fc.array(stepArbitrary, { minLength: 1, maxLength: 4 }),
  fc.integer({ min: 1, max: 9 }),
  spans,
  holidays,
  moves,
);
