import { expect, test } from './fixtures.ts';

test('somebody asks in everyday words and reads what to do without another click', async ({
  page,
  javaScriptEnabled,
}) => {
  await page.goto('/');
  const field = page.getByRole('searchbox');
  if (javaScriptEnabled) {
    await page.keyboard.press('/');
    await expect(field).toBeFocused();
    await field.pressSequentially('meiqi');
    const first = page.getByRole('search').getByRole('link').first();
    await expect(first).toContainText('燃气泄漏');
    await expect(first).toContainText('别碰开关');
    await field.press('ArrowDown');
    await expect(first).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(first).toBeHidden();
    await expect(field).toBeFocused();
  }
  await field.fill('煤气味');
  await page.getByRole('button', { name: '搜索' }).click();
  await expect(page).toHaveURL(/\/search\?q=/);
  await expect(page.getByRole('heading', { level: 2 }).first()).toContainText('燃气泄漏');
  await expect(page.getByRole('listitem').filter({ hasText: '别碰开关，别点火' })).toBeVisible();

  await page.getByText('按灾害、地方、读者、季节、地区找').click();
  await page.getByLabel('哪一类').selectOption('急救');
  await page.getByRole('button', { name: '按这些条件看' }).click();
  await expect(page).toHaveURL(/group=/);
  await expect(page.getByLabel('哪一类')).toHaveValue('急救');
  await expect(page.getByRole('searchbox')).toHaveValue('煤气味');
  await expect(page.getByRole('main')).not.toContainText('梭式窑');

  await page.goto('/search?q=di+zheng');
  await expect(page.getByText('没有完全一样的，最接近的是')).toBeVisible();
  await expect(page.getByRole('link', { name: '地震来了怎么办' })).toBeVisible();
});
