import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeWords,
  classWords,
  isPublicItem,
  itemStanding,
  revisionsOf,
  standings,
} from '../../../../src/features/drill-plans/policy.ts';
import type { DrillPlanItemVersion } from '../../../../src/features/drill-plans/table.ts';
import { addDays, addMinutes } from '../../../../src/lib/time.ts';

const PUBLISHED = new Date('2026-01-10T02:00:00Z');
const version = (values: Partial<DrillPlanItemVersion> = {}): DrillPlanItemVersion => ({
  ...{ itemId: 'i', version: 1, title: '春季地震疏散', hazard: '地震', form: 'practical' },
  ...{ content: 'single', purpose: 'test', evacuation: true, blind: false, month: 5 },
  ...{
    responsible: '示例办公室',
    reason: '',
    writtenBy: 'p',
    writtenAt: addMinutes(PUBLISHED, -9),
  },
  ...values,
});

describe('an item of a plan', () => {
  it('is late from the first day after its month, whatever the year', () => {
    const planned = { state: 'planned', month: 12 } as const;
    expect(itemStanding(planned, 2026, '2026-12-31')).toBe('planned');
    expect(itemStanding(planned, 2026, '2027-01-01')).toBe('late');
    expect(itemStanding({ state: 'done', month: 1 }, 2026, '2027-01-01')).toBe('done');
    expect(itemStanding({ state: 'dropped', month: 1 }, 2026, '2027-01-01')).toBe('dropped');
  });

  it('is counted once, by how it stands', () => {
    const items = fc.array(
      fc.record({
        state: fc.constantFrom('planned', 'done', 'dropped'),
        month: fc.integer({ min: 1, max: 12 }),
      }),
    );
    fc.assert(
      fc.property(items, (all) => {
        const counted = standings(all, 2026, '2026-06-15');
        expect(Object.values(counted).reduce((sum, one) => sum + one, 0)).toBe(all.length);
      }),
    );
  });

  it('is told of outside only when it is no secret: a blind one from the day after it', () => {
    const blind = { blind: true, state: 'done', doneOn: '2026-05-05' } as const;
    expect(isPublicItem(blind, '2026-05-05')).toBe(false);
    expect(isPublicItem(blind, '2026-05-06')).toBe(true);
    fc.assert(
      fc.property(fc.constantFrom('planned', 'dropped'), fc.nat(2000), (state, past) => {
        const today = addDays('2026-01-01', past);
        expect(isPublicItem({ blind: true, state, doneOn: null }, today)).toBe(false);
        expect(isPublicItem({ blind: false, state, doneOn: null }, today)).toBe(true);
      }),
    );
  });
});

describe('a revision', () => {
  it('says what was changed into what, with the reason, the latest first', () => {
    const first = version();
    const second = version({
      ...{ version: 2, month: 6, evacuation: false, reason: '考试' },
      writtenAt: addMinutes(PUBLISHED, 60),
    });
    expect(changeWords(first, second)).toBe('疏散由“有”改为“没有”，月份由“5”改为“6”');
    const dropped = { reason: '合并', droppedAt: addMinutes(PUBLISHED, 90) };
    expect(revisionsOf([{ versions: [first, second], drop: dropped }], PUBLISHED)).toMatchObject([
      { what: '取消', reason: '合并' },
      { what: '疏散由“有”改为“没有”，月份由“5”改为“6”', reason: '考试' },
    ]);
  });

  it('tells nothing of the draft', () => {
    const again = version({ version: 2, month: 7, writtenAt: addMinutes(PUBLISHED, -1) });
    expect(revisionsOf([{ versions: [version(), again], drop: null }], PUBLISHED)).toEqual([]);
  });

  it('says how a drill is classed in the words of the guideline', () => {
    expect(classWords({ ...version(), blind: true })).toBe('实战·单项·检验性·疏散·双盲');
    expect(classWords({ ...version(), form: 'tabletop', evacuation: false })).toBe(
      '桌面·单项·检验性',
    );
  });
});
