import divisions from '../../../content/regions/divisions.json' with { type: 'json' };
import { isFunctionalZone, isWithin, levelOf, type RegionCode } from '../../lib/regions/codes.ts';
import { regionTree, type Division } from '../../lib/regions/tree.ts';
import type { PlanRegion, RegionTopic, Target, TargetGroup } from './schema.ts';

/** Provinces, cities and counties; towns are ten times as many and are read by `listTowns` where a page needs them. */
export const divisionTree = regionTree(divisions);

/** Every division for a form's list: the provinces themselves, then each city with its counties. */
export const regionGroups = [
  {
    label: '省',
    options: divisionTree.all
      .filter(({ code }) => levelOf(code) === 'province')
      .map(({ code, name }) => ({ value: code, label: name })),
  },
  ...divisionTree.all
    .filter(({ code }) => levelOf(code) === 'city')
    .map(({ code, name }) => ({
      label: name,
      options: [
        { value: code, label: name },
        ...divisionTree.childrenOf(code).map((one) => ({ value: one.code, label: one.name })),
      ],
    })),
];

/** Where a sentence stands: 《title》clause. */
export interface Citation {
  title: string;
  documentNumber: string | undefined;
  clause: string;
}

/** A target with all that it takes from its group. */
export interface ListedTarget extends Target {
  plannedUntil: number;
  citation: Citation;
}

export function citationOf(
  region: PlanRegion,
  { document, clause }: { document: string; clause: string },
): Citation {
  const found = region.documents[document];
  // The schema refuses a fact whose document is not listed.
  if (!found) throw new Error(`Region ${region.code} has no document “${document}”.`);
  return { title: found.title, documentNumber: found.documentNumber, clause };
}

/** `《盐城市“十四五”应急管理规划》三、（三）2 表3第7项` */
export function citationText({ title, documentNumber, clause }: Citation): string {
  return `《${title}》${documentNumber ? `（${documentNumber}）` : ''}${clause}`;
}

/** On a region's own page, which names its plan at the top: `规划三、（一）4`. */
export function shortCitation(
  region: PlanRegion,
  fact: { document: string; clause: string },
): string {
  return fact.document === 'plan' ? `规划${fact.clause}` : citationText(citationOf(region, fact));
}

export function targetsOf(region: PlanRegion, group: TargetGroup): ListedTarget[] {
  return group.targets.map((target) => ({
    ...target,
    plannedUntil: target.plannedUntil ?? group.plannedUntil,
    citation: citationOf(region, {
      document: group.document,
      clause: (group.clause ?? '') + (target.clause ?? ''),
    }),
  }));
}

/** What another page shows of a region: its targets, what it began with, what it said it would do. */
export function aboutTopic(region: PlanRegion, topic: RegionTopic) {
  return {
    targets: region.targetGroups
      .flatMap((group) => targetsOf(region, group))
      .filter((target) => target.topic === topic),
    baseline: region.baseline
      .filter((fact) => fact.topic === topic)
      .map((fact) => ({ ...fact, citation: citationOf(region, fact) })),
    promises: region.promises
      .filter((promise) => promise.topic === topic)
      .map((promise) => ({ ...promise, citation: citationOf(region, promise) })),
  };
}

/** One bar is no comparison: a chart needs two at least. */
const BARS_MIN = 2;

export interface TargetBar {
  id: string;
  label: string;
  value: number;
  /** The value as published. */
  text: string;
  kind: Target['kind'];
}

/** Targets of one group that a bar chart can compare, longest bar first; empty when there is nothing to compare. */
export function barsOf(group: TargetGroup, chart: 'coverage' | 'fall'): TargetBar[] {
  const bars = group.targets.flatMap(({ id, label, name, value, kind, measure }) =>
    measure?.chart === chart
      ? [{ id, label: label ?? name, value: measure.number, text: value, kind }]
      : [],
  );
  return bars.length < BARS_MIN ? [] : bars.toSorted((a, b) => b.value - a.value);
}

/** Counties that GB/T 2260 knows, and development zones, which it does not. */
export function countiesOf(code: RegionCode): { counties: Division[]; zones: Division[] } {
  const children = divisionTree.childrenOf(code);
  return {
    counties: children.filter((one) => !isFunctionalZone(one.code)),
    zones: children.filter((one) => isFunctionalZone(one.code)),
  };
}

/** `320900` → 江苏省 with what it is; the region itself is not among them. */
export function trailTo(code: RegionCode, described: readonly RegionCode[]) {
  return divisionTree.all
    .filter((one) => one.code !== code && isWithin(code, one.code))
    .map((one) => ({
      href: described.includes(one.code) ? `/regions/${one.code}` : `/regions#r${one.code}`,
      text: one.name,
    }));
}

/** What a schema cannot see: guides that do not exist, and two files about one region. */
export function regionProblems(
  regions: readonly { id: string; data: PlanRegion }[],
  guides: readonly string[],
): string[] {
  return regions.flatMap(({ id, data }) => [
    ...data.hazards.flatMap(({ guide }, index) =>
      guide === undefined || guides.includes(guide)
        ? []
        : [`content/regions/${id}.md：hazards 第${index + 1}条 guide：没有指南“${guide}”`],
    ),
    ...data.seasons.flatMap(({ guide }, index) =>
      guides.includes(guide)
        ? []
        : [`content/regions/${id}.md：seasons 第${index + 1}条 guide：没有指南“${guide}”`],
    ),
    ...regions
      .filter((other) => other.id < id && other.data.code === data.code)
      .map((other) => `content/regions/${id}.md：code：和 ${other.id}.md 写了同一个地区`),
  ]);
}
