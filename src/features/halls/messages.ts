import type { Exhibit } from './schema.ts';

export interface ExhibitFact {
  kind: 'minutes' | 'group' | 'age' | 'height' | 'adult';
  label: string;
  value: string;
  /** Somebody may be turned away by it; shown so that it cannot be missed. */
  limits: boolean;
}

/** What a card says about an exhibit. The law wants the age said for each, so 不限 is an answer too. */
export function exhibitFacts(exhibit: Exhibit): ExhibitFact[] {
  const { minutes, groupMax, ageMin, heightMinCm, withAdultBelowAge } = exhibit;
  const limit = (
    kind: ExhibitFact['kind'],
    label: string,
    bound: number | undefined,
    wordsOf: (bound: number) => string,
    none = '不限',
  ) => ({
    kind,
    label,
    value: bound === undefined ? none : wordsOf(bound),
    limits: bound !== undefined,
  });
  return [
    { kind: 'minutes', label: '时长', value: `${minutes}分钟`, limits: false },
    { kind: 'group', label: '每次', value: `最多${groupMax}人`, limits: false },
    limit('age', '年龄', ageMin, ageWords),
    limit('height', '身高', heightMinCm, heightWords),
    limit('adult', '成人陪同', withAdultBelowAge, adultWords, '不要求'),
  ];
}

/** One limit and the exhibits that share it: `满6岁`, 地震体验屋 and 烟雾逃生通道. */
export interface LimitGroup {
  limit: string;
  names: string[];
}

export interface LimitSummary {
  /** From the mildest limit to the strictest. */
  age: LimitGroup[];
  height: LimitGroup[];
  /** Exhibits with a self-check, and what it asks, the most frequent first. */
  health: { names: string[]; conditions: string[] };
  /** Open to everybody as far as age, height and health go. */
  everybody: string[];
}

/** The limits of a whole hall in a few lines. */
export function summariseLimits(exhibits: readonly Exhibit[]): LimitSummary {
  const checked = exhibits.filter(({ healthSelfCheck }) => healthSelfCheck.length > 0);
  const free = exhibits.filter(
    ({ ageMin, heightMinCm, healthSelfCheck }) =>
      ageMin === undefined && heightMinCm === undefined && healthSelfCheck.length === 0,
  );
  return {
    age: groupByLimit(exhibits, ({ ageMin }) => ageMin, ageWords),
    height: groupByLimit(exhibits, ({ heightMinCm }) => heightMinCm, heightWords),
    health: {
      names: checked.map(({ name }) => name),
      conditions: byFrequency(checked.flatMap(({ healthSelfCheck }) => healthSelfCheck)),
    },
    everybody: free.map(({ name }) => name),
  };
}

const ageWords = (years: number) => `满${years}岁`;
const adultWords = (years: number) => `不满${years}岁要陪`;
const heightWords = (centimetres: number) => `满${centimetres}厘米`;

function groupByLimit(
  exhibits: readonly Exhibit[],
  limitOf: (exhibit: Exhibit) => number | undefined,
  wordsOf: (limit: number) => string,
): LimitGroup[] {
  const limits = exhibits.flatMap((exhibit) => limitOf(exhibit) ?? []);
  return [...new Set(limits)]
    .toSorted((a, b) => a - b)
    .map((limit) => ({
      limit: wordsOf(limit),
      names: exhibits.filter((one) => limitOf(one) === limit).map(({ name }) => name),
    }));
}

function byFrequency(conditions: readonly string[]): string[] {
  const counts = Map.groupBy(conditions, (condition) => condition);
  return [...counts.entries()]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([condition]) => condition);
}
