import { readdirSync } from 'node:fs';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { draw } from '../../scripts/lib/drawn.ts';
import { openAuditor, PAGE_KINDS, shortfalls } from '../../scripts/lib/lighthouse.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { expect, test } from './fixtures.ts';

const slugs = readdirSync(new URL('../../content/guides/', import.meta.url))
  .map((file) => file.replace('.md', ''))
  .toSorted();

/** The day, or what LIGHTHOUSE_SEED says, to look at the same pages again. */
const seed = Number(process.env['LIGHTHOUSE_SEED'] ?? calendarDate(new Date()).replaceAll('-', ''));

test('drawn guides, twins and posters keep Lighthouse’s floors', async ({ baseURL }) => {
  // Half a minute on a machine that does nothing else.
  test.setTimeout(300_000);
  const [guide = '', elder = '', poster = ''] = draw(slugs, 3, seed);
  const pages = [
    ['guide', 'earthquake'],
    ['guide', guide],
    ['elder', elder],
    ['poster', poster],
  ] as const;
  console.log(`LIGHTHOUSE_SEED=${seed}: ${pages.map(([, slug]) => slug).join(', ')}`);
  const auditor = await openAuditor(await ensureBrowser());
  try {
    for (const [kind, slug] of pages) {
      const measured = await auditor.measure(baseURL ?? '', PAGE_KINDS[kind](slug), false);
      expect(measured.requests).toBeGreaterThan(0);
      expect(shortfalls(measured, kind)).toEqual([]);
    }
  } finally {
    await auditor.close();
  }
});
