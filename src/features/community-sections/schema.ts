import type { ProfileSection } from '../community-profiles/table.ts';

/** What stands in one cell: '' and null and [] are “not filled in yet”, 0 is a count. */
export type Cell = string | number | readonly string[] | null;
export type Row = Readonly<Record<string, Cell>>;
/** One section as it is stored. */
export interface SectionContent {
  fields: Row;
  rows: readonly Row[];
}

interface FieldBase {
  name: string;
  label: string;
  hint?: string;
  /** Said to be missing where it is empty. */
  needed?: boolean;
  /** Of a person: sealed, and never in the stored content. */
  sealed?: boolean;
}
interface NumberField extends FieldBase {
  kind: 'count' | 'decimal';
  unit: string;
  max: number;
}
interface WordsField extends FieldBase {
  kind: 'line';
  /** Signs as people see them. */
  max: number;
}
interface PlainField extends FieldBase {
  kind: 'date' | 'cell' | 'officePhone' | 'personPhone' | 'personName';
}
interface ChoiceField extends FieldBase {
  kind: 'choice' | 'choices';
  options: Readonly<Record<string, string>>;
}
export type ProfileField = NumberField | WordsField | PlainField | ChoiceField;

export interface SectionRows {
  /** What one row is. */
  one: string;
  max: number;
  fields: readonly ProfileField[];
  /** Whether the section is empty without a row. */
  needed: boolean;
}
export interface SectionDefinition {
  title: string;
  about: string;
  fields: readonly ProfileField[];
  rows?: SectionRows;
}

/** A million people live in no community. */
const PEOPLE = { kind: 'count', unit: '人', max: 999_999 } as const;
const MONEY = { kind: 'decimal', unit: '万元', max: 99_999 } as const;

/** 风险四色: red, orange, yellow and blue with the words that go with them. How a community grades is 本平台约定. */
export const RISK_LEVELS = {
  red: '红色，重大风险',
  orange: '橙色，较大风险',
  yellow: '黄色，一般风险',
  blue: '蓝色，低风险',
} as const;
export type RiskLevel = keyof typeof RISK_LEVELS;

/** The schematic map: six columns from west to east, six rows from north to south. */
export const MAP_COLUMNS = 'ABCDEF';
export const MAP_ROWS = 6;

const RISKS = {
  earthquake: '地震',
  fire: '火灾',
  waterlogging: '内涝积水',
  river: '河水漫堤',
  typhoon: '台风大风',
  hail: '冰雹龙卷',
  lightning: '雷电',
  flash_flood: '山洪',
  landslide: '滑坡崩塌',
  forest_fire: '森林火灾',
  gas: '燃气泄漏',
  chemical: '危险化学品',
  e_bike: '电动自行车充电',
  old_house: '老旧危险房屋',
  traffic: '道路交通',
  water: '临水落水',
  other: '其他',
} as const;

const YES_NO = { yes: '有', no: '没有' } as const;

/**
 * 社区基本情况, by the fields of the community table of 自然灾害综合风险普查 (社区减灾能力). Options that this table does
 * not spell out, and the sections on the risk map, are 本平台约定; decision 48 lists which.
 */
export const SECTIONS: Readonly<Record<ProfileSection, SectionDefinition>> = {
  basics: {
    title: '基本数字',
    about: '地址、户数、人口。按最近一次登记的数填。',
    fields: [
      { kind: 'line', name: 'address', label: '办公地址', max: 60, needed: true },
      {
        kind: 'officePhone',
        name: 'officePhone',
        label: '办公电话',
        hint: '固定电话带区号。不写个人的手机号',
        needed: true,
      },
      { kind: 'line', name: 'officeHours', label: '有人接电话的时间', max: 40 },
      { kind: 'count', name: 'households', label: '总户数', unit: '户', max: 99_999, needed: true },
      { ...PEOPLE, name: 'residents', label: '常住人口', needed: true },
      { ...PEOPLE, name: 'children', label: '其中0到14岁', needed: true },
      { ...PEOPLE, name: 'aged', label: '其中65岁及以上', needed: true },
      { kind: 'decimal', name: 'area', label: '面积', unit: '平方公里', max: 9999 },
      { kind: 'count', name: 'clinics', label: '卫生服务站', unit: '个', max: 99, needed: true },
    ],
  },
  vulnerable: {
    title: '要多照顾的人',
    about: '只填人数，不写姓名。一个人可以算进几类，所以不加总。名单放在社区，不放在这里。',
    fields: [
      { ...PEOPLE, name: 'disabled', label: '残疾人', needed: true },
      { ...PEOPLE, name: 'livingAlone', label: '独居的老人' },
      { ...PEOPLE, name: 'ill', label: '长期卧床或重病的人' },
      { ...PEOPLE, name: 'pregnant', label: '孕妇' },
      { ...PEOPLE, name: 'leftBehind', label: '留守儿童' },
      { ...PEOPLE, name: 'newcomers', label: '外来人口' },
      { ...PEOPLE, name: 'paired', label: '有人结对帮扶的', needed: true },
      {
        kind: 'date',
        name: 'listedOn',
        label: '名单哪天更新的',
        hint: '没有名单就空着',
        needed: true,
      },
    ],
  },
  officers: {
    title: '灾害信息员',
    about: 'AB角各一位。姓名和电话加密保存，只有单位成员和县、街道的审核人员看得到。',
    fields: [
      { ...PEOPLE, name: 'officers', label: '灾害信息员一共', needed: true },
      { kind: 'personName', name: 'aName', label: 'A角姓名', sealed: true, needed: true },
      { kind: 'personPhone', name: 'aPhone', label: 'A角办公电话', sealed: true, needed: true },
      { kind: 'personName', name: 'bName', label: 'B角姓名', sealed: true, needed: true },
      { kind: 'personPhone', name: 'bPhone', label: 'B角办公电话', sealed: true, needed: true },
      { kind: 'date', name: 'trainedOn', label: '最近一次参加培训' },
      { ...PEOPLE, name: 'militia', label: '民兵预备役' },
    ],
  },
  shelters: {
    title: '避难场所和疏散路线',
    about: '每一处写一行。容量按平时能安置的人数填。',
    fields: [],
    rows: {
      one: '避难场所',
      max: 12,
      needed: true,
      fields: [
        { kind: 'line', name: 'name', label: '名称', max: 30, needed: true },
        { kind: 'line', name: 'address', label: '在哪里', max: 60, needed: true },
        {
          kind: 'choice',
          name: 'indoor',
          label: '室内还是室外',
          options: { indoor: '室内', outdoor: '室外' },
          needed: true,
        },
        { kind: 'count', name: 'area', label: '面积', unit: '平方米', max: 999_999, needed: true },
        { ...PEOPLE, name: 'capacity', label: '能安置', needed: true },
        {
          kind: 'choice',
          name: 'accessible',
          label: '轮椅能进',
          options: { yes: '能', no: '不能' },
          needed: true,
        },
        { kind: 'line', name: 'route', label: '怎么走到', max: 80 },
        { kind: 'cell', name: 'cell', label: '示意图上的格子' },
      ],
    },
  },
  stores: {
    title: '应急物资',
    about: '储备点里有什么、多少、到什么时候。快到期时发短信提醒负责人。',
    fields: [
      { kind: 'line', name: 'place', label: '储备点在哪里', max: 60, needed: true },
      {
        kind: 'choices',
        name: 'ways',
        label: '储备的方式',
        options: {
          own: '社区自己存',
          agreed: '和商店、企业约定',
          street: '街道、乡镇代存',
          homes: '鼓励家庭自备',
        },
        needed: true,
      },
      { ...MONEY, name: 'value', label: '物资装备折价' },
    ],
    rows: {
      one: '物资',
      max: 40,
      needed: true,
      fields: [
        { kind: 'line', name: 'item', label: '名称', max: 20, needed: true },
        { kind: 'count', name: 'amount', label: '数量', unit: '', max: 99_999, needed: true },
        { kind: 'line', name: 'unit', label: '单位', max: 4, needed: true },
        { kind: 'date', name: 'bestBefore', label: '有效期到', hint: '不会过期的空着' },
      ],
    },
  },
  warning: {
    title: '预警和报灾',
    about: '预警怎么接到，怎么传到每一户，灾情怎么报上去。',
    fields: [
      {
        kind: 'choices',
        name: 'receive',
        label: '怎么接到预警',
        options: {
          message: '短信、电话',
          system: '预警平台',
          broadcast: '应急广播',
          group: '工作群',
          media: '电视、网站',
        },
        needed: true,
      },
      {
        kind: 'choices',
        name: 'spread',
        label: '怎么传给居民',
        options: {
          broadcast: '广播',
          loudspeaker: '大喇叭',
          group: '微信群',
          message: '短信、电话',
          door: '入户',
          gong: '敲锣、吹哨',
          screen: '显示屏、公告栏',
        },
        needed: true,
      },
      {
        kind: 'choices',
        name: 'report',
        label: '怎么报灾情',
        options: {
          phone: '电话',
          system: '灾情报送系统',
          group: '工作群',
          radio: '对讲机、卫星电话',
          person: '派人',
        },
        needed: true,
      },
      {
        kind: 'line',
        name: 'unreached',
        label: '听不到、看不到的人怎么通知',
        max: 80,
        needed: true,
      },
    ],
  },
  risks: {
    title: '风险和示意图',
    about: '每一处风险写一行，选一个格子，本站画成示意图。格子不是测绘的地图，只用来指方位。',
    fields: [
      { kind: 'date', name: 'assessedOn', label: '最近一次评估', needed: true },
      {
        kind: 'choice',
        name: 'hazardList',
        label: '隐患点清单',
        options: YES_NO,
        needed: true,
      },
    ],
    rows: {
      one: '风险',
      max: 30,
      needed: true,
      fields: [
        { kind: 'choice', name: 'hazard', label: '什么风险', options: RISKS, needed: true },
        { kind: 'line', name: 'where', label: '在哪里', max: 40, needed: true },
        { kind: 'choice', name: 'level', label: '等级', options: RISK_LEVELS, needed: true },
        { kind: 'cell', name: 'cell', label: '示意图上的格子', needed: true },
        { kind: 'line', name: 'measure', label: '怎么管', max: 60 },
      ],
    },
  },
  plan: {
    title: '应急预案',
    about: '现在用的预案。还没有的，从模板开始写。',
    fields: [
      { kind: 'line', name: 'title', label: '预案名称', max: 40, needed: true },
      { kind: 'date', name: 'adoptedOn', label: '哪天定的', needed: true },
      {
        kind: 'date',
        name: 'nextRevisionOn',
        label: '最晚哪天修订',
        hint: '到期前30天发短信提醒负责人',
        needed: true,
      },
      { kind: 'line', name: 'covers', label: '管哪些事', hint: '如：地震、火灾、内涝', max: 80 },
      { kind: 'line', name: 'musterPoint', label: '疏散集合点', max: 60 },
    ],
  },
  figures: {
    title: '一年的工作',
    about: '培训、检查和资金按年填。演练次数从演练记录里数，志愿者从登记里数，不用填。',
    fields: [
      { kind: 'count', name: 'trainings', label: '培训', unit: '次', max: 999, needed: true },
      { ...PEOPLE, name: 'trained', label: '参加培训', needed: true },
      {
        kind: 'count',
        name: 'inspections',
        label: '隐患排查',
        unit: '次',
        max: 9999,
        needed: true,
      },
      { kind: 'count', name: 'found', label: '查出隐患', unit: '处', max: 9999, needed: true },
      { kind: 'count', name: 'settled', label: '整改完', unit: '处', max: 9999, needed: true },
      { ...MONEY, name: 'funds', label: '减灾资金', needed: true },
    ],
  },
  publication: {
    title: '公布给居民看',
    about: '勾上的放在公开的页面上。人数、姓名和风险不公布。',
    fields: [
      {
        kind: 'choices',
        name: 'show',
        label: '公布哪些',
        options: {
          office: '办公地址和电话',
          shelters: '避难场所',
          warning: '预警怎么通知',
          plan: '预案的名称和日期',
        },
      },
    ],
  },
};

/** Whether somebody filled a cell in; 0 is filled in. */
export const isFilled = (cell: Cell | undefined) =>
  Array.isArray(cell) ? cell.length > 0 : cell !== '' && cell !== null && cell !== undefined;

/** A field without anything in it. */
export function emptyCell({ kind }: ProfileField): Cell {
  if (kind === 'choices') return [];
  return kind === 'count' || kind === 'decimal' ? null : '';
}
