import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { PART_BYTES } from '../../src/features/files/policy.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { claimSchool, pdf } from '../helpers/files.ts';
import { expect, signIn, test } from './fixtures.ts';

test('a large file goes in parts, rests, and goes on after the line was lost', async ({
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  // Its own window: a lost line is a complaint in the console, and files are shown from another host.
  const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}) });
  const page = await context.newPage();
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person } = await signInByPhone(yesterday, phone);
  const organisationId = await claimSchool({ ctx }, person);
  await page.goto(`/me/organisations/${organisationId}/proof`);
  await signIn(page, phone);

  const { promise: paused, resolve: letGo } = Promise.withResolvers<void>();
  const sent: string[] = [];
  await page.route('**/parts/*', async (route) => {
    const number = route.request().url().at(-1) ?? '';
    sent.push(number);
    if (number === '0') await paused;
    if (sent.join('') === '01') await route.abort('internetdisconnected');
    else await route.continue();
  });
  const buffer = Buffer.from(pdf(PART_BYTES + 3000));
  await page
    .getByLabel(/^选一个文件/)
    .setInputFiles({ name: '盖章介绍信.pdf', mimeType: 'application/pdf', buffer });
  await page.getByRole('button', { name: '交上去' }).click();
  await page.getByRole('button', { name: '暂停' }).click();
  letGo();
  await expect(page.getByRole('status')).toHaveText('已暂停，传好的部分不会丢');
  await page.getByRole('button', { name: '接着传' }).click();
  await expect(page.getByRole('status')).toHaveText('连接断了，传好的部分不会丢');
  await page.getByRole('button', { name: '接着传' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('示例第一小学');
  // The first part went once, the second one twice: its first try was lost.
  expect(sent).toEqual(['0', '1', '1']);
  const file = page.getByRole('link', { name: /^盖章介绍信\.pdf\s*（在新窗口打开）$/ });
  await expect(async () => {
    await page.reload();
    await expect(file).toBeVisible({ timeout: 500 });
  }).toPass();
  // Whether a browser shows a PDF or keeps it is its own affair: what counts is where it comes from, and as what.
  const shown = context.waitForEvent('response', {
    predicate: (response) => new URL(response.url()).hostname === 'localhost' && response.ok(),
  });
  await file.click();
  expect((await shown).headers()['content-type']).toBe('application/pdf');
  await context.close();
});
