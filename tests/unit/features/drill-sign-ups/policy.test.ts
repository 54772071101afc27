import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byUnit,
  calendarSequence,
  changesSince,
  needsText,
  openRoles,
  splitLines,
} from '../../../../src/features/drill-sign-ups/policy.ts';
import { NEED_CODES } from '../../../../src/features/drill-sign-ups/schema.ts';
import {
  DRILL_FILLINGS,
  DRILL_STATES,
  type DrillVersion,
} from '../../../../src/features/drills/table.ts';
import { addMinutes } from '../../../../src/lib/time.ts';

const NOW = new Date('2026-11-25T08:00:00+08:00');

const version = (values: Partial<DrillVersion> = {}): DrillVersion => ({
  ...{ drillId: 'd', version: 1, title: '示例演练', hazard: '地震', form: 'practical' },
  ...{ content: 'single', purpose: 'test', evacuation: true, startsAt: NOW },
  ...{ endsAt: addMinutes(NOW, 60), place: '广场', muster: '旗杆', notice: '听到警报先躲' },
  ...{ contact: '社区 0515-0000000', reason: '', writtenBy: 'p', writtenAt: NOW },
  ...values,
});

describe('the list of who comes', () => {
  it('counts buildings as people do, those without one last', () => {
    const rows = ['10栋', '', '2栋', '3栋1单元'].map((unit) => ({ unit }));
    expect(byUnit(rows).map(([unit]) => unit)).toEqual(['2栋', '3栋1单元', '10栋', '']);
  });

  it('has everybody exactly once, whatever they wrote', () => {
    const unit = fc.constantFrom('', '1栋', '2栋', '3栋');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ unit, id: fc.nat() }), { selector: ({ id }) => id }),
        (rows) => {
          const listed = byUnit(rows).flatMap(([, ofUnit]) => ofUnit);
          expect(listed.toSorted((a, b) => a.id - b.id)).toEqual(
            rows.toSorted((a, b) => a.id - b.id),
          );
          expect(new Set(byUnit(rows).map(([name]) => name)).size).toBe(byUnit(rows).length);
        },
      ),
    );
  });
});

describe('the roles to sign up for', () => {
  it('are all but the assigned ones, families first', () => {
    const role = fc.record({ filledBy: fc.constantFrom(...DRILL_FILLINGS), position: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(role), (roles) => {
        const open = openRoles(roles);
        expect(open).toHaveLength(roles.filter(({ filledBy }) => filledBy !== 'assigned').length);
        const kinds = open.map(({ filledBy }) => filledBy);
        expect(kinds.lastIndexOf('household')).toBeLessThan(
          kinds.includes('volunteer') ? kinds.indexOf('volunteer') : Infinity,
        );
      }),
    );
  });
});

describe('one’s own drills', () => {
  it('stand in one of two lists, the next one first', () => {
    const line = fc.record({
      state: fc.constantFrom(...DRILL_STATES),
      start: fc.integer({ min: -5000, max: 5000 }),
    });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const all = lines.map(({ state, start }) => ({
          drill: {
            state,
            startsAt: addMinutes(NOW, start),
            endsAt: addMinutes(NOW, start + 60),
          },
        }));
        const { coming, past } = splitLines(all, NOW);
        expect(coming.length + past.length).toBe(all.length);
        const starts = coming.map(({ drill }) => drill.startsAt.getTime());
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(coming.some(({ drill }) => ['over', 'cancelled'].includes(drill.state))).toBe(false);
        // What runs late is still on.
        expect(past.some(({ drill }) => drill.state === 'running')).toBe(false);
      }),
    );
  });
});

describe('what has changed', () => {
  it('is told with its reason, the newest first, and nothing that stayed', () => {
    const later = version({ startsAt: addMinutes(NOW, 30), reason: '下雨', version: 2 });
    const moved = version({ ...later, place: '操场', reason: '修路', version: 3 });
    expect(changesSince([version(), later, moved])).toMatchObject([
      { reason: '修路', what: ['地点：原来广场，现在操场'] },
      { reason: '下雨', what: [expect.stringContaining('时间：原来')] },
    ]);
    expect(changesSince([version()])).toEqual([]);
  });

  it('raises the calendar entry’s number with each version and with the end of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (number) => {
        const announced = calendarSequence({ version: number, state: 'announced' });
        const next = calendarSequence({ version: number + 1, state: 'announced' });
        const off = calendarSequence({ version: number, state: 'cancelled' });
        expect(next).toBeGreaterThan(announced);
        expect(off).toBeGreaterThan(announced);
      }),
    );
  });
});

describe('needs', () => {
  it('are said in the order in which a helper thinks of them', () => {
    expect(needsText({ codes: ['infant', 'wheelchair'], words: '要带路' })).toBe(
      '坐轮椅，或走不快；带着婴幼儿；要带路',
    );
    expect(needsText({ codes: [], words: '' })).toBe('');
    expect(needsText({ codes: [...NEED_CODES], words: '' }).split('；')).toHaveLength(4);
  });
});
