import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differences,
  emptyContent,
  formValues,
  missingIn,
  profileFigures,
  profileGaps,
  sectionWords,
  type Profile,
  type SavedSection,
} from '../../../../src/features/community-profiles/policy.ts';
import { readAsOf, sectionInput } from '../../../../src/features/community-profiles/schema.ts';
import {
  PROFILE_SECTIONS,
  type ProfileSection,
} from '../../../../src/features/community-profiles/table.ts';
import {
  emptyCell,
  isFilled,
  SECTIONS,
  type Cell,
  type ProfileField,
  type Row,
  type SectionContent,
} from '../../../../src/features/community-sections/schema.ts';
import {
  planValues,
  profileSheet,
  riskMap,
} from '../../../../src/features/community-sheets/policy.ts';
import { sectionValues } from '../../../helpers/communities.ts';
import { NOW } from '../../../helpers/session.ts';

const TODAY = '2026-11-25';

const wordsCell = fc
  .array(fc.constantFrom('东', '门', '南', '路', '小', '学', '库', 'a', 'b'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((signs) => signs.join(''));
const day = fc
  .date({ min: new Date('2001-01-02'), max: new Date('2099-12-30'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));

/** A cell that a field takes; never empty. */
function cellFor(field: ProfileField): fc.Arbitrary<Cell> {
  switch (field.kind) {
    case 'count':
      return fc.integer({ min: 0, max: field.max });
    case 'decimal':
      return fc.integer({ min: 0, max: field.max * 100 }).map((cents) => cents / 100);
    case 'date':
      return day;
    case 'cell':
      return fc.constantFrom('A1', 'C4', 'F6');
    case 'choice':
      return fc.constantFrom(...Object.keys(field.options));
    case 'choices':
      return fc.subarray(Object.keys(field.options), { minLength: 1 });
    case 'officePhone':
    case 'personPhone':
      return fc.constantFrom('0515-88888888', '051588880001');
    case 'personName':
      return fc.constantFrom('示例甲', '示例乙');
    case 'line':
      return wordsCell;
  }
}
const rowOf = (fields: readonly ProfileField[], isWhole: boolean): fc.Arbitrary<Row> =>
  fc.record(
    Object.fromEntries(
      fields.map((field, at) => [
        field.name,
        isWhole || at === 0
          ? cellFor(field)
          : fc.oneof(cellFor(field), fc.constant(emptyCell(field))),
      ]),
    ),
  );
const contentFor = (section: ProfileSection, isWhole: boolean): fc.Arbitrary<SectionContent> => {
  const { fields, rows } = SECTIONS[section];
  const first = isWhole
    ? rowOf(fields, true)
    : rowOf(fields, false).map((row) => ({
        ...row,
        ...(fields[0] ? { [fields[0].name]: emptyCell(fields[0]) } : {}),
      }));
  return fc.record({
    fields: first,
    rows: rows
      ? fc.array(rowOf(rows.fields, isWhole), { minLength: isWhole ? 1 : 0, maxLength: 4 })
      : fc.constant([]),
  });
};
const anySection = fc.constantFrom(...PROFILE_SECTIONS);
const anyContent = anySection.chain((section) =>
  fc.record({ section: fc.constant(section), content: contentFor(section, false) }),
);

const savedSection = (
  section: ProfileSection,
  content: SectionContent,
  year = 0,
): SavedSection => ({
  ...{ section, year, version: 1, content, writtenAt: NOW, digest: '' },
});
const profileOf = (...sections: SavedSection[]): Profile => ({
  organisation: { id: 'x', name: '示例社区居民委员会', regionCode: '320904' },
  ...{ asOf: NOW, sections, drills: [], volunteers: 3, maps: [] },
});
const whole = (): Profile =>
  profileOf(
    ...PROFILE_SECTIONS.map((section) =>
      savedSection(
        section,
        sectionInput(section).parse(sectionValues[section]),
        section === 'figures' ? 2025 : 0,
      ),
    ),
  );

describe('a section', () => {
  it('comes back from its own form as it was', () => {
    fc.assert(
      fc.property(anyContent, ({ section, content }) => {
        expect(sectionInput(section).parse(formValues(section, content))).toEqual(content);
      }),
    );
  });

  it('differs from what was typed exactly where the words differ', () => {
    fc.assert(
      fc.property(
        anySection.chain((section) =>
          fc.tuple(fc.constant(section), contentFor(section, false), contentFor(section, false)),
        ),
        ([section, current, typed]) => {
          const found = differences(section, current, formValues(section, typed));
          expect(differences(section, current, formValues(section, current))).toEqual([]);
          for (const { now, typed: wrote } of found) expect(now).not.toBe(wrote);
          const same = JSON.stringify(current) === JSON.stringify(typed);
          expect(found.length === 0).toBe(same);
        },
      ),
    );
  });

  it('lacks nothing when it is whole, and names each needed field that is taken away', () => {
    fc.assert(
      fc.property(
        anySection.chain((section) =>
          fc.tuple(
            fc.constant(section),
            contentFor(section, true),
            fc.subarray([...SECTIONS[section].fields]),
          ),
        ),
        ([section, content, gone]) => {
          expect(missingIn(section, content)).toEqual([]);
          const emptied = Object.fromEntries(gone.map((field) => [field.name, emptyCell(field)]));
          const left = { ...content, fields: { ...content.fields, ...emptied } };
          const needed = gone.filter((field) => field.needed).map(({ label }) => label);
          expect(missingIn(section, left).toSorted()).toEqual(needed.toSorted());
        },
      ),
    );
  });

  it('says every filled cell in words, and nothing of the empty ones', () => {
    fc.assert(
      fc.property(anyContent, ({ section, content }) => {
        const { facts, rows } = sectionWords(section, content);
        SECTIONS[section].fields.forEach((field, at) => {
          expect(facts[at]?.[1] === '没有填').toBe(!isFilled(content.fields[field.name]));
        });
        expect(rows).toHaveLength(content.rows.length);
      }),
    );
  });

  it.each([
    ['basics', { households: '一千' }, 'households', '总户数请写整数'],
    ['basics', { officePhone: '13812345678' }, 'officePhone', '不写手机号'],
    ['basics', { address: '幸福路12号，找13812345678' }, 'address', '不要写电话或证件号码'],
    ['basics', { households: '1000000' }, 'households', '太大了'],
    ['basics', { area: '1.234' }, 'area', '最多两位小数'],
    ['plan', { adoptedOn: '2026-02-30' }, 'adoptedOn', '请选一个日期'],
    ['risks', { 'hazard-1': 'fire', 'cell-1': 'G9' }, 'cell-1', '例如B3'],
    ['risks', { 'hazard-1': 'dragon' }, 'hazard-1', '请选一项'],
    ['shelters', { 'area-2': '300' }, 'name-2', '第2行请写名称'],
    ['officers', { aName: '1号' }, 'aName', '2到20个字'],
  ] as const)('of %s with %o tells %s: %s', (section, values, field, words) => {
    const issues = sectionInput(section).safeParse(values).error?.issues ?? [];
    expect(issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      [field, expect.stringContaining(words)],
    ]);
  });
});

describe('completeness', () => {
  it('names each section of an empty profile, and none of a whole one', () => {
    expect(profileGaps(profileOf(), TODAY).map(({ section }) => section)).toEqual(
      PROFILE_SECTIONS.filter((section) => section !== 'publication'),
    );
    expect(profileGaps(whole(), TODAY)).toEqual([]);
  });

  it('grows by exactly the section that is taken out', () => {
    const full = whole();
    for (const gone of PROFILE_SECTIONS.filter((section) => section !== 'publication')) {
      const sections = full.sections.filter(({ section }) => section !== gone);
      const gaps = profileGaps({ ...full, sections }, TODAY);
      expect(gaps).toMatchObject([{ section: gone }]);
      expect(gaps[0]?.missing.length).toBeGreaterThan(0);
    }
  });

  it.each([
    ['basics', { children: '3000', aged: '2000' }, '比常住人口还多'],
    ['officers', { bName: '示例甲' }, 'AB角是同一个人'],
    ['stores', { 'bestBefore-1': '2026-11-24' }, '“瓶装水”2026年11月24日已经到期'],
    ['risks', { 'measure-1': '' }, '第1行是红色或橙色'],
    ['plan', { nextRevisionOn: '2026-11-24' }, '过了修订的日子'],
    ['plan', { adoptedOn: '2026-11-26', nextRevisionOn: '2027-01-01' }, '预案的日子还没到'],
    ['figures', { settled: '19' }, '整改完的比查出的还多'],
  ] as const)('doubts %s with %o: %s', (section, values, words) => {
    const full = whole();
    const content = sectionInput(section).parse({ ...sectionValues[section], ...values });
    const year = section === 'figures' ? 2025 : 0;
    const sections = full.sections.filter((one) => one.section !== section);
    const gaps = profileGaps(
      { ...full, sections: [...sections, savedSection(section, content, year)] },
      TODAY,
    );
    expect(gaps).toMatchObject([
      { section, missing: [], doubts: [expect.stringContaining(words)] },
    ]);
  });
});

describe('what is made of a profile', () => {
  it('has figures of distinct names, null where nothing was filled in', () => {
    const figures = profileFigures(profileOf(), 2025, TODAY);
    expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length);
    expect(figures.filter(({ value }) => value !== null).map(({ name }) => name)).toEqual([
      ...['drills', 'drillPeople', 'volunteers'],
    ]);
  });

  it('draws each cell once, in the colour of its worst risk', () => {
    const order = ['red', 'orange', 'yellow', 'blue'];
    fc.assert(
      fc.property(contentFor('risks', true), contentFor('shelters', true), (risks, shelters) => {
        const profile = profileOf(savedSection('risks', risks), savedSection('shelters', shelters));
        const cells = riskMap(profile);
        expect(new Set(cells.map(({ cell }) => cell)).size).toBe(cells.length);
        for (const { cell, level, risks: named, shelters: safe } of cells) {
          const here = risks.rows.filter((row) => row['cell'] === cell);
          const worst = here
            .map((row) => order.indexOf(row['level'] as string))
            .toSorted((a, b) => a - b)[0];
          expect(level).toBe(worst === undefined ? null : order[worst]);
          expect(named).toHaveLength(here.length);
          expect(safe).toHaveLength(shelters.rows.filter((row) => row['cell'] === cell).length);
        }
        const drawn = cells.reduce((sum, one) => sum + one.risks.length, 0);
        expect(drawn).toBe(risks.rows.length);
      }),
    );
  });

  it('fills every blank of a plan from a whole profile, and none from an empty one', () => {
    expect(Object.entries(planValues(whole())).filter(([, text]) => text === '')).toEqual([]);
    const { 单位名称: name, ...others } = planValues(profileOf());
    expect(name).toBe('示例社区居民委员会');
    expect(Object.values(others).every((text) => text === '')).toBe(true);
  });

  it('is a table without names and numbers of officers', () => {
    const { header, rows } = profileSheet(whole());
    expect(rows.every((row) => row.length === header.length)).toBe(true);
    const text = rows.flat().join(' ');
    expect(text).toContain('示例小学操场');
    expect(text).not.toMatch(/示例甲|示例乙|88880001|88880002/);
  });

  it('starts empty', () => {
    expect(emptyContent('stores')).toEqual({
      fields: { place: '', ways: [], value: null },
      rows: [],
    });
  });
});

describe('the moment a page asks for', () => {
  it.each([
    ['2026-11-24', '2026-11-24T15:59:59.999Z'],
    ['2026-11-24T03:00:00.000Z', '2026-11-24T03:00:00.000Z'],
    ['2026-11-25', NOW.toISOString()],
    ['2027-01-01', NOW.toISOString()],
    ['yesterday', NOW.toISOString()],
    [null, NOW.toISOString()],
  ])('%s is %s', (asked, at) => {
    expect(readAsOf(asked, NOW).toISOString()).toBe(at);
  });
});
