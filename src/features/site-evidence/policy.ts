import { formatDate, type CalendarDate } from '../../lib/time.ts';
import {
  contentOf,
  numberOf,
  reportedYear,
  sectionOf,
  textOf,
  type Profile,
} from '../community-profiles/policy.ts';
import type { ProfileSection } from '../community-profiles/table.ts';
import type { EvidenceKind, ProfileFigure } from '../programmes/schema.ts';

/** Something that the site holds of an applicant and that can stand as evidence, as it says now. */
export interface SiteFact {
  kind: Exclude<EvidenceKind, 'file'>;
  figure: ProfileFigure | '';
  /** Of the thing itself: a record, a drill, the community or the region. */
  subjectId: string;
  /** In words, with the number or the day that it tells. */
  title: string;
  /** Everything that it says, for its hash. */
  said: unknown;
}

const YUAN_IN_TEN_THOUSAND = 10_000;

interface Figure {
  figure: ProfileFigure;
  label: string;
  unit: string;
  section: ProfileSection | null;
  value: number | null;
}

/** Numbers of a profile by the names that programmes have for them; money in yuan. */
function figuresOf(profile: Profile, today: CalendarDate): Figure[] {
  const year = reportedYear(today);
  const typed = (section: ProfileSection, name: string) =>
    numberOf(contentOf(profile, section, section === 'figures' ? year : 0).fields, name);
  const yuan = (section: ProfileSection, name: string) => {
    const tenThousand = typed(section, name);
    return tenThousand === null ? null : Math.round(tenThousand * YUAN_IN_TEN_THOUSAND);
  };
  const shelters = contentOf(profile, 'shelters').rows;
  const warning = contentOf(profile, 'warning').fields;
  const ways = ['receive', 'spread'].reduce((count, name) => {
    const cell = warning[name];
    return count + (Array.isArray(cell) ? cell.length : 0);
  }, 0);
  const drills = profile.drills.find((one) => one.year === year);
  const row = (
    figure: ProfileFigure,
    label: string,
    unit: string,
    section: ProfileSection | null,
    value: number | null,
  ): Figure => ({ figure, label, unit, section, value });
  return [
    row('households', '总户数', '户', 'basics', typed('basics', 'households')),
    row('residents', '常住人口', '人', 'basics', typed('basics', 'residents')),
    row('children', '0到14岁', '人', 'basics', typed('basics', 'children')),
    row('elderly', '65岁及以上', '人', 'basics', typed('basics', 'aged')),
    row('disabled', '残疾人', '人', 'vulnerable', typed('vulnerable', 'disabled')),
    row('clinics', '卫生服务站', '个', 'basics', typed('basics', 'clinics')),
    row('funds_yuan', `${year}年减灾资金`, '元', 'figures', yuan('figures', 'funds')),
    row('stores_yuan', '物资装备折价', '元', 'stores', yuan('stores', 'value')),
    row('information_officers', '灾害信息员', '人', 'officers', typed('officers', 'officers')),
    row('militia', '民兵预备役', '人', 'officers', typed('officers', 'militia')),
    row('volunteers', '登记的志愿者', '人', null, profile.volunteers),
    row(
      'shelters',
      '避难场所',
      '处',
      'shelters',
      sectionOf(profile, 'shelters') ? shelters.length : null,
    ),
    row(
      'shelter_places',
      '避难场所能安置',
      '人',
      'shelters',
      shelters.length === 0
        ? null
        : shelters.reduce((sum, one) => sum + (numberOf(one, 'capacity') ?? 0), 0),
    ),
    row('warning_channels', '预警接收和传达的方式', '种', 'warning', ways === 0 ? null : ways),
    row('trainings', `${year}年培训`, '次', 'figures', typed('figures', 'trainings')),
    row('trained_people', `${year}年参加培训`, '人', 'figures', typed('figures', 'trained')),
    row('drills', `${year}年演练`, '次', null, drills?.times ?? null),
    row('drilled_people', `${year}年参加演练`, '人次', null, drills?.people ?? null),
  ];
}

/** Figures of a community that somebody has filled in or the site has counted. */
export function figureFacts(profile: Profile, today: CalendarDate): SiteFact[] {
  const { id } = profile.organisation;
  return figuresOf(profile, today).flatMap(({ figure, label, unit, section, value }) =>
    value === null
      ? []
      : [
          {
            ...{ kind: 'profile', figure, subjectId: id },
            title: `${label}：${value}${unit}（${section ? '社区基本情况' : '本站登记'}）`,
            said: [figure, label, value, unit],
          },
        ],
  );
}

/** Each place of refuge of a community, with how many it takes in. */
export function shelterFacts({
  subjectId,
  owner,
  rows,
}: {
  subjectId: string;
  /** Told before the place where several communities stand together. */
  owner: string;
  rows: ReturnType<typeof contentOf>['rows'];
}): SiteFact[] {
  return rows.map((row) => ({
    ...{ kind: 'shelter', figure: '', subjectId },
    title: `${owner}避难场所“${textOf(row, 'name')}”，能安置${numberOf(row, 'capacity') ?? '没有填'}人`,
    said: row,
  }));
}

/** The year's own count of courses, where it is filled in. */
export function trainingFacts(profile: Profile): SiteFact[] {
  return profile.sections.flatMap(({ section, year, content }): SiteFact[] => {
    if (section !== 'figures') return [];
    const [times, people] = [
      numberOf(content.fields, 'trainings'),
      numberOf(content.fields, 'trained'),
    ];
    return times === null || times === 0
      ? []
      : [
          {
            ...{ kind: 'training', figure: '', subjectId: profile.organisation.id },
            title: `${year}年办培训${times}次，${people ?? '没有填'}人参加（社区基本情况）`,
            said: ['trainings', year, times, people],
          },
        ];
  });
}

/** Confirmed volunteers as they are registered; who they are stays in the registry. */
export function rosterFacts(
  subjectId: string,
  volunteerIds: readonly string[],
  today: CalendarDate,
): SiteFact[] {
  return volunteerIds.length === 0
    ? []
    : [
        {
          ...{ kind: 'roster', figure: '', subjectId },
          title: `志愿者名册：${volunteerIds.length}人（本站登记，${formatDate(today)}）`,
          said: ['volunteers', ...volunteerIds.toSorted()],
        },
      ];
}

/** Courses that volunteers went to: each by its name and day. */
export function volunteerTrainingFacts(
  subjectId: string,
  rows: readonly { name: string; heldOn: CalendarDate; volunteerId: string }[],
): SiteFact[] {
  const courses = Map.groupBy(rows, ({ name, heldOn }) => JSON.stringify([heldOn, name]));
  return [...courses.values()].map((people) => {
    const { name, heldOn } = people[0]!;
    return {
      ...{ kind: 'training', figure: '', subjectId },
      title: `${formatDate(heldOn)}“${name}”，${people.length}名志愿者（本站登记）`,
      said: ['course', name, heldOn, ...people.map(({ volunteerId }) => volunteerId).toSorted()],
    };
  });
}
