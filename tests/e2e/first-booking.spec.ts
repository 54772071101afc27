import { eq } from 'drizzle-orm';
import { hallSessions } from '../../src/features/halls/table.ts';
import { addDays, calendarDate, formatTime, instantOf } from '../../src/lib/time.ts';
import {
  addSession,
  bookSignedOut,
  expect,
  openLastSession,
  readCode,
  sayHowMany,
  signIn,
  test,
  watch,
} from './fixtures.ts';

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
  await expect(page.getByText(/还有\d+个名额（示例）/)).toBeVisible();
  await page.getByRole('link', { name: '地震', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('地震来了怎么办');
  await page.getByRole('navigation').getByRole('link', { name: '体验馆', exact: true }).click();
  await page.getByRole('link', { name: '盐城市防灾减灾和安全生产科普体验馆' }).click();
  await expect(page.getByText('规划项目，开放安排为示例')).toBeVisible();
  await expect(slot).toContainText('余40个名额');
  await slot.click();

  await sayHowMany(page, 1, 1);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约2人' }).click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  await expect(page.getByText(/^[2-9A-Z]{5}-[2-9A-Z]{5}$/)).toBeVisible();
  await expect(page.getByText('1位成人、1位儿童')).toBeVisible();
  const ticket = page.url();
  const calendar = await page.request.get(`${ticket}/calendar.ics`);
  expect(await calendar.text()).toMatch(/BEGIN:VEVENT[\s\S]*STATUS:CONFIRMED/);

  await page.goto('/halls/yancheng');
  await expect(slot).toContainText('余38个名额');

  await page.getByRole('navigation').getByRole('link', { name: '我的' }).click();
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
  await page.getByLabel('成人几位').fill('0');
  await page.getByLabel('儿童几位').fill('两个');
  await page.getByRole('button', { name: '下一步：核对' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    '至少要有1位成人陪同',
    '请填写几位儿童，没有就填0',
  ]);
  await expect(page.getByLabel('儿童几位')).toHaveValue('两个');
  await expect(page.getByLabel('成人几位')).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('link', { name: '请填写几位儿童，没有就填0' }).click();
  await expect(page.getByLabel('儿童几位')).toBeFocused();
  await sayHowMany(page, 12, 3);
  await expect(page.getByRole('alert')).toContainText('一次最多14人');
  await sayHowMany(page, 3, 2);

  await page.getByRole('link', { name: '用手机号登录' }).click();
  await page.getByLabel('手机号').fill('12345');
  await page.getByRole('button', { name: '发送验证码' }).click();
  await expect(page.getByLabel('手机号')).toHaveValue('12345');
  await expect(page.getByRole('alert')).toContainText('手机号是11位数字');
  await signIn(page, phone);

  await expect(page.getByText('3位成人、2位儿童')).toBeVisible();
  await page.getByLabel('联系人姓名').fill('<script>alert(1)</script>');
  await page.getByRole('button', { name: '确认预约5人' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    '姓名里有不能用的符号，请只写文字',
  ]);
  await expect(page.getByLabel('联系人姓名')).toHaveValue('<script>alert(1)</script>');
  await expect(page.getByText('3位成人、2位儿童')).toBeVisible();
  await page.getByRole('link', { name: '改人数' }).click();
  await expect(page.getByLabel('成人几位')).toHaveValue('3');
});

test('places that have gone in the meantime are told with what is left', async ({
  page,
  phone,
  ctx,
}, { project }) => {
  const minute = 21 * 60 + (project.name === 'desktop' ? 1 : project.name === 'phone' ? 2 : 3);
  const startsAt = instantOf(addDays(calendarDate(ctx.now), 1), minute);
  const session = await addSession(ctx, { startsAt, capacity: 4 });
  await page.goto(`/halls/yancheng/sessions/${session.id}`);
  await sayHowMany(page, 4);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await ctx.db.update(hallSessions).set({ openPlaces: 2 }).where(eq(hallSessions.id, session.id));
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约4人' }).click();
  await expect(page.getByRole('alert')).toContainText('这一场现在还有2个名额');
  await page.getByRole('link', { name: '减少人数' }).click();
  await sayHowMany(page, 2);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约2人' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
});

test('a visit moves to another session and shrinks, and its history says so', async ({
  page,
  phone,
}) => {
  await openLastSession(page);
  await bookSignedOut(page, phone);
  await page.getByRole('link', { name: '改期或改人数' }).click();
  await page.getByRole('button', { name: '确认更改' }).click();
  await expect(page.getByRole('alert')).toContainText('场次和人数都没有变');
  await page.getByLabel('成人几位').fill('2');
  const other = page
    .getByRole('radio', { name: /(14:00|15:30).*余\d{2,}个/, checked: false })
    .last();
  await other.check();
  await page.getByRole('button', { name: '确认更改' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('改好了');
  await expect(page.getByLabel('入场凭证')).toContainText('2位成人');
  await expect(page.getByLabel('办理记录')).toContainText(/预约成功.*改了.*2位成人/s);
  const calendar = await page.request.get(`${page.url()}/calendar.ics`);
  expect(await calendar.text()).toContain('SEQUENCE:1');
});

test('a ticket opens by its code and the last four digits, and only shows itself', async ({
  page,
  phone,
  browser,
  baseURL,
}) => {
  await openLastSession(page);
  await bookSignedOut(page, phone);
  const code = (await page.getByText(/^[2-9A-Z]{5}-[2-9A-Z]{5}$/).innerText()).trim();

  const other = await browser.newContext();
  const complaints = watch(other, baseURL ?? '');
  const grandmother = await other.newPage();
  await grandmother.goto(`/tickets/${code.replace('-', '').toLowerCase()}`);
  await expect(grandmother.getByText('1位成人')).toHaveCount(0);
  await grandmother.getByLabel('手机号最后4位').fill(phone.slice(-4) === '0000' ? '1111' : '0000');
  await grandmother.getByRole('button', { name: '打开预约' }).click();
  await expect(grandmother.getByRole('alert')).toContainText('对不上');
  await grandmother.getByLabel('手机号最后4位').fill(phone.slice(-4));
  await grandmother.getByRole('button', { name: '打开预约' }).click();
  await expect(grandmother.getByText(code)).toBeVisible();
  await expect(grandmother.getByText('1位成人')).toBeVisible();
  await expect(grandmother.getByRole('link', { name: '来不了，取消' })).toHaveCount(0);
  await grandmother.goto('/me');
  await expect(grandmother.getByRole('heading', { level: 1 })).toHaveText('用手机号登录');
  expect(complaints).toEqual([]);
  await other.close();
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
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('正在发生什么？');
  await page.goto('/me');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('用手机号登录');
});

test('a second click books nothing twice', async ({ page, phone }) => {
  await openLastSession(page);
  await sayHowMany(page, 1);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约1人' }).dblclick();
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
  await bookSignedOut(page, phone);
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
  await sayHowMany(page, 1);
  const form = page.url();
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  const key = await page.locator('input[name="key"]').inputValue();
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约1人' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');

  await page.goto(form);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  expect(await page.locator('input[name="key"]').inputValue()).not.toBe(key);
  await page.getByRole('button', { name: '确认预约1人' }).click();
  await expect(page.getByRole('alert')).toContainText('你已经约了这一场');
  await page.getByRole('link', { name: '查看我的预约' }).click();
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1);
});
