import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import {
  addMember,
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { expect, keepSignIn, test } from './fixtures.ts';

test.use({ javaScriptEnabled: false });

test('two officers save the same section: the second is told and loses nothing', async ({
  page,
  browser,
  phone,
  ctx,
}) => {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const [head, colleague, officer] = [
    await signInByPhone(yesterday, phone),
    await signInByPhone(yesterday, `138${phone.slice(3)}`),
    await signInByPhone(yesterday, `137${phone.slice(3)}`),
  ];
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await addRole(ctx, officer.person.id, { role: 'reviewer', ...county });
  const claim = { kind: 'committee', name: `示例${phone.slice(-6)}居委会`, regionCode: '320904' };
  const key = () => crypto.randomUUID();
  const { organisationId } = await claimOrganisation(ctx, head.person, claim, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer.person, verdict, key());
  const addition = { organisationId, phone: `138${phone.slice(3)}` };
  await addMember(ctx, head.person, addition, key());
  const base = `/me/organisations/${organisationId}`;

  await keepSignIn(page, head.token);
  await page.goto(base);
  await page.getByRole('link', { name: /^基本情况/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('社区基本情况');
  await page.getByRole('link', { name: '预警和报灾' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('预警和报灾');
  const second = await browser.newContext({
    baseURL: new URL(page.url()).origin,
    javaScriptEnabled: false,
  });
  const other = await second.newPage();
  await keepSignIn(other, colleague.token);
  await other.goto(`${base}/profile/sections/warning`);

  const unreached = '听不到、看不到的人怎么通知';
  await page.getByLabel('大喇叭').check();
  await page.getByLabel(unreached).fill('网格员上门');
  await page.getByRole('button', { name: '保存这一部分' }).click();
  const stored = (of: typeof page) =>
    of.getByRole('status').filter({ hasText: '“预警和报灾”存好了' });
  await expect(stored(page)).toBeVisible();

  await other.getByLabel('入户').check();
  await other.getByLabel(unreached).fill('楼栋长打手电');
  await other.getByRole('button', { name: '保存这一部分' }).click();
  await expect(other.getByRole('alert')).toContainText('有人改过这一部分');
  const both = other.getByRole('row', { name: new RegExp(`^${unreached}`) });
  await expect(both).toContainText('网格员上门');
  await expect(both).toContainText('楼栋长打手电');
  await expect(other.getByLabel(unreached)).toHaveValue('楼栋长打手电');
  await expect(other.getByLabel('入户')).toBeChecked();
  await other.getByLabel('大喇叭').check();
  await other.getByLabel(unreached).fill('网格员上门，楼栋长打手电');
  await other.getByRole('button', { name: '保存这一部分' }).click();
  await expect(stored(other)).toBeVisible();

  await other.getByRole('link', { name: '社区突发事件应急预案' }).click();
  await expect(other.getByRole('heading', { level: 1 })).toContainText('突发事件应急预案');
  await expect(other.getByRole('main')).toContainText('网格员上门，楼栋长打手电');
  await second.close();
});
