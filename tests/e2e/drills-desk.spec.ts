import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { addDays, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { expect, keepSignIn, test } from './fixtures.ts';

const COUNTY = { scopeKind: 'region', scopeId: '320904' } as const;

test('a community prepares a drill, fills its roles and announces it', async ({
  page,
  phone,
  ctx,
}) => {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person, token } = await signInByPhone(yesterday, phone);
  const officer = await signInByPhone(yesterday, `137${phone.slice(3)}`);
  await addRole(ctx, officer.person.id, { role: 'reviewer', ...COUNTY });
  const name = `示例${phone.slice(-6)}社区`;
  const claim = { kind: 'committee', name, regionCode: COUNTY.scopeId };
  const { organisationId } = await claimOrganisation(ctx, person, claim, crypto.randomUUID());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer.person, verdict, crypto.randomUUID());
  await keepSignIn(page, token);
  const title = (text: string | RegExp) =>
    expect(page.getByRole('heading', { level: 1 })).toHaveText(text);
  const said = (text: string) =>
    expect(page.getByRole('status').filter({ hasText: text })).toBeVisible();

  await page.goto(`/me/organisations/${organisationId}/drills`);
  await page.getByRole('link', { name: '准备一次演练' }).click();
  await title('准备一次演练');
  await page.getByRole('link', { name: '社区地震避险' }).click();
  await page.getByLabel('哪一天').fill(addDays(calendarDate(ctx.now), 14));
  await page.getByRole('button', { name: '开始准备' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    '请写时间，例如 09:30',
    '请写在哪里',
  ]);
  await page.getByLabel('几点开始').fill('09:00');
  await page.getByLabel('在哪里').fill('示例社区广场');
  await page.getByRole('button', { name: '开始准备' }).click();
  await said('建好了');
  await title('演练·社区地震避险演练');
  const drill = page.url().replace(/\?.*/, '');

  await page.getByRole('link', { name: '写联系的部门和电话' }).click();
  await title('时间、地点和告知');
  await page.getByLabel('联系', { exact: true }).fill('示例社区 13800000000');
  await page.getByRole('button', { name: '保存' }).click();
  await expect(page.getByRole('alert')).toContainText('不写手机号');
  await page.getByLabel('联系', { exact: true }).fill('示例社区 0515-00000000');
  await page.getByRole('button', { name: '保存' }).click();
  await said('已保存');

  await page.goto(`${drill}/script/inject`);
  await page.getByLabel('开始后第几分钟').fill('7');
  await page.getByLabel('社区主任').check();
  await page.getByLabel('告诉什么').fill('三号楼停电');
  await page.getByLabel('应当看到什么').fill('派人去看');
  await page.getByRole('button', { name: '保存' }).click();
  await said('已保存');
  await expect(page.getByText('演练：三号楼停电')).toBeVisible();

  await page.goto(`${drill}/people`);
  await page.getByRole('link', { name: /^指派\s*社区安全员/ }).click();
  await title('指派“社区安全员”');
  await page.getByRole('radio').first().check();
  await page.getByLabel('怎么称呼').fill('示例周宁');
  await page.getByRole('button', { name: '指派' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText(/^没有查到有效的培训/);
  await expect(page.getByLabel('怎么称呼')).toHaveValue('示例周宁');
  await page.getByLabel('没有培训的，为什么还请他').fill('街道培训过');
  await page.getByRole('button', { name: '指派' }).click();
  await said('指派好了');
  await expect(page.getByRole('link', { name: /^移出\s*示例周宁/ })).toBeVisible();
  await page.getByRole('link', { name: /^发角色卡\s*总导调/ }).click();
  await title('发“总导调”的角色卡');
  await page.getByRole('button', { name: '发卡，去打印' }).click();
  await said('发好了');
  await expect(page.getByRole('img', { name: /总导调的角色卡/ })).toBeVisible();

  await page.goto(`${drill}/announcement`);
  await expect(page.getByRole('main')).toContainText('指派控制的人');
  await page.getByRole('button', { name: '公告出去' }).click();
  await said('已公告');
  await expect(page.getByText('这是演练，不是真的险情')).toBeVisible();
});
