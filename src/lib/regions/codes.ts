/**
 * A region's code says where it lies. Three shapes, all digits:
 *
 * - 6: province `320000`, city `320900`, county `320904`, by GB/T 2260. No province and no city ends the pairs
 *   that say which one it is with `00`, so the level can be read off the code.
 * - 9: town or street, the county's six and three more by GB/T 10114 (`320904100`).
 * - 12: community or village, the town's nine and three more (`320904100201`).
 *
 * Counties that a province governs directly (`419001`) do not fit and do not occur in the regions served.
 */
export type RegionCode = string;

/** From the top down. */
export const LEVELS = ['province', 'city', 'county', 'town', 'community'] as const;
export type RegionLevel = (typeof LEVELS)[number];

const SHAPES: Readonly<Record<RegionLevel, RegExp>> = {
  province: /^[1-9]\d0000$/,
  city: /^[1-9]\d(?!00)\d{2}00$/,
  county: /^[1-9]\d(?!00)\d{2}(?!00)\d{2}$/,
  town: /^[1-9]\d(?!00)\d{2}(?!00)\d{2}(?!000)\d{3}$/,
  community: /^[1-9]\d(?!00)\d{2}(?!00)\d{2}(?!000)\d{3}(?!000)\d{3}$/,
};

/** Undefined for a text that is no code of a region. */
export function levelOf(code: string): RegionLevel | undefined {
  return LEVELS.find((level) => SHAPES[level].test(code));
}

/** The region one level up, `320904` → `320900`; undefined for a province and for what is no code. */
export function parentOf(code: RegionCode): RegionCode | undefined {
  switch (levelOf(code)) {
    case 'city':
      return `${code.slice(0, 2)}0000`;
    case 'county':
      return `${code.slice(0, 4)}00`;
    case 'town':
      return code.slice(0, 6);
    case 'community':
      return code.slice(0, 9);
    case 'province':
    case undefined:
      return undefined;
  }
}

/** From the province down, without the region itself. */
export function ancestorsOf(code: RegionCode): RegionCode[] {
  const parent = parentOf(code);
  return parent === undefined ? [] : [...ancestorsOf(parent), parent];
}

/** What the code of everything within a region begins with: `3209` for the city 320900, `32` for its province. */
export function codePrefix(code: RegionCode): string {
  const level = levelOf(code);
  return level === 'province' ? code.slice(0, 2) : level === 'city' ? code.slice(0, 4) : code;
}

/** Every region lies within itself. What is no code lies nowhere. */
export function isWithin(code: RegionCode, ancestor: RegionCode): boolean {
  if (code === ancestor) return levelOf(code) !== undefined;
  return ancestorsOf(code).includes(ancestor);
}

/**
 * Development zones (`320971`) have a county's place in the statistics and no place in GB/T 2260: they are run by
 * a committee and lie in the counties around them. Numbers from 71 to 79 of a city are theirs.
 */
export function isFunctionalZone(code: RegionCode): boolean {
  return levelOf(code) === 'county' && /7[1-9]$/.test(code);
}
