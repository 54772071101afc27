import type {
  ApplicationFile,
  Decision,
  OfficeLevel,
  Rules,
} from '../../src/features/applications/policy.ts';
import { courseOf } from '../../src/features/applications/policy.ts';
import type {
  ApplicantFacts,
  Answer,
  Draft,
  Scores,
} from '../../src/features/assessments/policy.ts';
import { WorkCalendar } from '../../src/features/calendar/policy.ts';
import type { Point, Programme } from '../../src/features/programmes/schema.ts';
import {
  nextSteps,
  objectionTo,
  type Ground,
  type HeldRight,
} from '../../src/features/reviews/policy.ts';
import { addMinutes } from '../../src/lib/time.ts';

export const COMMUNITY = '320904100201';
export const ORGANISATION = 'organisation-1';
export const BEGUN = new Date('2026-11-23T01:00:00Z');
/** No holidays but week-ends. */
export const CALENDAR = new WorkCalendar([2026, 2027], []);

/** The office of each level over `COMMUNITY`, with its one officer. */
export const OFFICES: Readonly<Record<OfficeLevel, { region: string; officer: string }>> = {
  town: { region: '320904100', officer: 'officer-town' },
  county: { region: '320904', officer: 'officer-county' },
  city: { region: '320900', officer: 'officer-city' },
  province: { region: '320000', officer: 'officer-province' },
};
export const APPLICANT = 'applicant';

const since = new Date('2020-01-01T00:00:00Z');
export const rights: HeldRight[] = [
  ...Object.values(OFFICES).map(({ region, officer }) => ({
    personId: officer,
    role: 'reviewer' as const,
    scopeKind: 'region' as const,
    scopeId: region,
    from: since,
    until: null,
  })),
  {
    personId: APPLICANT,
    role: 'community_officer',
    scopeKind: 'organisation',
    scopeId: ORGANISATION,
    from: since,
    until: null,
  },
];

export const FACTS: ApplicantFacts = { titles: [], round: null, barredUntil: null };

function bestAnswer({ score }: Point): Answer {
  switch (score.kind) {
    case 'yes_no':
      return { kind: 'yes_no', yes: true };
    case 'steps':
      return { kind: 'steps', step: score.steps.length - 1 };
    case 'proportional':
      return { kind: 'proportional', part: 7, whole: 7 };
  }
}

const pointsIn = ({ groups }: Programme): Point[] =>
  groups.flatMap(({ items }) => items.flatMap(({ points }) => points));

/** Says yes to everything, with all evidence. */
export function completeDraft(programme: Programme): Draft {
  const { conditions } = programme;
  return {
    conditions: Object.fromEntries(
      conditions.map(({ key, evidence }) => [key, { met: true, evidence }]),
    ),
    points: Object.fromEntries(
      pointsIn(programme).map((point) => [
        point.key,
        { answer: bestAnswer(point), reason: '照着做了', evidence: point.evidence },
      ]),
    ),
  };
}

/** Every point in full. */
export function fullScores(programme: Programme): Scores {
  return Object.fromEntries(
    pointsIn(programme).map(({ key, score }) => [
      key,
      score.kind === 'steps' ? (score.steps.at(-1)?.points ?? 0) : score.max,
    ]),
  );
}

export function groundOf(programme: Programme): Ground {
  return { programme, calendar: CALENDAR, rights, ties: [] };
}

export function newFile(applicant?: ApplicationFile['applicant']): ApplicationFile {
  return {
    applicant: applicant ?? { kind: 'organisation', id: ORGANISATION, regionCode: COMMUNITY },
    begunAt: BEGUN,
    decisions: [],
  };
}

type Extra = Record<string, unknown>;

/** A decision with everything it must bring, by whoever has the right to it. */
export function decisionFor(
  { programme, calendar }: Rules,
  file: ApplicationFile,
  act: Decision['act'],
  by: 'applicant' | OfficeLevel,
  at: Date,
  extra: Extra = {},
): Decision {
  const brought: Partial<Record<Decision['act'], Extra>> = {
    submission: { draft: completeDraft(programme), facts: FACTS },
    correction: { draft: completeDraft(programme) },
    approval: { scores: fullScores(programme) },
    notice: {
      opensOn: addMinutes(at, 8 * 60)
        .toISOString()
        .slice(0, 10),
    },
    naming: { document: '示例文件〔2026〕1号' },
    draw: { drawn: true },
  };
  return {
    act,
    authorId: by === 'applicant' ? APPLICANT : OFFICES[by].officer,
    at,
    on: courseOf({ programme, calendar }, file, at).state,
    reason: '示例理由',
    ...brought[act],
    ...extra,
  } as Decision;
}

/** Adds a decision. @throws with the objection, when there is one. */
export function taken(file: ApplicationFile, ground: Ground, one: Decision): ApplicationFile {
  const objection = objectionTo(file, ground, one);
  if (objection) {
    const missing = objection.missing.map(({ message }) => message).join('；');
    throw new Error(`${one.act}: ${objection.message}${missing}`);
  }
  return { ...file, decisions: [...file.decisions, one] };
}

/** Lets every office do what it can, an hour apart and a day where only time helps, until a state is reached. */
export function walkTo(
  ground: Ground,
  until: string,
  start: ApplicationFile = newFile(),
  extras: Partial<Record<Decision['act'], Extra>> = {},
): ApplicationFile {
  let file = start;
  let now = file.decisions.at(-1)?.at ?? BEGUN;
  const { programme } = ground;
  for (let turn = 0; turn < 400; turn += 1) {
    if (courseOf(ground, file, now).state === until) return file;
    const open = nextSteps(file, ground, now).filter(({ missing }) => missing.length === 0);
    const next = [
      'draw',
      'visit',
      'opinion',
      'submission',
      'correction',
      'approval',
      'notice',
      'naming',
    ]
      .flatMap((act) => open.find((one) => one.act === act) ?? [])
      .at(0);
    now = addMinutes(now, next ? 60 : 24 * 60);
    if (!next) continue;
    const state = courseOf(ground, file, now).state;
    const step = programme.steps.find(({ key }) => state === `step:${key}`);
    const given = courseOf(ground, file, now).opinions;
    const department = step?.departments.slice(1).find((one) => !given.includes(one));
    const one = decisionFor(ground, file, next.act, next.by, now, {
      ...(next.act === 'opinion' ? { department } : {}),
      ...extras[next.act],
    });
    file = taken(file, ground, one);
  }
  throw new Error(`It never became ${until}.`);
}
