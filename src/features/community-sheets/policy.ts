import {
  cellWords,
  contentOf,
  numberOf,
  sectionTitle,
  sectionWords,
  textOf,
  type Profile,
  type SavedSection,
} from '../community-profiles/policy.ts';
import { PROFILE_SECTIONS, type ProfileSection } from '../community-profiles/table.ts';
import {
  MAP_COLUMNS,
  MAP_ROWS,
  RISK_LEVELS,
  SECTIONS,
  type RiskLevel,
  type Row,
} from '../community-sections/schema.ts';

const WORST_FIRST = Object.keys(RISK_LEVELS) as RiskLevel[];

export interface MapCell {
  /** `A1` lies in the north-west. */
  cell: string;
  column: number;
  row: number;
  /** The worst of its risks; null where only a shelter lies there. */
  level: RiskLevel | null;
  risks: string[];
  shelters: string[];
}

/** The schematic risk map: cells in which something lies, from the north-west row by row. */
export function riskMap(profile: Pick<Profile, 'sections'>): MapCell[] {
  const risks = contentOf(profile, 'risks').rows;
  const shelters = contentOf(profile, 'shelters').rows;
  const hazard = SECTIONS.risks.rows?.fields[0];
  return Array.from({ length: MAP_ROWS * MAP_COLUMNS.length }, (_, at): MapCell => {
    const [column, row] = [at % MAP_COLUMNS.length, Math.floor(at / MAP_COLUMNS.length)];
    const cell = `${MAP_COLUMNS[column] ?? ''}${row + 1}`;
    const here = risks.filter((one) => one['cell'] === cell);
    return {
      ...{ cell, column, row },
      level: WORST_FIRST.find((level) => here.some((one) => one['level'] === level)) ?? null,
      risks: here.map((one) => (hazard ? cellWords(hazard, one['hazard']) : '')),
      shelters: shelters.filter((one) => one['cell'] === cell).map((one) => textOf(one, 'name')),
    };
  }).filter(({ level, shelters: safe }) => level !== null || safe.length > 0);
}

export type PublishedPart = 'office' | 'shelters' | 'warning' | 'plan';

/** What the community shows to everybody. */
export function publishedParts(profile: Pick<Profile, 'sections'>): PublishedPart[] {
  const show = contentOf(profile, 'publication').fields['show'];
  return Array.isArray(show) ? (show as PublishedPart[]) : [];
}

/** The blanks of a plan that a profile fills, by the name that stands in templates: `{社区名称}`. Empty where nothing is known. */
export function planValues(profile: Profile): Record<string, string> {
  const of = (section: ProfileSection) => contentOf(profile, section);
  const words = (section: ProfileSection, name: string) => {
    const field = SECTIONS[section].fields.find((one) => one.name === name);
    return field ? cellWords(field, of(section).fields[name]) : '';
  };
  const person = (letter: 'a' | 'b') =>
    [words('officers', `${letter}Name`), words('officers', `${letter}Phone`)]
      .filter(Boolean)
      .join(' ');
  const lines = (section: ProfileSection, line: (row: Row) => string) =>
    of(section).rows.map(line).filter(Boolean).join('；');
  const level = (row: Row) => RISK_LEVELS[textOf(row, 'level') as RiskLevel]?.split('，')[0] ?? '';
  const hazard = SECTIONS.risks.rows?.fields[0];
  return {
    单位名称: profile.organisation.name,
    办公地址: words('basics', 'address'),
    办公电话: words('basics', 'officePhone'),
    户数和人口: [words('basics', 'households'), words('basics', 'residents')]
      .filter(Boolean)
      .join('，'),
    灾害信息员A角: person('a'),
    灾害信息员B角: person('b'),
    主要风险: lines('risks', (row) =>
      [hazard ? cellWords(hazard, row['hazard']) : '', textOf(row, 'where'), level(row)]
        .filter(Boolean)
        .join('，'),
    ),
    避难场所: lines('shelters', (row) => {
      const capacity = numberOf(row, 'capacity');
      const fits = capacity === null ? '' : `能安置${capacity}人`;
      const details = [textOf(row, 'address'), fits].filter(Boolean).join('，');
      return `${textOf(row, 'name')}${details ? `（${details}）` : ''}`;
    }),
    疏散路线: lines('shelters', (row) =>
      textOf(row, 'route') === '' ? '' : `${textOf(row, 'name')}：${textOf(row, 'route')}`,
    ),
    集合点: words('plan', 'musterPoint'),
    怎么接到预警: words('warning', 'receive'),
    怎么传给居民: words('warning', 'spread'),
    怎么报灾情: words('warning', 'report'),
    听不到的人怎么通知: words('warning', 'unreached'),
    要照顾的人数: SECTIONS.vulnerable.fields
      .filter(({ kind, name }) => kind === 'count' && name !== 'paired')
      .flatMap((field) => {
        const said = cellWords(field, of('vulnerable').fields[field.name]);
        return said ? [`${field.label}${said}`] : [];
      })
      .join('，'),
    储备点: words('stores', 'place'),
    物资: lines('stores', (row) => {
      const amount = numberOf(row, 'amount');
      return `${textOf(row, 'item')}${amount === null ? '' : `${amount}${textOf(row, 'unit')}`}`;
    }),
  };
}

/** A profile as one table, without names and numbers of its officers: a file travels further than a page. */
export function profileSheet(profile: Profile): { header: string[]; rows: string[][] } {
  const isShared = (section: ProfileSection, label: string) =>
    !SECTIONS[section].fields.some((field) => field.sealed && field.label === label);
  const rows = profile.sections
    .filter(({ section }) => section !== 'publication')
    .toSorted((a, b) => orderOf(a) - orderOf(b) || b.year - a.year)
    .flatMap(({ section, year, content }) => {
      const { facts, header, rows: many } = sectionWords(section, content);
      const title = sectionTitle(section, year);
      return [
        ...facts
          .filter(([label]) => isShared(section, label))
          .map(([label, text]) => [title, '', label, text]),
        ...many.flatMap((row, at) =>
          header.map((label, nth) => [title, `第${at + 1}行`, label, row[nth] ?? '']),
        ),
      ];
    });
  const counted = [
    ...profile.drills.flatMap(({ year, times, people }) => [
      [`${year}年的演练`, '', '演练次数', `${times}次`],
      [`${year}年的演练`, '', '参加演练', `${people}人次`],
    ]),
    ...(profile.volunteers === null
      ? []
      : [['志愿者', '', '登记的志愿者', `${profile.volunteers}人`]]),
  ];
  return { header: ['部分', '行', '项目', '内容'], rows: [...rows, ...counted] };
}

const orderOf = ({ section }: Pick<SavedSection, 'section'>) => PROFILE_SECTIONS.indexOf(section);
