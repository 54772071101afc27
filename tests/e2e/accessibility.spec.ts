import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { expect, openLastSession, readCode, signInAsStaff, test } from './fixtures.ts';

const WIDTHS = [360, 1280];
const SHOTS = 'test-results/screenshots';

/** No finding of axe at either width in either colour scheme, and nothing wider than the screen. */
async function inspect(page: Page, name: string): Promise<void> {
  await mkdir(SHOTS, { recursive: true });
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      await page.screenshot({
        path: `${SHOTS}/${name}-${width}-${colorScheme}.png`,
        fullPage: true,
      });
    }
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${name} at ${width}px`).toBe(0);
  }
}

const publicPages = {
  home: '/',
  guides: '/guides',
  'guide-earthquake': '/guides/earthquake',
  'guide-fire': '/guides/household-fire',
  'guide-cpr': '/guides/cpr',
  halls: '/halls',
  hall: '/halls/yancheng',
  'sign-in': '/sign-in',
  privacy: '/privacy',
  'not-found': '/no/such/page',
};

for (const [name, path] of Object.entries(publicPages)) {
  test(`${name} has no finding`, async ({ page }) => {
    await page.goto(path);
    await inspect(page, name);
  });
}

test('the way to a booking has no finding, mistakes included', async ({ page, phone }) => {
  test.setTimeout(60_000);
  await openLastSession(page);
  await inspect(page, 'session-signed-out');
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await page.getByRole('button', { name: '发送验证码' }).click();
  await inspect(page, 'sign-in-mistake');
  await page.getByLabel('手机号').fill(phone);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await inspect(page, 'sign-in-code');
  await page.getByLabel('6位验证码').fill(await readCode(page, phone));
  await page.getByRole('button', { name: '登录' }).click();
  await inspect(page, 'booking-form');
  await page.getByRole('button', { name: '确认预约' }).click();
  await inspect(page, 'booking-mistake');
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约' }).click();
  await inspect(page, 'ticket');
  await page.getByRole('link', { name: '来不了，取消' }).click();
  await inspect(page, 'cancellation');
  await page.getByRole('link', { name: '我的预约' }).click();
  await inspect(page, 'own-bookings');
});

test('the staff pages have no finding', async ({ page, phone, ctx }) => {
  await signInAsStaff(page, ctx, phone);
  await inspect(page, 'staff');
  await page.getByRole('link', { name: /盐城/ }).click();
  await inspect(page, 'staff-hall');
});
