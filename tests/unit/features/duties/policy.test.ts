import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dutiesOf,
  dutyState,
  dutyStates,
  dutyWords,
  inForce,
  owedPeriods,
  periodOf,
  sourceWords,
  traitsHeld,
  type CountedDrill,
} from '../../../../src/features/duties/policy.ts';
import type {
  DutyRule,
  Frequency,
  SchoolPause,
  TraitChange,
} from '../../../../src/features/duties/table.ts';
import { addDays, daysBetween, instantOf } from '../../../../src/lib/time.ts';

const SET_AT = new Date(0);
const rule = (values: Partial<DutyRule> = {}): DutyRule => ({
  id: `a-${values.fromDay ?? ''}`,
  ...{ rule: 'school-monthly', target: 'school', every: 'month', counts: 'evacuation' },
  ...{ sourceTitle: '示例指南', sourceNumber: '', sourceClause: '', isConvention: false },
  ...{ fromDay: '2020-01-01', setBy: null, setAt: SET_AT },
  ...values,
});
const pause = (months: number[], fromDay = '2020-01-01'): SchoolPause => ({
  ...{ id: `p-${fromDay}`, months, fromDay, setBy: null, setAt: SET_AT },
});
const drill = (on: string, values: Partial<CountedDrill> = {}): CountedDrill => ({
  ...{ on, evacuation: true, content: 'single' },
  ...values,
});
const SUMMER = [pause([2, 7, 8])];
const asked = (
  versions: DutyRule[],
  drills: CountedDrill[],
  today: string,
  { pauses = [] as SchoolPause[], since = '2020-01-01' } = {},
) => dutyState({ versions, pauses, since }, drills, today);

const EVERY: Exclude<Frequency, 'never'>[] = ['month', 'quarter', 'half_year', 'year', 'two_years'];
const LENGTHS = { month: 31, quarter: 92, half_year: 184, year: 366, two_years: 731 };
const days = fc.integer({ min: 0, max: 9000 }).map((past) => addDays('2020-01-01', past));

/** The beginning of a period of this frequency, as the schema asks for. */
const starts = (every: Exclude<Frequency, 'never'>) => days.map((day) => periodOf(every, day).from);
const versionsOfOneRule = fc
  .array(
    fc
      .constantFrom(...EVERY)
      .chain((every) => starts(every).map((fromDay) => ({ every, fromDay }))),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ every, fromDay }, index) =>
      rule({ id: `v${index}`, every, fromDay, counts: 'any' }),
    ),
  );

describe('a period of the calendar', () => {
  it('holds its day, begins and ends with months, and touches the next without a gap', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVERY), days, (every, day) => {
        const { from, until } = periodOf(every, day);
        expect(from <= day && day <= until).toBe(true);
        expect(from.slice(8)).toBe('01');
        expect(addDays(until, 1).slice(8)).toBe('01');
        expect(daysBetween(from, until) + 1).toBeLessThanOrEqual(LENGTHS[every]);
        expect(periodOf(every, from)).toEqual({ from, until });
        expect(periodOf(every, until)).toEqual({ from, until });
        expect(periodOf(every, addDays(until, 1)).from).toBe(addDays(until, 1));
      }),
    );
  });

  it('knows leap years, year ends and the pair of years that begins with an odd one', () => {
    expect(periodOf('month', '2028-02-10')).toEqual({ from: '2028-02-01', until: '2028-02-29' });
    expect(periodOf('month', '2027-02-28').until).toBe('2027-02-28');
    expect(periodOf('quarter', '2026-12-31')).toEqual({ from: '2026-10-01', until: '2026-12-31' });
    expect(periodOf('half_year', '2026-07-01').until).toBe('2026-12-31');
    expect(periodOf('two_years', '2026-11-25')).toEqual({
      from: '2025-01-01',
      until: '2026-12-31',
    });
    expect(periodOf('two_years', '2027-01-01').from).toBe('2027-01-01');
  });
});

describe('the periods that are owed', () => {
  it('leave no day out between the first version and the end that is asked for', () => {
    fc.assert(
      fc.property(versionsOfOneRule, days, (versions, day) => {
        const first = versions.map(({ fromDay }) => fromDay).toSorted()[0]!;
        const until = addDays(first, 2000);
        const periods = owedPeriods(versions, [], { from: first, until });
        const wanted = day < first || day > until ? first : day;
        expect(periods.some((one) => one.from <= wanted && wanted <= one.until)).toBe(true);
      }),
    );
  });

  it('belong to the version in force on their first day, in whatever order they were entered', () => {
    fc.assert(
      fc.property(versionsOfOneRule, fc.integer(), (versions, seed) => {
        const window = { from: '2020-01-01', until: '2030-12-31' };
        const periods = owedPeriods(versions, [], window);
        for (const one of periods) expect(one.rule).toBe(inForce(versions, one.from));
        const shuffled = fc.sample(fc.shuffledSubarray(versions, { minLength: versions.length }), {
          numRuns: 1,
          seed,
        })[0]!;
        expect(owedPeriods(shuffled, [], window)).toEqual(periods);
      }),
    );
  });

  it('ends with a version that asks for nothing any more', () => {
    const versions = [rule(), rule({ id: 'end', every: 'never', fromDay: '2026-03-01' })];
    const periods = owedPeriods(versions, [], { from: '2026-01-01', until: '2026-12-31' });
    expect(periods.map(({ from }) => from)).toEqual(['2026-01-01', '2026-02-01']);
    expect(asked(versions, [], '2026-05-01')).toBeUndefined();
  });

  it('pause where every month of them is closed, by the list in force when they began', () => {
    const pauses = [...SUMMER, pause([1], '2027-01-01')];
    const of = (every: Frequency, from: string) =>
      owedPeriods([rule({ every })], pauses, { from, until: from })[0]?.paused;
    expect(of('month', '2026-07-01')).toBe(true);
    expect(of('month', '2026-09-01')).toBe(false);
    expect(of('quarter', '2026-07-01')).toBe(false);
    expect(of('month', '2027-01-01')).toBe(true);
    expect(of('month', '2027-07-01')).toBe(false);
  });
});

describe('how somebody stands', () => {
  const monthly = [rule()];

  it('is due by the end of the month, done with a drill in it, late after one without', () => {
    const october = drill('2026-10-12');
    expect(asked(monthly, [october], '2026-11-20')).toMatchObject({
      ...{ state: 'due', dueBy: '2026-11-30' },
    });
    expect(asked(monthly, [october, drill('2026-11-02')], '2026-11-20')).toMatchObject({
      ...{ state: 'done', doneOn: '2026-11-02', dueBy: '2026-12-31' },
    });
    expect(asked(monthly, [drill('2026-08-31')], '2026-11-20')).toMatchObject({
      ...{ state: 'late', lateSince: '2026-10-01', dueBy: '2026-11-30' },
    });
    // On the last day there is still time; on the next there is none.
    expect(asked(monthly, [october], '2026-11-30')?.state).toBe('due');
    expect(asked(monthly, [october], '2026-12-01')?.state).toBe('late');
  });

  it('is not late for the month in which it began', () => {
    const since = '2026-11-20';
    expect(asked(monthly, [], '2026-11-25', { since })).toMatchObject({
      ...{ state: 'due', dueBy: '2026-11-30', owed: 0 },
    });
    expect(asked(monthly, [], '2026-12-25', { since })?.state).toBe('due');
    expect(asked(monthly, [], '2027-01-01', { since })).toMatchObject({
      ...{ state: 'late', lateSince: '2027-01-01' },
    });
  });

  it('rests while the schools are closed, and a drill then ends what was late', () => {
    const pauses = SUMMER;
    expect(asked(monthly, [drill('2026-06-05')], '2026-07-20', { pauses })).toMatchObject({
      ...{ state: 'paused', dueBy: '2026-09-30' },
    });
    expect(asked(monthly, [drill('2026-05-05')], '2026-07-20', { pauses })).toMatchObject({
      ...{ state: 'late', lateSince: '2026-07-01', dueBy: '2026-09-30' },
    });
    const inSummer = [drill('2026-05-05'), drill('2026-07-10')];
    expect(asked(monthly, inSummer, '2026-07-20', { pauses })?.state).toBe('paused');
  });

  it('counts only the drills that the rule asks for', () => {
    const without = [drill('2026-11-02', { evacuation: false })];
    expect(asked(monthly, without, '2026-11-20')?.state).not.toBe('done');
    const yearly = [rule({ every: 'year', counts: 'comprehensive' })];
    const whole = drill('2026-03-02', { content: 'comprehensive' });
    expect(asked(yearly, [drill('2026-03-02')], '2026-11-20')?.state).not.toBe('done');
    expect(asked(yearly, [whole], '2026-11-20')?.state).toBe('done');
  });

  it('looks back over two years where the period is as long', () => {
    const every = [rule({ every: 'two_years', counts: 'any', fromDay: '2021-01-01' })];
    expect(asked(every, [], '2026-11-20', { since: '2021-01-01' })).toMatchObject({
      ...{ state: 'late', lateSince: '2025-01-01', dueBy: '2026-12-31' },
    });
    const held = [drill('2024-12-31')];
    expect(asked(every, held, '2026-11-20', { since: '2021-01-01' })?.state).toBe('due');
  });

  const history = fc.uniqueArray(days, { maxLength: 40 }).map((all) => all.map((on) => drill(on)));

  it('does not depend on the order in which drills were written down', () => {
    fc.assert(
      fc.property(versionsOfOneRule, history, days, (versions, drills, today) => {
        const there = asked(versions, drills, today, { pauses: SUMMER });
        const back = asked(versions.toReversed(), drills.toReversed(), today, { pauses: SUMMER });
        expect(back).toEqual(there);
      }),
    );
  });

  it('goes by the later entered of two rules for the same day, before that day as well', () => {
    const first = rule({ id: 'v0', every: 'year', fromDay: '2026-09-01', counts: 'any' });
    const second = rule({ id: 'v1', every: 'month', fromDay: '2026-09-01', counts: 'any' });
    for (const versions of [
      [first, second],
      [second, first],
    ]) {
      for (const today of ['2026-08-30', '2026-09-02']) {
        expect(asked(versions, [], today)?.rule).toBe(second);
      }
    }
  });

  it('is never worse for one more drill, and never late with one in every period', () => {
    const order = ['late', 'due', 'paused', 'done'];
    fc.assert(
      fc.property(versionsOfOneRule, history, days, fc.nat(60), (versions, drills, today, past) => {
        const before = asked(versions, drills, today);
        const after = asked(versions, [...drills, drill(addDays(today, -past))], today);
        if (before && after) {
          expect(order.indexOf(after.state)).toBeGreaterThanOrEqual(order.indexOf(before.state));
        }
        const every = owedPeriods(versions, [], { from: '2015-01-01', until: today }).map(
          ({ from }) => drill(from),
        );
        const state = asked(versions, every, today);
        if (state) expect(state.state === 'late').toBe(false);
      }),
    );
  });

  it('says by which day, never in the past, and is late only since a day that has come', () => {
    fc.assert(
      fc.property(versionsOfOneRule, history, days, (versions, drills, today) => {
        const state = asked(versions, drills, today, { pauses: SUMMER });
        if (!state) return;
        if (state.dueBy) expect(state.dueBy >= today).toBe(true);
        if (state.state === 'late') {
          expect(state.lateSince! <= today).toBe(true);
          // Nothing that counts was held since.
          expect(drills.some(({ on }) => on >= state.lateSince! && on <= today)).toBe(false);
        } else expect(state.lateSince).toBeUndefined();
        expect(state.met).toBeLessThanOrEqual(state.owed);
        expect(dutyWords(state, today)).not.toMatch(/undefined|NaN/);
      }),
    );
  });
});

describe('who owes what', () => {
  const rules = [
    rule(),
    rule({ id: 'k', rule: 'kindergarten', target: 'kindergarten', every: 'quarter' }),
    rule({ id: 'c', rule: 'crowded', target: 'crowded_place', every: 'half_year', counts: 'any' }),
  ];
  const known = { rules, pauses: SUMMER };
  const holder = { kind: 'school' as const, verifiedOn: '2026-03-05', traits: new Map() };

  it('follows from the kind and from every trait that holds, from the later day', () => {
    expect(dutiesOf(holder, known).map((one) => one.rule)).toEqual(['school-monthly']);
    const crowded = { ...holder, traits: new Map([['crowded_place', '2026-10-02']] as const) };
    expect(dutiesOf(crowded, known)).toMatchObject([
      { rule: 'school-monthly', since: '2026-03-05', pauses: SUMMER },
      { rule: 'crowded', since: '2026-10-02' },
    ]);
    const enterprise = { ...crowded, kind: 'enterprise' as const };
    expect(dutiesOf(enterprise, known)).toMatchObject([{ rule: 'crowded', pauses: [] }]);
  });

  it('puts what presses most in front', () => {
    const crowded = { ...holder, traits: new Map([['crowded_place', '2026-01-02']] as const) };
    const states = dutyStates(dutiesOf(crowded, known), [drill('2026-11-02')], '2026-11-20');
    expect(states.map(({ state }) => state)).toEqual(['done', 'done']);
    const none = dutyStates(dutiesOf(crowded, known), [], '2026-11-20');
    expect(none.map(({ state, rule: of }) => `${of.rule} ${state}`)).toEqual([
      'school-monthly late',
      'crowded due',
    ]);
  });

  it('takes the latest word on a trait', () => {
    const change = (id: string, holds: boolean, day: string): TraitChange => ({
      ...{ id, holds, trait: 'mine', organisationId: 'o', changedBy: 'p' },
      changedAt: instantOf(day),
    });
    const [first, second] = [change('1', true, '2026-01-05'), change('2', false, '2026-02-05')];
    expect(traitsHeld([first])).toEqual(new Map([['mine', '2026-01-05']]));
    expect(traitsHeld([second, first])).toEqual(new Map());
  });

  it('says where a rule is written, and where nothing says so', () => {
    expect(sourceWords(rule({ sourceNumber: '示例〔2014〕2号', sourceClause: '第八条' }))).toBe(
      '《示例指南》（示例〔2014〕2号）第八条',
    );
    expect(sourceWords(rule({ isConvention: true, sourceTitle: '' }))).toBe('本平台约定');
  });
});
