/**
 * What a device may keep of this site and what it may show of that: rules without a browser. Only pages that stand on the
 * list of the build can be kept, and none of them is anybody's own.
 */
import { textAddress, textOf, type TextName } from '../text-path.ts';

/** Of one page: a digest of its words, its bytes as kept, and its bytes over the air. */
export type ListedPage = readonly [words: string, bytes: number, sentBytes: number];

/** `/offline.json`, written after each build. */
export interface CopyList {
  sets: Readonly<Record<CopySet, Readonly<Record<string, ListedPage>>>>;
}

export const COPY_SETS = ['guides', 'elder'] as const;
export type CopySet = (typeof COPY_SETS)[number];

/** `/live.json`, as decision 22 describes it. */
export interface LiveFile {
  asOf: string;
  banners: readonly {
    line: string;
    level: 'notice' | 'blue' | 'yellow' | 'orange' | 'red';
    href: string | null;
    place: string | null;
    until: string;
  }[];
  texts: readonly LiveFileText[];
}

export interface LiveFileText {
  path: string;
  state: 'withdrawn' | 'reinstated';
  since: string;
  reason?: string;
  instead?: string | null;
}

/** Which set a page belongs to; undefined for every page that is never kept. */
export function copySetOf(path: string): CopySet | undefined {
  if (/^\/guides(\/[a-z0-9-]+)?$/.test(path)) return 'guides';
  if (/^\/elder(\/visits|\/guides(\/[a-z0-9-]+(\/more)?)?)?$/.test(path)) return 'elder';
  return undefined;
}

/** An address in its one form. */
export const plainPath = (pathname: string) => pathname.replace(/(\.html|\/)$/, '') || '/';

export function listedPage(list: CopyList | undefined, path: string): ListedPage | undefined {
  const set = copySetOf(path);
  const pages = set && list?.sets[set];
  return pages && Object.hasOwn(pages, path) ? pages[path] : undefined;
}

/** What is known of a kept page itself. */
export interface Copy {
  path: string;
  /** When the site sent it, by the site's clock, in milliseconds. */
  keptAt: number;
  /** The digest of its words in the list of that time; empty when none was to be had. */
  words: string;
}

export type Verdict = 'current' | 'newer' | 'withdrawn' | 'stale';

/**
 * Whether a copy may be shown, by the last that the device has heard.
 * - `withdrawn`: its guide is withdrawn, or is not on the site any more. It must not be shown.
 * - `stale`: from before its guide was given back. It must not be shown either: it may be what was wrong.
 * - `newer`: the site says it in other words by now. It is shown with a loud mark.
 */
export function judgeCopy(
  { path, keptAt, words }: Copy,
  live: Pick<LiveFile, 'texts'> | undefined,
  list: CopyList | undefined,
): Verdict {
  const change = changeOf(path, live);
  if (change?.state === 'withdrawn') return 'withdrawn';
  if (change && keptAt <= Date.parse(change.since)) return 'stale';
  if (!list) return 'current';
  const listed = listedPage(list, path);
  if (!listed) return 'withdrawn';
  return words === '' || listed[0] === words ? 'current' : 'newer';
}

/** What a device has heard of texts; nothing when it last heard of them in the words of an older version of this site. */
const changesIn = (live: Partial<Pick<LiveFile, 'texts'>> | undefined) => live?.texts ?? [];

/** The texts that must not be shown, by the last that the device has heard. */
export function withdrawnTexts(live: Pick<LiveFile, 'texts'> | undefined): TextName[] {
  const gone = changesIn(live).filter(({ state }) => state === 'withdrawn');
  return gone.flatMap(({ path }) => textOf(path) ?? []);
}

/** The last thing that happened to the text of this page. */
export function changeOf(
  path: string,
  live: Pick<LiveFile, 'texts'> | undefined,
): LiveFileText | undefined {
  const text = textOf(path);
  return text && changesIn(live).find((one) => one.path === textAddress(text));
}

const LINES = /<aside class="live"[\s\S]*?<\/aside>/g;
const LINES_STYLE = /<link rel="stylesheet" href="\/live\.css">/g;

/** A page as it is without what the site says of the moment: a line in force today must not stand there next week. */
export const withoutLines = (html: string) => html.replace(LINES, '').replace(LINES_STYLE, '');

/** Puts lines at the head of a kept page, where the site itself puts them. @param lines markup, escaped already. */
export function withLines(html: string, lines: readonly string[]): string {
  const block = `<aside class="live" aria-label="这一页是存下的">${lines.join('')}</aside>`;
  return withoutLines(html)
    .replace('</head>', () => '<link rel="stylesheet" href="/live.css"></head>')
    .replace(/(<a class="skip"[^>]*>[^<]*<\/a>)/, (skip) => skip + block);
}

/** Takes out entries that are nothing but a way to a withdrawn text: they quote it. */
export function withoutEntries(html: string, texts: readonly TextName[]): string {
  return texts
    .filter(({ slug }) => /^[a-z0-9-]+$/.test(slug))
    .reduce(
      (page, { kind, slug }) =>
        page.replace(
          new RegExp(`<li(?=[^>]*\\bdata-${kind}="${slug}")[^>]*>[\\s\\S]*?</li>`, 'g'),
          '',
        ),
      html,
    );
}

/** `刚刚`, `3小时前`, `12天前`. A device whose clock is behind says 刚刚. */
export function agoWords(keptAt: number, now: number): string {
  const hours = Math.floor((now - keptAt) / 3_600_000);
  if (hours < 1) return '刚刚';
  return hours < 24 ? `${hours}小时前` : `${Math.floor(hours / 24)}天前`;
}

/** `0.6`: megabytes with one figure after the point, never 0. */
export const megabytes = (bytes: number) => Math.max(0.1, bytes / 1e6).toFixed(1);
