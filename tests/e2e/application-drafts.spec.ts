import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { listProgrammes } from '../../scripts/lib/list-programmes.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import {
  addMember,
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { PART_BYTES } from '../../src/features/files/policy.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { pdf } from '../helpers/files.ts';
import { expect, keepSignIn, test } from './fixtures.ts';

const key = () => crypto.randomUUID();

test('a form saves itself as it is typed, tells of a colleague, and takes a file whose line broke', async ({
  page,
  browser,
  phone,
  ctx,
}) => {
  test.setTimeout(90_000);
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const [head, colleague, officer] = [
    await signInByPhone(yesterday, phone),
    await signInByPhone(yesterday, `138${phone.slice(3)}`),
    await signInByPhone(yesterday, `137${phone.slice(3)}`),
  ];
  await addRole(ctx, officer.person.id, {
    ...{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' },
  });
  const claim = { kind: 'committee', name: `示例${phone.slice(-6)}居委会`, regionCode: '320904' };
  const { organisationId } = await claimOrganisation(ctx, head.person, claim, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer.person, verdict, key());
  const addition = { organisationId, phone: `138${phone.slice(3)}` };
  await addMember(ctx, head.person, addition, key());
  const by = { id: head.person.id, roles: [] };
  const input = { organisationId, programme: 'jiangsu-community' };
  const { applicationId } = await beginApplication(ctx, by, input, listProgrammes, key());
  const base = `/me/applications/${applicationId}`;

  await keepSignIn(page, head.token);
  await page.goto(`${base}/points/organisation`);
  const second = await browser.newContext({ baseURL: new URL(page.url()).origin });
  const other = await second.newPage();
  await keepSignIn(other, colleague.token);
  await other.goto(`${base}/points/organisation`);

  // The first types and leaves; nothing was pressed.
  const reason = (of: typeof page) => of.locator('#money-used').getByLabel('理由');
  await reason(page).fill('单独列了科目');
  const saved = page.locator('#money-used').getByRole('status').filter({ hasText: '已自动保存' });
  await expect(saved).toBeVisible();
  const monthly = page.getByRole('radio', { name: /^每月1次/ });
  await monthly.check();
  const chosen = page.locator('section').filter({ has: monthly }).getByRole('status');
  await expect(chosen.filter({ hasText: '已自动保存' })).toBeVisible();
  await page.reload();
  await expect(reason(page)).toHaveValue('单独列了科目');
  await expect(monthly).toBeChecked();

  // The second read the page before: both texts are shown, and nothing is lost.
  await reason(other).fill('有专门的账');
  const told = other.locator('#money-used').getByRole('status').filter({ hasText: '同事刚刚改过' });
  await expect(told).toBeVisible();
  await other.locator('#leadership-duty').getByLabel('理由').fill('书记牵头');
  await other.getByRole('button', { name: '保存', exact: true }).click();
  await expect(other.getByRole('alert').filter({ hasText: '同事先存了一次' })).toBeVisible();
  await expect(other.locator('#money-used')).toContainText('单独列了科目');
  await expect(reason(other)).toHaveValue('有专门的账');
  await reason(other).fill('单独列了科目，有专门的账');
  await other.getByRole('button', { name: '保存', exact: true }).click();
  await expect(other.getByRole('status').filter({ hasText: '存好了' })).toBeVisible();
  await second.close();

  // A file with nothing in it is told as that.
  await page.goto(`${base}/evidence/point/money-used`);
  const choice = page.getByLabel('选一个文件');
  await choice.setInputFiles({
    ...{ name: '空.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) },
  });
  await page.getByRole('button', { name: '传上去' }).click();
  await expect(page.getByRole('status').filter({ hasText: '这个文件是空的' })).toBeVisible();

  // The line breaks before the last part of the file.
  const bytes = pdf(PART_BYTES + 80_000);
  const last = /\/parts\/1$/;
  await page.route(last, async (route) => route.abort('internetdisconnected'));
  await choice.setInputFiles({
    ...{ name: '凭证.pdf', mimeType: 'application/pdf', buffer: Buffer.from(bytes) },
  });
  await page.getByRole('button', { name: '传上去' }).click();
  await expect(page.getByRole('status').filter({ hasText: '连接断了' })).toBeVisible();
  await page.unroute(last);
  const again: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PUT') again.push(request.url());
  });
  await page.getByRole('button', { name: '接着传' }).click();
  await expect(page.getByRole('status').filter({ hasText: '材料放好了' })).toBeVisible();
  expect(again.map((url) => url.split('/').at(-1))).toEqual(['1']);
  await expect(page.getByText('经费凭证（上传的文件）：有了')).toBeVisible();
});
