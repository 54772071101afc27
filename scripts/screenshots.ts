/**
 * `npm run screenshots`: the pictures of the README, taken from a site that `npm start` serves. Run it again after
 * a change of the look; the pictures are committed.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { ensureBrowser } from './lib/browser.ts';
import { ROOT } from './lib/processes.ts';
import { demoPhones } from './lib/seed.ts';

const site = process.argv[2] ?? 'http://127.0.0.1:8787';
const folder = join(ROOT, 'docs/images');
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: await ensureBrowser(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
  await take(page, '/', 'home', DESK);
  await take(page, '/', 'home-phone', PHONE);
  await take(page, '/guides/earthquake', 'guide-phone', PHONE);
  await take(page, '/halls/yancheng', 'hall', DESK);
  await take(page, '/regions/320900', 'region', DESK);
  await book(page);
  await save(page, 'ticket-phone', PHONE);
} finally {
  await browser.close();
}

async function take(page: Page, path: string, name: string, size: typeof DESK): Promise<void> {
  await page.setViewportSize(size);
  await page.goto(site + path);
  await save(page, name, size);
}

async function save(page: Page, name: string, size: typeof DESK): Promise<void> {
  await page.setViewportSize(size);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** From a free session to the ticket, as the demo visitor. */
async function book(page: Page): Promise<void> {
  await page.goto(`${site}/halls/yancheng`);
  await page
    .getByRole('link', { name: /余\d+个名额/ })
    .nth(6)
    .click();
  await page.getByLabel('成人几位').fill('2');
  await page.getByLabel('儿童几位').fill('1');
  await page.getByRole('button', { name: '下一步：核对' }).click();
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await page.getByLabel('手机号').fill(demoPhones.visitor);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await page.getByLabel('6位验证码').fill(await readCode(page));
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: /确认预约/ }).click();
  await page.getByRole('heading', { name: '约好了' }).waitFor();
}

async function readCode(page: Page): Promise<string> {
  const inbox = await page.context().newPage();
  await inbox.goto(`${site}/dev/inbox`);
  const entry = inbox.locator('main li').filter({ hasText: demoPhones.visitor }).first();
  const text = await entry.innerText();
  await inbox.close();
  return /验证码(\d{6})/.exec(text)?.[1] ?? '';
}
