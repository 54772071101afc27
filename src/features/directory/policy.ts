import { divisionTree } from '../regions/policy.ts';
import type { CourseContent } from '../courses/schema.ts';
import type { HallContent } from '../halls/schema.ts';
import { ancestorsOf, isWithin, type RegionCode } from '../../lib/regions/codes.ts';

/** A venue as the directory lists it. */
export interface ListedVenue {
  slug: string;
  regionCode: RegionCode;
  kind: string;
  booking: boolean;
}

/** What a kind's page says that a plan promises, in the words of `content/hall-kinds`. */
export interface ListedKind {
  /** The file's name, as addresses have it. */
  slug: string;
  name: string;
  promises: readonly { regionCode: RegionCode }[];
}

/** What the directory is narrowed by; empty for all. */
export interface DirectoryAsked {
  region: RegionCode;
  /** A kind's slug. */
  kind: string;
  booking: '' | 'yes' | 'no';
}

/** Reads an address; what the directory does not know is read as all. */
export function readDirectory(
  query: URLSearchParams,
  known: { regions: readonly RegionCode[]; kinds: readonly ListedKind[] },
): DirectoryAsked {
  const region = query.get('region') ?? '';
  const kind = query.get('kind') ?? '';
  const booking = query.get('booking');
  return {
    region: known.regions.includes(region) ? region : '',
    kind: known.kinds.some(({ slug }) => slug === kind) ? kind : '',
    booking: booking === 'yes' || booking === 'no' ? booking : '',
  };
}

/** The regions that the directory can be narrowed to: those with venues or promises, and what lies around them. */
export function directoryRegions(
  venues: readonly ListedVenue[],
  kinds: readonly ListedKind[],
): RegionCode[] {
  const named = [
    ...venues.map(({ regionCode }) => regionCode),
    ...kinds.flatMap(({ promises }) => promises.map(({ regionCode }) => regionCode)),
  ];
  return [...new Set(named.flatMap((code) => [...ancestorsOf(code), code]))].sort();
}

/**
 * The venues that an address asks for, and the kinds of which the region's plans promise something but name no venue
 * that is listed: those that take bookings first.
 */
export function directory<Venue extends ListedVenue, Kind extends ListedKind>(
  venues: readonly Venue[],
  kinds: readonly Kind[],
  { region, kind, booking }: DirectoryAsked,
): { venues: Venue[]; promised: Kind[] } {
  const isAsked = (code: RegionCode) => region === '' || isWithin(code, region);
  const ofKind = kinds.filter(({ slug }) => kind === '' || slug === kind);
  const shown = venues.filter(
    (venue) =>
      isAsked(venue.regionCode) &&
      ofKind.some(({ name }) => name === venue.kind) &&
      (booking === '' || venue.booking === (booking === 'yes')),
  );
  // What is promised for a whole province is promised for its cities too.
  const promised = ofKind.filter(
    ({ name, promises }) =>
      booking !== 'yes' &&
      promises.some(
        ({ regionCode }) => isAsked(regionCode) || (region !== '' && isWithin(region, regionCode)),
      ) &&
      !shown.some((venue) => venue.kind === name),
  );
  return {
    venues: shown.toSorted(
      (a, b) => Number(b.booking) - Number(a.booking) || a.slug.localeCompare(b.slug),
    ),
    promised,
  };
}

/**
 * What a venue's page says of it to programs (schema.org `Place`). Of a planned one neither hours nor a street are
 * known, and nobody is to be sent there: what is not known is left out.
 */
export function venueData(
  { name, summary, regionCode, status }: HallContent,
  url: string,
): Record<string, unknown> {
  const [province, ...within] = [...ancestorsOf(regionCode), regionCode].map(
    (code) => divisionTree.regionOf(code)?.name,
  );
  return {
    '@type': 'Place',
    '@id': url,
    url,
    name,
    description: summary,
    publicAccess: status === '开放',
    address: {
      '@type': 'PostalAddress',
      addressCountry: 'CN',
      addressRegion: province,
      ...(within.length > 0 ? { addressLocality: within.join('') } : {}),
    },
  };
}

/** The same of a course (schema.org `Course`); its dates are examples and are left out. */
export function courseData(
  { name, summary, learn, audience }: CourseContent,
  url: string,
): Record<string, unknown> {
  return {
    '@type': 'Course',
    '@id': url,
    url,
    name,
    description: summary,
    inLanguage: 'zh-CN',
    teaches: learn,
    audience: { '@type': 'Audience', audienceType: audience },
  };
}
