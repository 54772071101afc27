import { describe, expect, it } from 'vitest';
import { exhibitFacts, summariseLimits } from '../../../../src/features/halls/messages.ts';
import type { Exhibit } from '../../../../src/features/halls/schema.ts';

const open: Exhibit = {
  name: '沙盘',
  what: '看一看。',
  minutes: 8,
  groupMax: 20,
  healthSelfCheck: [],
  guides: [],
};
const shaking: Exhibit = {
  ...open,
  name: '地震屋',
  ageMin: 6,
  withAdultBelowAge: 10,
  healthSelfCheck: ['怀孕', '心脏病'],
};
const theatre: Exhibit = {
  ...open,
  name: '剧场',
  ageMin: 6,
  heightMinCm: 120,
  healthSelfCheck: ['心脏病'],
};
const wind: Exhibit = { ...open, name: '台风', ageMin: 8, heightMinCm: 110 };

describe('the facts of an exhibit', () => {
  it('say the age and height even when there is no limit', () => {
    expect(exhibitFacts(open).map(({ label, value }) => `${label} ${value}`)).toEqual([
      '时长 8分钟',
      '每次 最多20人',
      '年龄 不限',
      '身高 不限',
      '成人陪同 不要求',
    ]);
    expect(exhibitFacts(open).some(({ limits }) => limits)).toBe(false);
  });

  it('mark what can turn somebody away', () => {
    const marked = exhibitFacts({ ...theatre, withAdultBelowAge: 12 }).filter((one) => one.limits);
    expect(marked.map(({ value }) => value)).toEqual(['满6岁', '满120厘米', '不满12岁要陪']);
  });
});

describe('the limits of a hall', () => {
  const summary = summariseLimits([wind, theatre, open, shaking]);

  it('are told from the mildest, with the exhibits that share them', () => {
    expect(summary.age).toEqual([
      { limit: '满6岁', names: ['剧场', '地震屋'] },
      { limit: '满8岁', names: ['台风'] },
    ]);
    expect(summary.height).toEqual([
      { limit: '满110厘米', names: ['台风'] },
      { limit: '满120厘米', names: ['剧场'] },
    ]);
  });

  it('name the exhibits with a self-check, and the conditions once, the most frequent first', () => {
    expect(summary.health).toEqual({ names: ['剧场', '地震屋'], conditions: ['心脏病', '怀孕'] });
  });

  it('name what is open to everybody', () => expect(summary.everybody).toEqual(['沙盘']));

  it('are empty for a hall without any', () => {
    expect(summariseLimits([open])).toEqual({
      age: [],
      height: [],
      health: { names: [], conditions: [] },
      everybody: ['沙盘'],
    });
  });
});
