import type { Page } from '@playwright/test';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { claimSchool, pdf } from '../helpers/files.ts';
import { expect, signIn, signInWithRole, test } from './fixtures.ts';

/** Somebody with a claim that waits, signed in at the page where its proofs are handed in. */
async function atProofs(page: Page, ctx: CommandContext, phone: string): Promise<void> {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person } = await signInByPhone(yesterday, phone);
  const organisationId = await claimSchool({ ctx }, person);
  await page.goto(`/me/organisations/${organisationId}/proof`);
  await signIn(page, phone);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('证明材料');
}

test('a proof is handed in, looked through, and seen by the officer', async ({
  page,
  phone,
  ctx,
  browser,
}) => {
  await atProofs(page, ctx, phone);
  await page.getByRole('button', { name: '交上去' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText(['请选一个文件']);
  const name = `介绍信“${phone}”.pdf`;
  await page
    .getByLabel(/^选一个文件/)
    .setInputFiles({ name, mimeType: 'application/pdf', buffer: Buffer.from(pdf()) });
  await page.getByRole('button', { name: '交上去' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('示例第一小学');
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('link', { name })).toHaveCount(2, { timeout: 500 });
  }).toPass();

  const office = await browser.newContext();
  const desk = await office.newPage();
  const scope = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(desk, ctx, `137${phone.slice(3)}`, { role: 'reviewer', ...scope });
  await desk.goto(page.url().replace('/me/', '/staff/'));
  const download = desk.waitForEvent('download');
  await desk.getByRole('link', { name: new RegExp(`^下载\\s*介绍信“${phone}”`) }).click();
  expect((await download).suggestedFilename()).toContain(phone);
  await office.close();
});
