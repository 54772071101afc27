import { parseFrontmatter } from 'astro/markdown';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { divisionTree, regionProblems } from '../../../../src/features/regions/policy.ts';
import { regionSchema } from '../../../../src/features/regions/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';

const content = new URL('../../../../content/', import.meta.url);
const slugsIn = (folder: string) =>
  readdirSync(new URL(`${folder}/`, content))
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length));
const read = (slug: string): unknown =>
  parseFrontmatter(readFileSync(new URL(`regions/${slug}.md`, content), 'utf8')).frontmatter;

const schema = regionSchema({ tree: divisionTree });
const slugs = slugsIn('regions');

const target = {
  id: 'towns',
  name: '示例目标',
  value: '≥15家',
  measure: { number: 15, unit: '家', comparison: '≥' },
  clause: '第7项',
};
const group = { title: '示例指标', clause: '三、表1', plannedUntil: 2025, targets: [target] };
/** The smallest region that passes, so that each test breaks one thing. */
const sound = {
  code: '320900',
  documents: { plan: { title: '示例市应急规划' } },
  hazards: [{ name: '洪涝', text: '示例。', guide: 'flood', clause: '一、' }],
  targetGroups: [group],
  baseline: [],
  projects: [],
  promises: [],
};
const refusal = (change: Record<string, unknown>) => {
  const parsed = schema.safeParse({ ...sound, ...change });
  return parsed.success ? 'accepted' : explainContentError('x.md', parsed.error);
};
const targetRefusal = (change: Record<string, unknown>) =>
  refusal({ targetGroups: [{ ...group, targets: [{ ...target, ...change }] }] });
const measureRefusal = (value: string, change: Record<string, unknown>) =>
  targetRefusal({ value, measure: { ...target.measure, ...change } });

describe('the regions in content/', () => {
  it('are the four that the plans describe', () => {
    expect(slugs.map((slug) => schema.parse(read(slug)).code).sort()).toEqual([
      '320000',
      '320700',
      '320900',
      '360222',
    ]);
  });

  it.each(slugs)('%s keeps the rules', (slug) => {
    const parsed = schema.safeParse(read(slug));
    const file = `content/regions/${slug}.md`;
    expect(parsed.success ? '' : explainContentError(file, parsed.error)).toBe('');
  });

  it('name guides that exist, and each region once', () => {
    const regions = slugs.map((id) => ({ id, data: schema.parse(read(id)) }));
    expect(regionProblems(regions, slugsIn('guides'))).toEqual([]);
  });
});

describe('a region is refused by file, field and what to write', () => {
  it('accepts the sound one', () => expect(refusal({})).toBe('accepted'));

  it.each(['code', 'documents', 'hazards', 'targetGroups', 'baseline', 'projects', 'promises'])(
    'without %s',
    (field) =>
      expect(refusal({ [field]: undefined })).toMatch(new RegExp(`^x\\.md：${field}：请写`)),
  );

  it('when its code is no county or not in the divisions', () => {
    expect(refusal({ code: 320900 })).toContain('code：请写6位');
    expect(refusal({ code: '110000' })).toContain('code：区划表里没有110000');
  });

  it('when it has no plan, or a fact is from a document that nobody listed', () => {
    expect(refusal({ documents: { points: { title: '示例要点' } } })).toContain('代号用 plan');
    const hazards = [{ ...sound.hazards[0], document: 'rumour' }];
    expect(refusal({ hazards })).toContain('hazards 第1条 document：“rumour”不在');
  });

  it('when a word is unknown, or a fact has no clause', () => {
    expect(refusal({ hazard: [] })).toContain('不认识“hazard”');
    expect(refusal({ projects: [{ name: '示例工程' }] })).toContain(
      'projects 第1条 clause：请写条款',
    );
  });

  it('when two targets have one id, or a target has no clause at all', () => {
    expect(refusal({ targetGroups: [{ ...group, targets: [target, target] }] })).toContain(
      'targetGroups 第1条 targets 第2条 id：代号“towns”写重了',
    );
    const { clause: _group, ...withoutClause } = group;
    const { clause: _target, ...bare } = target;
    expect(refusal({ targetGroups: [{ ...withoutClause, targets: [bare] }] })).toContain(
      'clause：这一组没有写条款',
    );
  });

  it('when a year lies outside the plans', () => {
    expect(refusal({ targetGroups: [{ ...group, plannedUntil: 2026 }] })).toContain('最晚2025年');
    expect(targetRefusal({ plannedUntil: 2020 })).toContain('plannedUntil：最早2021年');
  });
});

describe('a target whose number is not the number people read', () => {
  it('is refused for the number, the unit and the comparison', () => {
    expect(measureRefusal('≥15家', { number: 16 })).toContain('measure number：“≥15家”里没有16');
    expect(measureRefusal('≥15家', { unit: '个' })).toContain('里没有单位“个”');
    expect(measureRefusal('15家', {})).toContain('measure comparison：和“15家”的意思不同');
  });

  it.each([
    ['15家以上', '≥'],
    ['不少于15家', '≥'],
    ['15家以内', '≤'],
    ['快于15家', '<'],
    ['15家', '='],
  ])('“%s” compares by %s and by no other sign', (value, right) => {
    for (const comparison of ['=', '≥', '≤', '<']) {
      const answer = measureRefusal(value, { comparison });
      if (comparison === right) expect(answer).toBe('accepted');
      else expect(answer).toContain('measure comparison');
    }
  });

  it('is drawn as a bar only when it is a percentage with a name that fits', () => {
    expect(measureRefusal('≥15家', { chart: 'fall' })).toContain('只有百分数');
    const measure = { number: 15, unit: '%', comparison: '≥', chart: 'fall' };
    const name = '一'.repeat(17);
    expect(targetRefusal({ name, value: '≥15%', measure })).toContain('label：要画成图');
    expect(targetRefusal({ name, label: '短名', value: '≥15%', measure })).toBe('accepted');
  });

  it('has a record only with the number of a document', () => {
    expect(targetRefusal({ record: { text: '某镇获命名。' } })).toContain(
      'record documentNumber：请写命名或公布文件的文号',
    );
  });
});
