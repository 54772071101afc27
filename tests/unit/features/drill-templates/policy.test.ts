import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountWords,
  capacityWords,
  DRILL_MARK,
  noticeParts,
  reviewOf,
  templatesFor,
} from '../../../../src/features/drill-templates/policy.ts';
import {
  HAZARDS,
  ORGANISERS,
  templatesAskedInput,
} from '../../../../src/features/drill-templates/schema.ts';
import { contentIndex, drillFiles, find } from '../../../helpers/search.ts';

const slugs = (list: readonly { id: string }[]) => list.map(({ id }) => id);

describe('the list of templates', () => {
  it('is narrowed by either choice and by both', () => {
    expect(slugs(templatesFor(drillFiles, { organiser: '养老机构' }))).toEqual([
      'nursing-home-fire',
    ]);
    expect(slugs(templatesFor(drillFiles, { organiser: '学校', hazard: '地震' }))).toEqual([
      'school-earthquake',
    ]);
    expect(templatesFor(drillFiles, { organiser: '渔业组织', hazard: '地震' })).toEqual([]);
    expect(templatesFor(drillFiles, {})).toHaveLength(drillFiles.length);
  });

  it('leads to every template by its hazard and by each of its organisers', () => {
    const reached = new Set([
      ...HAZARDS.flatMap((hazard) => slugs(templatesFor(drillFiles, { hazard }))),
      ...ORGANISERS.flatMap((organiser) => slugs(templatesFor(drillFiles, { organiser }))),
    ]);
    expect(reached.size).toBe(drillFiles.length);
  });

  it('takes whatever an address says', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('hazard', 'organiser', 'x'), fc.string()),
        (given) => {
          const { hazard, organiser } = templatesAskedInput.parse(given);
          expect([undefined, ...HAZARDS]).toContain(hazard);
          expect([undefined, ...ORGANISERS]).toContain(organiser);
        },
      ),
    );
  });
});

describe('a notice', () => {
  it('keeps every word, and the name of everything that is filled in', () => {
    const words = fc.string().filter((text) => !/[{}]/.test(text));
    const blank = fc.constantFrom('日期', '地点', '联系电话');
    fc.assert(
      fc.property(fc.array(fc.tuple(words, blank)), words, (pairs, rest) => {
        const text = `${pairs.map(([before, name]) => `${before}{${name}}`).join('')}${rest}`;
        const parts = noticeParts(text);
        const again = parts.map((part) => part.words + (part.blank ? `{${part.blank}}` : ''));
        expect(again.join('')).toBe(text);
        expect(parts.flatMap(({ blank: name }) => name ?? [])).toEqual(
          pairs.map(([, name]) => name),
        );
      }),
    );
  });

  it('and every inject say that it is a drill', () => {
    for (const { id, data } of drillFiles) {
      for (const { text } of data.injects) expect.soft(text, id).toMatch(`${DRILL_MARK}：`);
      if (data.notice !== 'none') expect.soft(data.notice.text, id).toContain(DRILL_MARK);
    }
  });
});

describe('amounts in words', () => {
  it('are of people in all, for each place or for so many others', () => {
    expect(capacityWords({ count: 3 })).toBe('3人');
    expect(capacityWords({ count: 1, each: '楼梯口' })).toBe('每楼梯口1人');
    expect(capacityWords({ count: 2, perPeople: 30 })).toBe('每30人配2人');
    expect(amountWords({ amount: 2, unit: '只' })).toBe('2只');
    expect(amountWords({ amount: 1, unit: '份', each: '班' })).toBe('每班1份');
  });
});

describe('a review', () => {
  const review = (nextDue: string) => ({ reviewer: 'a', checkedOn: '2026-01-01', nextDue });
  it('counts when both parts have one, until the first of them is due', () => {
    const [early, late] = [review('2027-01-01'), review('2028-01-01')];
    expect(reviewOf({ review: late }, { review: early })).toEqual(early);
    expect(reviewOf({ review: early }, { review: late })).toEqual(early);
    expect(reviewOf({ review: early }, { review: 'none' })).toBe('none');
    expect(reviewOf({ review: 'none' }, { review: early })).toBe('none');
  });
});

describe('templates among the answers', () => {
  const templates = contentIndex.documents.filter(({ kind }) => kind === 'drill');

  it('are all of them, each found by its name', () => {
    expect(templates).toHaveLength(drillFiles.length);
    for (const { href, title } of templates) {
      expect(find(title).found[0]?.document.href, title).toBe(href);
    }
  });

  it.each([
    ['演练模板', '/drills/templates'],
    ['演练方案', '/drills/templates'],
    ['养老院演练', '/drills/templates/nursing-home-fire'],
    ['学校地震演练', '/drills/templates/school-earthquake'],
    ['物业消防演练', '/drills/templates/high-rise-fire'],
  ])('%s leads there', (asked, href) => {
    expect(
      find(asked)
        .found.slice(0, 5)
        .map(({ document }) => document.href),
    ).toContain(href);
  });
});
