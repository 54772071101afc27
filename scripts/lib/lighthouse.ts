import { chromium } from '@playwright/test';
import lighthouse from 'lighthouse';
import { freePort } from './processes.ts';

/** The pages that each guide has, as Lighthouse looks at them. */
export const PAGE_KINDS = {
  guide: (slug: string) => `/guides/${slug}`,
  elder: (slug: string) => `/elder/guides/${slug}`,
  poster: (slug: string) => `/guides/${slug}/poster`,
} as const;
export type PageKind = keyof typeof PAGE_KINDS;

export interface Measured {
  path: string;
  /** Of 100. */
  accessibility: number;
  bestPractices: number;
  seo: number;
  /** Of 100, and the largest paint in milliseconds, on Lighthouse's slow phone; both depend on the machine, and are 0 unless timed. */
  performance: number;
  paintMs: number;
  /** 本页跳动: cumulative layout shift. */
  shift: number;
  /** What comes over the air, headers included. */
  bytes: number;
  requests: number;
  /** Addresses that are not the site's own. */
  foreign: string[];
  /** What each score that is not whole lost it by. */
  lost: string[];
}

/**
 * What a page must reach. Posters are for printing and stay out of search engines (decision 38), so that `seo` says nothing about them.
 * `performance` and `paintMs` depend on how busy the machine is: `npm run lighthouse` alone asks for them.
 */
export const FLOORS: Record<PageKind, Floors> = {
  guide: { seo: 100, bytes: 18_000, requests: 6 },
  elder: { seo: 100, bytes: 16_000, requests: 6 },
  poster: { seo: 0, bytes: 14_000, requests: 3 },
};
export const PERFORMANCE_FLOOR = 90;

interface Floors {
  seo: number;
  bytes: number;
  requests: number;
}

/** What is wrong with a page, in the words of the failure. Nothing here depends on how busy the machine is. */
export function shortfalls(one: Measured, kind: PageKind): string[] {
  const floors = FLOORS[kind];
  const told = (name: string, is: number, wanted: string, isBad: boolean) =>
    isBad ? [`${one.path}: ${name} ${is}, wanted ${wanted} (${one.lost.join(', ') || '–'})`] : [];
  const { accessibility, bestPractices, seo, shift, bytes, requests, foreign } = one;
  return [
    ...told('accessibility', accessibility, '100', accessibility < 100),
    ...told('best practices', bestPractices, '100', bestPractices < 100),
    ...told('SEO', seo, `${floors.seo}`, seo < floors.seo),
    ...told('layout shift', shift, '0', shift > 0),
    ...told('bytes', bytes, `≤ ${floors.bytes}`, bytes > floors.bytes),
    ...told('requests', requests, `≤ ${floors.requests}`, requests > floors.requests),
    ...foreign.map((address) => `${one.path}: asked ${address}`),
  ];
}

export interface Auditor {
  /**
   * @param origin of the served site, e.g. `http://127.0.0.1:8787`
   * @param isTimed whether to find out how fast it is as well.
   */
  measure(origin: string, path: string, isTimed: boolean): Promise<Measured>;
  close(): Promise<void>;
}

/**
 * A browser of its own for Lighthouse, that finds no host but this machine.
 * @param executablePath of a Chromium.
 */
export async function openAuditor(executablePath: string): Promise<Auditor> {
  const port = await freePort();
  const browser = await chromium.launch({
    executablePath,
    args: [
      `--remote-debugging-port=${port}`,
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--disable-background-networking',
      '--disable-component-update',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  return {
    measure: async (origin, path, isTimed) => measure({ port, origin, path, isTimed }),
    close: () => browser.close(),
  };
}

/** What is asked of a page that is not timed, besides the scores. */
const COUNTS = ['cumulative-layout-shift', 'total-byte-weight', 'network-requests'];
const SCORES = ['accessibility', 'best-practices', 'seo'];

interface Asked {
  port: number;
  origin: string;
  path: string;
  isTimed: boolean;
}

async function measure({ port, origin, path, isTimed }: Asked): Promise<Measured> {
  const answer = await lighthouse(origin + path, {
    port,
    output: 'json',
    logLevel: 'error',
    formFactor: 'mobile',
    ...(isTimed
      ? { onlyCategories: ['performance', ...SCORES] }
      : { onlyCategories: SCORES, onlyAudits: COUNTS }),
    disableFullPageScreenshot: true,
  });
  const result = answer?.lhr;
  if (!result || result.runtimeError) {
    throw new Error(`Lighthouse could not look at ${path}: ${result?.runtimeError?.message ?? ''}`);
  }
  const score = (category: string) => Math.round((result.categories[category]?.score ?? 0) * 100);
  const number = (audit: string) => result.audits[audit]?.numericValue ?? Number.NaN;
  const requested = requestsOf(result.audits['network-requests']?.details);
  return {
    path,
    accessibility: score('accessibility'),
    bestPractices: score('best-practices'),
    seo: score('seo'),
    performance: score('performance'),
    paintMs: isTimed ? Math.round(number('largest-contentful-paint')) : 0,
    shift: number('cumulative-layout-shift'),
    bytes: number('total-byte-weight'),
    requests: requested.length,
    foreign: requested.filter((address) => !address.startsWith(`${origin}/`)),
    lost: Object.values(result.categories)
      .filter(({ id }) => id !== 'performance')
      .flatMap(({ auditRefs }) => auditRefs)
      .filter(({ id, weight }) => weight > 0 && (result.audits[id]?.score ?? 1) < 1)
      .map(({ id }) => id),
  };
}

/** The addresses a page asked for, those inside the page itself apart. */
function requestsOf(details: unknown): string[] {
  const { items = [] } = (details ?? {}) as { items?: { url: string }[] };
  return items.map(({ url }) => url).filter((url) => /^https?:/.test(url));
}
