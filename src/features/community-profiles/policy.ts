import type { Refusals } from '../../lib/errors.ts';
import { formatDate, type CalendarDate } from '../../lib/time.ts';
import { linkRefusals } from '../files/policy.ts';
import type { Organisation } from '../organisations/table.ts';
import {
  emptyCell,
  isFilled,
  SECTIONS,
  type Cell,
  type ProfileField,
  type Row,
  type SectionContent,
} from '../community-sections/schema.ts';
import { rowField } from './schema.ts';
import { PROFILE_SECTIONS, type DueKind, type ProfileSection } from './table.ts';

/** 本平台约定: time to buy what runs out, or to call a meeting on the plan. */
export const REMIND_DAYS = 30;

/** 本平台约定: a replaced version keeps names and numbers of its officers for a review of the last two years. */
export const OFFICERS_KEPT_DAYS = 730;

/** The community table asks for what was done in the year before. */
export const reportedYear = (today: CalendarDate): number => Number(today.slice(0, 4)) - 1;

/** Years that can be written down: this one, and the four before. */
export function writableYears(today: CalendarDate): number[] {
  return Array.from({ length: 5 }, (_, back) => Number(today.slice(0, 4)) - back);
}

/** One section as it was saved, with what is sealed opened. */
export interface SavedSection {
  section: ProfileSection;
  year: number;
  version: number;
  content: SectionContent;
  writtenAt: Date;
  /** SHA-256 in hexadecimal, of what was written. */
  digest: string;
}

export interface DrillYear {
  year: number;
  /** Records of drills that were held. */
  times: number;
  /** Who came, added up over the drills. */
  people: number;
}

/** Everything known of a community at one moment. */
export interface Profile {
  organisation: Pick<Organisation, 'id' | 'name' | 'regionCode'>;
  asOf: Date;
  /** The latest version of each at that moment. */
  sections: readonly SavedSection[];
  /** From the records of drills, the latest year in front. */
  drills: readonly DrillYear[];
  /** From the registry; null where another day than today is read, which the registry does not keep. */
  volunteers: number | null;
  /** Uploaded risk maps, the latest in front. */
  maps: readonly { id: string; linkedAt: Date }[];
}

/** A section nobody has saved. */
export function emptyContent(section: ProfileSection): SectionContent {
  const cells = SECTIONS[section].fields.map((field) => [field.name, emptyCell(field)] as const);
  return { fields: Object.fromEntries(cells), rows: [] };
}

export function sectionOf(
  profile: Pick<Profile, 'sections'>,
  section: ProfileSection,
  year = 0,
): SavedSection | undefined {
  return profile.sections.find((one) => one.section === section && one.year === year);
}

/** What stands in a section, empty where nothing was saved. */
export const contentOf = (
  profile: Pick<Profile, 'sections'>,
  section: ProfileSection,
  year = 0,
): SectionContent => sectionOf(profile, section, year)?.content ?? emptyContent(section);

/** The text of a cell; '' where it is none. */
export const textOf = (row: Row, name: string): string => {
  const cell = row[name];
  return typeof cell === 'string' ? cell : '';
};
/** The number of a cell; null where nothing was filled in. */
export const numberOf = (row: Row, name: string): number | null => {
  const cell = row[name];
  return typeof cell === 'number' ? cell : null;
};

/** A cell in words; '' where nothing was filled in. */
export function cellWords(field: ProfileField, cell: Cell | undefined): string {
  if (!isFilled(cell)) return '';
  if (Array.isArray(cell)) {
    const { options } = field as Extract<ProfileField, { kind: 'choices' }>;
    return cell.map((one: string) => options[one] ?? one).join('、');
  }
  const text = String(cell);
  switch (field.kind) {
    case 'count':
    case 'decimal':
      return `${text}${field.unit}`;
    case 'choice':
      return field.options[text] ?? text;
    case 'date':
      return formatDate(text);
    case 'choices':
    case 'cell':
    case 'line':
    case 'officePhone':
    case 'personName':
    case 'personPhone':
      return text;
  }
}

export const NOT_FILLED = '没有填';

/** A section as pairs and a table of words, for the sheet, for exports and for comparing. */
export function sectionWords(
  section: ProfileSection,
  { fields, rows }: SectionContent,
): { facts: [label: string, text: string][]; header: string[]; rows: string[][] } {
  const definition = SECTIONS[section];
  return {
    facts: definition.fields.map((field) => [
      field.label,
      cellWords(field, fields[field.name]) || NOT_FILLED,
    ]),
    header: definition.rows?.fields.map(({ label }) => label) ?? [],
    rows: rows.map((row) =>
      (definition.rows?.fields ?? []).map((field) => cellWords(field, row[field.name])),
    ),
  };
}

function fieldValues(
  fields: readonly ProfileField[],
  row: Row,
  nameOf: (name: string) => string,
): [string, string][] {
  return fields.flatMap((field): [string, string][] => {
    const cell = row[field.name];
    if (Array.isArray(cell)) {
      return cell.map((option: string) => [`${nameOf(field.name)}.${option}`, 'yes']);
    }
    return [[nameOf(field.name), cell === null || cell === undefined ? '' : String(cell)]];
  });
}

/** A section in the fields of its form. */
export function formValues(
  section: ProfileSection,
  { fields, rows }: SectionContent,
): Record<string, string> {
  const definition = SECTIONS[section];
  return Object.fromEntries([
    ...fieldValues(definition.fields, fields, (name) => name),
    ...rows.flatMap((row, at) =>
      fieldValues(definition.rows?.fields ?? [], row, (name) => rowField(name, at + 1)),
    ),
  ]);
}

export interface Difference {
  label: string;
  /** What stands now, and what was typed over an older one; both in words. */
  now: string;
  typed: string;
}

/** Where what somebody typed differs from what stands now: shown to whoever was overtaken, so that nothing is lost. */
export function differences(
  section: ProfileSection,
  current: SectionContent,
  typed: Readonly<Record<string, string>>,
): Difference[] {
  const { fields, rows } = SECTIONS[section];
  const now = formValues(section, current);
  const wordsOf = (field: ProfileField, name: string, values: Readonly<Record<string, string>>) => {
    if (field.kind !== 'choices') {
      const text = values[name]?.trim() ?? '';
      return (field.kind === 'choice' ? field.options[text] : undefined) ?? text;
    }
    return cellWords(
      field,
      Object.keys(field.options).filter((option) => values[`${name}.${option}`] === 'yes'),
    );
  };
  const compared = (field: ProfileField, name: string, label: string): Difference[] => {
    const [stands, wrote] = [wordsOf(field, name, now), wordsOf(field, name, typed)];
    return stands === wrote ? [] : [{ label, now: stands || '空', typed: wrote || '空' }];
  };
  return [
    ...fields.flatMap((field) => compared(field, field.name, field.label)),
    ...Array.from({ length: rows?.max ?? 0 }, (_, at) => at + 1).flatMap((number) =>
      (rows?.fields ?? []).flatMap((field) =>
        compared(field, rowField(field.name, number), `第${number}行${field.label}`),
      ),
    ),
  ];
}

export interface SectionGaps {
  section: ProfileSection;
  year: number;
  title: string;
  /** What nobody has filled in. */
  missing: string[];
  /** What is filled in and cannot be right, or needs a look. */
  doubts: string[];
}

/** Sections that a profile must have: what is published, the community decides. */
const NEEDED = PROFILE_SECTIONS.filter((section) => section !== 'publication');

/**
 * What a profile lacks, by section and in words. Figures are asked for the year before, as the community table does.
 * A section without anything missing and without a doubt is not in the list.
 */
export function profileGaps(profile: Profile, today: CalendarDate): SectionGaps[] {
  return NEEDED.map((section): SectionGaps => {
    const year = section === 'figures' ? reportedYear(today) : 0;
    const content = contentOf(profile, section, year);
    return {
      section,
      year,
      title: sectionTitle(section, year),
      missing: missingIn(section, content),
      doubts: doubtsIn(section, content, today),
    };
  }).filter(({ missing, doubts }) => missing.length + doubts.length > 0);
}

export const sectionTitle = (section: ProfileSection, year: number): string =>
  section === 'figures' && year > 0 ? `${year}年的工作` : SECTIONS[section].title;

/** What a section lacks: each needed field that is empty, each row that is not whole. */
export function missingIn(section: ProfileSection, { fields, rows }: SectionContent): string[] {
  const definition = SECTIONS[section];
  const lacking = (of: readonly ProfileField[], row: Row) =>
    of.filter(({ name, needed }) => needed && !isFilled(row[name])).map(({ label }) => label);
  const whole = lacking(definition.fields, fields);
  if (!definition.rows) return whole;
  const { one, fields: cells, needed } = definition.rows;
  const none = needed && rows.length === 0 ? [`没有写${one}`] : [];
  const byRow = rows.flatMap((row, at) =>
    lacking(cells, row).map((label) => `${one}第${at + 1}行的${label}`),
  );
  return [...whole, ...none, ...byRow];
}

function doubtsIn(
  section: ProfileSection,
  { fields, rows }: SectionContent,
  today: CalendarDate,
): string[] {
  const count = (name: string) => numberOf(fields, name);
  const above = (part: number | null, whole: number | null, words: string) =>
    part !== null && whole !== null && part > whole ? [words] : [];
  switch (section) {
    case 'basics':
      return [
        ...above(
          (count('children') ?? 0) + (count('aged') ?? 0),
          count('residents'),
          '0到14岁加65岁及以上，比常住人口还多',
        ),
        ...above(count('households'), count('residents'), '户数比常住人口还多'),
      ];
    case 'officers': {
      const [a, b] = [textOf(fields, 'aName'), textOf(fields, 'bName')];
      return a !== '' && a === b ? ['AB角是同一个人'] : [];
    }
    case 'stores':
      return rows.flatMap((row) => {
        const until = textOf(row, 'bestBefore');
        return until !== '' && until < today
          ? [`“${textOf(row, 'item')}”${formatDate(until)}已经到期`]
          : [];
      });
    case 'risks':
      return rows.flatMap((row, at) =>
        ['red', 'orange'].includes(textOf(row, 'level')) && textOf(row, 'measure') === ''
          ? [`第${at + 1}行是红色或橙色，没有写怎么管`]
          : [],
      );
    case 'plan': {
      const [adopted, next] = [textOf(fields, 'adoptedOn'), textOf(fields, 'nextRevisionOn')];
      return [
        ...(adopted > today ? ['预案的日子还没到'] : []),
        ...(next !== '' && next < today ? [`过了修订的日子（${formatDate(next)}）`] : []),
        ...(next !== '' && next < adopted ? ['修订的日子比定的日子还早'] : []),
      ];
    }
    case 'figures':
      return above(count('settled'), count('found'), '整改完的比查出的还多');
    case 'vulnerable':
    case 'shelters':
    case 'warning':
    case 'publication':
      return [];
  }
}

/** One number that a criterion may cite. */
export interface ProfileFigure {
  name: string;
  label: string;
  /** Null: nobody has filled it in. */
  value: number | null;
  unit: string;
  /** Typed by the community, or counted by the site. */
  source: 'typed' | 'counted';
}

/**
 * Named numbers of a profile, for criteria that cite them. People are persons, `shelterArea` square metres,
 * `shelterAreaPerPerson` square metres a resident (two decimals), money 万元; `drills*` are counted from records of
 * drills of that year and `volunteers` from the registry.
 * @param year of the figures that come by years.
 */
export function profileFigures(
  profile: Profile,
  year: number,
  today: CalendarDate,
): ProfileFigure[] {
  const shelters = contentOf(profile, 'shelters').rows;
  const stores = contentOf(profile, 'stores');
  const risks = contentOf(profile, 'risks').rows;
  const warning = contentOf(profile, 'warning').fields;
  const sum = (name: string) =>
    shelters.length === 0
      ? null
      : shelters.reduce((all, row) => all + (numberOf(row, name) ?? 0), 0);
  const [area, residents] = [
    sum('area'),
    numberOf(contentOf(profile, 'basics').fields, 'residents'),
  ];
  const drills = profile.drills.find((one) => one.year === year);
  const rowsOf = (section: ProfileSection, many: readonly Row[]) =>
    sectionOf(profile, section) ? many.length : null;
  const figure = (
    name: string,
    label: string,
    value: number | null,
    unit: string,
    source: ProfileFigure['source'] = 'typed',
  ): ProfileFigure => ({ name, label, value, unit, source });
  const typed = (['basics', 'vulnerable', 'officers', 'stores'] as const).flatMap((section) =>
    typedFigures(section, contentOf(profile, section)),
  );
  const spread = warning['spread'];
  return [
    ...typed,
    figure('shelters', '避难场所', rowsOf('shelters', shelters), '处'),
    figure('shelterArea', '避难场所面积', area, '平方米'),
    figure('shelterCapacity', '避难场所能安置', sum('capacity'), '人'),
    figure(
      'shelterAreaPerPerson',
      '人均避难场所面积',
      area === null || !residents ? null : Math.round((area / residents) * 100) / 100,
      '平方米',
    ),
    figure('storeItems', '物资种类', rowsOf('stores', stores.rows), '种'),
    figure(
      'expiredStores',
      '到期的物资',
      rowsOf(
        'stores',
        stores.rows.filter((row) => {
          const until = textOf(row, 'bestBefore');
          return until !== '' && until < today;
        }),
      ),
      '种',
    ),
    figure(
      'warningChannels',
      '传给居民的方式',
      Array.isArray(spread) && spread.length > 0 ? spread.length : null,
      '种',
    ),
    figure('risks', '登记的风险', rowsOf('risks', risks), '处'),
    ...typedFigures('figures', contentOf(profile, 'figures', year)),
    figure('drills', '演练', drills?.times ?? 0, '次', 'counted'),
    figure('drillPeople', '参加演练', drills?.people ?? 0, '人次', 'counted'),
    figure('volunteers', '登记的志愿者', profile.volunteers, '人', 'counted'),
  ];
}

function typedFigures(section: ProfileSection, { fields }: SectionContent): ProfileFigure[] {
  return SECTIONS[section].fields.flatMap((field): ProfileFigure[] =>
    field.kind === 'count' || field.kind === 'decimal'
      ? [
          {
            name: field.name,
            label: field.label,
            value: numberOf(fields, field.name),
            unit: field.unit,
            source: 'typed',
          },
        ]
      : [],
  );
}

export const dueWords: Readonly<Record<DueKind, string>> = {
  stores: '有应急物资到期',
  plan: '应急预案该修订',
};

const unknown = { code: 'not_found', message: '没有找到这个社区。' } as const;

export const profileRefusals: Refusals = {
  community_not_yours: unknown,
  profile_overtaken: {
    code: 'conflict',
    message: '你填的时候，有人改过这一部分，你写的还没有存。两边不一样的列在下面。',
  },
  'unique:community_profile_versions.organisation_id,community_profile_versions.section,community_profile_versions.year,community_profile_versions.version':
    {
      ...{ code: 'conflict', reason: 'profile_overtaken' },
      message: '你填的时候，有人改过这一部分，你写的还没有存。两边不一样的列在下面。',
    },
  community_profile_versions_content: {
    code: 'invalid',
    message: '这一部分的内容太多了，请删短一些。',
  },
};

export const riskMapRefusals: Refusals = {
  ...linkRefusals,
  community_not_yours: unknown,
  subject_files_used_up: { code: 'conflict', message: '风险地图最多存12张，已经满了。' },
};
