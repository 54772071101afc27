import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classLines,
  durationWords,
  isCorrectable,
  isLateRecord,
  readClassLines,
  readDuration,
} from '../../../../src/features/drill-records/policy.ts';
import { drillRecordFields } from '../../../../src/features/drill-records/schema.ts';
import { addMinutes, instantOf } from '../../../../src/lib/time.ts';

describe('head-counts by class', () => {
  it('are read as people write them', () => {
    const text = '一年级1班 42 41\n\n 三（2）班，40，40\r\n大班 20\n教职工：15/14 ';
    expect(readClassLines(text)).toEqual({
      problem: undefined,
      rows: [
        { name: '一年级1班', expected: 42, arrived: 41 },
        { name: '三(2)班', expected: 40, arrived: 40 },
        { name: '大班', expected: 20, arrived: 20 },
        { name: '教职工', expected: 15, arrived: 14 },
      ],
    });
  });

  it.each([
    ['张小明 1 1', '不要写人名'],
    ['一年级1班', '看不懂'],
    ['一年级1班 40 41', '实到比应到多'],
    ['一年级1班 0 0', '应到的人数不对'],
    ['大班 20\n大班 20', '写了两次'],
    [Array.from({ length: 121 }, (_, at) => `${at}班 1`).join('\n'), '最多写120个班'],
  ])('refuse %s', (text, why) => {
    const { rows, problem } = readClassLines(text);
    expect(rows).toEqual([]);
    expect(problem).toContain(why);
  });

  it('come back as they went', () => {
    const row = fc
      .record({ grade: fc.integer({ min: 1, max: 9 }), expected: fc.integer({ min: 1, max: 60 }) })
      .chain(({ grade, expected }) =>
        fc
          .integer({ min: 0, max: expected })
          .map((arrived) => ({ name: `${grade}年级1班`, expected, arrived })),
      );
    const rows = fc.uniqueArray(row, { selector: ({ name }) => name });
    fc.assert(
      fc.property(rows, (all) => {
        expect(readClassLines(classLines(all))).toEqual({ rows: all, problem: undefined });
      }),
    );
  });

  it('never fail on what somebody pastes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { rows, problem } = readClassLines(text);
        expect(problem === undefined || rows.length === 0).toBe(true);
      }),
    );
  });
});

describe('how long it took', () => {
  it.each([
    ['1分52秒', 112],
    ['1:52', 112],
    ['１：５２', 112],
    ['112', 112],
    ['112秒', 112],
    ['2分', 120],
    ['2分钟', 120],
    ['', null],
    ['很快', undefined],
    ['1:75', undefined],
    ['0', undefined],
    ['99999', undefined],
  ])('%s', (text, seconds) => {
    expect(readDuration(text)).toBe(seconds);
  });

  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14_400 }), (seconds) => {
        expect(readDuration(durationWords(seconds))).toBe(seconds);
      }),
    );
  });
});

describe('a record', () => {
  const recordedAt = instantOf('2026-11-25', 600);

  it('is put right within a day and not a moment later', () => {
    expect(isCorrectable({ recordedAt }, addMinutes(recordedAt, 1439))).toBe(true);
    expect(isCorrectable({ recordedAt }, addMinutes(recordedAt, 1440))).toBe(false);
  });

  it('is told to be late when more than a week went by', () => {
    expect(isLateRecord({ drilledOn: '2026-11-18', recordedAt })).toBe(false);
    expect(isLateRecord({ drilledOn: '2026-11-17', recordedAt })).toBe(true);
  });

  const fields = { hazard: '地震', date: '2026-11-24', time: '09:30', evacuation: 'yes' };
  const problems = (values: object) =>
    drillRecordFields.safeParse({ ...fields, ...values }).error?.issues.map(({ path }) => path[0]);

  it('adds the classes up, and takes everybody for arrived where nothing is said', () => {
    const read = (values: object) => drillRecordFields.parse({ ...fields, ...values });
    expect(read({ expected: '300' })).toMatchObject({ peopleExpected: 300, peopleArrived: 300 });
    expect(read({ expected: '1', classes: '1班 40 39\n2班 41 41' })).toMatchObject({
      ...{ peopleExpected: 81, peopleArrived: 80 },
    });
    expect(read({ expected: 300 }).startedAt).toEqual(instantOf('2026-11-24', 570));
  });

  it('names the field that is wrong', () => {
    expect(problems({})).toEqual(['expected']);
    expect(problems({ expected: '10', arrived: '11' })).toEqual(['arrived']);
    expect(problems({ expected: '10', form: 'tabletop' })).toEqual(['form']);
    expect(problems({ expected: '10', duration: '很快' })).toEqual(['duration']);
    expect(problems({ expected: '10', date: '2026-02-30' })).toEqual(['date']);
    expect(problems({ expected: '10', hazard: '外星人' })).toEqual(['hazard']);
  });
});
