import type { Page } from '@playwright/test';
import { expect, keepSignIn } from './fixtures.ts';

/** What was tapped and what was noted may lie apart by the way to the site and back, and no more. */
const CLOCK_MS = 1_000;

/** The phone page of a drill, ready to work without a link. */
export async function openRun(page: Page, drillId: string, token: string): Promise<void> {
  await keepSignIn(page, token);
  await page.goto(`/me/drills/${drillId}/run`);
  await expect(page.locator('[data-link]')).toContainText('断网也能用');
}

/** Between which two moments something was tapped. */
export async function timed(act: () => Promise<void>): Promise<[number, number]> {
  const before = Date.now();
  await act();
  return [before - CLOCK_MS, Date.now() + CLOCK_MS];
}

/** Judges the last open group of a sheet and hands it in. */
export async function handIn(
  page: Page,
  token: string,
  drillId: string,
  answer: '是' | '否',
): Promise<void> {
  await keepSignIn(page, token);
  await page.goto(`/me/drills/${drillId}/sheet?group=1`);
  await page.getByRole('radio', { name: answer, exact: true }).first().check();
  await page.getByRole('button', { name: '保存，下一组' }).click();
  await expect(page.getByText('第2组')).toBeVisible();
  await page.goto(`/me/drills/${drillId}/sheet`);
  await page.getByRole('link', { name: '交评估表' }).click();
  await page.getByRole('button', { name: '交评估表' }).click();
  await expect(page.getByRole('status').filter({ hasText: '评估表交了' })).toBeVisible();
}
