import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { describe, expect, it } from 'vitest';
import {
  BLANKS,
  fillLine,
  lineText,
  openBlanks,
  PLAN_PARTS,
  planDocument,
} from '../../../../src/features/plan-templates/policy.ts';
import {
  PLAN_HOLDERS,
  planTemplateSchema,
  type PlanTemplate,
} from '../../../../src/features/plan-templates/schema.ts';

const settings = { reviewers: [], today: '2026-12-31' };
const FOLDER = new URL('../../../../content/plan-templates/', import.meta.url);
const raw = (file: string) =>
  parseFrontmatter(readFileSync(new URL(file, FOLDER), 'utf8')).frontmatter;
const files = readdirSync(FOLDER);
const community = () => raw('community.md') as unknown as PlanTemplate;
const problems = (value: unknown) =>
  planTemplateSchema(settings)
    .safeParse(value)
    .error?.issues.map(({ path, message }) => `${path.join('.')}：${message}`) ?? [];

describe('the plan templates of the site', () => {
  it.each(files)('%s keeps every rule', (file) => {
    expect(problems(raw(file))).toEqual([]);
  });

  it('has one for each that needs a plan', () => {
    const holders = files.map((file) => (raw(file) as unknown as PlanTemplate).holder);
    expect(holders.toSorted()).toEqual([...PLAN_HOLDERS].toSorted());
  });
});

describe('the lint of plan templates', () => {
  const broken = (change: (plan: PlanTemplate) => void) => {
    const plan = structuredClone(community());
    change(plan);
    return problems(plan).join('\n');
  };
  const say = (text: string) => (plan: PlanTemplate) => {
    plan.parts[0]!.lines[1]!.text = text;
  };

  it.each([
    [
      'chapters in another order',
      (plan: PlanTemplate) => (plan.parts = plan.parts.toReversed()),
      '第1章应是',
    ],
    ['a chapter left out', (plan: PlanTemplate) => plan.parts.pop(), '章至少写7条'],
    ['a blank nobody fills', say('到{某个地方}集合清点。'), '不认识“{某个地方}”'],
    ['a brace left open', say('到{集合点清点人数。'), '大括号没有成对'],
    ['a number of somebody', say('有事打13812345678找人。'), '不写真的电话号码'],
    ['frightening words', say('不要惊慌失措地乱跑。'), '换成平实的说法'],
    ['a limit without a source', say('5分钟内全部撤到集合点。'), '时限要有出处'],
    [
      'nobody to call',
      (plan: PlanTemplate) => plan.parts.forEach((part) => (part.calls = [])),
      '谁给谁打电话',
    ],
    [
      'a source that nothing uses',
      (plan: PlanTemplate) => {
        plan.sources['idle'] = { title: '《示例》', issuer: '示例', published: '2020-01-01' };
      },
      '没有一处用到',
    ],
    [
      'a source nobody listed',
      (plan: PlanTemplate) => plan.parts[0]!.lines[0]!.sources.push('nowhere'),
      '不在下面的 sources 清单里',
    ],
  ])('refuses %s, and says what to write', (_, change, words) => {
    expect(broken(change)).toContain(words);
  });
});

describe('filling a template', () => {
  const name = fc.constantFrom(...Object.keys(BLANKS));
  const plainText = fc.string({
    unit: fc.constantFrom('甲', '乙', '，', '。', '1', '2', '（', '）'),
  });

  it('puts each value in its place and leaves no brace behind', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            plainText,
            name.map((one) => `{${one}}`),
          ),
          { maxLength: 8 },
        ),
        fc.dictionary(name, plainText),
        (pieces, values) => {
          const line = pieces.join('');
          const filled = fillLine(line, values);
          expect(lineText(filled)).not.toMatch(/[{}]/);
          // Read backwards, the pieces are the line again.
          const open = line.match(/\{[^{}]*\}/g) ?? [];
          expect(filled.filter(({ kind }) => kind !== 'words')).toHaveLength(open.length);
          for (const [at, one] of filled.filter(({ kind }) => kind !== 'words').entries()) {
            const key = open[at]!.slice(1, -1);
            const value = values[key]?.trim() ?? '';
            expect(one.kind).toBe(value === '' ? 'blank' : 'filled');
            expect(one.text).toContain(value === '' ? key : value);
          }
        },
      ),
    );
  });

  it('names the blanks that stay open, and only those', () => {
    const plan = planTemplateSchema(settings).parse(community());
    const all = openBlanks(plan, {});
    expect(all).toContain('疏散路线');
    fc.assert(
      fc.property(fc.subarray(all), (known) => {
        const values = Object.fromEntries(known.map((one) => [one, '已填']));
        expect(openBlanks(plan, values)).toEqual(all.filter((one) => !known.includes(one)));
      }),
    );
  });

  it('makes a document with every chapter, annex and source, marked as a draft', () => {
    const plan = planTemplateSchema(settings).parse(community());
    const parts = planDocument(plan, { 集合点: '小学操场' }, '示例社区');
    expect(parts).toMatchObject({ mark: '草稿', title: '示例社区突发事件应急预案' });
    const text = JSON.stringify(parts.blocks);
    for (const [at, title] of PLAN_PARTS.entries()) expect(text).toContain(`${at + 1} ${title}`);
    for (const { title } of Object.values(plan.sources)) expect(text).toContain(title);
    expect(text).toContain('小学操场');
    expect(text).toContain('＿＿＿＿〔避难场所');
  });
});
