import { readdirSync } from 'node:fs';
import { bookSignedOut, expect, openLastSession, test } from './fixtures.ts';

const guides = readdirSync(new URL('../../content/guides/', import.meta.url)).map((file) =>
  file.replace('.md', ''),
);

/** The page count that a PDF's page tree declares. */
const pagesOf = (pdf: Buffer) => Number(/\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]);

/** Several in one tab: opening one takes longer than printing. */
const GUIDES_A_TEST = 12;
for (let from = 0; from < guides.length; from += GUIDES_A_TEST) {
  const some = guides.slice(from, from + GUIDES_A_TEST);
  test(`the guides ${some.join(', ')} print on one sheet of A4 each`, async ({ page }) => {
    test.setTimeout(60_000);
    for (const slug of some) {
      await page.goto(`/guides/${slug}`);
      expect(pagesOf(await page.pdf({ preferCSSPageSize: true })), slug).toBe(1);
    }
  });
}

test('a ticket prints on one sheet, with its code and no menus', async ({ page, phone }) => {
  await openLastSession(page);
  await bookSignedOut(page, phone);
  expect(pagesOf(await page.pdf({ format: 'A4' }))).toBe(1);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation', { name: '主要栏目' })).toBeHidden();
  await expect(page.getByRole('img', { name: /^预约码.*的二维码$/ })).toBeVisible();
});
