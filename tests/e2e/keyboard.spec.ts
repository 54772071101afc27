import type { Locator, Page } from '@playwright/test';
import { expect, readCode, signInAsStaff, test } from './fixtures.ts';

/** More stops than any page here has before its main act. */
const TABS_MAX = 120;

/** Presses Tab until the thing has the focus, and checks that the focus can be seen there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < TABS_MAX; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
      expect(outline).not.toBe('none');
      return;
    }
  }
  throw new Error(`Tab does not reach ${String(target)}.`);
}

test('a booking can be made and cancelled with the keyboard alone', async ({ page, phone }) => {
  const press = async (target: Locator) => {
    await tabTo(page, target);
    await page.keyboard.press('Enter');
  };
  const type = async (label: string, text: string) => {
    await tabTo(page, page.getByLabel(label));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(text);
  };
  await page.goto('/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: '跳到正文' })).toBeFocused();
  await page.keyboard.press('Enter');
  await press(page.getByRole('link', { name: '看场次' }));
  // The first page leads to the hall with the most free places on the week-end, or to all halls.
  await page.waitForURL(/\/halls/);
  await page.goto('/halls');
  await press(page.getByRole('link', { name: /盐城/ }));
  await press(page.getByText(/^再往后\d+天/));
  await press(page.getByRole('link', { name: /余\d+个名额/ }).last());
  await type('成人几位', '2');
  await page.keyboard.press('Enter');
  await press(page.getByRole('link', { name: '用手机号登录' }));
  await type('手机号', phone);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('6位验证码')).toBeVisible();
  await type('6位验证码', await readCode(page, phone));
  await page.keyboard.press('Enter');
  await type('联系人姓名', 'Wang Fang');
  await press(page.getByRole('button', { name: '确认预约2人' }));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  await press(page.getByRole('link', { name: '来不了，取消' }));
  await press(page.getByRole('button', { name: '确认取消' }));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('已取消');
});

test('`/` leads to the search of a list, and is a character in it', async ({
  page,
  phone,
  ctx,
}) => {
  await signInAsStaff(page, ctx, phone);
  await page.getByRole('link', { name: '全部预约' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('全部预约');
  const search = page.getByLabel('查找');
  // Until its script is there, the key does nothing: it only saves a few presses of Tab.
  await expect(async () => {
    await page.keyboard.press('/');
    await expect(search).toBeFocused({ timeout: 200 });
  }).toPass();
  await expect(search).toHaveValue('');
  await page.keyboard.press('/');
  await expect(search).toHaveValue('/');
});
