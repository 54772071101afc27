import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitFor,
  isAccompanied,
  PARTS,
  placesFor,
  sessionsFor,
} from '../../../../src/features/fit/policy.ts';
import { readMembers, ROWS, rowsOf, type Member } from '../../../../src/features/fit/schema.ts';
import type { Exhibit } from '../../../../src/features/halls/schema.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const exhibitOf = (limits: Partial<Exhibit>): Exhibit => ({
  ...{ name: '示例', what: '示例', minutes: 5, groupMax: 8, healthSelfCheck: [], guides: [] },
  ...limits,
});
const limit = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const exhibit = fc
  .record({
    ageMin: limit(fc.integer({ min: 2, max: 18 })),
    heightMinCm: limit(fc.integer({ min: 80, max: 160 })),
    withAdultBelowAge: limit(fc.integer({ min: 3, max: 18 })),
  })
  .map((limits) => exhibitOf(limits as Partial<Exhibit>));
const member = fc.record({
  age: fc.nat({ max: 99 }),
  heightCm: limit(fc.integer({ min: 60, max: 200 })),
});
const party = fc.array(member, { minLength: 1, maxLength: 6 });
const rank = (one: Exhibit, members: readonly Member[], nth = 0) =>
  PARTS.indexOf(fitFor(one, members)[nth]!.part);

describe('what fits a party', () => {
  it('says why, for everybody who cannot simply take part', () => {
    fc.assert(
      fc.property(exhibit, party, (one, members) => {
        for (const { part, reasons } of fitFor(one, members)) {
          expect(reasons.length > 0).toBe(part !== 'takes_part');
        }
      }),
    );
  });

  it('never gives less to whoever is older, or taller, or has an adult along', () => {
    fc.assert(
      fc.property(exhibit, member, party, fc.nat({ max: 60 }), (one, first, others, more) => {
        const now = rank(one, [first, ...others]);
        expect(rank(one, [{ ...first, age: first.age + more }, ...others])).toBeGreaterThanOrEqual(
          now,
        );
        if (first.heightCm !== undefined) {
          const taller = { ...first, heightCm: first.heightCm + more };
          expect(rank(one, [taller, ...others])).toBeGreaterThanOrEqual(now);
        }
        const adult = { age: 40, heightCm: 170 };
        expect(rank(one, [first, ...others, adult])).toBeGreaterThanOrEqual(now);
      }),
    );
  });

  it('lets nobody in below a stated limit, and promises a child nothing before the ruler', () => {
    fc.assert(
      fc.property(exhibit, party, (one, members) => {
        for (const { member: who, part } of fitFor(one, members)) {
          const tooYoung = one.ageMin !== undefined && who.age < one.ageMin;
          const tooShort = (who.heightCm ?? 999) < (one.heightMinCm ?? 0);
          if (tooYoung || tooShort) expect(part).toBe('watches');
          if (one.heightMinCm !== undefined && who.heightCm === undefined && who.age < 18) {
            expect(['measure', 'watches']).toContain(part);
          }
        }
      }),
    );
  });

  it('tells a child of eight that somebody has to come along, and a party of children that nobody is there', () => {
    const one = exhibitOf({ ageMin: 6, withAdultBelowAge: 10 });
    const [child] = fitFor(one, [
      { age: 8, heightCm: undefined },
      { age: 70, heightCm: undefined },
    ]);
    expect(child).toMatchObject({ part: 'with_adult', reasons: ['不满10岁，要有成人陪着做'] });
    const [alone] = fitFor(one, [{ age: 8, heightCm: undefined }]);
    expect(alone?.part).toBe('watches');
    expect(isAccompanied([{ age: 17, heightCm: 180 }])).toBe(false);
  });
});

describe('the places of a party', () => {
  it('are one for everybody', () => {
    fc.assert(
      fc.property(party, (members) => {
        const { adults, children } = placesFor(members);
        expect(adults + children).toBe(members.length);
      }),
    );
  });

  it('are all in one session', () => {
    const small = planSession({ capacity: 3 });
    const large = planSession({ capacity: 9 });
    expect(sessionsFor([small, large], 5, NOW)).toEqual([large]);
    expect(sessionsFor([large], 6, NOW)).toEqual([]);
  });
});

describe('a party in an address', () => {
  const read = (values: Record<string, string>) => readMembers(new URLSearchParams(values));

  it('has rows without heights and rows of nobody', () => {
    expect(read({ age1: '３5', height1: '', age2: '', age3: '7', height3: '118' })).toMatchObject({
      members: [
        { age: 35, heightCm: undefined },
        { age: 7, heightCm: 118 },
      ],
    });
  });

  it('comes back with what is wrong, by field', () => {
    expect(read({ age1: '七', height2: '110', age3: '8', height3: '1.2' })).toMatchObject({
      problems: [{ field: 'age1' }, { field: 'age2' }, { field: 'height3' }],
    });
  });

  it('is read from anything without falling over', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('age1', 'height1', 'age9', 'x'), fc.string()),
        (values) => {
          const asked = read(values);
          if ('members' in asked) expect(asked.members.length).toBeLessThanOrEqual(14);
          else expect(asked.problems.length).toBeGreaterThan(0);
          expect(rowsOf(asked.values, values['x'] ?? null)).toBeGreaterThanOrEqual(ROWS);
        },
      ),
    );
  });
});
