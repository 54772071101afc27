import { levelOf, type RegionCode } from '../../lib/regions/codes.ts';
import { divisionTree } from '../regions/policy.ts';

/** A county or higher by its full name; a town by its county's and its code, until `fullRegionName` reads it. */
export function regionName(code: RegionCode): string {
  return divisionTree.fullName(code) ?? `${divisionTree.fullName(code.slice(0, 6)) ?? ''}${code}`;
}

/** `江西省景德镇市浮梁县湘湖镇`: the full name of any region, a town's too; undefined for a code that there is not. */
export async function findRegionName(code: RegionCode): Promise<string | undefined> {
  if (levelOf(code) !== 'town') return divisionTree.fullName(code);
  // 60 KB that most requests do without.
  const { default: towns } = await import('../../../content/regions/towns.json', {
    with: { type: 'json' },
  });
  const town = towns.find((one) => one.code === code);
  return town && `${divisionTree.fullName(code.slice(0, 6)) ?? ''}${town.name}`;
}

/** With the names of towns, which are read only where one is asked for. */
export async function fullRegionName(code: RegionCode): Promise<string> {
  return (await findRegionName(code)) ?? regionName(code);
}

/** The full names of some regions, by their codes: for lists and tables, which are made in one go. */
export async function regionNames(
  codes: Iterable<RegionCode>,
): Promise<(code: RegionCode) => string> {
  const named = await Promise.all(
    [...new Set(codes)].map(async (code) => [code, await fullRegionName(code)] as const),
  );
  const names = new Map(named);
  return (code) => names.get(code) ?? regionName(code);
}
