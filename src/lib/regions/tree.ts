import { ancestorsOf, levelOf, parentOf, type RegionCode } from './codes.ts';

export interface Division {
  code: RegionCode;
  name: string;
}

/** Names for codes, over a given set of divisions. */
export interface RegionTree {
  /** In the order of the codes' digits, each region before those within it. */
  all: readonly Division[];
  regionOf(code: RegionCode): Division | undefined;
  /** Those one level down, in the order of their codes. */
  childrenOf(code: RegionCode): readonly Division[];
  /** `江苏省盐城市大丰区`; undefined for a code that is not in the set. */
  fullName(code: RegionCode): string | undefined;
}

/**
 * @throws Error naming the code that comes twice, is none, or whose parent is missing: a hole in the tree would
 * show only as an empty page.
 */
export function regionTree(divisions: readonly Division[]): RegionTree {
  const byCode = new Map<RegionCode, Division>();
  const children = new Map<RegionCode, Division[]>();
  const all = divisions.toSorted((a, b) => compareCodes(a.code, b.code));

  for (const division of all) {
    if (byCode.has(division.code)) throw new Error(`Region ${division.code} comes twice.`);
    byCode.set(division.code, division);
    const parent = parentOf(division.code);
    if (parent === undefined) {
      if (levelOf(division.code) === 'province') continue;
      throw new Error(`“${division.code}” is no code of a region.`);
    }
    if (!byCode.has(parent)) throw new Error(`Region ${division.code} lacks its parent ${parent}.`);
    children.set(parent, [...(children.get(parent) ?? []), division]);
  }

  return {
    all,
    regionOf: (code) => byCode.get(code),
    childrenOf: (code) => children.get(code) ?? [],
    fullName: (code) => {
      const division = byCode.get(code);
      if (!division) return undefined;
      return [...ancestorsOf(code), code].map((one) => byCode.get(one)?.name).join('');
    },
  };
}

/** As text: `320900` < `320904` < `320904100` < `320905`, so that a parent precedes its children. */
export function compareCodes(a: RegionCode, b: RegionCode): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
