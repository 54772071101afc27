import { describe, expect, it } from 'vitest';
import {
  basisWords,
  bodyName,
  programmeInForce,
  quotaLeft,
} from '../../../../src/features/programmes/policy.ts';
import { bodiesSchema, programmeSchema } from '../../../../src/features/programmes/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';
import { BODIES, criteriaFiles, programmeOf, settings } from '../../../helpers/programmes.ts';

type Yaml = Record<string, unknown>;
const sound = criteriaFiles['national-community/1'] as Yaml;
const refusal = (change: Yaml) => {
  const parsed = programmeSchema(settings).safeParse({ ...structuredClone(sound), ...change });
  return parsed.success ? 'accepted' : explainContentError('x.yaml', parsed.error);
};
const changed = (field: string, at: number, change: Yaml) => ({
  [field]: (sound[field] as Yaml[]).map((row, index) =>
    index === at ? { ...row, ...change } : row,
  ),
});
const firstGroup = (change: Yaml) => changed('groups', 0, change);
const steps = sound['steps'] as Yaml[];

describe('a programme is refused by file, field and what to write', () => {
  it('accepts the sound one', () => {
    expect(refusal({})).toBe('accepted');
  });

  it.each(Object.keys(sound))('without %s', (field) => {
    expect(refusal({ [field]: undefined })).toMatch(new RegExp(`^x\\.yaml：${field}(：| )`));
  });

  it.each([
    ['misspelt', { threshhold: 80 }, 'x.yaml：不认识“threshhold”，请查拼写或删掉'],
    [
      'with a number that has neither source nor mark',
      { threshold: { points: 80 } },
      'x.yaml：threshold sources：请写 sources: [来源代号]；没有出处就写 ours: true',
    ],
    [
      'with a number that has both',
      { threshold: { points: 80, sources: ['measures-2020'], ours: true } },
      'x.yaml：threshold ours：有出处就删掉 ours',
    ],
    [
      'with a claim of no source at all',
      changed('conditions', 1, { sources: [] }),
      'x.yaml：conditions 第2条 sources：请写 sources',
    ],
    [
      'with a source that is not listed',
      changed('conditions', 0, { sources: ['rumour'] }),
      'x.yaml：conditions 第1条 sources：来源“rumour”不在下面的 sources 清单里',
    ],
    [
      'that calls itself a national standard',
      changed('conditions', 0, { text: '达到国家标准的要求' }),
      'x.yaml：conditions 第1条 text：不能说成国家标准',
    ],
    [
      'with points in hundredths',
      { threshold: { points: 80.25, ours: true } },
      'x.yaml：threshold points：分数最多写一位小数',
    ],
    [
      'with a threshold above all points',
      { threshold: { points: 101, ours: true } },
      'x.yaml：threshold points：门槛高过了总分100分',
    ],
    [
      'with a group that does not add up',
      firstGroup({ max: { points: 12, ours: true } }),
      'x.yaml：groups 第1条 max points：“组织管理”写12分，下面各项加起来是10分',
    ],
    [
      'with the same key twice',
      changed('conditions', 1, { key: 'no-accident' }),
      'x.yaml：conditions：代号“no-accident”写了两次',
    ],
    [
      'decided by the community itself or below',
      { ...changed('steps', 0, { level: 'village' }) },
      'x.yaml：steps 第1条 level：请从 town、county、city、province、national 里选一个',
    ],
    [
      'with a step that goes down again',
      { steps: [...steps.slice(1), steps[0]], stages: sound['stages'] },
      '步骤从低的一级往高的一级写',
    ],
    [
      'with nobody who enters what the state decides',
      changed('steps', 5, { recordedBy: undefined }),
      'x.yaml：steps 第6条 recordedBy：国家一级不在本站办理',
    ],
    [
      'with a body that nobody registered',
      changed('steps', 1, { body: 'some-office' }),
      'x.yaml：steps 第2条 body：content/bodies.json 里没有“some-office”',
    ],
    [
      'with a recommendation that gives points',
      changed('steps', 0, { scoring: { ours: true } }),
      'x.yaml：steps 第1条 optional：可以不办的步骤不打分',
    ],
    [
      'with no points anywhere',
      { steps: steps.map((step) => ({ ...step, scoring: 'none' })) },
      'x.yaml：steps：至少有一步要打分',
    ],
    [
      'with a phase in no stage',
      changed('stages', 0, { covers: ['draft'] }),
      'x.yaml：stages：各阶段的 covers 合起来要正好是 draft、town-recommendation、county-documents',
    ],
    [
      'with a title above as prerequisite',
      { prerequisites: [{ level: 'national', unit: 'community', count: 1, ours: true }] },
      'x.yaml：prerequisites 第1条：前置称号要比这个称号低一级',
    ],
    [
      'with a quota of no step',
      { quotas: [{ step: 'somewhere', count: 3, per: 'year', ours: true }] },
      'x.yaml：quotas 第1条 step：没有步骤“somewhere”',
    ],
    [
      'with an amount of money that no one says',
      { funding: [{ level: 'city', yuan: { amount: 50000 }, ours: true }] },
      'x.yaml：funding 第1条 yuan sources：请写 sources',
    ],
    [
      'of a province that is a city',
      { level: 'province', region: '320900' },
      'x.yaml：region：国家级写 all',
    ],
    [
      'that ends before it begins',
      { effective: { from: '2026-11-22', until: '2026-11-21' } },
      'x.yaml：effective until：截止日期早于开始日期',
    ],
    [
      'with a profile that names no figure',
      changed('conditions', 7, { evidence: [{ kind: 'profile', text: '社区概况' }] }),
      'kind 是 profile 时要写 figure',
    ],
    [
      'with nothing that must be shown',
      changed('conditions', 0, { evidence: [{ kind: 'file', text: '证明', optional: true }] }),
      '至少有一份材料是必交的',
    ],
    [
      'with a visit of no share',
      changed('steps', 2, { visit: 'all' }),
      '去就写 percent，都去写 100',
    ],
  ])('%s', (_, change: Yaml, message) => {
    expect(refusal(change)).toContain(message);
  });
});

describe('what stands beside a text', () => {
  it('says so wherever no document does', () => {
    const { conditions, bar, threshold } = programmeOf('jiangsu-community/1');
    expect(basisWords(conditions[0]!, 'criterion')).toBe('平台示例指标');
    expect(basisWords(bar, 'number')).toBe('本平台约定');
    expect(basisWords(threshold, 'number')).toBe('本平台约定');
    expect(basisWords(programmeOf('national-community/1').threshold, 'number')).toBeUndefined();
  });
});

describe('a body', () => {
  it('has the name of the day', () => {
    expect(bodyName(BODIES, 'national-commission', '2022-12-31')).toBe('国家减灾委员会');
    expect(bodyName(BODIES, 'national-commission', '2026-11-22')).toBe('国家防灾减灾救灾委员会');
    expect(() => bodyName(BODIES, 'nobody', '2026-11-22')).toThrow(
      'content/bodies.json：没有“nobody”',
    );
  });

  it.each([
    ['a first name with a beginning', [{ name: '甲委员会', from: '2020' }], '第一个名称不写 from'],
    [
      'names out of order',
      [
        { name: '甲委员会' },
        { name: '乙委员会', from: '2023' },
        { name: '丙委员会', from: '2021' },
      ],
      '名称要按先后写',
    ],
  ])('is refused with %s', (_, names, message) => {
    const parsed = bodiesSchema.safeParse({ 'some-body': { names } });
    expect(explainContentError('content/bodies.json', parsed.error!)).toContain(message);
  });
});

describe('the version in force', () => {
  const first = programmeOf('national-community/1');
  const second = { ...first, version: '2', effective: { from: '2027-06-01', until: '2027-12-31' } };

  it('is the latest that has begun, and none when that has ended', () => {
    const on = (date: string) => programmeInForce([first, second], date)?.version;
    expect(['2025-12-31', '2026-01-01', '2027-06-01', '2027-12-31', '2028-01-01'].map(on)).toEqual([
      undefined,
      '1',
      '2',
      '2',
      undefined,
    ]);
  });
});

describe('a quota', () => {
  it('is what is left of it this year, and none where nothing limits a step', () => {
    const fuliang = programmeOf('fuliang-community/1');
    expect(quotaLeft(fuliang, 'county-check', 3)).toBe(2);
    expect(quotaLeft(fuliang, 'county-check', 9)).toBe(0);
    expect(quotaLeft(fuliang, 'town-recommendation', 3)).toBeUndefined();
  });
});
