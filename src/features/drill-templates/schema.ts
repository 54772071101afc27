import { z } from 'zod';
import { lengthOf, words } from '../../lib/content.ts';
import type { SourcedSettings } from '../../lib/sourced.ts';
import { guideSchema, type GuideSettings } from '../guides/schema.ts';
import { checkSheet, checkTemplate, DRILL_MARK, RUN_GROUPS } from './policy.ts';

/** 突发事件应急演练指南 (国务院应急办函〔2009〕62号) sorts drills by form, by content and by purpose. */
export const FORMS = ['实战', '桌面'] as const;
export const SCOPES = ['单项', '综合'] as const;
export const PURPOSES = ['检验性', '示范性', '研究性'] as const;
/** And the people of a drill by what they do there. */
export const PARTS = ['参演', '控制', '模拟', '评估', '观摩'] as const;

/** 工作组, as the drills of communities name them. */
export const GROUPS = ['指挥', '信息', '转移安置', '抢险', '医疗救护', '治安', '后勤'] as const;

/** What a role must have learnt, by the code of the volunteers' skill that proves it. */
export const TRAININGS = {
  急救: 'first_aid',
  疏散引导: 'evacuation',
  心理支持: 'counselling',
  应急通信: 'radio',
  驾驶: 'driving',
  初期灭火: 'fire_fighting',
  物资搬运和发放: 'logistics',
  手语: 'sign_language',
} as const;

export const HAZARDS = [
  '地震',
  '火灾',
  '洪涝',
  '台风',
  '大风冰雹',
  '山洪',
  '森林火灾',
  '燃气泄漏',
  '危化品',
  '尾矿库',
  '海上',
  '设备故障',
] as const;

export const ORGANISERS = [
  '学校',
  '幼儿园',
  '社区',
  '村',
  '乡镇街道',
  '县级部门',
  '物业',
  '养老机构',
  '企业',
  '化工园区',
  '商场',
  '车站',
  '渔业组织',
] as const;

export const FILLED_BY = ['单位指派', '志愿者报名', '居民和家庭报名', '观摩报名'] as const;
export const CHANNELS = ['警报', '广播', '对讲机', '模拟电话', '卡片', '当面', '大屏'] as const;

export const PREPARE_GROUPS = ['策划与设计', '文件编制', '演练保障'] as const;
export const CONCLUDE_GROUPS = ['现场点评', '参演自评', '评估报告', '整改和存档'] as const;

export const ANSWERS = ['是', '否', '不适用'] as const;
export const FINDINGS = ['不足项', '整改项', '改进项'] as const;

const sourceKeys = z.array(z.string(), { error: '请写 sources: [来源代号]' });
/** Empty means 本平台约定, and pages say so. */
const claimed = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, sources: sourceKeys.default([]) });
const text = (min: number, max: number, advice: string) =>
  words(max, advice).refine((line) => lengthOf(line) >= min, {
    error: `太短了，至少${min}个字。${advice}`,
  });
const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: `请从 ${names.join('、')} 里选一个` });
const number = (min: number, max: number, unit: string) =>
  z
    .int({ error: `请写整数，单位${unit}` })
    .min(min, { error: `至少${min}${unit}` })
    .max(max, { error: `最多${max}${unit}` });
const rows = <Row extends z.ZodType>(row: Row, min: number, max: number, what: string) =>
  z
    .array(row, { error: `请写一列${what}` })
    .min(min, { error: `${what}至少写${min}条` })
    .max(max, { error: `${what}最多写${max}条` });

const item = <Names extends readonly string[]>(groups: Names) =>
  claimed({
    group: oneOf(groups),
    text: text(8, 50, '一条只问一件看得见的事。'),
    weight: number(1, 30, '分'),
  });

const role = z.strictObject({
  name: text(2, 10, '只写角色的名称。'),
  part: oneOf(PARTS),
  group: oneOf(GROUPS).optional(),
  filledBy: oneOf(FILLED_BY),
  /** `count` people in all; with `each` for every such place; with `perPeople` for every so many who take part. */
  capacity: z
    .strictObject({
      count: number(1, 500, '人'),
      each: text(1, 6, '例如“楼梯口”。').optional(),
      perPeople: number(2, 500, '人').optional(),
    })
    .refine(({ each, perPeople }) => each === undefined || perPeople === undefined, {
      error: 'each 和 perPeople 只写一个',
    }),
  training: z
    .array(oneOf(Object.keys(TRAININGS) as (keyof typeof TRAININGS)[]), {
      error: '请写要会什么，不用培训就写 []',
    })
    .max(3, { error: '最多写3样培训' }),
  duty: text(8, 50, '一句话说清他做什么。'),
});

const inject = z.strictObject({
  minute: number(0, 480, '分钟'),
  to: rows(z.string({ error: '请写角色的名称' }), 1, 6, '收到的角色'),
  by: oneOf(CHANNELS),
  text: text(8, 80, '说清发生了什么。')
    .refine((line) => !/^演练[：:，。]/.test(line), {
      error: `不用写“${DRILL_MARK}”开头，网页会自己加上`,
    })
    .transform((line) => `${DRILL_MARK}：${line}`),
  expect: text(8, 80, '写看得见的动作。'),
});

const measure = z.strictObject({
  name: text(2, 14, '只写量什么。'),
  from: text(2, 20, '写哪一刻开始。'),
  to: text(2, 24, '写哪一刻结束。'),
  /** Only where a document says it; otherwise whoever holds the drill sets a target of their own. */
  target: z
    .strictObject({
      seconds: number(1, 86_400, '秒'),
      words: text(10, 60, '照文件写适用条件。'),
      sources: sourceKeys.min(1, { error: '时间指标要有出处，没有就删掉 target' }),
    })
    .optional(),
});

const blankField = z.strictObject({
  label: text(2, 16, '写要填什么。'),
  hint: text(4, 40, '写怎么填。'),
});

const notice = z.strictObject({
  channels: rows(text(2, 10, '只写渠道。'), 2, 6, '通知渠道'),
  text: text(80, 320, '说清时间、地点、会听到什么、要做什么。'),
});

/** A week ahead, 本平台约定 after what communities do. */
export const NOTICE_DAYS = 7;

const template = z.strictObject({
  name: text(4, 16, '写演练的名称。'),
  hazard: oneOf(HAZARDS),
  summary: text(10, 60, '一句话说清练什么。'),
  organisers: rows(oneOf(ORGANISERS), 1, 6, '可用的单位'),
  form: oneOf(FORMS),
  scope: oneOf(SCOPES),
  purpose: oneOf(PURPOSES),
  minutes: number(10, 240, '分钟'),
  scenario: text(40, 160, '写假设的时间、地点和情况。'),
  aims: rows(
    claimed({
      text: text(6, 40, '写做到什么。'),
      check: text(6, 50, '写看什么能知道做到了。'),
    }),
    3,
    6,
    '目标',
  ),
  roles: rows(role, 4, 16, '角色'),
  injects: rows(inject, 5, 16, '情景'),
  measures: rows(measure, 2, 6, '要量的时间'),
  routes: rows(blankField, 0, 6, '路线'),
  musters: rows(blankField, 0, 4, '集合点'),
  materials: rows(
    claimed({
      name: text(2, 14, '只写物品。'),
      amount: number(1, 1000, '件'),
      unit: text(1, 3, '只写量词。'),
      each: text(1, 6, '例如“班”。').optional(),
    }),
    4,
    14,
    '物资',
  ),
  safety: z.strictObject({
    /** The role that may stop the drill at any moment. */
    officer: z.string({ error: '请写安全员的角色名称' }),
    before: rows(claimed({ text: text(6, 50, '写开始前查什么。') }), 3, 8, '开始前要查的'),
    never: rows(claimed({ text: text(6, 50, '写演练里不做什么。') }), 2, 6, '不做的事'),
    /** Besides what stops every drill, which the sheet says. */
    stopWhen: rows(text(6, 40, '写看到什么就停。'), 2, 6, '停止的情况'),
  }),
  notice: z.union([z.literal('none'), notice], {
    error: '请写 notice 的 channels 和 text；影响不到居民的桌面推演写 none',
  }),
  vulnerable: rows(
    claimed({
      who: text(2, 16, '写是什么人。'),
      help: text(8, 50, '写怎么帮。'),
      helper: z.string({ error: '请写帮的人，用角色的名称' }),
    }),
    1,
    6,
    '要多照顾的人',
  ),
  evaluation: rows(item([...RUN_GROUPS.实战, ...RUN_GROUPS.桌面]), 7, 16, '评估项'),
  guides: rows(z.string({ error: '请写指南的文件名' }), 1, 5, '相关的指南'),
});

/** Frontmatter of `content/drills/<slug>.md`: 情景模板. Sources, date and review state are those of guides. */
export function drillTemplateSchema(settings: GuideSettings & SourcedSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({ ...template.shape, writtenOn, review, sources })
    .superRefine((drill, ctx) => {
      checkTemplate(drill, settings, (path, message) =>
        ctx.addIssue({ code: 'custom', path, message }),
      );
    });
}
export type DrillTemplate = z.output<ReturnType<typeof drillTemplateSchema>>;

const sheetLine = claimed({ text: text(6, 60, '一句一个意思。') });
const sheet = z.strictObject({
  form: oneOf(FORMS),
  /** How a drill is really stopped; a phone's button comes second. */
  signal: sheetLine,
  /** What stops every drill of this form, whatever the template. */
  stop: rows(sheetLine, 2, 6, '停止的情况'),
  afterStop: rows(sheetLine, 2, 5, '停止以后做的事'),
  prepare: rows(item(PREPARE_GROUPS), 3, 10, '准备的评估项'),
  conclude: rows(item(CONCLUDE_GROUPS), 3, 8, '总结的评估项'),
});

/** Frontmatter of `content/drill-sheets/<slug>.md`: what every drill of one form shares. */
export function drillSheetSchema(settings: GuideSettings & SourcedSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({ ...sheet.shape, writtenOn, review, sources })
    .superRefine((drill, ctx) => {
      checkSheet(drill, settings, (path, message) =>
        ctx.addIssue({ code: 'custom', path, message }),
      );
    });
}
export type DrillSheet = z.output<ReturnType<typeof drillSheetSchema>>;

const choice = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values).optional().catch(undefined);

/** The address of the list of templates. What it does not know narrows nothing: a mistyped link still lists. */
export const templatesAskedInput = z.object({
  hazard: choice(HAZARDS),
  organiser: choice(ORGANISERS),
});
