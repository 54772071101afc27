import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures.ts';

test('a home gets its list, a plan to fill in by hand and reminders', async ({ page }) => {
  await page.goto('/household');
  await page.getByLabel('大人').fill('2');
  await page.getByLabel('婴幼儿').fill('1');
  await page.getByLabel('村里的房子、平房').check();
  await page.getByText('家里已经有的，写上到期日').click();
  await page.getByLabel('水的保质期到').fill('2031-05-01');
  await page.getByRole('button', { name: '算清单' }).click();

  await expect(page.getByRole('heading', { name: '3个人3天的清单' })).toBeVisible();
  await expect(page.getByRole('row', { name: /^饮用水/ })).toContainText('36升');
  await expect(page.getByRole('heading', { name: '我们家的应急计划' })).toBeVisible();
  await expect(page.getByLabel('大人')).toHaveValue('2');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '把到期提醒放进日历' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('anlan-household.ics');
  expect(await readFile(await download.path(), 'utf8')).toContain('DTSTART:20310501T010000Z');
});
