import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { inviteStaff } from '../../src/features/roles/commands.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { addRoleOnly } from '../helpers/roles.ts';
import { expect, readInvitation, signIn, test } from './fixtures.ts';

// Passkeys belong to a name; browsers take every name below localhost for this machine.
test.use({ baseURL: process.env['ANLAN_BROWSER_SITE']?.replace('127.0.0.1', 'anlan.localhost') });

test('a colleague sets up a passkey, keeps recovery codes, and comes back by the passkey alone', async ({
  page,
  phone,
  ctx,
}) => {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person } = await signInByPhone(yesterday, phone);
  await addRoleOnly(ctx, person.id, { role: 'hall_staff', scopeKind: 'hall', scopeId: 'yancheng' });
  await inviteStaff(ctx, null, { personId: person.id }, crypto.randomUUID());
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });

  await page.goto('/staff/halls/yancheng');
  await signIn(page, phone);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('开通工作登录');
  await page.getByLabel('开通码').fill('ABCD-EFGH-JKMN');
  await page.getByRole('button', { name: '下一步' }).click();
  await expect(page.getByRole('alert')).toContainText('这个开通码不对');
  await page.getByLabel('开通码').fill(await readInvitation(page, phone));
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByLabel('给这个通行密钥起个名字').fill('办公室电脑');
  await page.getByRole('button', { name: '添加通行密钥' }).click();
  await expect(page.getByRole('status').filter({ hasText: '设好了' })).toBeVisible();
  await expect(page.getByRole('heading', { name: '办公室电脑' })).toBeVisible();

  await page.getByRole('link', { name: '现在打印一套恢复码' }).click();
  await page.getByRole('button', { name: '显示一套新的恢复码' }).click();
  await expect(page.locator('ol code')).toHaveCount(10);
  await page.getByRole('link', { name: '已经收好' }).click();
  await expect(page.getByText('还剩10个')).toBeVisible();

  await page.getByRole('button', { name: '退出' }).click();
  await expect(page).toHaveURL('/');
  await page.goto('/staff/sign-in?next=%2Fstaff%2Fhalls%2Fyancheng');
  await page.getByRole('button', { name: '用通行密钥验证' }).click();
  await expect(page.getByLabel('预约码')).toBeVisible();
  await page.goto('/me/sign-ins');
  await expect(page.getByText('你现在用的')).toHaveCount(1);
});
