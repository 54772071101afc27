import { describe, expect, it } from 'vitest';
import {
  aboutTopic,
  barsOf,
  citationText,
  countiesOf,
  divisionTree,
  regionProblems,
  shortCitation,
  targetsOf,
  trailTo,
} from '../../../../src/features/regions/policy.ts';
import { regionSchema } from '../../../../src/features/regions/schema.ts';

const percent = (number: number) => ({ number, unit: '%', comparison: '=', chart: 'coverage' });
const region = regionSchema({ tree: divisionTree }).parse({
  code: '320900',
  documents: {
    plan: { title: '示例规划' },
    points: { title: '示例要点', documentNumber: '示例〔2021〕1号' },
  },
  hazards: [{ name: '洪涝', text: '示例。', guide: 'flood', clause: '一、' }],
  targetGroups: [
    {
      title: '指标',
      clause: '三、表1',
      plannedUntil: 2025,
      targets: [
        { id: 'low', name: '低', value: '20%', measure: percent(20), clause: '第1项' },
        {
          id: 'high',
          name: '高',
          value: '90%',
          measure: percent(90),
          kind: '约束性',
          clause: '第2项',
        },
        { id: 'towns', name: '示范', value: '1个', topic: 'communities', clause: '第3项' },
      ],
    },
    {
      title: '当年',
      document: 'points',
      plannedUntil: 2025,
      targets: [{ id: 'early', name: '早', value: '1支', clause: '二、4', plannedUntil: 2021 }],
    },
  ],
  baseline: [],
  projects: [],
  promises: [{ topic: 'drills', text: '多练。', clause: '四、', document: 'points' }],
});
const [indicators, points] = region.targetGroups;
if (!indicators || !points) throw new Error('the region above has two groups');

describe('a citation', () => {
  it('joins title, number and the clauses of group and target', () => {
    const texts = [indicators, points].map((group) =>
      targetsOf(region, group).map(({ citation }) => citationText(citation)),
    );
    expect(texts).toEqual([
      ['《示例规划》三、表1第1项', '《示例规划》三、表1第2项', '《示例规划》三、表1第3项'],
      ['《示例要点》（示例〔2021〕1号）二、4'],
    ]);
  });

  it('is short on the page that names the plan, and whole for any other document', () => {
    expect(shortCitation(region, { document: 'plan', clause: '一、（二）' })).toBe(
      '规划一、（二）',
    );
    expect(shortCitation(region, { document: 'points', clause: '二、4' })).toBe(
      '《示例要点》（示例〔2021〕1号）二、4',
    );
  });

  it('goes with the year, which a target may have of its own', () => {
    expect(targetsOf(region, points).map(({ plannedUntil }) => plannedUntil)).toEqual([2021]);
    expect(targetsOf(region, indicators).map(({ plannedUntil }) => plannedUntil)).toEqual([
      2025, 2025, 2025,
    ]);
  });
});

describe('what another page shows', () => {
  it('is of its topic only', () => {
    expect(aboutTopic(region, 'communities').targets.map(({ id }) => id)).toEqual(['towns']);
    expect(aboutTopic(region, 'communities').promises).toEqual([]);
    expect(aboutTopic(region, 'drills').promises.map(({ citation }) => citation.title)).toEqual([
      '示例要点',
    ]);
  });
});

describe('bars', () => {
  it('are the percentages of one kind, longest first', () => {
    expect(barsOf(indicators, 'coverage').map(({ label, kind }) => [label, kind])).toEqual([
      ['高', '约束性'],
      ['低', undefined],
    ]);
  });

  it('are none where there is nothing to compare', () => {
    expect(barsOf(indicators, 'fall')).toEqual([]);
    const [low] = indicators.targets;
    expect(barsOf({ ...indicators, targets: low ? [low] : [] }, 'coverage')).toEqual([]);
  });
});

describe('places', () => {
  it('tells counties from development zones', () => {
    const { counties, zones } = countiesOf('320900');
    expect(counties).toHaveLength(9);
    expect(zones.map(({ name }) => name)).toEqual(['盐城经济技术开发区']);
  });

  it('lead up to the province, by page where there is one', () => {
    expect(trailTo('320900', ['320000', '320900'])).toEqual([
      { href: '/regions/320000', text: '江苏省' },
    ]);
    expect(trailTo('360222', ['360222'])).toEqual([
      { href: '/regions#r360000', text: '江西省' },
      { href: '/regions#r360200', text: '景德镇市' },
    ]);
  });

  it('are refused when written twice, or when they lead to a guide that is not there', () => {
    const twice = [
      { id: 'a', data: region },
      { id: 'b', data: region },
    ];
    expect(regionProblems(twice, ['flood'])).toEqual([
      'content/regions/b.md：code：和 a.md 写了同一个地区',
    ]);
    expect(regionProblems(twice.slice(0, 1), [])).toEqual([
      'content/regions/a.md：hazards 第1条 guide：没有指南“flood”',
    ]);
  });
});
