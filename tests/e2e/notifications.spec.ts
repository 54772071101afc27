import { outboxMessages } from '../../src/features/notifications/table.ts';
import { newId } from '../../src/lib/ids.ts';
import { bookSignedOut, expect, openLastSession, signInWithRole, test } from './fixtures.ts';

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('an address is confirmed by the code in its mail, and then chosen', async ({
      page,
      phone,
    }) => {
      await openLastSession(page);
      await bookSignedOut(page, phone);
      await page.goto('/me/notifications');
      await expect(page.getByRole('radio', { name: /邮件/ }).first()).toBeDisabled();
      await page.getByRole('link', { name: '填邮箱' }).click();
      await page.getByLabel('邮箱').fill('wang@example');
      await page.getByRole('button', { name: '发验证码' }).click();
      await expect(page.getByRole('alert')).toContainText('邮箱的样子不对');
      const address = `wang${phone}@example.cn`;
      await page.getByLabel('邮箱').fill(address);
      await page.getByRole('button', { name: '发验证码' }).click();
      await expect(page.getByText(`验证码发到了${address}`)).toBeVisible();

      const inbox = await page.context().newPage();
      await inbox.goto('/dev/inbox');
      const mail = await inbox
        .getByRole('listitem')
        .filter({ hasText: address })
        .first()
        .innerText();
      await inbox.close();
      const code = /邮箱验证码(\d{6})/.exec(mail)?.[1] ?? '';
      await page.getByLabel('邮件里的验证码').fill(code);
      await page.getByRole('button', { name: '核对' }).click();
      await expect(page.getByRole('status').filter({ hasText: '邮箱已核对' })).toBeVisible();

      await page.getByRole('group', { name: '预约的变化' }).getByLabel('邮件').check();
      await page.getByRole('group', { name: '参观提醒' }).getByLabel('不发').check();
      await page.getByRole('button', { name: '保存' }).click();
      await expect(page.getByRole('status').filter({ hasText: '已保存' })).toBeVisible();
      const visit = page.getByRole('group', { name: '预约的变化' });
      await expect(visit.getByLabel('邮件')).toBeChecked();
    });
  });
}

test('an administrator sees what could not be sent, and sends it again', async ({
  page,
  phone,
  ctx,
}) => {
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  const { db, keys, now } = ctx;
  const id = newId(now);
  const reason = `isv.EXAMPLE_${phone}`;
  // A code that has run out: sent again, it is dropped and puzzles nobody.
  const values = { phone, code: '000000', expiresAt: now.toISOString() };
  await db.insert(outboxMessages).values({
    id,
    channel: 'sms',
    template: 'sign_in_code',
    contentCipher: await keys.seal(`outbox:${id}`, JSON.stringify(values)),
    keyVersion: keys.version,
    idempotencyKey: `sign-in-code:${id}`,
    createdAt: now,
    notBefore: now,
    deadAt: now,
    lastError: reason,
  });
  await page.goto('/staff/messages?kind=sign_in_code');
  await page.getByRole('row').filter({ hasText: reason }).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: '重发消息' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText(reason);
  await page.getByRole('button', { name: '重发' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已重新排队：1条' })).toBeVisible();
});
