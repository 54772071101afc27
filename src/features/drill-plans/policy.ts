import type { Refusals } from '../../lib/errors.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import type {
  DRILL_CONTENTS,
  DRILL_FORMS,
  DRILL_PURPOSES,
  DrillPlanItem,
  DrillPlanItemVersion,
} from './table.ts';

export const formWords: Readonly<Record<(typeof DRILL_FORMS)[number], string>> = {
  practical: '实战',
  tabletop: '桌面',
};
export const contentWords: Readonly<Record<(typeof DRILL_CONTENTS)[number], string>> = {
  single: '单项',
  comprehensive: '综合',
};
export const purposeWords: Readonly<Record<(typeof DRILL_PURPOSES)[number], string>> = {
  test: '检验性',
  demonstration: '示范性',
  research: '研究性',
};

export { DRILL_MARK } from '../../lib/drill-mark.ts';

/** 演练组织单位: a region, or an organisation with its members. */
export interface DrillOrganiser {
  organisation: { id: string; memberIds: readonly string[] } | null;
  regionCode: RegionCode;
  name: string;
  isSchool: boolean;
}

/** Where its plans and records are worked on. */
export function drillsPath({ organisation, regionCode }: DrillOrganiser): string {
  return organisation
    ? `/me/organisations/${organisation.id}/drills`
    : `/staff/drills/regions/${regionCode}`;
}

/** Where a drill of theirs is prepared, for a line of their plan or for none. */
export function newDrillPath(
  { organisation, regionCode }: Pick<DrillOrganiser, 'organisation' | 'regionCode'>,
  itemId?: string,
): string {
  const whose = organisation ? `organisation=${organisation.id}` : `region=${regionCode}`;
  return `/me/drills/new?${whose}${itemId ? `&item=${itemId}` : ''}`;
}

/** `实战·单项·检验性·疏散·双盲` */
export function classWords({
  form,
  content,
  purpose,
  evacuation,
  blind = false,
}: Pick<DrillPlanItemVersion, 'form' | 'content' | 'purpose' | 'evacuation'> & {
  blind?: boolean;
}): string {
  return [
    formWords[form],
    contentWords[content],
    purposeWords[purpose],
    ...(evacuation ? ['疏散'] : []),
    ...(blind ? ['双盲'] : []),
  ].join('·');
}

export type ItemStanding = 'planned' | 'done' | 'late' | 'dropped';

export const standingWords: Readonly<Record<ItemStanding, string>> = {
  planned: '待演练',
  done: '已演练',
  late: '逾期',
  dropped: '取消',
};

/** How an item stands: late from the first day after its month without a record. */
export function itemStanding(
  { state, month }: Pick<DrillPlanItem, 'state' | 'month'>,
  year: number,
  today: CalendarDate,
): ItemStanding {
  if (state !== 'planned') return state;
  return today.slice(0, 7) > `${year}-${String(month).padStart(2, '0')}` ? 'late' : 'planned';
}

/**
 * Whether the public may know of an item: a blind one from the day after its drill, and never where it was dropped or
 * has not been held. Everything that goes outside passes here: lists, counts, histories.
 */
export function isPublicItem(
  { blind, state, doneOn }: Pick<DrillPlanItem, 'blind' | 'state' | 'doneOn'>,
  today: CalendarDate,
): boolean {
  return !blind || (state === 'done' && doneOn !== null && doneOn < today);
}

/** How many of some items stand how. */
export function standings(
  items: readonly Pick<DrillPlanItem, 'state' | 'month'>[],
  year: number,
  today: CalendarDate,
): Record<ItemStanding, number> {
  const all = items.map((item) => itemStanding(item, year, today));
  const of = (wanted: ItemStanding) => all.filter((one) => one === wanted).length;
  return { planned: of('planned'), done: of('done'), late: of('late'), dropped: of('dropped') };
}

const FIELD_NAMES = {
  title: '名称',
  hazard: '练什么',
  form: '形式',
  content: '内容',
  purpose: '目的',
  evacuation: '疏散',
  month: '月份',
  responsible: '负责',
} as const;

const valueWords: Partial<Record<keyof typeof FIELD_NAMES, Readonly<Record<string, string>>>> = {
  form: formWords,
  content: contentWords,
  purpose: purposeWords,
  evacuation: { true: '有', false: '没有' },
};

/** `月份由6改为7`: what one version says otherwise than the one before. */
export function changeWords(before: DrillPlanItemVersion, after: DrillPlanItemVersion): string {
  return (Object.keys(FIELD_NAMES) as (keyof typeof FIELD_NAMES)[])
    .filter((name) => before[name] !== after[name])
    .map((name) => {
      const said = (version: DrillPlanItemVersion) =>
        valueWords[name]?.[String(version[name])] ?? String(version[name]);
      return `${FIELD_NAMES[name]}由“${said(before)}”改为“${said(after)}”`;
    })
    .join('，');
}

/** One change of a published plan, as it is told. */
export interface Revision {
  at: Date;
  title: string;
  what: string;
  reason: string;
}

/** What belongs to one item: all versions in order, and its end where it was dropped. */
export interface ItemHistory {
  versions: readonly DrillPlanItemVersion[];
  drop: { reason: string; droppedAt: Date } | null;
}

/** Changes since a plan was published, the latest first; those of the draft are nobody's concern. */
export function revisionsOf(items: readonly ItemHistory[], publishedAt: Date): Revision[] {
  const revisions = items.flatMap(({ versions, drop }) => {
    const written = versions.flatMap((version, index): Revision[] => {
      if (version.writtenAt <= publishedAt) return [];
      const before = versions[index - 1];
      const what = before ? changeWords(before, version) || '重新确认' : '新增';
      return [{ at: version.writtenAt, title: version.title, what, reason: version.reason }];
    });
    const last = versions.at(-1);
    const dropped =
      drop && last && drop.droppedAt > publishedAt
        ? [{ at: drop.droppedAt, title: last.title, what: '取消', reason: drop.reason }]
        : [];
    return [...written, ...dropped];
  });
  return revisions.toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

/** Years for which plans are written now: the present one and the next; those before are kept and read. */
export function plannableYears(now: Date): number[] {
  const year = Number(calendarDate(now).slice(0, 4));
  return [year, year + 1];
}

export const notYours = { code: 'not_found', message: '没有找到这一项。' } as const;

export const planRefusals: Refusals = {
  drill_not_yours: notYours,
  item_settled: { code: 'conflict', message: '这一项已经演练或取消了，不能再改。' },
  item_overtaken: {
    code: 'conflict',
    message: '刚刚有人改过这一项。请看看现在的内容，再改一次。',
  },
  items_used_up: { code: 'conflict', message: '一年的计划最多120项。' },
  revision_has_reason: {
    code: 'invalid',
    field: 'reason',
    message: '计划已经公布，请写为什么改',
  },
  blind_is_fixed: {
    code: 'invalid',
    field: 'blind',
    message: '公布以后不能改双盲。请取消这一项，另加一项',
  },
  plan_already_published: { code: 'conflict', message: '这份计划已经公布了。' },
  plan_empty: { code: 'conflict', message: '计划里还没有演练。先加一项，再公布。' },
  'unique:drill_plans.region_code,drill_plans.year': {
    ...{ code: 'conflict', reason: 'plan_overtaken' },
    message: '刚刚有同事也在加。请再按一次。',
  },
  'unique:drill_plans.organisation_id,drill_plans.year': {
    ...{ code: 'conflict', reason: 'plan_overtaken' },
    message: '刚刚有同事也在加。请再按一次。',
  },
  'unique:drill_plan_item_versions.item_id,drill_plan_item_versions.version': {
    ...{ code: 'conflict', reason: 'item_overtaken' },
    message: '刚刚有人改过这一项。请看看现在的内容，再改一次。',
  },
};
