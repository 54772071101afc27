import { addDays, calendarDate, formatTime, instantOf } from '../../src/lib/time.ts';
import { addSession, expect, openLastSession, readCode, signIn, test, watch } from './fixtures.ts';

test('a family reads a guide, books two places, sees the booking and cancels it', async ({
  page,
  phone,
  ctx,
}, { project }) => {
  // Tomorrow evening, at a minute of this browser's own: the test counts free places, and others book too.
  const names = ['phone without JavaScript', 'phone', 'desktop'];
  const minute = 20 * 60 + names.indexOf(project.name);
  const startsAt = instantOf(addDays(calendarDate(ctx.now), 1), minute);
  await addSession(ctx, { startsAt });
  const slot = page.getByRole('link', { name: formatTime(startsAt) });
  await page.goto('/');
  await page.getByRole('link', { name: '地震来了怎么办' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('地震来了怎么办');
  await page.getByRole('navigation').getByRole('link', { name: '体验馆预约' }).click();
  await page.getByRole('link', { name: '盐城市防灾减灾和安全生产科普体验馆' }).click();
  await expect(page.getByText('规划项目，开放安排为示例')).toBeVisible();
  await expect(slot).toContainText('余40个名额');
  await slot.click();

  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('成人几位').fill('1');
  await page.getByLabel('儿童几位').fill('1');
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约' }).click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  await expect(page.getByText(/^[2-9A-Z]{5}-[2-9A-Z]{5}$/)).toBeVisible();
  await expect(page.getByText('1位成人、1位儿童')).toBeVisible();
  const ticket = page.url();
  const calendar = await page.request.get(`${ticket}/calendar.ics`);
  expect(await calendar.text()).toMatch(/BEGIN:VEVENT[\s\S]*STATUS:CONFIRMED/);

  await page.goto('/halls/yancheng');
  await expect(slot).toContainText('余38个名额');

  await page.getByRole('link', { name: '我的预约' }).click();
  await page
    .getByRole('main')
    .getByRole('link', { name: /月.*日/ })
    .click();
  await page.getByRole('link', { name: '来不了，取消' }).click();
  await page.getByRole('button', { name: '确认取消' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('已取消');
  await page.goto('/halls/yancheng');
  await expect(slot).toContainText('余40个名额');
});

test('a form with mistakes comes back with everything typed and says what to change', async ({
  page,
  phone,
}) => {
  await openLastSession(page);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await page.getByLabel('手机号').fill('12345');
  await page.getByRole('button', { name: '发送验证码' }).click();
  await expect(page.getByLabel('手机号')).toHaveValue('12345');
  await expect(page.getByRole('alert')).toContainText('手机号是11位数字');
  await signIn(page, phone);

  await page.getByLabel('成人几位').fill('0');
  await page.getByLabel('儿童几位').fill('两个');
  await page.getByLabel('联系人姓名').fill('<script>alert(1)</script>');
  await page.getByRole('button', { name: '确认预约' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    '至少要有1位成人陪同',
    '请填写几位儿童，没有就填0',
    '姓名里有不能用的符号，请只写文字',
  ]);
  await expect(page.getByLabel('儿童几位')).toHaveValue('两个');
  await expect(page.getByLabel('联系人姓名')).toHaveValue('<script>alert(1)</script>');
  await expect(page.getByLabel('成人几位')).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('link', { name: '请填写几位儿童，没有就填0' }).click();
  await expect(page.getByLabel('儿童几位')).toBeFocused();

  await page.getByLabel('成人几位').fill('4');
  await page.getByLabel('儿童几位').fill('2');
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约' }).click();
  await expect(page.getByRole('alert')).toContainText('人数超过了一次预约的上限');
  await expect(page.getByLabel('联系人姓名')).toHaveValue('示例王芳');
});

test('a wrong code says so, and the right one still works', async ({ page, phone }) => {
  await page.goto('/sign-in?next=/me');
  await page.getByLabel('手机号').fill(phone);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await expect(page.getByText(`${phone.slice(0, 3)}****${phone.slice(-4)}`)).toBeVisible();
  await page.getByLabel('6位验证码').fill('12');
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByRole('alert')).toContainText('验证码是6位数字');
  await page.getByLabel('6位验证码').fill(await readCode(page, phone));
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByText('还没有预约')).toBeVisible();
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.goto('/me');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('用手机号登录');
});

test('a second click books nothing twice', async ({ page, phone }) => {
  await openLastSession(page);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约' }).dblclick();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  await page.goto('/me');
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1);
});

test('a booking belongs to its owner: others are told that it does not exist', async ({
  page,
  phone,
  browser,
  baseURL,
}) => {
  await openLastSession(page);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  const ticket = page.url();

  const other = await browser.newContext();
  const complaints = watch(other, baseURL ?? '');
  const stranger = await other.newPage();
  await stranger.goto(ticket);
  await expect(stranger.getByRole('heading', { level: 1 })).toHaveText('用手机号登录');
  await signIn(stranger, `137${phone.slice(3)}`);
  await expect(stranger.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');
  expect(complaints).toEqual([]);
  await other.close();
});

test('a form that was sent before can be mended and sent again after going back', async ({
  page,
  phone,
}) => {
  await openLastSession(page);
  const form = page.url();
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  const key = await page.locator('input[name="key"]').inputValue();
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');

  await page.goto(form);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByLabel('成人几位').fill('2');
  expect(await page.locator('input[name="key"]').inputValue()).not.toBe(key);
  await page.getByRole('button', { name: '确认预约' }).click();
  await expect(page.getByRole('alert')).toContainText('你已经约了这一场');
  await page.getByRole('link', { name: '查看我的预约' }).click();
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1);
});
