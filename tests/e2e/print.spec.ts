import { readdirSync } from 'node:fs';
import { bookSignedOut, expect, openLastSession, test } from './fixtures.ts';

const guides = readdirSync(new URL('../../content/guides/', import.meta.url)).map((file) =>
  file.replace('.md', ''),
);

/** The page count that a PDF's page tree declares. */
const pagesOf = (pdf: Buffer) => Number(/\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]);

for (const slug of guides) {
  test(`the guide ${slug} prints on one sheet of A4`, async ({ page }) => {
    await page.goto(`/guides/${slug}`);
    expect(pagesOf(await page.pdf({ preferCSSPageSize: true }))).toBe(1);
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
