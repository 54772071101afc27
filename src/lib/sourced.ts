/**
 * What every text of advice shares, whatever kind of content it is: sources by official title and clause, and whether
 * somebody of the field has looked at it.
 */

/** A source as content files list it, under a key of their own. */
export interface Source {
  title: string;
  /** What it is called in its own language. */
  original?: string | undefined;
  issuer: string;
  /** Document number or clauses. */
  clause?: string | undefined;
  published: string;
  url?: string | undefined;
}
export type Sources = Readonly<Record<string, Source>>;

export interface Sourced {
  writtenOn: string;
  review: 'none' | { reviewer: string; checkedOn: string; nextDue: string };
  sources: Sources;
}

export interface SourcedSettings {
  reviewers: readonly { slug: string }[];
  /** A calendar date. */
  today: string;
}

/** One claim: where it stands in the file, and the keys of its sources. */
export interface Claim {
  path: readonly PropertyKey[];
  sources: readonly string[];
}

/** Numbers follow the order of the list at the foot of the page. */
export function sourceNumber(sources: Sources, key: string): number {
  return Object.keys(sources).indexOf(key) + 1;
}

/**
 * What no single field can see: sources that nothing uses or nobody listed, dates that have not come, a reviewer nobody
 * registered.
 * @param refuse is told the field and what to write.
 */
export function checkSourced(
  { writtenOn, review, sources }: Sourced,
  claims: readonly Claim[],
  { reviewers, today }: SourcedSettings,
  refuse: (path: PropertyKey[], message: string) => void,
): void {
  if (writtenOn > today) refuse(['writtenOn'], `写作日期${writtenOn}还没到，请写实际日期`);
  for (const [key, { published }] of Object.entries(sources)) {
    if (published > today) refuse(['sources', key, 'published'], '发布日期还没到，请再查');
    if (!claims.some((claim) => claim.sources.includes(key))) {
      refuse(['sources', key], '没有一处用到，请标到句子上或删掉');
    }
  }
  for (const claim of claims) {
    for (const key of claim.sources) {
      if (key in sources) continue;
      refuse([...claim.path, 'sources'], `来源“${key}”不在下面的 sources 清单里`);
    }
  }
  if (review === 'none') return;
  const { reviewer, checkedOn, nextDue } = review;
  if (!reviewers.some(({ slug }) => slug === reviewer)) {
    refuse(['review', 'reviewer'], `审核人“${reviewer}”没有登记，请先写进 content/reviewers.json`);
  }
  if (checkedOn > today) refuse(['review', 'checkedOn'], '审核日期还没到');
  if (checkedOn < writtenOn) refuse(['review', 'checkedOn'], '审核日期早于写作日期');
  if (nextDue <= checkedOn) refuse(['review', 'nextDue'], '下次复核要晚于这次审核');
}
