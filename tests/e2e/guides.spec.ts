import { expect, test } from './fixtures.ts';

test('somebody old finds what to do in large type and stays there', async ({
  page,
  javaScriptEnabled,
}) => {
  await page.goto('/');
  await page.getByRole('link', { name: '长辈版：字大，能听' }).click();
  await expect(page.getByRole('link', { name: /^120\s*急救$/ })).toBeVisible();
  await page.getByText('最大', { exact: true }).click();
  const sizeOf = () => page.evaluate(() => getComputedStyle(document.body).fontSize);
  if (javaScriptEnabled) {
    await expect.poll(sizeOf).toBe('30px');
    await page.reload();
    await expect.poll(sizeOf).toBe('30px');
  }
  await page.getByRole('link', { name: '地震' }).click();
  await expect(
    page.getByRole('listitem').filter({ hasText: '蹲低，躲到结实的桌子' }),
  ).toBeVisible();
  // The words are there before the style sheet: a height counts once the page is whole.
  await page.waitForLoadState();
  for (const link of await page.getByRole('main').getByRole('link').all()) {
    expect(await link.getAttribute('href')).toMatch(/^\/elder/);
    expect((await link.boundingBox())!.height).toBeGreaterThanOrEqual(60);
  }
  await page.getByRole('link', { name: /^接着看/ }).click();
  await expect(page.getByText('还会有余震，别回屋拿东西。')).toBeVisible();
  await page.getByRole('link', { name: '换回普通版' }).click();
  await expect(page.getByRole('heading', { name: '来源' })).toBeVisible();
  await page.getByRole('link', { name: '长辈版' }).click();
  await expect(page).toHaveURL(/\/elder\/guides\/earthquake$/);
});

test('a quiz names what is missing, marks the rest and leads to the paragraph', async ({
  page,
}) => {
  await page.goto('/guides/earthquake');
  await page.getByRole('link', { name: '做个小测' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('小测：地震来了怎么办');
  await page.getByLabel('马上往楼下跑').check();
  await page.getByRole('button', { name: '看结果' }).click();
  await expect(page.getByRole('alert')).toContainText('还有4题没有选');
  await expect(page.getByLabel('马上往楼下跑')).toBeChecked();
  for (const right of ['蹲到内墙边', '护着头，快跑出去', '走楼梯出去', '不专门去找']) {
    await page.getByLabel(right).check();
  }
  await page.getByRole('button', { name: '看结果' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('答对4题，共5题');
  await expect(page).toHaveTitle(/^答对4题，共5题/);
  const first = page.getByRole('listitem').filter({ hasText: '答错了：马上往楼下跑' });
  await expect(first).toContainText('应该是：蹲低，躲到结实的桌子下面');
  await first.getByRole('link', { name: '去看这一段' }).click();
  await expect(page).toHaveURL(/\/guides\/earthquake#now/);
  await expect(page.getByRole('heading', { name: '现在就做' })).toBeInViewport();
});
