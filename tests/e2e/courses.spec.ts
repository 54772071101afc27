import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openCourseSession } from '../../src/features/courses/commands.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { addRole } from '../helpers/roles.ts';
import { addDays, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { expect, signIn, signInWithRole, test } from './fixtures.ts';

const manages = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;

/** A minute of this test's own, at night, when the hall has no session. */
const minuteOf = (phone: string) => {
  const nth = Number(phone.slice(-6)) % 300;
  return `0${1 + Math.floor(nth / 60)}:${String(nth % 60).padStart(2, '0')}`;
};

test('the manager offers a course, and takes it back', async ({ page, ctx, phone }) => {
  await signInWithRole(page, ctx, phone, manages);
  await page.getByText('更多工作').click();
  await page.getByRole('navigation', { name: '工作' }).getByRole('link', { name: '课程' }).click();
  await page.getByLabel('高层电梯和防火').check();
  await page.getByLabel('日期').fill(addDays(calendarDate(ctx.now), 6));
  await page.getByLabel('几点开始').fill(minuteOf(phone));
  await page.getByLabel('收多少人').fill('8');
  await page.getByRole('button', { name: '开课' }).click();
  await expect(page.getByRole('alert')).toContainText('请填写在哪里上课');
  await expect(page.getByLabel('收多少人')).toHaveValue('8');
  await page.getByLabel('在哪里上课').fill(`示例教室${phone}`);
  await page.getByRole('button', { name: '开课' }).click();
  await expect(page.getByText('8个名额')).toBeVisible();
  const row = page.getByRole('row').filter({ hasText: phone });
  await row.getByRole('link', { name: '撤下' }).click();
  await page.getByRole('button', { name: '确认撤下' }).click();
  await expect(page.getByRole('heading', { name: '排好的课' })).toBeVisible();
  await expect(row).toHaveCount(0);
});

test('a grown-up signs up for a course for adults and finds on the ticket how to join', async ({
  page,
  ctx,
  phone,
}) => {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person } = await signInByPhone(yesterday, `138${phone.slice(3)}`);
  await addRole(ctx, person.id, manages);
  const time = minuteOf(phone);
  const course = {
    ...{ hallSlug: 'yancheng', courseSlug: 'volunteer-training', minutes: 60, places: 5 },
    ...{ date: addDays(calendarDate(ctx.now), 4), time, partyMax: 1, adultsOnly: 'yes' },
    ...{ heldAt: '线上（示例）', joiningNote: `从${phone}号门进（示例）` },
  };
  const by = { id: person.id, roles: [manages] };
  const { sessionId } = await openCourseSession(ctx, by, course, crypto.randomUUID());

  await page.goto('/halls');
  await page.getByRole('link', { name: /自救互救的课/ }).click();
  await page.getByRole('link', { name: '社会应急力量骨干培训班' }).click();
  const address = `/halls/yancheng/sessions/${sessionId}`;
  await page.locator(`a[href="${address}"]`).click();
  await expect(page.getByText('这一场只收满18岁的人')).toBeVisible();
  await expect(page.getByLabel('儿童几位')).toHaveCount(0);
  await page.getByRole('button', { name: '下一步：核对' }).click();
  await expect(page.getByText(/社会应急力量骨干培训班（培训班）/)).toBeVisible();
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约1人' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  await expect(page.getByText(`从${phone}号门进（示例）`)).toBeVisible();

  await page.goto('/halls/yancheng');
  await expect(page.getByRole('heading', { name: /天的场次/ })).toBeVisible();
  await expect(page.locator(`a[href^="${address}"]`)).toHaveCount(0);
});

test('the directory is narrowed by its address, and a venue tells programs what is known', async ({
  page,
}) => {
  await page.goto('/halls');
  await page.getByLabel('地区').selectOption('江苏省连云港市');
  await page.getByLabel('种类').selectOption('实训基地');
  await page.getByRole('button', { name: '查看' }).click();
  await expect(page.getByRole('status')).toHaveText('1处场馆，其中0处可以在本站预约。');
  await page.getByRole('link', { name: '连云港应急救援实训基地' }).click();
  await expect(page.getByRole('img').first()).toBeVisible();
  const text = await page.locator('script[type="application/ld+json"]').textContent();
  expect(JSON.parse(text ?? '')).toMatchObject({
    '@context': 'https://schema.org',
    '@type': 'Place',
    name: '连云港应急救援实训基地',
    publicAccess: false,
  });
});

/** Another site: a page at an origin of its own, with one frame. On this machine, since Chrome lets no page elsewhere frame it. */
async function schoolPage(frame: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html; charset=utf-8');
    answer.end(
      `<!doctype html><link rel="icon" href="data:,"><iframe src="${frame}" title="名额"></iframe>`,
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}

test('a school shows a hall’s places in a frame, and its links open in the site', async ({
  browser,
  baseURL,
}) => {
  // A context of its own: the school’s page is another site’s.
  const context = await browser.newContext();
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  const page = await context.newPage();
  const school = await schoolPage(`${baseURL}/embed/halls/yancheng`);
  await page.goto(school.url);
  const frame = page.frameLocator('iframe');
  await expect(frame.getByRole('heading', { level: 1 })).toContainText('科普体验馆');
  const opened = context.waitForEvent('page');
  await frame.getByRole('link', { name: '在安澜看全部场次' }).click();
  const tab = await opened;
  await expect(tab.getByRole('heading', { name: /天的场次/ })).toBeVisible();
  expect(complaints).toEqual([]);

  // The site’s own pages stay out of frames.
  const other = await schoolPage(`${baseURL}/halls/yancheng`);
  await page.goto(other.url);
  await expect.poll(() => complaints.join()).toContain('frame-ancestors');
  await context.close();
  school.close();
  other.close();
});
