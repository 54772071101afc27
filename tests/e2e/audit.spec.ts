import { asc, eq } from 'drizzle-orm';
import { sealEntries } from '../../src/features/audit/commands.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { newId } from '../../src/lib/ids.ts';
import { expect, test } from './fixtures.ts';

test('a stranger looks up a receipt and goes on to what it means', async ({ page, ctx }) => {
  await sealEntries(ctx);
  const [entry] = await ctx.db
    .select()
    .from(auditEntries)
    .where(eq(auditEntries.action, 'hall_sessions.open'))
    .orderBy(asc(auditEntries.sequence))
    .limit(1);
  await page.goto(`/audit/receipts/${entry!.id}`);
  await expect(page.getByRole('heading', { name: '已封存' })).toBeVisible();
  const facts = page.locator('dl');
  await expect(facts).toContainText('开放场次');
  await expect(facts).not.toContainText(entry!.subjectId);
  await page.getByRole('link', { name: '审计公示' }).first().click();
  await expect(page.getByRole('heading', { name: '审计公示' })).toBeVisible();
  await expect(page.getByRole('heading', { name: '每天的日根' })).toBeVisible();
});

test('an id that no entry has leads to the page for what is not there', async ({ page }) => {
  for (const id of [newId(new Date()), 'abc']) {
    const answer = await page.goto(`/audit/receipts/${id}`);
    expect(answer?.status()).toBe(404);
  }
});
