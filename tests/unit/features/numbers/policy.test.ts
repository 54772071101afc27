import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  figures,
  isDrawn,
  medianLead,
  readSubject,
  summary,
  totalsOf,
  type BookingSlot,
  type Figure,
  type HallNumbers,
} from '../../../../src/features/numbers/policy.ts';
import { FIGURE_IDS } from '../../../../src/features/numbers/schema.ts';
import { weekLabels } from '../../../../src/lib/periods.ts';
import { sum } from '../../../../src/lib/counts.ts';

const PERIOD = { from: '2026-09-07', until: '2026-11-25' };
const WEEKS = weekLabels(PERIOD).length;

const place = { week: fc.nat(WEEKS - 1), hour: fc.integer({ min: 9, max: 17 }) };
const kind = fc.constantFrom('individual' as const, 'group' as const);
const counted = fc.record({
  sessions: fc.array(
    fc.record({
      ...place,
      sessions: fc.nat(9),
      stopped: fc.nat(2),
      places: fc.nat(400),
      walkIns: fc.nat(20),
    }),
    { maxLength: 30 },
  ),
  bookings: fc.array(
    fc.record({
      ...place,
      kind,
      state: fc.constantFrom('booked', 'cancelled', 'arrived', 'expired'),
      bookings: fc.nat(50),
      people: fc.nat(200),
    }),
    { maxLength: 40 },
  ),
  leads: fc.array(fc.record({ kind, days: fc.nat(180), bookings: fc.nat(60) }), { maxLength: 20 }),
});
const numbers = fc
  .record({
    before: counted,
    schools: fc.uniqueArray(
      fc.record({
        regionCode: fc.constantFrom(null, '320904', '320981', '320703', '360222'),
        organisations: fc.integer({ min: 1, max: 9 }),
        classes: fc.integer({ min: 1, max: 30 }),
        people: fc.integer({ min: 1, max: 900 }),
      }),
      { selector: ({ regionCode }) => regionCode },
    ),
    groups: fc.uniqueArray(
      fc
        .record({
          state: fc.constantFrom('asked', 'countered', 'approved', 'refused', 'withdrawn'),
          requests: fc.integer({ min: 1, max: 40 }),
        })
        .map((group) => ({ ...group, answeredInTime: Math.floor(group.requests / 2) })),
      { selector: ({ state }) => state },
    ),
    waits: fc.uniqueArray(
      fc.record({
        state: fc.constantFrom('waiting', 'offered', 'booked', 'left', 'lapsed', 'closed'),
        entries: fc.integer({ min: 1, max: 90 }),
      }),
      { selector: ({ state }) => state },
    ),
    scores: fc.uniqueArray(
      fc.record({
        score: fc.integer({ min: 1, max: 5 }),
        visits: fc.integer({ min: 1, max: 60 }),
      }),
      { selector: ({ score }) => score },
    ),
  })
  .chain((rest) => counted.map((now): HallNumbers => ({ ...rest, ...now })));

const NOTHING: HallNumbers = {
  ...{ sessions: [], bookings: [], leads: [], schools: [], groups: [], waits: [], scores: [] },
  before: { sessions: [], bookings: [], leads: [] },
};

const of = (all: readonly Figure[], id: string) => {
  const found = all.find((figure) => figure.id === id);
  if (!found) throw new Error(`No figure ${id}.`);
  return found;
};
const column = ({ rows }: Figure, index: number) => rows.map((row) => Number(row[index]));
/** Whether every column of counts adds up to the total beneath it. */
function expectToAddUp(figure: Figure, columns: readonly number[]) {
  for (const index of columns) {
    expect(sum(column(figure, index)), `${figure.id} ${figure.header[index]}`).toBe(
      Number(figure.total?.[index]),
    );
  }
}

describe('the figures of a hall', () => {
  it('add up within their tables and from one to the other', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const all = figures(given, PERIOD);
        expectToAddUp(of(all, 'use'), [1, 2, 3, 4, 5, 6]);
        expectToAddUp(of(all, 'shares'), [1]);
        expectToAddUp(of(all, 'no-shows'), [1, 2, 3, 4]);
        expectToAddUp(of(all, 'lead'), [1, 2]);
        expectToAddUp(of(all, 'groups'), [1, 2]);
        expectToAddUp(of(all, 'waitlist'), [1]);
        const totals = totalsOf(given);
        const [, , , booked, arrived, absent, walkIns] = of(all, 'use').total ?? [];
        expect(Number(booked)).toBe(totals.arrived + totals.absent);
        expect(Number(arrived) + Number(walkIns)).toBe(Number(of(all, 'shares').total?.[1]));
        expect(Number(absent)).toBe(totals.absent);
        for (const figure of all) {
          for (const row of figure.rows) expect(row).toHaveLength(figure.header.length);
          expect(figure.total).toHaveLength(figure.header.length);
        }
      }),
    );
  });

  it('say the same by week and by hour', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const all = figures(given, PERIOD);
        expect(of(all, 'hours').total).toEqual(of(all, 'use').total);
      }),
    );
  });

  it('have a row for every week, also those in which nothing was', () => {
    const rows = of(figures(NOTHING, PERIOD), 'use').rows;
    expect(rows).toHaveLength(WEEKS);
    expect(rows[0]).toEqual(['9月7日–13日', '0', '0', '0', '0', '0', '0', '–']);
  });

  it('say in words that there was nothing', () => {
    const all = figures(NOTHING, PERIOD);
    expect(all.map(({ id }) => id)).toEqual(FIGURE_IDS);
    for (const figure of all) {
      expect(figure.sentence).toMatch(/没有|太少/);
      expect(isDrawn(figure)).toBe(false);
    }
    for (const { value } of summary(NOTHING)) expect(value).toMatch(/^(没有|0[场人])$/);
  });

  it('have no number that is none, and no bar beyond its scale', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        for (const { sentence, rows, total, chart } of figures(given, PERIOD)) {
          const text = [sentence, ...rows.flat(), ...(total ?? [])].join(' ');
          expect(text).not.toMatch(/NaN|undefined|Infinity|-\d/);
          if (chart.kind === 'bars') {
            for (const { value } of chart.bars) expect(value >= 0 && value <= 100).toBe(true);
          }
        }
      }),
    );
  });

  it('count a booking whose end is not written yet as one that nobody came for', () => {
    const slot = { week: 0, hour: 9, kind: 'individual' as const, bookings: 1, people: 3 };
    const bookings: BookingSlot[] = [
      { ...slot, state: 'booked' },
      { ...slot, state: 'expired' },
      { ...slot, state: 'arrived' },
      { ...slot, state: 'cancelled' },
    ];
    const totals = totalsOf({ ...NOTHING, bookings });
    expect(totals).toMatchObject({ arrived: 3, absent: 6, noShow: 67 });
    const [row] = of(figures({ ...NOTHING, bookings }, PERIOD), 'no-shows').rows;
    expect(row).toEqual(['个人预约', '4', '1', '1', '2', '67%']);
  });

  it('name no small number of a county or a score', () => {
    const given: HallNumbers = {
      ...NOTHING,
      schools: [
        { regionCode: '320904', organisations: 1, classes: 2, people: 80 },
        { regionCode: '320981', organisations: 1, classes: 1, people: 3 },
        { regionCode: null, organisations: 0, classes: 1, people: 40 },
      ],
      scores: [
        { score: 5, visits: 30 },
        { score: 1, visits: 1 },
      ],
    };
    const all = figures(given, PERIOD);
    expect(of(all, 'counties').rows).toEqual([
      ['大丰区', '1', '2', '80'],
      ['东台市', '1', '1', '少于5'],
      ['其他团体', '–', '1', '不显示'],
    ]);
    expect(of(all, 'satisfaction').rows.map(([, visits]) => visits)).toEqual([
      ...['不显示', '0', '0', '0', '少于5'],
    ]);
    expect(JSON.stringify(of(all, 'satisfaction').chart)).not.toContain('"1份"');
  });

  it('compare with the period before', () => {
    const week = { week: 0, hour: 9, sessions: 1, stopped: 0, places: 100 };
    const given: HallNumbers = {
      ...NOTHING,
      sessions: [{ ...week, walkIns: 60 }],
      before: { ...NOTHING.before, sessions: [{ ...week, walkIns: 45 }] },
    };
    expect(of(figures(given, PERIOD), 'use').sentence).toBe(
      '100个名额来了60人，用了60%，比前一段多15个百分点。',
    );
    expect(isDrawn(of(figures(given, PERIOD), 'use'))).toBe(true);
    expect(summary(given)[2]).toEqual({ label: '名额用了', value: '60%', remark: '前一段：45%' });
  });
});

describe('the booking in the middle', () => {
  it('is the earlier of two, and none of none', () => {
    expect(medianLead([])).toBeUndefined();
    expect(medianLead([{ days: 3, bookings: 0 }])).toBeUndefined();
    const two = [
      { days: 5, bookings: 1 },
      { days: 2, bookings: 1 },
    ];
    expect(medianLead(two)).toBe(2);
  });

  it('has at least half of all at or before it, and at or after it', () => {
    const leads = fc.array(
      fc.record({ days: fc.nat(60), bookings: fc.integer({ min: 1, max: 9 }) }),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(leads, (given) => {
        const median = medianLead(given) ?? -1;
        const half = sum(given.map(({ bookings }) => bookings)) / 2;
        const upTo = given.filter(({ days }) => days <= median);
        const from = given.filter(({ days }) => days >= median);
        expect(sum(upTo.map(({ bookings }) => bookings))).toBeGreaterThanOrEqual(half);
        expect(sum(from.map(({ bookings }) => bookings))).toBeGreaterThanOrEqual(half);
      }),
    );
  });
});

describe('what is counted', () => {
  it('is visits unless courses are asked for', () => {
    expect(['courses', 'visits', 'x', null].map(readSubject)).toEqual([
      ...['courses', 'visits', 'visits', 'visits'],
    ]);
  });
});
