/** Where somebody reads in large type; every address in here has its twin outside. */
export const ELDER = '/elder';

/**
 * The slug of the guide that an address shows or is about: `/guides/cpr`, `/guides/cpr/quiz`, `/elder/guides/cpr/more`.
 * When the guide is withdrawn, so is each of them.
 */
export function guideOf(path: string): string | undefined {
  return /^(?:\/elder)?\/guides\/([^/?#]+)/.exec(path)?.[1];
}

export const isElder = (path: string) => path === ELDER || path.startsWith(`${ELDER}/`);

/**
 * Where a link may lead that stands on every page: nowhere when its guide is withdrawn, and for somebody who reads in
 * large type to the guide's page among theirs.
 * @param withdrawn slugs
 * @param path of the page that is read
 */
export function lineAddress(
  href: string | null,
  withdrawn: readonly string[],
  path: string,
): string | null {
  const slug = href === null ? undefined : guideOf(href);
  if (slug === undefined) return href;
  if (withdrawn.includes(slug)) return null;
  return isElder(path) ? guideAddress(slug, path) : href;
}

/** The address of a guide for somebody who reads at `path`: those in large type stay among their own. */
export function guideAddress(slug: string, path: string): string {
  return `${isElder(path) ? ELDER : ''}/guides/${slug}`;
}
