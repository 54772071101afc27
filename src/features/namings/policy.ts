import type { Refusals } from '../../lib/errors.ts';
import { isWithin } from '../../lib/regions/codes.ts';
import type { CalendarDate } from '../../lib/time.ts';
import { readCellDate, type Cells, type Verdict } from '../imports/policy.ts';
import { namingInput, type NamingInput } from './schema.ts';
import type { NAMING_LEVELS, NAMING_UNITS } from './table.ts';

export const levelWords: Readonly<Record<(typeof NAMING_LEVELS)[number], string>> = {
  national: '国家级',
  province: '省级',
  city: '市级',
  county: '县级',
};

export const unitWords: Readonly<Record<(typeof NAMING_UNITS)[number], string>> = {
  community: '社区',
  town: '乡镇',
  county: '县',
  city: '市',
};

/** What people write for it in their own files. */
const UNIT_NAMES: Readonly<Record<string, NamingInput['unit']>> = {
  社区: 'community',
  村: 'community',
  行政村: 'community',
  乡镇: 'town',
  乡: 'town',
  镇: 'town',
  街道: 'town',
  县: 'county',
  市: 'county',
  区: 'county',
};
const LEVEL_NAMES: Readonly<Record<string, NamingInput['level']>> = {
  国家级: 'national',
  国家: 'national',
  全国: 'national',
  省级: 'province',
  省: 'province',
  市级: 'city',
  市: 'city',
  县级: 'county',
  县: 'county',
};

/** What makes two rows the same naming: a place may be named again in another year, and at another level. */
export const namingKey = ({
  level,
  unit,
  regionCode,
  name,
  namedOn,
}: Pick<NamingInput, 'level' | 'regionCode' | 'name' | 'namedOn'> & { unit: string }) =>
  `${level} ${unit} ${regionCode} ${namedOn} ${name}`;

/**
 * Looks at all rows of namings, each with its document and day: what is not documented is not listed.
 * @param scopeId the region that whoever imports keeps. @param today in China.
 */
export function judgeNamings(
  rows: readonly { number: number; cells: Cells }[],
  scopeId: string,
  today: CalendarDate,
): Verdict<NamingInput>[] {
  const seen = new Map<string, number>();
  return rows.map(({ number, cells }) => {
    const { level = '', unit = '', namedOn = '' } = cells;
    const day = readCellDate(namedOn);
    const parsed = namingInput.safeParse({
      ...cells,
      level: LEVEL_NAMES[level],
      unit: UNIT_NAMES[unit],
      namedOn: day,
    });
    // One sentence a cell: the first says what to do.
    const wrong = new Map(
      parsed.error?.issues.toReversed().map(({ path, message }) => [path[0], message]),
    );
    if (namedOn && !day) wrong.set('namedOn', `日期“${namedOn}”看不懂，请写成2026-12-01`);
    const problems = [...wrong.values()].toReversed();
    if (day && day > today) problems.push('命名的日期还没有到');
    if (parsed.success && !isWithin(parsed.data.regionCode, scopeId))
      problems.push('这个地区代码不在你负责的地区里');
    if (!parsed.success || problems.length > 0)
      return { number, cells, problems, value: undefined };
    const key = namingKey(parsed.data);
    const before = seen.get(key);
    if (before !== undefined)
      return { number, cells, problems: [`和第${before}行相同`], value: undefined };
    seen.set(key, number);
    return { number, cells, problems, value: parsed.data };
  });
}

export const namingRefusals: Refusals = {
  naming_not_yours: { code: 'not_found', message: '没有找到这一条命名。' },
  naming_by_decision: {
    code: 'conflict',
    message: '这一条是在本站评审命名的，不是补录错了。要撤销，请到那一份申报的复核页办。',
  },
  'unique:naming_removals.naming_id': {
    code: 'conflict',
    reason: 'naming_removed',
    message: '这一条已经删去了。',
  },
};
