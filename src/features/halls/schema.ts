import { z } from 'zod';
import { words } from '../../lib/content.ts';
import { divisionTree } from '../regions/policy.ts';

/** The kinds of venue that the plans name, in the order in which pages name them. */
export const HALL_KINDS = [
  '综合体验馆',
  '科普宣教中心',
  '科普宣教基地',
  '警示教育基地',
  '安全体验基地',
  '企业安全体验基地',
  '主题公园',
  '主题广场',
  '车站、码头、机场',
  '实训基地',
  '人才培训基地',
] as const;

/** Where the law sees a child and an adult: 未成年人 are under 18. */
const ADULT_AGE = 18;

/** A heading in a list of a 360 px phone: one line of it. */
const SHORT_NAME_CHARACTERS = 10;
/** A room of the drawn plan holds two rows of five characters. */
const ZONE_CHARACTERS = 10;

const line = words(60, '请写短，一句一个意思。');
const lines = z.array(line, { error: '请写成一列，一行一条' });
const count = (min: number, max: number, what: string) =>
  z
    .int({ error: `请写${what}，${min}到${max}的整数` })
    .min(min, { error: `${what}最小${min}` })
    .max(max, { error: `${what}最大${max}` });

/** A division's code in a content file. */
export const regionField = z
  .string({ error: '请写6位行政区划代码，加引号，例如 "320900"' })
  .regex(/^[1-9]\d{5}$/, { error: '请写6位行政区划代码，例如 "320900"' })
  .refine((code) => divisionTree.regionOf(code) !== undefined, {
    error: '没有这个行政区划代码，请查 content/regions/divisions.json',
  });

/** Where a document says something: its official title and the clause. */
export const planSource = z.strictObject(
  {
    title: z.string({ error: '请写规划的正式名称' }).min(4, { error: '请写规划的正式名称' }),
    clause: z.string({ error: '请写章节或专栏' }).min(2, { error: '请写章节或专栏' }),
  },
  { error: '请写来源：title 和 clause' },
);

const exhibitSchema = z
  .strictObject({
    name: words(12, '展项名要在卡片上一行放下。'),
    /** One of the hall's own `zones`. */
    zone: z.string().optional(),
    /** One of the hall's own `modules`. */
    module: z.string().optional(),
    what: words(50, '一句话说做什么。'),
    minutes: count(1, 60, '时长（分钟）'),
    groupMax: count(1, 60, '每次人数'),
    ageMin: count(2, ADULT_AGE, '最小年龄').optional(),
    /** Simulators' seats and smoke alarms are built for some height; rulers at the door read centimetres. */
    heightMinCm: count(80, 160, '最低身高（厘米）').optional(),
    withAdultBelowAge: count(3, ADULT_AGE, '需成人陪同的年龄').optional(),
    /** Read by the visitor alone; nobody asks for an answer and nothing keeps it. */
    healthSelfCheck: z.array(words(12, '只写一种情况，例如“心脏病”。'), {
      error: '请写要自查的身体情况，没有就写 []',
    }),
    note: line.optional(),
    /** File names in `content/guides`: what somebody who does it here reads at home, and from where they are led here. */
    guides: z.array(z.string(), { error: '请写一列指南的文件名' }).default([]),
  })
  .superRefine(({ ageMin, withAdultBelowAge }, ctx) => {
    if (ageMin === undefined || withAdultBelowAge === undefined) return;
    if (withAdultBelowAge > ageMin) return;
    const message = `不满${ageMin}岁已经不能参加，请写比${ageMin}大的年龄，或删掉这一行`;
    ctx.addIssue({ code: 'custom', path: ['withAdultBelowAge'], message });
  });

const nameList = (what: string) =>
  z
    .array(words(ZONE_CHARACTERS, '图上一格放不下，请写短。'), {
      error: `请写${what}，规划没有写就写 []`,
    })
    .refine((list) => new Set(list).size === list.length, { error: `${what}写重了` });

/** Words about a hall, from `content/halls/<slug>.md`; its rules and sessions live in the database. */
export const hallContentSchema = z
  .strictObject({
    name: words(40, '请写规划里的名称。').min(2, { error: '请写规划里的名称' }),
    shortName: words(SHORT_NAME_CHARACTERS, '这是列表里用的短名。'),
    kind: z.enum(HALL_KINDS, { error: `请从 ${HALL_KINDS.join('、')} 里选一个` }),
    regionCode: regionField,
    /** Planned projects say so on every page: nobody should travel to a hall that is not there yet. */
    status: z.enum(['规划项目', '开放'], { error: '请写 规划项目 或 开放' }),
    /** True needs rows in the database, which start-up checks; false needs none. */
    booking: z.boolean({ error: '能在本站预约请写 true，不能请写 false' }),
    summary: words(100, '先说有什么特别，别的放到展项里。'),
    visitors: line,
    address: line,
    fee: line,
    /** Only where nothing is booked here: a hall that takes bookings has its hours in the database. */
    opening: line.optional(),
    zones: nameList('展区'),
    modules: z.array(words(20, '请照规划写。'), { error: '请写模块，规划没有写就写 []' }),
    exhibits: z
      .array(exhibitSchema, { error: '请写展项，规划没有写、也没有示例就写 []' })
      .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, {
        error: '有两个展项同名，请改其中一个',
      }),
    bring: lines.min(1, { error: '至少写1条“来之前”' }),
    gettingThere: line,
    accessibility: lines.min(1, { error: '至少写1条无障碍情况，不清楚就写待公布' }),
    source: planSource,
  })
  .superRefine((hall, ctx) => {
    if (hall.booking && hall.exhibits.length === 0) {
      ctx.addIssue({ code: 'custom', path: ['exhibits'], message: '能预约的场馆至少写1个展项' });
    }
    const refuse = (path: PropertyKey[], message: string) =>
      ctx.addIssue({ code: 'custom', path, message });
    if (hall.booking && hall.opening !== undefined) {
      refuse(['opening'], '能预约的场馆按数据库里的场次开放，请删掉这一行');
    }
    if (!hall.booking && hall.opening === undefined) {
      refuse(['opening'], '不在本站预约的场馆，请写什么时候开放，不清楚就写待公布');
    }
    hall.exhibits.forEach(({ zone, module }, index) => {
      if (zone !== undefined && !hall.zones.includes(zone)) {
        refuse(['exhibits', index, 'zone'], `展区“${zone}”不在上面的 zones 里`);
      }
      if (module !== undefined && !hall.modules.includes(module)) {
        refuse(['exhibits', index, 'module'], `模块“${module}”不在上面的 modules 里`);
      }
    });
  });

/**
 * A kind of venue, from `content/hall-kinds/<slug>.md`: what it is, and what the plans promise of it. Venues that a plan
 * names have pages of their own; a kind that none names yet has this.
 */
export const hallKindSchema = z.strictObject({
  name: z.enum(HALL_KINDS, { error: `请从 ${HALL_KINDS.join('、')} 里选一个` }),
  what: words(40, '一句话说它是什么。'),
  /** What the drawing shows, for those who do not see it. */
  drawing: words(40, '一句话说图上有什么。'),
  promises: z
    .array(
      z.strictObject({
        regionCode: regionField,
        what: words(60, '照规划写，写短。'),
        /** As the plan says it: `≥1家`, `一批`; left out where it says no number. */
        amount: words(12, '照规划写，例如“≥1家”。').optional(),
        source: planSource,
      }),
      { error: '请写规划承诺了什么' },
    )
    .min(1, { error: '至少写1条：规划没有写的种类不收' }),
});

export type HallKind = z.output<typeof hallKindSchema>;
export type HallContent = z.output<typeof hallContentSchema>;
export type Exhibit = HallContent['exhibits'][number];
