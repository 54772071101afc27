import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import content from '../../../../content/household.json';
import reviewers from '../../../../content/reviewers.json';
import {
  amountOf,
  kitFor,
  peopleOf,
  remindersFor,
} from '../../../../src/features/household/policy.ts';
import {
  DAYS,
  HOMES,
  householdContentSchema,
  readHousehold,
  type Counted,
  type Household,
} from '../../../../src/features/household/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';
import { readDate } from '../../../../src/lib/time.ts';

const today = '2026-11-30';
const settings = { reviewers, today };
const parsed = householdContentSchema(settings).parse(content);
const ids = parsed.reminders.map(({ id }) => id);
const item = (id: string) => parsed.items.find((one) => one.id === id)!;

const few = fc.nat({ max: 20 });
const counts = fc.record({
  adults: few,
  children: few,
  infants: few,
  elders: few,
  pregnant: few,
  chronic: few,
  disabled: few,
  pets: few,
});
const household: fc.Arbitrary<Household> = fc.record({
  counts,
  home: fc.constantFrom(...(Object.keys(HOMES) as (keyof typeof HOMES)[])),
  water: fc.boolean(),
  fuel: fc.boolean(),
  days: fc.constantFrom(...DAYS),
  until: fc.constant({}),
});
const family = (change: Partial<Household['counts']>, days = 3): Household => ({
  counts: {
    ...{ adults: 0, children: 0, infants: 0, elders: 0 },
    ...{ pregnant: 0, chronic: 0, disabled: 0, pets: 0 },
    ...change,
  },
  ...{ home: 'high_rise', water: false, fuel: false, days, until: {} },
});

describe('how much a home needs', () => {
  it('is a whole number and never less than nothing', () => {
    fc.assert(
      fc.property(household, (one) => {
        for (const each of parsed.items) {
          const amount = amountOf(each, one);
          expect(Number.isInteger(amount)).toBe(true);
          expect(amount).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('never shrinks when there are more of anybody, or more days', () => {
    fc.assert(
      fc.property(
        household,
        fc.constantFrom<Counted>('adults', 'children', 'infants', 'elders', 'chronic', 'pets'),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 11 }),
        (one, who, more, longer) => {
          const larger = { ...one, counts: { ...one.counts, [who]: one.counts[who] + more } };
          for (const each of parsed.items) {
            const amount = amountOf(each, one);
            expect(amountOf(each, larger)).toBeGreaterThanOrEqual(amount);
            expect(amountOf(each, { ...one, days: one.days + longer })).toBeGreaterThanOrEqual(
              amount,
            );
          }
        },
      ),
    );
  });

  it('is what the sources say: four litres a day each, food for whoever eats it, medicine for a week', () => {
    const three = family({ adults: 2, infants: 1, chronic: 1 });
    expect(peopleOf(three)).toBe(3);
    expect(amountOf(item('water'), three)).toBe(36);
    expect(amountOf(item('food'), three)).toBe(6);
    expect(amountOf(item('formula'), three)).toBe(3);
    expect(amountOf(item('chronic-medicine'), three)).toBe(7);
    expect(amountOf(item('chronic-medicine'), { ...three, days: 14 })).toBe(14);
  });

  it('leaves out what a home has no use for', () => {
    const shown = kitFor(family({ adults: 1 }), parsed).flatMap(({ lines }) =>
      lines.map((line) => line.item.id),
    );
    expect(shown).toContain('bright-cloth');
    for (const id of ['formula', 'co-alarm', 'float', 'boots', 'pet-food', 'soft-food']) {
      expect(shown).not.toContain(id);
    }
    const village = { ...family({ elders: 2 }), home: 'village', water: true, fuel: true } as const;
    const there = kitFor(village, parsed).flatMap(({ lines }) => lines.map((line) => line.item.id));
    for (const id of ['boots', 'float', 'co-alarm', 'soft-food']) expect(there).toContain(id);
    expect(there).not.toContain('bright-cloth');
  });
});

describe('when to look at it again', () => {
  it('is the date on the packet where one was given, else every so many months', () => {
    const dues = remindersFor({ until: { water: '2027-05-01' } }, parsed, today);
    expect(dues.map(({ reminder }) => reminder.id)).toEqual(ids);
    const [water, food] = dues;
    expect([water?.on, water?.everyMonths]).toEqual(['2027-05-01', undefined]);
    // Not the 30th: February has none.
    expect([food?.on, food?.everyMonths]).toEqual(['2027-05-28', 6]);
  });

  it('is always a day that there is, and ahead', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        (at) => {
          const from = at.toISOString().slice(0, 10);
          for (const { on } of remindersFor({ until: {} }, parsed, from)) {
            expect(readDate(on)).toBe(on);
            expect(on > from).toBe(true);
          }
        },
      ),
    );
  });
});

describe('the address of a home', () => {
  const read = (query: string) =>
    readHousehold(new URLSearchParams(query), parsed.reminders, today);
  const problemsOf = (query: string) => {
    const asked = read(query);
    return 'problems' in asked ? asked.problems.map(({ field }) => field) : [];
  };

  it('says everything, and nothing is nobody', () => {
    expect(read('')).toEqual({ values: {}, household: undefined });
    const asked = read('adults=２&infants=1&home=village&fuel=1&days=7&until-water=2027-05-01');
    expect(asked).toMatchObject({
      household: { counts: { adults: 2, infants: 1, pets: 0 }, home: 'village', fuel: true },
    });
    expect('household' in asked && asked.household).toMatchObject({
      ...{ water: false, days: 7, until: { water: '2027-05-01' } },
    });
  });

  it.each([
    ['adults=x', ['adults']],
    ['adults=21', ['adults']],
    ['adults=-1', ['adults']],
    ['pets=2', ['adults']],
    ['adults=1&pregnant=2', ['pregnant']],
    ['adults=1&chronic=2&disabled=2', ['chronic', 'disabled']],
    ['adults=1&until-water=2026-02-30', ['until-water']],
    ['adults=1&until-water=2026-11-29', ['until-water']],
    ['adults=1&until-water=2999-01-01', ['until-water']],
  ])('%s is told at its field', (query, fields) => expect(problemsOf(query)).toEqual(fields));

  it('falls back to the first choice for one that there is not', () => {
    expect(read('adults=1&home=castle&days=99')).toMatchObject({
      household: { home: 'high_rise', days: 3 },
    });
  });

  it('never fails, whatever it says', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (values) => {
        const asked = readHousehold(
          new URLSearchParams({ ...values, adults: '1' }),
          parsed.reminders,
          today,
        );
        expect('problems' in asked || asked.household !== undefined).toBe(true);
      }),
    );
  });
});

describe('content/household.json', () => {
  const refusal = (change: (copy: typeof content) => void) => {
    const copy = structuredClone(content);
    change(copy);
    const result = householdContentSchema(settings).safeParse(copy);
    return result.success ? 'accepted' : explainContentError('h.json', result.error);
  };

  it('keeps the rules', () => {
    expect(refusal(() => {})).toBe('accepted');
  });

  it('says where an amount comes from, or that this site chose it', () => {
    expect(refusal(({ items }) => void (items[0]!.sources = []))).toContain(
      'h.json：items 第1条 sources：数量有来源，就要写出来源代号',
    );
    expect(refusal(({ items }) => void (items[0]!.per = { people: -4 } as never))).toContain(
      'h.json：items 第1条 per people：请写大于0的数',
    );
    expect(refusal(({ items }) => void (items[1]!.id = 'water'))).toContain(
      'h.json：items 第2条 id：代号“water”写重了',
    );
  });
});
