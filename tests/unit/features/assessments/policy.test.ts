import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerTenths,
  canScore,
  maySubmit,
  missingIn,
  reasonsNeeded,
  selfScores,
  sumScores,
  unmetPrerequisites,
  type Answer,
  type ApplicantFacts,
} from '../../../../src/features/assessments/policy.ts';
import { maxOf, pointsOf, pointsWords } from '../../../../src/features/programmes/policy.ts';
import type { Point } from '../../../../src/features/programmes/schema.ts';
import { BEGUN, completeDraft, FACTS, fullScores } from '../../../helpers/applications.ts';
import { programmeOf } from '../../../helpers/programmes.ts';

const national = programmeOf('national-community/1');
const city = programmeOf('jingdezhen-community/1');
const basis = { sources: [], ours: true as const };
const proportional = (max: number): Pick<Point, 'score'> => ({
  score: { kind: 'proportional', max, part: '做到的', whole: '全部', ...basis },
});

describe('the points of one answer', () => {
  it('are whole tenths, never above the full points, and never rounded up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 1e9 }),
        fc.nat(),
        (max, whole, any) => {
          const part = any % (whole + 1);
          const tenths = answerTenths(proportional(max), { kind: 'proportional', part, whole })!;
          expect(Number.isInteger(tenths)).toBe(true);
          expect(BigInt(tenths) * BigInt(whole) <= BigInt(max) * BigInt(part)).toBe(true);
          expect(BigInt(tenths + 1) * BigInt(whole) > BigInt(max) * BigInt(part)).toBe(true);
          expect(canScore(proportional(max), tenths)).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['nobody at all', { part: 0, whole: 0 }],
    ['more than all', { part: 3, whole: 2 }],
    ['less than none', { part: -1, whole: 2 }],
    ['half a person', { part: 0.5, whole: 2 }],
  ])('are none for %s', (_, counts) => {
    expect(answerTenths(proportional(30), { kind: 'proportional', ...counts })).toBeUndefined();
  });

  it('are none for an answer of another kind', () => {
    expect(answerTenths(proportional(30), { kind: 'yes_no', yes: true })).toBeUndefined();
  });

  it('can be given by a reviewer only as the point is scored', () => {
    const steps = pointsOf(national).find(({ key }) => key === 'hazard-list-kept')!;
    const yesNo = pointsOf(national).find(({ key }) => key === 'leadership-meets')!;
    expect([0, 15, 30, 20, 31].map((tenths) => canScore(steps, tenths))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect([0, 20, 10].map((tenths) => canScore(yesNo, tenths))).toEqual([true, true, false]);
    expect(answerTenths(steps, { kind: 'steps', step: 0 })).toBe(15);
    expect(answerTenths(steps, { kind: 'steps', step: null })).toBe(0);
    expect(answerTenths(steps, { kind: 'steps', step: 7 })).toBeUndefined();
  });

  it('are said in words without a rounding', () => {
    expect([0, 5, 10, 785].map(pointsWords)).toEqual(['0分', '0.5分', '1分', '78.5分']);
  });
});

/** A column in which each point has any score that it can have. */
const column = fc
  .array(fc.nat(), { minLength: pointsOf(national).length, maxLength: pointsOf(national).length })
  .map((picks) =>
    Object.fromEntries(
      pointsOf(national).map((point, at) => {
        const possible = Array.from({ length: maxOf(point) + 1 }, (_, tenths) => tenths).filter(
          (tenths) => canScore(point, tenths),
        );
        return [point.key, possible[(picks[at] ?? 0) % possible.length] ?? 0];
      }),
    ),
  );

describe('the sum of a column', () => {
  it('is what the points add up to, by group and in all, and enough from the threshold on', () => {
    fc.assert(
      fc.property(column, (scores) => {
        const sum = sumScores(national, scores);
        expect(sum.tenths).toBe(Object.values(scores).reduce((total, one) => total + one, 0));
        expect(sum.groups.reduce((total, { tenths }) => total + tenths, 0)).toBe(sum.tenths);
        expect(sum.groups.every(({ tenths, max }) => tenths >= 0 && tenths <= max)).toBe(true);
        expect(sum.open).toEqual([]);
        expect(sum.isEnough).toBe(sum.tenths >= 800);
        expect(sum.max).toBe(1000);
      }),
    );
  });

  it('is never enough while a point has no score, or one that cannot be given', () => {
    const full = fullScores(national);
    for (const { key } of pointsOf(national)) {
      const { [key]: _gone, ...rest } = full;
      expect.soft(sumScores(national, rest)).toMatchObject({ open: [key], isEnough: false });
      expect.soft(sumScores(national, { ...full, [key]: 9999 }).isEnough, key).toBe(false);
    }
    expect(sumScores(national, { ...full, toString: 500 }).tenths).toBe(1000);
  });

  it('needs a reason where two columns differ by more than a point', () => {
    const full = fullScores(national);
    expect(
      reasonsNeeded(national, full, { ...full, 'leadership-meets': 0, 'rules-linked': 0 }),
    ).toEqual(['leadership-meets']);
  });
});

describe('a draft', () => {
  const draft = completeDraft(national);

  it('lacks nothing when all is there', () => {
    expect(missingIn(national, draft)).toEqual([]);
    expect(selfScores(national, draft)).toEqual(fullScores(national));
    expect(maySubmit(national, draft, FACTS, BEGUN)).toEqual({ may: true, missing: [] });
  });

  it('names each thing that is taken out of it, and nothing else', () => {
    for (const { key, text } of national.conditions) {
      const { [key]: _gone, ...conditions } = draft.conditions;
      expect
        .soft(missingIn(national, { ...draft, conditions }))
        .toEqual([{ where: 'condition', key, message: `基本条件“${text}”还没有确认做到` }]);
    }
    for (const { key } of pointsOf(national)) {
      const { [key]: _gone, ...points } = draft.points;
      expect.soft(missingIn(national, { ...draft, points }).map((one) => one.key)).toEqual([key]);
    }
  });

  it('asks for each piece of evidence by its name, two files for two lines', () => {
    const said = draft.conditions['risk-map']!;
    const conditions = {
      ...draft.conditions,
      'risk-map': { ...said, evidence: said.evidence.slice(0, 1) },
      warning: { met: true, evidence: [{ kind: 'profile' as const, figure: 'clinics' as const }] },
    };
    expect(missingIn(national, { ...draft, conditions }).map(({ message }) => message)).toEqual([
      '基本条件“有灾害风险和安全生产隐患的地图或台账，有脆弱人群清单”还缺材料：脆弱人群清单（隐去姓名）',
      '基本条件“有发布预警信息的渠道”还缺材料：预警接收和传达的方式',
    ]);
  });

  it('needs neither reason nor evidence for a point that it does not claim', () => {
    const no = { answer: { kind: 'yes_no', yes: false } as Answer, reason: '', evidence: [] };
    const points = { ...draft.points, 'rules-linked': no };
    expect(missingIn(national, { ...draft, points })).toEqual([]);
  });

  it('is told how far it is from the threshold, exactly', () => {
    const none = (keys: readonly string[]) =>
      Object.fromEntries(
        pointsOf(national).map((point) => {
          const answers: Record<Point['score']['kind'], Answer> = {
            yes_no: { kind: 'yes_no', yes: false },
            steps: { kind: 'steps', step: null },
            proportional: { kind: 'proportional', part: 0, whole: 1 },
          };
          const given = draft.points[point.key]!;
          return [
            point.key,
            keys.includes(point.key) ? { ...given, answer: answers[point.score.kind] } : given,
          ];
        }),
      );
    const hazard = pointsOf(national).find(({ key }) => key === 'hazard-list-kept');
    const half = { ...draft.points[hazard!.key]!, answer: { kind: 'steps', step: 0 } as Answer };
    const keys = pointsOf(national)
      .slice(-8)
      .map(({ key }) => key);
    const points = { ...none(keys), [hazard!.key]: half };
    const { tenths } = sumScores(national, selfScores(national, { ...draft, points }));
    expect(missingIn(national, { ...draft, points })).toEqual(
      tenths >= 800
        ? []
        : [
            {
              where: 'sum',
              key: '',
              message: `自评合计${pointsWords(tenths)}，要到80分才能提交，还差${pointsWords(800 - tenths)}`,
            },
          ],
    );
    expect(tenths % 10).toBe(5);
    expect(tenths).toBeLessThan(800);
  });
});

describe('whether it may be handed in', () => {
  const said = (change: Partial<ApplicantFacts>, now = BEGUN, programme = national) =>
    maySubmit(programme, completeDraft(programme), { ...FACTS, ...change }, now).missing.map(
      ({ message }) => message,
    );
  const round = { opensAt: new Date(BEGUN.getTime() - 1), closesAt: new Date(BEGUN.getTime() + 1) };

  it('depends on the call, to the moment', () => {
    expect(said({ round })).toEqual([]);
    expect(said({ round }, round.closesAt)).toEqual(['今年的申报已经截止']);
    expect(said({ round }, new Date(round.opensAt.getTime() - 1))).toEqual([
      '今年的申报还没有开始',
    ]);
  });

  it('waits until a bar is over, its last day included', () => {
    expect(said({ barredUntil: '2026-11-23' })).toEqual(['2026年11月23日以前不能申报']);
    expect(said({ barredUntil: '2026-11-22' })).toEqual([]);
  });

  it('is by a version that is in force', () => {
    const early = new Date('2025-12-31T15:59:59Z');
    expect(said({}, early)).toEqual(['这一版从2026年1月1日起才能申报']);
    const ended = { ...national, effective: { from: '2026-01-01', until: '2026-11-22' } };
    expect(said({}, BEGUN, ended)).toEqual(['这一版到2026年11月22日为止，请按新的一版申报']);
  });

  it('asks for the title below where the programme does', () => {
    const title = { level: 'county', unit: 'community', isOwn: true, until: null } as const;
    const unmet = (change: Partial<typeof title> | { until: string }) =>
      unmetPrerequisites(city, [{ ...title, ...change }], '2026-11-23').length;
    expect(said({}, BEGUN, city)).toEqual(['要先是县级示范社区']);
    expect(said({ titles: [title] }, BEGUN, city)).toEqual([]);
    expect(unmet({ until: '2026-11-22' })).toBe(1);
    expect(unmetPrerequisites(city, [{ ...title, isOwn: false }], '2026-11-23')).toHaveLength(1);
    const county = programmeOf('national-county/1');
    const within = { level: 'national', unit: 'community', isOwn: false, until: null } as const;
    expect(
      unmetPrerequisites(county, [within], '2026-11-23').map(({ message }) => message),
    ).toEqual(['辖区里要先有2个国家级示范社区，现在有1个']);
    expect(unmetPrerequisites(county, [within, within], '2026-11-23')).toEqual([]);
  });
});
