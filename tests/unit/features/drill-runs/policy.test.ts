import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrivals,
  countingTap,
  durationWords,
  entryTime,
  handOf,
  isInTheKnow,
  logCloses,
  logOpens,
  mayLog,
  measureTimes,
  missing,
  musterSums,
  musterTable,
  sinceStart,
  standing,
  stopWords,
  summarise,
  visibleInjects,
  withOwn,
  type DrillRun,
  type LogFact,
} from '../../../../src/features/drill-runs/policy.ts';
import { ENTRY_KINDS } from '../../../../src/features/drill-runs/table.ts';
import {
  clockWords,
  heardWords,
  learnClock,
  siteTime,
  UNHEARD,
} from '../../../../src/lib/offline/clock.ts';

const START = Date.UTC(2026, 10, 27, 1);
const measures = [
  { id: 'm1', from: '震停信号', to: '最后一户走出单元门', targetSeconds: 180 },
  { id: 'm2', from: '震停信号', to: '街道收到第一次上报', targetSeconds: null },
  { id: 'm3', from: '最后一人出站', to: '五个出口报完', targetSeconds: null },
];
const script = { measures };
const blank = { ref: '', unit: '', value: null, expected: null };

/** An entry of a log with its own id; taken back entries are added by `logs`. */
const fact = fc
  .record({
    id: fc.uuid(),
    kind: fc.constantFrom(
      'measure_from' as const,
      'measure_to' as const,
      'muster' as const,
      'arrived' as const,
      'inject_done' as const,
    ),
    number: fc.integer({ min: 1, max: 3 }),
    heads: fc.nat({ max: 50 }),
    at: fc.integer({ min: START, max: START + 3_600_000 }),
  })
  .map(({ id, kind, number, heads, at }): LogFact => {
    if (kind === 'muster') {
      return { ...blank, id, kind, at, unit: `${number}栋`, value: heads, expected: 40 };
    }
    const ref =
      kind === 'arrived' ? `p${number}` : kind === 'inject_done' ? `i${number}` : `m${number}`;
    return { ...blank, id, kind, at, ref };
  });

const log = fc
  .uniqueArray(fact, { selector: ({ id }) => id, maxLength: 40 })
  .chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      undone: fc.subarray(facts, { maxLength: Math.min(5, facts.length) }),
      undoIds: fc.uniqueArray(fc.uuid(), { minLength: 5, maxLength: 5 }),
    }),
  )
  .map(({ facts, undone, undoIds }) => [
    ...facts,
    ...undone.map(({ id, at }, index): LogFact => ({
      ...blank,
      id: undoIds[index]!,
      kind: 'undo',
      ref: id,
      at: at + 1000,
    })),
  ]);

/** The same entries in another order, some of them more than once. */
const logAndMessed = log.chain((entries) =>
  fc.record({
    entries: fc.constant(entries),
    messed: fc
      .tuple(
        fc.shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length }),
        fc.subarray(entries),
      )
      .map(([all, again]) => [...all, ...again]),
  }),
);

describe('a log', () => {
  it('says the same in whichever order and however often its entries came', () => {
    fc.assert(
      fc.property(logAndMessed, ({ entries, messed }) => {
        expect(standing(messed)).toEqual(standing(entries));
        expect(measureTimes(messed, script)).toEqual(measureTimes(entries, script));
        expect(musterTable(messed, [])).toEqual(musterTable(entries, []));
        expect(arrivals(messed)).toEqual(arrivals(entries));
      }),
    );
  });

  it('says what is in it without what was taken back', () => {
    fc.assert(
      fc.property(log, (entries) => {
        const takenBack = new Set(entries.map(({ kind, ref }) => (kind === 'undo' ? ref : '')));
        const left = entries.filter(({ id, kind }) => kind !== 'undo' && !takenBack.has(id));
        expect(new Set(standing(entries).map(({ id }) => id))).toEqual(
          new Set(left.map(({ id }) => id)),
        );
        expect(measureTimes(entries, script)).toEqual(measureTimes(left, script));
      }),
    );
  });

  it('looks on a phone that knows others’ summary and its own entries as it looks to the site', () => {
    fc.assert(
      fc.property(log, fc.func(fc.boolean()), (entries, isOwn) => {
        const facts = standing(entries);
        const own = facts.filter(({ id }) => isOwn(id)).map((one) => ({ ...one, note: '' }));
        const others = facts.filter(({ id }) => !own.some((one) => one.id === id));
        const run = {
          own: own.slice(0, own.length / 2),
          others: summarise(others, script),
        } as unknown as DrillRun;
        const seen = withOwn(run, own.slice(own.length / 2)).facts;
        expect(musterTable(seen, [])).toEqual(musterTable(entries, []));
        expect(arrivals(seen)).toEqual(arrivals(entries));
        // Of the first stop after a start that another phone tapped, only the site knows all.
        const lasting = measureTimes(entries, script).filter(({ measureId }) => measureId !== 'm2');
        expect(measureTimes(seen, script)).toEqual(expect.arrayContaining(lasting));
      }),
    );
  });
});

describe('a measure', () => {
  const tap = (kind: 'measure_from' | 'measure_to', ref: string, second: number): LogFact => ({
    ...blank,
    ...{ id: crypto.randomUUID(), kind, ref, at: START + second * 1000 },
  });

  it('begins with the first tap and ends with the last, unless its words say otherwise', () => {
    expect(countingTap('震停信号', 'from')).toBe('first');
    expect(countingTap('每户都有着落', 'to')).toBe('last');
    expect(countingTap('最后一人出站', 'from')).toBe('last');
    expect(countingTap('街道收到第一次上报', 'to')).toBe('first');
    const taps = [
      ...[tap('measure_from', 'm1', 5), tap('measure_from', 'm1', 2)],
      ...[tap('measure_to', 'm1', 100), tap('measure_to', 'm1', 187)],
      ...[tap('measure_from', 'm2', 2), tap('measure_to', 'm2', 90), tap('measure_to', 'm2', 60)],
      ...[
        tap('measure_from', 'm3', 30),
        tap('measure_from', 'm3', 50),
        tap('measure_to', 'm3', 80),
      ],
    ];
    expect(measureTimes(taps, script).map(({ seconds }) => seconds)).toEqual([185, 58, 30]);
  });

  it('has no time while one of its moments is missing, nor one that ran backwards', () => {
    expect(measureTimes([tap('measure_to', 'm1', 9)], script)[0]).toMatchObject({
      seconds: undefined,
      toAt: START + 9000,
    });
    const backwards = [tap('measure_from', 'm1', 20), tap('measure_to', 'm1', 9)];
    expect(measureTimes(backwards, script)[0]?.seconds).toBeUndefined();
    fc.assert(
      fc.property(log, (entries) => {
        for (const { seconds } of measureTimes(entries, script)) {
          expect(seconds ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('the muster table', () => {
  it('adds up to its sums, and puts those first of whom somebody is missing', () => {
    fc.assert(
      fc.property(log, (entries) => {
        const rows = musterTable(entries, [{ unit: '9栋', expected: 12 }]);
        const sums = musterSums(rows);
        expect(sums.units).toBe(rows.length);
        expect(sums.present).toBe(rows.reduce((sum, { present }) => sum + (present ?? 0), 0));
        expect(sums.missing).toBe(rows.reduce((sum, row) => sum + missing(row), 0));
        const firstWhole = rows.findIndex((row) => missing(row) === 0);
        const lacking = rows.filter((row) => missing(row) > 0).length;
        expect(firstWhole).toBe(lacking === rows.length ? -1 : lacking);
        const last = standing(entries).findLast(({ kind }) => kind === 'muster');
        if (last) expect(rows).toContainEqual(expect.objectContaining({ countedAt: last.at }));
      }),
    );
  });
});

describe('the time of an entry', () => {
  const tapped = fc.array(fc.nat({ max: 3_000_000 }), { minLength: 2, maxLength: 10 });
  const skew = fc.integer({ min: -20 * 3_600_000, max: 20 * 3_600_000 });
  const opensAt = START - 12 * 3_600_000;

  it('is right whatever the phone’s clock says, also when it is put right before sending', () => {
    fc.assert(
      fc.property(tapped, skew, fc.boolean(), fc.boolean(), (at, wrongBy, heard, mended) => {
        const now = START + 4_000_000;
        const device = (time: number) => time + wrongBy;
        // A phone that never heard of the site's clock cannot tell that its own was put right.
        const sentAt = heard && mended ? now : device(now);
        const times = at.map((after) =>
          entryTime(
            { deviceAt: device(START + after), offset: heard ? -wrongBy : null },
            { sentAt, now, opensAt },
          ),
        );
        expect(times).toEqual(at.map((after) => START + after));
      }),
    );
  });

  it('never lies ahead, and an impossible correction is not believed', () => {
    const now = START + 60_000;
    const at = (entry: { deviceAt: number; offset: number | null }) =>
      entryTime(entry, { sentAt: START + 50_000, now, opensAt });
    expect(at({ deviceAt: START + 50_000, offset: 10_400 })).toBe(now);
    expect(at({ deviceAt: START + 20_000, offset: 9e12 })).toBe(START + 30_000);
    expect(at({ deviceAt: START + 20_000, offset: -9e12 })).toBe(START + 30_000);
    expect(at({ deviceAt: START + 80_000, offset: null })).toBe(now);
  });

  it('is learned by the phone from the site’s own, and told when it is far off', () => {
    fc.assert(
      fc.property(skew, fc.nat({ max: 900 }), (wrongBy, way) => {
        const sentAt = START + wrongBy;
        const clock = learnClock(START + way, sentAt, sentAt + 2 * way);
        expect(siteTime(clock, sentAt)).toBe(START);
        expect(clockWords(clock) === undefined).toBe(Math.abs(wrongBy) < 120_000);
      }),
    );
    const clock = { offset: 5_000, heardAt: START };
    expect(heardWords(clock, START - 4_000)).toBe('刚刚');
    expect(heardWords(clock, START + 1_000)).toBe('6秒前');
    expect(heardWords(clock, START + 175_000)).toBe('3分钟前');
    expect(heardWords(UNHEARD, START)).toBeUndefined();
  });
});

describe('injects', () => {
  const injects = [0, 2, 5].map((minute, index) => ({
    ...{ id: `i${index}`, minute, to: ['楼栋长'], by: '广播' },
    ...{ text: `演练情景${index}`, expect: '照做' },
  }));
  const none = { startedAt: null, endedAt: null };

  it('are seen by a role when their minute has come, never before, and never with what is expected', () => {
    fc.assert(
      fc.property(fc.integer({ min: -600_000, max: 900_000 }), (after) => {
        const times = { startedAt: START, endedAt: null };
        const seen = visibleInjects(
          injects,
          times,
          { hand: 'play', role: '楼栋长' },
          START + after,
        );
        expect(seen.map(({ minute }) => minute)).toEqual(
          [0, 2, 5].filter((minute) => minute * 60_000 <= after),
        );
        expect(seen.every(({ expect: words }) => words === null)).toBe(true);
      }),
    );
  });

  it('stay hidden before the start, from other roles, and after an early end', () => {
    const later = START + 3_600_000;
    expect(visibleInjects(injects, none, { hand: 'play', role: '楼栋长' }, later)).toEqual([]);
    const times = { startedAt: START, endedAt: START + 180_000 };
    const seen = (role: string) => visibleInjects(injects, times, { hand: 'play', role }, later);
    expect(seen('楼栋长')).toHaveLength(2);
    expect(seen('居民')).toEqual([]);
    expect(visibleInjects(injects, none, { hand: 'control', role: null }, 0)).toHaveLength(3);
  });

  it('of a blind drill are as unknown as the drill to whom it tests, until it begins', () => {
    const blind = { blind: true, startedAt: null };
    const know = (hand: 'play' | 'evaluate', controls = false) =>
      isInTheKnow(blind, { hand, controls });
    expect(know('play')).toBe(false);
    expect(know('play', true)).toBe(true);
    expect(know('evaluate')).toBe(true);
    const player = { hand: 'play', controls: false } as const;
    expect(isInTheKnow({ blind: true, startedAt: new Date(START) }, player)).toBe(true);
    expect(isInTheKnow({ blind: false, startedAt: null }, player)).toBe(true);
  });
});

describe('a part in a drill', () => {
  it('says what one logs', () => {
    const role = (part: 'player' | 'observer' | 'evaluator', filledBy: 'assigned' | 'household') =>
      handOf(false, { part, filledBy });
    expect(handOf(false, undefined)).toBeUndefined();
    expect(handOf(true, undefined)).toBe('control');
    expect(handOf(true, { part: 'player', filledBy: 'assigned' })).toBe('play');
    expect(role('player', 'assigned')).toBe('play');
    expect(role('player', 'household')).toBe('come');
    const kinds = (hand: Parameters<typeof mayLog>[0]) =>
      ENTRY_KINDS.filter((kind) => mayLog(hand, kind));
    expect(kinds('control')).toEqual(ENTRY_KINDS);
    expect(kinds('watch')).toEqual(['stop_heard', 'undo']);
    expect(kinds(role('player', 'household')!)).toEqual(['arrived', 'stop_heard', 'undo']);
    expect(kinds('evaluate')).not.toContain('inject_sent');
    expect(kinds('play')).not.toContain('observation');
  });

  it('opens its log half a day before and closes it a day after', () => {
    const startsAt = new Date(START);
    const endsAt = new Date(START + 3_600_000);
    const planned = { startsAt, endsAt, startedAt: null, endedAt: null };
    expect(logOpens(planned).getTime()).toBe(START - 12 * 3_600_000);
    expect(logCloses(planned).getTime()).toBe(START + 25 * 3_600_000);
    const early = { ...planned, startedAt: new Date(START - 7_200_000) };
    expect(logOpens(early).getTime()).toBe(START - 14 * 3_600_000);
    expect(logCloses({ ...early, endedAt: new Date(START) }).getTime()).toBe(
      START + 24 * 3_600_000,
    );
  });
});

describe('words', () => {
  it('say durations and where a drill stands', () => {
    expect(durationWords(48)).toBe('48秒');
    expect(durationWords(185)).toBe('3分05秒');
    expect(sinceStart(START + 725_900, START)).toBe('12:05');
    expect(sinceStart(START - 180_000, START)).toBe('-3:00');
    expect(stopWords.real_event.lines.join()).toMatch(/119.*120.*110/);
  });
});
