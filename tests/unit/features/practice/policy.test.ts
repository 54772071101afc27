import { describe, expect, it } from 'vitest';
import {
  drillsOf,
  practiceProblems,
  practicesOf,
} from '../../../../src/features/practice/policy.ts';
import { courseFiles, drillFiles, guideFiles, hallFiles } from '../../../helpers/search.ts';

const places = { halls: hallFiles, courses: courseFiles, drills: drillFiles };
const slugs = guideFiles.map(({ id }) => id);

describe('where a guide can be practised', () => {
  it('is told by the exhibits and courses that name it, halls with bookings first', () => {
    const hrefs = practicesOf('cpr', places).map(({ href }) => href);
    expect(hrefs).toContain('/courses/self-rescue');
    const booking = hallFiles.filter(({ data }) => data.booking).map(({ id }) => id);
    expect(booking.some((id) => hrefs[0]?.startsWith(`/halls/${id}#exhibit-`))).toBe(true);
    expect(hrefs.at(-1)).toMatch(/^\/courses\//);
  });

  it('is a hall’s own exhibit, by its place in the list', () => {
    for (const slug of slugs) {
      for (const { href, text } of practicesOf(slug, places)) {
        const [, hall, position] = /^\/halls\/([a-z-]+)#exhibit-(\d+)$/.exec(href) ?? [];
        if (!hall) continue;
        const exhibit = hallFiles.find(({ id }) => id === hall)?.data.exhibits[
          Number(position) - 1
        ];
        expect(exhibit?.guides).toContain(slug);
        expect(text).toContain(exhibit?.name);
      }
    }
  });

  it('is any hall where no exhibit names it', () => {
    expect(practicesOf('disaster-insurance', places)).toEqual([
      { href: '/halls', text: '到体验馆亲手练一次' },
    ]);
  });

  it('is told with the drills it takes part in, those first that are about it', () => {
    expect(drillsOf('school-evacuation', places).map(({ href }) => href)).toEqual([
      '/drills/templates/school-fire',
      '/drills/templates/kindergarten-evacuation',
      '/drills/templates/school-earthquake',
    ]);
    expect(drillsOf('disaster-insurance', places)).toEqual([]);
  });

  it('leads to guides that exist; a wrong name is told with its file and field', () => {
    expect(practiceProblems(places, slugs)).toEqual([]);
    const told = practiceProblems(
      places,
      slugs.filter((slug) => slug !== 'storm-surge'),
    );
    expect(told).toContainEqual(
      'content/halls/yancheng.md：exhibits 第4条 guides：没有指南“storm-surge”，请查拼写或删掉',
    );
    expect(practiceProblems(places, [])).toContainEqual(
      'content/courses/volunteer-training.md：guides：没有指南“report-hazard”，请查拼写或删掉',
    );
  });
});
