import { safeNext } from './page.ts';

/** Where somebody reads in large type; every address in here has its twin outside. */
export const ELDER = '/elder';

/** What is advice, comes from a file, and can be taken from the public while the site runs. */
export const TEXT_KINDS = ['guide', 'card', 'pack'] as const;
export type TextKind = (typeof TEXT_KINDS)[number];

/** A text by its kind and its file's name. */
export interface TextName {
  kind: TextKind;
  slug: string;
}

/** `/guides/cpr`, `/cards/kiln-operator`. */
export const textAddress = ({ kind, slug }: TextName) => `/${kind}s/${slug}`;

/**
 * The text that an address shows or is about: `/guides/cpr`, `/guides/cpr/quiz`, `/elder/guides/cpr/more`.
 * When the text is withdrawn, so is each of them.
 */
export function textOf(path: string): TextName | undefined {
  const pattern = /^(?:\/elder(?=\/guides\/))?\/(guide|card|pack)s\/([^/?#]+)/;
  const [, kind, slug] = pattern.exec(path) ?? [];
  return kind && slug ? { kind: kind as TextKind, slug } : undefined;
}

/** The attribute by which an entry that is nothing but a way to a text goes when that text is withdrawn. */
export function textMark(href: string): Record<`data-${TextKind}`, string> | undefined {
  const text = textOf(href);
  return text && ({ [`data-${text.kind}`]: text.slug } as Record<`data-${TextKind}`, string>);
}

export const isElder = (path: string) => path === ELDER || path.startsWith(`${ELDER}/`);

/**
 * Where a link may lead that stands on every page: nowhere when its guide is withdrawn, and for somebody who reads in
 * large type to the guide's page among theirs.
 * @param path of the page that is read
 */
export function lineAddress(
  href: string | null,
  withdrawn: readonly TextName[],
  path: string,
): string | null {
  const text = href === null ? undefined : textOf(href);
  if (!text) return href;
  if (withdrawn.some((one) => textAddress(one) === textAddress(text))) return null;
  return isElder(path) && text.kind === 'guide' ? guideAddress(text.slug, path) : href;
}

/** The address of a guide for somebody who reads at `path`: those in large type stay among their own. */
export function guideAddress(slug: string, path: string): string {
  return `${isElder(path) ? ELDER : ''}/guides/${slug}`;
}

/**
 * The address of the text in whose place a page stands once it is withdrawn; undefined for any other page. Always one of
 * this site: the path is somebody's to choose, and `/withdrawn/\\evil.example` would lead away.
 */
export function withdrawnAddress(path: string): string | undefined {
  const isOne = /^(\/elder)?\/withdrawn\//.test(path);
  return isOne ? safeNext(path.replace('/withdrawn/', '/')) : undefined;
}
