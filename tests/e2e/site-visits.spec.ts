import { eq } from 'drizzle-orm';
import { siteVisitEntries } from '../../src/features/site-visits/table.ts';
import { newId } from '../../src/lib/ids.ts';
import { expect, shiftClock, signInWithRole, test } from './fixtures.ts';
import { plannedVisit } from './planned-visits.ts';

const county = { role: 'reviewer', scopeKind: 'region', scopeId: '320904' } as const;

test('a visit is noted on a phone without a link, and arrives when there is one', async ({
  page,
  phone,
  ctx,
}) => {
  const { applicationId, visitId } = await plannedVisit(ctx, phone);
  await signInWithRole(page, ctx, phone, county);
  await shiftClock(page.context(), -30);
  await page.goto(`/staff/applications/${applicationId}/visit`);
  const link = page.locator('[data-link]');
  await expect(link).toContainText('断网也能用');
  await page.context().setOffline(true);
  await page.reload();
  await expect(link).toContainText('没有网，照常记');

  const opening = page.getByRole('group', { name: '首次会议' });
  await opening.getByLabel('到会几个人').fill('9');
  await opening.getByRole('button', { name: '现在开首次会议' }).click();
  const first = page.locator('[data-item]').first();
  await first.getByText('不符合', { exact: true }).click();
  await first.getByLabel(/^说明/).fill('门口没有路线图');
  await first.getByLabel(/^说明/).blur();
  await expect(link).toContainText('3条还没发出');
  await page.reload();
  await expect(link).toContainText('3条还没发出');
  await expect(first.getByRole('radio', { name: '不符合', exact: true })).toBeChecked();

  await page.context().setOffline(false);
  await expect(link).toContainText('都发出了', { timeout: 40_000 });
  const rows = await ctx.db
    .select()
    .from(siteVisitEntries)
    .where(eq(siteVisitEntries.visitId, visitId));
  expect(rows.map(({ kind, answer, note, present }) => [kind, answer, note, present])).toEqual(
    expect.arrayContaining([
      ['opening', null, '', 9],
      ['check', 'no', '门口没有路线图', null],
    ]),
  );
  expect(rows).toHaveLength(3);
  // By the site's clock, however slow the phone's is.
  for (const { at } of rows) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(180_000);

  // A colleague looks again: the page that is opened next begins with that, not with what it kept.
  const seen = rows.find(({ kind, note }) => kind === 'check' && note !== '')!;
  const later = new Date();
  await ctx.db.insert(siteVisitEntries).values({
    ...seen,
    ...{ id: newId(later), answer: 'yes', note: '路线图挂上了', at: later, receivedAt: later },
  });
  await page.reload();
  await expect(first.getByRole('radio', { name: '符合', exact: true })).toBeChecked();
  await expect(first.getByLabel(/^说明/)).toHaveValue('路线图挂上了');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the same checklist is a plain form', async ({ page, phone, ctx }) => {
    const { applicationId } = await plannedVisit(ctx, phone);
    await signInWithRole(page, ctx, phone, county);
    await page.goto(`/staff/applications/${applicationId}/visit`);
    await page
      .getByRole('group', { name: '首次会议' })
      .getByLabel(/^到会几个人/)
      .fill('9');
    await page
      .getByRole('group', { name: '末次会议' })
      .getByLabel(/^到会几个人/)
      .fill('0');
    await page.getByRole('button', { name: '记下', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('至少1个人');
    await page
      .getByRole('group', { name: '末次会议' })
      .getByLabel(/^到会几个人/)
      .fill('8');
    await page.getByRole('radio', { name: '符合', exact: true }).first().check();
    await page.getByRole('button', { name: '记下', exact: true }).click();
    await expect(page.getByRole('status').filter({ hasText: '记下了' })).toBeVisible();
    await page.getByRole('link', { name: /^办结/ }).click();
    await expect(page.getByText(/还有\d+条基本条件没有记/)).toBeVisible();
  });
});
