import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  bookSignedOut,
  expect,
  openLastSession,
  readCode,
  sayHowMany,
  signInAsStaff,
  signInWithRole,
  test,
} from './fixtures.ts';

const LOOKS = [
  [360, 'light'],
  [1280, 'dark'],
] as const;
const SHOTS = 'test-results/screenshots';

/**
 * No finding of axe on a phone by day and a desk by night, and nothing wider than the screen.
 * @param sign what stands only on the page that is meant: a click answers before the next page is there.
 */
async function inspect(page: Page, name: string, sign?: Locator): Promise<void> {
  if (sign) await expect(sign).toBeVisible();
  await mkdir(SHOTS, { recursive: true });
  for (const [width, colorScheme] of LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${name} at ${width}px`).toBe(0);
  }
}

const slugsIn = (folder: string) =>
  readdirSync(new URL(`../../content/${folder}/`, import.meta.url))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.replace('.md', ''));

const publicPages: Record<string, string> = {
  home: '/',
  styleguide: '/styleguide',
  guides: '/guides',
  ...Object.fromEntries(slugsIn('guides').map((slug) => [`guide-${slug}`, `/guides/${slug}`])),
  halls: '/halls',
  ...Object.fromEntries(slugsIn('halls').map((slug) => [`hall-${slug}`, `/halls/${slug}`])),
  regions: '/regions',
  ...Object.fromEntries(
    ['320000', '320700', '320900', '360222'].map((code) => [`region-${code}`, `/regions/${code}`]),
  ),
  drills: '/drills',
  communities: '/communities',
  sitemap: '/sitemap',
  tickets: '/tickets',
  inquiries: '/inquiries?kind=error&about=/guides/cpr',
  'inquiry-track': '/inquiries/track?code=1',
  'inquiry-unknown': '/inquiries/ABCDEFGHJK',
  'ticket-closed': '/tickets/ABCDEFGHJK',
  'sign-in': '/sign-in',
  privacy: '/privacy',
  audit: '/audit',
  erasures: '/privacy/erasures',
  erased: '/me/data/erased',
  'not-found': '/no/such/page',
};

for (const [name, path] of Object.entries(publicPages)) {
  test(`${name} has no finding`, async ({ page }) => {
    await page.goto(path);
    await inspect(page, name);
  });
}

test('an audit receipt has no finding', async ({ page, ctx }) => {
  const [entry] = await ctx.db.select().from(auditEntries).limit(1);
  await page.goto(`/audit/receipts/${entry!.id}`);
  await inspect(page, 'audit-receipt');
});

test('the way to a booking has no finding, mistakes included', async ({ page, phone }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  const mistake = page.getByRole('alert');
  await openLastSession(page);
  await inspect(page, 'party', title('几个人来'));
  await sayHowMany(page, 9);
  await inspect(page, 'party-mistake', mistake);
  await sayHowMany(page, 2, 1);
  await inspect(page, 'confirmation-signed-out', title('核对，确认'));
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await page.getByRole('button', { name: '发送验证码' }).click();
  await inspect(page, 'sign-in-mistake', mistake);
  await page.getByLabel('手机号').fill(phone);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await inspect(page, 'sign-in-code', title('填写验证码'));
  await page.getByLabel('6位验证码').fill(await readCode(page, phone));
  await page.getByRole('button', { name: '登录' }).click();
  await inspect(page, 'confirmation', page.getByLabel('联系人姓名'));
  await page.getByRole('button', { name: '确认预约' }).click();
  await inspect(page, 'confirmation-mistake', mistake);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约' }).click();
  await inspect(page, 'ticket', title('约好了'));
  await page.getByRole('link', { name: '改期或改人数' }).click();
  await inspect(page, 'change', title('改期或改人数'));
  await page.getByRole('button', { name: '确认更改' }).click();
  await inspect(page, 'change-mistake', mistake);
  await page.getByRole('link', { name: '不改，返回' }).click();
  await page.getByRole('link', { name: '来不了，取消' }).click();
  await inspect(page, 'cancellation', title('取消预约'));
  await page.getByRole('button', { name: '确认取消' }).click();
  await inspect(page, 'ticket-cancelled', title('已取消'));
  await page.getByRole('navigation', { name: '所在位置' }).getByRole('link').click();
  await inspect(page, 'own-bookings', title('我的预约'));
});

test('the pages of one’s own data have no finding, mistakes included', async ({ page, phone }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  await openLastSession(page);
  await bookSignedOut(page, phone);
  await page.goto('/me/data');
  await inspect(page, 'own-data', title('我的个人信息'));
  await page.getByRole('link', { name: '改姓名' }).click();
  await page.getByLabel('联系人姓名').fill('<');
  await page.getByRole('button', { name: '保存姓名' }).click();
  await inspect(page, 'contact-name-mistake', page.getByRole('alert'));
  await page.getByRole('link', { name: '不改，返回' }).click();
  await page.getByRole('link', { name: '删除账户' }).click();
  await page.getByRole('button', { name: '确认删除账户' }).click();
  await inspect(page, 'erasure-mistake', page.getByRole('alert'));
});

test('the staff pages have no finding', async ({ page, phone, ctx }) => {
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  await signInAsStaff(page, ctx, phone);
  await inspect(page, 'staff', title('工作台'));
  await page.getByRole('link', { name: /盐城/ }).click();
  await inspect(page, 'staff-hall', title(/^今天/));
  await page.getByRole('button', { name: '登记到馆' }).click();
  await inspect(page, 'staff-hall-refused', page.getByRole('alert'));
  await page.getByRole('link', { name: '后一天' }).click();
  await inspect(page, 'staff-hall-tomorrow', page.getByRole('link', { name: '回到今天' }));
});

test('the pages of organisations have no finding', async ({ page, phone, ctx }) => {
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const scope = { scopeKind: 'region', scopeId: '320902' } as const;
  await signInWithRole(page, ctx, phone, { role: 'reviewer', ...scope });
  await page.goto('/me/organisations');
  await inspect(page, 'organisations', title('我的单位'));
  await page.getByRole('button', { name: '登记，等待核验' }).click();
  await inspect(page, 'organisations-mistake', page.getByRole('alert'));
  await page.getByRole('radio', { name: '学校' }).check();
  await page.getByLabel('单位全称').fill('示例第三小学');
  await page.getByLabel('所在的县（市、区）').selectOption('320902');
  await page.getByRole('button', { name: '登记，等待核验' }).click();
  await inspect(page, 'organisation', title('示例第三小学'));
  await page.goto('/staff/organisations');
  await inspect(page, 'staff-organisations', title('等待核验的单位'));
  await page.getByRole('link', { name: '示例第三小学' }).click();
  await inspect(page, 'staff-organisation', page.getByText('不能由你核验'));
});

test('asking and answering have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  await page.goto('/inquiries?kind=error');
  await page.getByRole('button', { name: '发出' }).click();
  await inspect(page, 'inquiry-mistake', page.getByRole('alert'));
  await page.getByLabel('内容').fill('示例：按压次数写反了。\n应该是先按30次。');
  await page.getByRole('button', { name: '发出' }).click();
  await inspect(page, 'inquiry-sent', title('收到了'));
  await signInWithRole(page, ctx, phone, { role: 'editor', scopeKind: 'site', scopeId: '' });
  await page.getByRole('link', { name: '留言和找错' }).click();
  await inspect(page, 'staff-inquiries', title(/待答复/));
  await page
    .getByRole('link', { name: /示例：按压次数/ })
    .first()
    .click();
  await page.getByRole('button', { name: '答复' }).click();
  await inspect(page, 'staff-inquiry-mistake', page.getByRole('alert'));
});

test('the page of roles has no finding', async ({ page, phone, ctx }) => {
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/people');
  await inspect(page, 'roles', page.getByRole('heading', { level: 1, name: '人员和角色' }));
  await page.getByRole('button', { name: '授权' }).click();
  await inspect(page, 'roles-mistake', page.getByRole('alert'));
});
