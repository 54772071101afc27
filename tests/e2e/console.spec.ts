import { addDays, calendarDate, formatTime, instantOf } from '../../src/lib/time.ts';
import { addSession, expect, signInWithRole, test } from './fixtures.ts';

const hall = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;

test('a spreadsheet is looked at, mended and brought in, and its visits are found', async ({
  page,
  phone,
  ctx,
}) => {
  const date = addDays(calendarDate(ctx.now), 3);
  // Beside the hall's own sessions, and small: the third party does not fit.
  const own = Number(phone.slice(-3));
  const startsAt = instantOf(date, 12 * 60 + (own % 60));
  const session = await addSession(ctx, { startsAt, capacity: 4 });
  const hour = formatTime(session.startsAt);
  const numberOf = (nth: number) => `1000000${nth}${String(own).padStart(3, '0')}`;
  await signInWithRole(page, ctx, phone, hall);
  await page.getByText('更多工作').click();
  await page.getByRole('link', { name: '导入', exact: true }).click();
  const row = (name: string, nth: number, adults: number) =>
    `${date},${hour},${name},${numberOf(nth)},${adults}`;
  const table = [
    '日期,时间,姓名,手机号,人数',
    row('示例欧阳', 1, 2),
    row('示例司马', 2, 1),
    row('示例诸葛', 3, 4),
  ];
  await page.getByLabel('或者直接粘贴').fill(table.join('\n'));
  await page.getByRole('button', { name: '上传，先看一遍' }).click();
  await expect(page.getByText('可导入2行，有问题1行')).toBeVisible();
  await expect(page.getByText(`名额不够：${hour}这一场还剩1个，这一行要4个`)).toBeVisible();
  await page.getByRole('button', { name: '导入这2行' }).click();
  await expect(page.getByRole('status').filter({ hasText: '导入了2行' })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: '下载这1行' }).click();
  expect((await download).suggestedFilename()).toMatch(/^没有导入的-\d{4}-\d\d-\d\d\.csv$/);

  await page.getByRole('link', { name: '全部预约' }).click();
  await page.getByLabel('查找').fill(numberOf(1));
  await page.getByRole('button', { name: '查看' }).click();
  await expect(page.getByText('共1条')).toBeVisible();
  await page.getByRole('link', { name: '示**' }).click();
  await expect(page.getByText('示例欧阳')).toHaveCount(0);
  await page.getByRole('radio', { name: '要联系预约的人' }).check();
  await page.getByRole('button', { name: '记录理由，查看' }).click();
  await expect(page.getByText('示例欧阳')).toBeVisible();
  await expect(page.getByText(numberOf(1))).toBeVisible();
});
