import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { describe, expect, it } from 'vitest';
import { hallContentSchema } from '../../../../src/features/halls/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';

const folder = new URL('../../../../content/halls/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
const read = (file: string): unknown =>
  parseFrontmatter(readFileSync(new URL(file, folder), 'utf8')).frontmatter;

const exhibit = {
  name: '示例地震屋',
  zone: '地质灾害',
  what: '练习蹲下。',
  minutes: 3,
  groupMax: 12,
  ageMin: 6,
  withAdultBelowAge: 10,
  healthSelfCheck: ['心脏病'],
};
/** The smallest hall that passes, so that each test breaks one thing. */
const sound = {
  name: '示例市体验馆',
  shortName: '示例馆',
  kind: '综合体验馆',
  regionCode: '320900',
  status: '规划项目',
  booking: true,
  summary: '示例。',
  visitors: '家庭',
  address: '具体地址待公布',
  fee: '免费（示例）',
  zones: ['地质灾害'],
  modules: [],
  exhibits: [exhibit],
  bring: ['带水'],
  gettingThere: '待公布',
  accessibility: ['待公布'],
  source: { title: '示例规划', clause: '第五章' },
};
const refusal = (change: Record<string, unknown>) => {
  const parsed = hallContentSchema.safeParse({ ...sound, ...change });
  return parsed.success ? 'accepted' : explainContentError('x.md', parsed.error);
};
const exhibitRefusal = (change: Record<string, unknown>) =>
  refusal({ exhibits: [{ ...exhibit, ...change }] });

describe('the halls in content/', () => {
  it('are those that the plans name', () => {
    expect(files.toSorted()).toEqual([
      'binhai-training.md',
      'fuliang.md',
      'lianyungang-training.md',
      'lianyungang.md',
      'yancheng.md',
    ]);
  });

  it.each(files)('%s keeps the rules', (file) => {
    const parsed = hallContentSchema.safeParse(read(file));
    expect(parsed.success ? '' : explainContentError(`content/halls/${file}`, parsed.error)).toBe(
      '',
    );
  });

  it.each(files)(
    '%s is a plan, and says of each price that it is an example or unknown',
    (file) => {
      const hall = hallContentSchema.parse(read(file));
      expect(hall.status).toBe('规划项目');
      expect(hall.address).toContain('具体地址待公布');
      expect(hall.fee).toMatch(/（示例）$|^待公布$/);
    },
  );

  it('keep the seven zones and six modules of the Yancheng plan', () => {
    const { zones, modules, exhibits, source } = hallContentSchema.parse(read('yancheng.md'));
    expect(zones.join('、')).toBe(
      '气象灾害、地质灾害、水旱灾害、海洋灾害、农业灾害、森林防火、安全生产',
    );
    expect(modules.join('、')).toBe(
      '灾害下的生存危机、认知灾害、多种灾害的监测与预警、多种灾害下的生存与智慧、综合逃生自救体验、5D风云剧场',
    );
    expect(source.title).toBe('盐城市“十四五”应急管理规划');
    // Every promise of the plan has something to go and see.
    expect(new Set(exhibits.flatMap(({ zone }) => zone ?? []))).toEqual(new Set(zones));
    expect(new Set(exhibits.flatMap(({ module }) => module ?? []))).toEqual(new Set(modules));
  });
});

describe('a hall is refused by file, field and what to write', () => {
  it('accepts the sound one', () => expect(refusal({})).toBe('accepted'));

  it.each(Object.keys(sound))('without %s', (field) =>
    expect(refusal({ [field]: undefined })).toMatch(new RegExp(`^x\\.md：${field}：.*请.*[写选]`)),
  );

  it.each([
    ['name', '馆', '请写规划里的名称'],
    ['shortName', '一'.repeat(11), '有11个字，最多10个字'],
    ['kind', '游乐场', '请从 综合体验馆、科普宣教中心、'],
    ['regionCode', '3209', '请写6位行政区划代码'],
    ['regionCode', 320900, '请写6位行政区划代码，加引号'],
    ['regionCode', '110000', '没有这个行政区划代码'],
    ['status', '在建', '请写 规划项目 或 开放'],
    ['booking', 'yes', '能在本站预约请写 true，不能请写 false'],
    ['summary', '快来！', '不用感叹号'],
    ['fee', '票价 10 元', '不打空格'],
    ['zones', ['地质灾害', '地质灾害'], '展区写重了'],
    ['exhibits', [], '至少写1个展项'],
    ['exhibits', [exhibit, exhibit], '有两个展项同名'],
    ['bring', [], '至少写1条'],
    ['accessibility', [], '不清楚就写待公布'],
  ])('when %s is %j', (field, value, advice) => {
    const message = refusal({ [field]: value });
    expect(message).toMatch(new RegExp(`^x\\.md：${field}：`));
    expect(message).toContain(advice);
  });

  it('when the source has no title or no clause', () => {
    expect(refusal({ source: { clause: '第五章' } })).toBe(
      'x.md：source title：请写规划的正式名称',
    );
    expect(refusal({ source: { title: '示例规划' } })).toBe('x.md：source clause：请写章节或专栏');
  });

  it('when a word is unknown, so that a slip of the pen is not silence', () => {
    expect(refusal({ adress: '示例路' })).toContain('不认识“adress”');
    expect(exhibitRefusal({ minAge: 6 })).toBe(
      'x.md：exhibits 第1条：不认识“minAge”，请查拼写或删掉',
    );
  });

  it('when its opening stands in two places, or in none', () => {
    const opening = '待公布';
    expect(refusal({ opening })).toContain('x.md：opening：能预约的场馆按数据库里的场次开放');
    expect(refusal({ booking: false })).toContain('x.md：opening：不在本站预约的场馆');
    expect(refusal({ booking: false, opening })).toBe('accepted');
  });
});

describe('an exhibit is refused', () => {
  it.each([
    ['name', '一'.repeat(13), '最多12个字'],
    ['what', undefined, '请写一句话'],
    ['minutes', 0, '时长（分钟）最小1'],
    ['minutes', 2.5, '1到60的整数'],
    ['minutes', '三分钟', '1到60的整数'],
    ['groupMax', 61, '每次人数最大60'],
    ['ageMin', 1, '最小年龄最小2'],
    ['ageMin', 19, '最小年龄最大18'],
    ['heightMinCm', 1.2, '最低身高（厘米），80到160的整数'],
    ['withAdultBelowAge', 2, '需成人陪同的年龄最小3'],
    ['healthSelfCheck', undefined, '没有就写 []'],
    ['zone', '太空灾害', '展区“太空灾害”不在上面的 zones 里'],
    ['module', '剧场', '模块“剧场”不在上面的 modules 里'],
  ])('when %s is %j', (field, value, advice) => {
    const message = exhibitRefusal({ [field]: value });
    expect(message).toMatch(new RegExp(`^x\\.md：exhibits 第1条 ${field}：`));
    expect(message).toContain(advice);
  });

  it('when it asks for an adult beside somebody who may not come in at all', () => {
    expect(exhibitRefusal({ ageMin: 10, withAdultBelowAge: 10 })).toBe(
      'x.md：exhibits 第1条 withAdultBelowAge：不满10岁已经不能参加，请写比10大的年龄，或删掉这一行',
    );
  });

  it('when a self-check holds a sentence', () => {
    expect(exhibitRefusal({ healthSelfCheck: ['请如实告诉我们你有没有心脏病'] })).toContain(
      'healthSelfCheck 第1条：有14个字，最多12个字。只写一种情况',
    );
  });
});
