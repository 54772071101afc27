import type { CourseContent } from '../courses/schema.ts';
import type { DrillTemplate } from '../drill-templates/schema.ts';
import type { HallContent } from '../halls/schema.ts';

interface File<Data> {
  /** The file's name, as addresses have it. */
  id: string;
  data: Data;
}

/** Where people do with their own hands what guides say, and drills from which they learn it together. */
export interface PracticePlaces {
  halls: readonly File<Pick<HallContent, 'shortName' | 'booking' | 'exhibits'>>[];
  courses: readonly File<Pick<CourseContent, 'shortName' | 'guides'>>[];
  drills: readonly File<Pick<DrillTemplate, 'name' | 'guides'>>[];
}

export interface Practice {
  href: string;
  text: string;
}

/**
 * Where a guide can be practised: the exhibits that name it, those first whose hall takes bookings, then the courses.
 * Exhibits and courses name their guides, and never the other way round, so that neither can be forgotten. A guide that none names leads to all halls.
 */
export function practicesOf(
  guide: string,
  { halls, courses }: Pick<PracticePlaces, 'halls' | 'courses'>,
): Practice[] {
  const places = halls.toSorted((a, b) => Number(b.data.booking) - Number(a.data.booking));
  const found = [
    ...places.flatMap(({ id, data }) =>
      data.exhibits.flatMap(({ name, guides }, index) =>
        guides.includes(guide)
          ? [{ href: `/halls/${id}#exhibit-${index + 1}`, text: `${data.shortName}：${name}` }]
          : [],
      ),
    ),
    ...courses
      .filter(({ data }) => data.guides.includes(guide))
      .map(({ id, data }) => ({ href: `/courses/${id}`, text: `课程：${data.shortName}` })),
  ];
  return found.length > 0 ? found : [{ href: '/halls', text: '到体验馆亲手练一次' }];
}

/** The templates of drills in which a guide takes part, those first that name it first. */
export function drillsOf(guide: string, { drills }: Pick<PracticePlaces, 'drills'>): Practice[] {
  return drills
    .filter(({ data }) => data.guides.includes(guide))
    .toSorted((a, b) => a.data.guides.indexOf(guide) - b.data.guides.indexOf(guide))
    .map(({ id, data }) => ({ href: `/drills/templates/${id}`, text: `演练：${data.name}` }));
}

/** What a schema cannot see: exhibits and courses that name a guide which does not exist. */
export function practiceProblems(
  { halls, courses }: Pick<PracticePlaces, 'halls' | 'courses'>,
  guides: readonly string[],
): string[] {
  const unknown = (list: readonly string[]) => list.filter((one) => !guides.includes(one));
  return [
    ...halls.flatMap(({ id, data }) =>
      data.exhibits.flatMap((exhibit, index) =>
        unknown(exhibit.guides).map(
          (guide) =>
            `content/halls/${id}.md：exhibits 第${index + 1}条 guides：没有指南“${guide}”，请查拼写或删掉`,
        ),
      ),
    ),
    ...courses.flatMap(({ id, data }) =>
      unknown(data.guides).map(
        (guide) => `content/courses/${id}.md：guides：没有指南“${guide}”，请查拼写或删掉`,
      ),
    ),
  ];
}
