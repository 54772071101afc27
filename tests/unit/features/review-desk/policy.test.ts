import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listProgrammes } from '../../../../scripts/lib/list-programmes.ts';
import { pointsOf } from '../../../../src/features/programmes/policy.ts';
import {
  compareColumns,
  dueWords,
  faultsOf,
  latestMarks,
  programmesOf,
  reviewingRegions,
  standIn,
  stateWords,
} from '../../../../src/features/review-desk/policy.ts';
import {
  batchInput,
  marksInput,
  returnInput,
} from '../../../../src/features/review-desk/schema.ts';
import type { ReviewMark } from '../../../../src/features/review-desk/table.ts';
import { groundOf, walkTo } from '../../../helpers/applications.ts';

const ID = '01930000-0000-7000-8000-000000000000';
const programmes = await listProgrammes();
const usual = programmes.find(({ key }) => key === 'jiangsu-community')!;
const mark = (key: string, version: number, tenths: number): ReviewMark => ({
  ...{ applicationId: ID, step: 'county-review', key, version, tenths, reason: '' },
  ...{ markedBy: ID, markedAt: new Date(0) },
});

describe('columns side by side', () => {
  it('mark what differs from the column before by more than the programme allows, and nothing else', () => {
    const file = walkTo(groundOf(usual), 'step:city-review');
    const step = usual.steps.find(({ key }) => key === 'city-review')!;
    const { reasonAbove } = usual;
    fc.assert(
      fc.property(
        fc.subarray(pointsOf(usual)),
        fc.integer({ min: 0, max: 200 }),
        (points, tenths) => {
          const marks = points.map(({ key }) => mark(key, 1, tenths));
          const { columns, flagged } = compareColumns({ file, programme: usual }, { step, marks });
          expect(columns).toHaveLength(3);
          const before = columns[1]!.scores;
          expect([...flagged[2]!].toSorted()).toEqual(
            points
              .map(({ key }) => key)
              .filter((key) => Math.abs(tenths - (before[key] ?? 0)) > reasonAbove.points)
              .toSorted(),
          );
        },
      ),
    );
  });

  it('count the last save of each point', () => {
    const saves = [mark('a', 2, 20), mark('a', 1, 10), mark('b', 1, 5)];
    const latest = [...latestMarks(saves).values()].map(({ key, tenths }) => [key, tenths]);
    expect(latest).toEqual([
      ['a', 20],
      ['b', 5],
    ]);
  });
});

describe('what forms of the desk say', () => {
  it('is a fault with its class and what exactly, or no fault at all', () => {
    const values = { applicationId: ID, on: 'step:county-review', reason: '请补' };
    const read = (more: object) => returnInput.safeParse({ ...values, ...more });
    expect(read({ 'fault.point.x': '', 'what.point.x': ' ' }).error?.issues[0]?.path).toEqual([
      'faults',
    ]);
    expect(read({ 'fault.point.x': 'missing' }).error?.issues[0]?.path).toEqual(['what.point.x']);
    expect(read({ 'what.point.x': '照片' }).error?.issues[0]?.path).toEqual(['fault.point.x']);
    expect(read({ 'fault.file.': 'other', 'what.file.': '封面' }).data?.faults).toEqual([
      { part: '', key: '', kind: 'other', what: '封面' },
    ]);
  });

  it('is points as people write them, in tenths; an empty one is left as it is', () => {
    const read = (points: string) =>
      marksInput.safeParse({
        ...{ applicationId: ID, step: 'county-review' },
        ...{ 'marks.money-used': points, 'version.money-used': '0' },
      });
    expect(read('2.5分').data?.marks[0]?.tenths).toBe(25);
    expect(read('３').data?.marks[0]?.tenths).toBe(30);
    expect(read('').data?.marks).toEqual([]);
    for (const wrong of ['-1', '2.55', '很好', '1e3']) {
      expect(read(wrong).error?.issues[0]?.path).toEqual(['marks.money-used']);
    }
  });

  it('is an act on many files only with what that act needs', () => {
    const of = (more: object) =>
      batchInput
        .safeParse({ [`file.${ID}`]: 'yes', ...more })
        .error?.issues.map(({ path }) => path.join('.'));
    expect(of({ act: 'assignment' })).toEqual(['officerId']);
    expect(of({ act: 'approval' })).toEqual(['reason']);
    expect(of({ act: 'return', reason: '请补盖章' })).toEqual(['fault']);
    expect(of({ act: 'return', reason: '请补盖章', fault: 'unsigned' })).toBeUndefined();
    expect(
      batchInput.safeParse({ act: 'approval', reason: '同意' }).error?.issues[0]?.path,
    ).toEqual(['files']);
  });
});

describe('the words of a queue', () => {
  it('say how long there is, where a file is, and what a returned one has to mend', () => {
    expect(dueWords('2026-11-20', '2026-11-23')).toBe('逾期3天');
    expect(dueWords('2026-11-23', '2026-11-23')).toBe('今天到期');
    expect(dueWords(null, '2026-11-23')).toBe('没有期限');
    expect(stateWords(usual, 'returned:county-review')).toBe('县级审核和现场核查（补正中）');
    expect(stateWords(usual, 'notice_due')).toBe('待公示');
    expect(faultsOf({ act: 'approval', content: '{}' })).toEqual([]);
    for (const programme of programmes) {
      for (const { key } of programme.steps) {
        expect(stateWords(programme, `suspended:${key}`)).toMatch(/（中止）$/);
      }
    }
  });
});

describe('who works on a file', () => {
  it('is whoever was named for that day, for that day alone', () => {
    const days = { fromOn: '2026-11-20', untilOn: '2026-11-22', endedAt: null };
    const one = { fromId: 'a', toId: 'b', ...days };
    expect(standIn([one], 'a', '2026-11-22')).toBe('b');
    expect(standIn([one], 'a', '2026-11-23')).toBe('a');
    expect(standIn([{ ...one, endedAt: new Date(0) }], 'a', '2026-11-22')).toBe('a');
    expect(standIn([one], 'b', '2026-11-22')).toBe('b');
  });

  it('reviews for a street, a county, a city or a province', () => {
    const role = (scopeId: string) => ({ role: 'reviewer', scopeKind: 'region', scopeId }) as const;
    const roles = [role('320904100'), role('320904'), role('320000')];
    expect(reviewingRegions({ roles })).toEqual(['320904100', '320904', '320000']);
    const hall = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;
    expect(reviewingRegions({ roles: [hall] })).toEqual([]);
  });

  it('is asked about titles of its own regions and of those above and below', () => {
    const made = (key: string, region: string) => ({ ...usual, key, region });
    const all = [
      made('national', 'all'),
      made('jiangsu', '320000'),
      made('yancheng', '320900'),
      made('jiangxi', '360000'),
      made('fuliang', '360222'),
    ];
    const keys = (...offices: string[]) => programmesOf(all, offices).map(({ key }) => key);
    expect(keys('320904100')).toEqual(['national', 'jiangsu', 'yancheng']);
    expect(keys('320000')).toEqual(['national', 'jiangsu', 'yancheng']);
    expect(keys('320700')).toEqual(['national', 'jiangsu']);
    expect(keys('360222', '320700')).toEqual(['national', 'jiangsu', 'jiangxi', 'fuliang']);
  });
});
