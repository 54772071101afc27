import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { readdirSync } from 'node:fs';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import {
  bookSignedOut,
  expect,
  openLastSession,
  readCode,
  readInvitation,
  sayHowMany,
  signIn,
  signInAsStaff,
  signInWithRole,
  test,
} from './fixtures.ts';

const LOOKS = [
  [360, 'light'],
  [1280, 'dark'],
] as const;
/** Where to put a picture of every page looked at, for whoever wants to see them: `ANLAN_SHOTS=folder npm test`. */
const SHOTS = process.env['ANLAN_SHOTS'];

/**
 * No finding of axe on a phone by day and a desk by night, and nothing wider than the screen.
 * @param sign what stands only on the page that is meant: a click answers before the next page is there.
 */
async function inspect(page: Page, name: string, sign?: Locator): Promise<void> {
  if (sign) await expect(sign).toBeVisible();
  for (const look of LOOKS) await inspectLook(page, name, look);
}

async function inspectLook(
  page: Page,
  name: string,
  [width, colorScheme]: (typeof LOOKS)[number],
): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  expect(found, `${name} at ${width}px`).toEqual([]);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name} at ${width}px`).toBe(0);
}

const slugsIn = (folder: string) =>
  readdirSync(new URL(`../../content/${folder}/`, import.meta.url))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.replace('.md', ''));

const publicPages: Record<string, string> = {
  home: '/',
  styleguide: '/styleguide',
  guides: '/guides',
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
  notices: '/notices?kind=warning',
  'sign-in': '/sign-in',
  'phone-objection': '/phone-objection',
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

/** Guides are drawn alike: each is looked at once, in one look or the other, several in one tab. */
const GUIDES_A_TEST = 8;
const guides = slugsIn('guides');
for (let from = 0; from < guides.length; from += GUIDES_A_TEST) {
  const some = guides.slice(from, from + GUIDES_A_TEST);
  test(`the guides ${some.join(', ')} have no finding`, async ({ page }) => {
    test.setTimeout(60_000);
    for (const [index, slug] of some.entries()) {
      await page.goto(`/guides/${slug}`);
      await inspectLook(page, `guide-${slug}`, LOOKS[index % LOOKS.length]!);
    }
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
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  await signInAsStaff(page, ctx, phone);
  await inspect(page, 'staff', title('今天要办'));
  await page.getByRole('link', { name: '名单和登记' }).click();
  await inspect(page, 'staff-hall', title(/^今天/));
  await page.getByRole('button', { name: '登记到馆' }).click();
  await inspect(page, 'staff-hall-refused', page.getByRole('alert'));
  await page.getByRole('link', { name: '后一天' }).click();
  await inspect(page, 'staff-hall-tomorrow', page.getByRole('link', { name: '回到今天' }));
  await page.getByRole('link', { name: '全部预约' }).click();
  await inspect(page, 'staff-bookings', title('全部预约'));
  await page.goto('/staff/halls/yancheng/bookings?q=nobody&state=cancelled');
  await inspect(page, 'staff-bookings-none', page.getByText('没有找到'));
  await page.goto('/staff/exports/bookings?hall=yancheng');
  await inspect(page, 'staff-export', title('导出预约'));
});

test('the pages of organisations have no finding', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
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
  await page.getByRole('link', { name: '交证明材料' }).click();
  await inspect(page, 'proof', title('证明材料'));
  await page.getByRole('button', { name: '交上去' }).click();
  await inspect(page, 'proof-mistake', page.getByRole('alert'));
  await page.goto('/staff/organisations');
  await inspect(page, 'staff-organisations', title('单位'));
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
  await page
    .getByRole('navigation', { name: '工作' })
    .getByRole('link', { name: '留言和找错' })
    .click();
  await inspect(page, 'staff-inquiries', title('留言和找错'));
  await page
    .getByRole('link', { name: /示例：按压次数/ })
    .first()
    .click();
  await page.getByRole('button', { name: '答复' }).click();
  await inspect(page, 'staff-inquiry-mistake', page.getByRole('alert'));
});

test('the pages of publishing have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  await page.goto('/notices');
  await page.getByRole('link', { name: /寒潮/ }).click();
  await inspect(page, 'notice', title(/寒潮/));
  await signInWithRole(page, ctx, phone, { role: 'editor', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/notices');
  await inspect(page, 'staff-notices', title(/没有发布的/));
  await page.getByRole('link', { name: '示例：周末社区开放日' }).click();
  await step('提交审核结果');
  await inspect(page, 'staff-notice-mistake', page.getByRole('alert'));
  await page.getByRole('link', { name: '改这一条' }).click();
  await inspect(page, 'staff-notice-revision', title('改公告'));
  await page.goto('/staff/notices/new');
  await step('存好，送审');
  await inspect(page, 'staff-notice-new-mistake', page.getByRole('alert'));
  await page.goto('/staff/notices?state=all');
  await page.getByRole('link', { name: /寒潮/ }).click();
  await page.getByRole('link', { name: '撤回' }).click();
  await inspect(page, 'staff-notice-withdrawal', title('撤回公告'));
  await page.goto('/staff/banners/new');
  await step('存好，请同事发布');
  await inspect(page, 'staff-banner-mistake', page.getByRole('alert'));
  await page.getByLabel('一句话').fill('示例：海堤附近的人请转移');
  await page.getByLabel('橙色预警').check();
  await page.getByLabel('显示几小时').fill('6');
  await step('存好，请同事发布');
  await inspect(page, 'staff-banner', page.getByText('自己写的不能自己发布'));
  await page.goto('/staff/banners');
  await inspect(page, 'staff-banners', title('紧急通知'));
  await page.goto('/staff/guides');
  await inspect(page, 'staff-guides', title('撤下指南'));
  await page.getByRole('row').filter({ hasText: '打雷了怎么办' }).getByRole('link').click();
  await step('提出撤下');
  await inspect(page, 'staff-guide-mistake', page.getByRole('alert'));

  async function step(name: string): Promise<void> {
    await page.getByRole('button', { name }).click();
  }
});

test('the pages of messages have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/me/notifications');
  await inspect(page, 'notifications', title('消息怎么收'));
  await page.getByRole('link', { name: '填邮箱' }).click();
  await title('填邮箱').waitFor();
  await page.getByRole('button', { name: '发验证码' }).click();
  await inspect(page, 'notifications-mail-mistake', page.getByRole('alert'));
  await page.getByLabel('邮箱').fill('wang@example.cn');
  await page.getByRole('button', { name: '发验证码' }).click();
  await title('核对邮箱').waitFor();
  await page.getByRole('button', { name: '核对' }).click();
  await inspect(page, 'notifications-code-mistake', page.getByRole('alert'));
  await page.goto('/me/notifications/devices');
  await inspect(page, 'notifications-devices', title('浏览器推送'));
  await page.goto('/staff/messages');
  await inspect(page, 'messages', title('消息'));
  await page.goto('/staff/messages/resend?kind=booking_created');
  await inspect(page, 'messages-resend', title('重发消息'));
});

test('the pages of staff sign-in have no finding, mistakes included', async ({
  page,
  phone,
  ctx,
}) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  await page.goto('/staff/sign-in');
  await inspect(page, 'staff-sign-in', title('工作人员登录'));
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/sign-in/recovery');
  await page.getByRole('button', { name: '验证' }).click();
  await inspect(page, 'staff-recovery-mistake', page.getByRole('alert'));
  await page.goto('/staff/credentials');
  await inspect(page, 'credentials', title('工作登录方式'));
  await page.getByRole('link', { name: '设密码和动态码' }).click();
  await page.getByRole('button', { name: '保存' }).click();
  await inspect(page, 'password-mistake', page.getByRole('alert'));
  await page.goto('/staff/credentials/recovery-codes');
  await page.getByRole('button', { name: '显示一套新的恢复码' }).click();
  await inspect(page, 'recovery-codes', page.getByText('只显示这一次'));
  await page.goto('/me/sign-ins');
  await inspect(page, 'sign-ins', title('在哪里登录着'));
  await page.goto('/staff/people');
  await page
    .getByRole('link', { name: /的登录/ })
    .first()
    .click();
  await page.getByRole('button', { name: '确认重设' }).click();
  await inspect(page, 'reset-mistake', page.getByRole('alert'));
  const newcomer = `137${phone.slice(3)}`;
  await signInByPhone({ ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) }, newcomer);
  const scope = 'hall:yancheng';
  await grantRole(ctx, null, { phone: newcomer, role: 'hall_staff', scope }, crypto.randomUUID());
  await page.context().clearCookies();
  await page.goto('/staff');
  await signIn(page, newcomer);
  await inspect(page, 'set-up', title('开通工作登录'));
  await page.getByLabel('开通码').fill(await readInvitation(page, newcomer));
  await page.getByRole('button', { name: '下一步' }).click();
  await inspect(page, 'set-up-choice', page.getByRole('heading', { name: '通行密钥' }));
});

test('the page of roles has no finding', async ({ page, phone, ctx }) => {
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/people');
  await inspect(page, 'roles', page.getByRole('heading', { level: 1, name: '人员和角色' }));
  await page.getByRole('button', { name: '授权' }).click();
  await inspect(page, 'roles-mistake', page.getByRole('alert'));
});
