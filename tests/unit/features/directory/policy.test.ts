import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  directory,
  directoryRegions,
  venueData,
  readDirectory,
  type DirectoryAsked,
} from '../../../../src/features/directory/policy.ts';
import {
  HALL_KINDS,
  hallContentSchema,
  hallKindSchema,
} from '../../../../src/features/halls/schema.ts';
import { isWithin } from '../../../../src/lib/regions/codes.ts';

const content = (folder: string, file = '') =>
  new URL(`../../../../content/${folder}/${file}`, import.meta.url);
const read = (folder: string) =>
  readdirSync(content(folder)).map((file) => ({
    slug: file.replace(/\.md$/, ''),
    frontmatter: parseFrontmatter(readFileSync(content(folder, file), 'utf8'))
      .frontmatter as unknown,
  }));
const kinds = read('hall-kinds').map(({ slug, frontmatter }) => ({
  ...hallKindSchema.parse(frontmatter),
  slug,
}));
const venues = read('halls').map(({ slug, frontmatter }) => ({
  ...hallContentSchema.parse(frontmatter),
  slug,
}));
const regions = directoryRegions(venues, kinds);

const asking: fc.Arbitrary<DirectoryAsked> = fc.record({
  region: fc.constantFrom('', ...regions),
  kind: fc.constantFrom('', ...kinds.map(({ slug }) => slug)),
  booking: fc.constantFrom('', 'yes', 'no'),
});
const all: DirectoryAsked = { region: '', kind: '', booking: '' };

describe('the kinds in content/', () => {
  it('are each of the list, once, with a drawing', () => {
    expect(kinds.map(({ name }) => name).toSorted()).toEqual(HALL_KINDS.toSorted());
    for (const { slug } of kinds) {
      const drawing = new URL(`../../../../src/features/halls/scenes/${slug}.svg`, import.meta.url);
      expect.soft(existsSync(drawing), slug).toBe(true);
    }
  });

  it('belong to every venue that is listed, where its own plan speaks of it', () => {
    for (const venue of venues) {
      const kind = kinds.find(({ name }) => name === venue.kind);
      const titles = kind?.promises.map(({ source }) => source.title);
      expect.soft(titles, venue.slug).toContain(venue.source.title);
    }
  });
});

describe('the directory', () => {
  it('lists everything when nothing is asked, those that take bookings first', () => {
    const { venues: shown } = directory(venues, kinds, all);
    expect(shown).toHaveLength(venues.length);
    expect(shown.map(({ booking }) => booking)).toEqual(
      shown.map(({ booking }) => booking).toSorted((a, b) => Number(b) - Number(a)),
    );
  });

  it('shows a venue exactly when all that is asked fits it', () => {
    fc.assert(
      fc.property(asking, (asked) => {
        const { venues: shown } = directory(venues, kinds, asked);
        const kind = kinds.find(({ slug }) => slug === asked.kind);
        for (const venue of venues) {
          const fits =
            (asked.region === '' || isWithin(venue.regionCode, asked.region)) &&
            (kind === undefined || kind.name === venue.kind) &&
            (asked.booking === '' || (asked.booking === 'yes') === venue.booking);
          expect(shown.includes(venue)).toBe(fits);
        }
      }),
    );
  });

  it('names a kind as promised only where no venue of it is shown and a plan of the place speaks of it', () => {
    fc.assert(
      fc.property(asking, (asked) => {
        const { venues: shown, promised } = directory(venues, kinds, asked);
        for (const { name, promises } of promised) {
          expect(asked.booking).not.toBe('yes');
          expect(shown.every(({ kind }) => kind !== name)).toBe(true);
          expect(
            asked.region === '' ||
              promises.some(
                ({ regionCode }) =>
                  isWithin(regionCode, asked.region) || isWithin(asked.region, regionCode),
              ),
          ).toBe(true);
        }
      }),
    );
  });

  it('says what a province promises to those who ask for one of its cities', () => {
    const asked = { ...all, region: '320700', kind: 'theme-park' };
    const { venues: shown, promised } = directory(venues, kinds, asked);
    expect(shown).toEqual([]);
    expect(promised.map(({ slug }) => slug)).toEqual(['theme-park']);
  });

  it('reads what it does not know as all', () => {
    const known = { regions, kinds };
    const reading = (query: string) => readDirectory(new URLSearchParams(query), known);
    expect(reading('region=999999&kind=%3Cb%3E&booking=maybe')).toEqual(all);
    expect(reading('region=320900&kind=theme-park&booking=no')).toEqual({
      region: '320900',
      kind: 'theme-park',
      booking: 'no',
    });
  });

  it('can be narrowed to what lies around a venue', () => {
    expect(regions).toEqual(expect.arrayContaining(['320000', '320900', '320922', '360222']));
  });
});

describe('what a venue’s page tells programs', () => {
  it('is its name and region, and no hours, street or telephone that nobody knows', () => {
    for (const venue of venues) {
      const data = venueData(venue, `https://example.test/halls/${venue.slug}`);
      expect
        .soft(Object.keys(data), venue.slug)
        .toEqual(expect.arrayContaining(['@type', 'name', 'address', 'url']));
      const text = JSON.stringify(data);
      expect.soft(text).not.toMatch(/openingHours|streetAddress|telephone|geo"/);
      expect.soft(data['publicAccess'], venue.slug).toBe(venue.status === '开放');
    }
    const binhai = venues.find(({ slug }) => slug === 'binhai-training');
    expect(venueData(binhai!, 'https://example.test')).toMatchObject({
      address: { addressRegion: '江苏省', addressLocality: '盐城市滨海县' },
    });
  });
});
