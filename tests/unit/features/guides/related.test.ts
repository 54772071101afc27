import { describe, expect, it } from 'vitest';
import months from '../../../../content/months.json' with { type: 'json' };
import {
  monthEntriesIn,
  monthProblems,
  relatedGuides,
} from '../../../../src/features/guides/policy.ts';
import { monthsSchema } from '../../../../src/features/guides/schema.ts';
import { guideFiles, regionFiles } from '../../../helpers/search.ts';

const slugs = guideFiles.map(({ id }) => id);
const related = new Map(
  guideFiles.map(({ id, data }) => [id, relatedGuides(guideFiles, data).map((one) => one.id)]),
);

describe('related guides', () => {
  it('are two at least for every guide, and never the guide itself', () => {
    for (const [id, others] of related) {
      expect(others.length, id).toBeGreaterThanOrEqual(2);
      expect(others, id).not.toContain(id);
      expect(new Set(others).size, id).toBe(others.length);
    }
  });
});

describe('what matters in a month', () => {
  const all = monthsSchema.parse(months);

  it('leads to guides that exist; a wrong name is told with its file and field', () => {
    expect(monthProblems(all, slugs)).toEqual([]);
    expect(
      monthProblems(
        all,
        slugs.filter((slug) => slug !== 'typhoon'),
      )[0],
    ).toBe('content/months.json：7月 guides 第1条 slug：没有指南“typhoon”');
  });

  it('is something in every month of every region, and nothing that holds elsewhere', () => {
    for (const { data } of regionFiles) {
      for (const { month, guides } of all) {
        const here = monthEntriesIn(guides, data.code);
        expect(here.length, `${data.code} ${month}`).toBeGreaterThanOrEqual(2);
      }
    }
    const april = all[3]?.guides ?? [];
    const reasons = (code?: string) => monthEntriesIn(april, code).map(({ why }) => why);
    expect(reasons('360222')).toContain('江西4月1日入汛');
    expect(reasons('320900')).not.toContain('江西4月1日入汛');
    expect(reasons()).toHaveLength(april.length);
  });
});
