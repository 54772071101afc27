import type { Page } from '@playwright/test';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import type { CopyList } from '../../src/lib/offline/copies.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { expect, keepSignIn, test } from './fixtures.ts';

/** The site's own last word on a guide, as a device hears it: withdrawing one would take it from every other test. */
async function tellLive(page: Page, texts: readonly Record<string, unknown>[]): Promise<void> {
  await page.context().unroute('**/live.json');
  await page
    .context()
    .route('**/live.json', (route) =>
      route.fulfill({ json: { asOf: new Date().toISOString(), banners: [], texts } }),
    );
}

const keptPaths = (page: Page) =>
  page.evaluate(async () => {
    const cache = await caches.open('anlan-guides');
    return (await cache.keys()).map(({ url }) => new URL(url).pathname);
  });

/** A new version of what this guide says, as the next deployment would list it. */
async function tellNewer(page: Page, path: string): Promise<void> {
  // Read beforehand: a page that goes on takes the answers to its own questions with it.
  const { sets } = (await (await page.request.get('/offline.json')).json()) as CopyList;
  const guides = { ...sets.guides, [path]: ['new', 1, 1] };
  await page
    .context()
    .route('**/offline.json', (route) => route.fulfill({ json: { sets: { ...sets, guides } } }));
}

test('guides open without a link, say how old they are, and vanish once they are withdrawn', async ({
  page,
  phone,
  ctx,
}) => {
  const context = page.context();
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  await keepSignIn(page, (await signInByPhone(yesterday, phone)).token);
  await tellLive(page, []);
  await page.goto('/guides/choking');
  await expect.poll(() => keptPaths(page)).toContain('/guides/choking');
  // Pages that are somebody's own, or change by the minute, pass by.
  for (const path of ['/', '/me', '/me/phone', '/tickets', '/guides/choking/quiz?q1=a']) {
    await page.goto(path);
  }
  await page.goto('/guides');
  const status = page.locator('[data-keep-status]');
  await expect(status).toContainText(/余下的约占\d\.\dMB，下载用\d\.\dMB流量/);
  await page.getByRole('button', { name: '存到手机' }).click();
  await expect(status).toContainText('都存好了', { timeout: 30_000 });
  const kept = await keptPaths(page);
  const own = /^\/(guides(\/[a-z-]+)?|_astro\/[\w-]+\.(js|css)|live\.(json|css)|offline(\.json)?)$/;
  expect(kept.filter((path) => !own.test(path)).toSorted()).toEqual([
    '/elder/offline',
    '/favicon.svg',
  ]);
  expect(kept).not.toContain('/guides/choking/quiz');

  await context.setOffline(true);
  await page.goto('/guides/cpr');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByText('双手按胸口正中')).toBeVisible();
  await expect(page.locator('.live')).toContainText('刚刚）存下的');
  await page.goto('/guides/cpr/quiz');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('没有网，这一页没有存下');
  await expect(page.getByRole('main').getByRole('link', { name: '120' })).toBeVisible();
  await page.getByRole('link', { name: '噎住了、呛到异物怎么办' }).click();
  await expect(page.getByText('掌根拍背5次')).toBeVisible();

  // It hears of the withdrawal as soon as the list of guides is opened with a link.
  await context.setOffline(false);
  const since = new Date().toISOString();
  const reason = '示例：次数写错了。';
  await tellNewer(page, '/guides/burn');
  await tellLive(page, [{ path: '/guides/cpr', state: 'withdrawn', since, reason, instead: null }]);
  await page.goto('/guides');
  await expect.poll(() => keptPaths(page)).not.toContain('/guides/cpr');
  await expect(status).toContainText('其中1页网站上已有新的一版');
  await context.setOffline(true);
  await page.goto('/guides/cpr');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('本文已撤下');
  await expect(page.getByText(reason)).toBeVisible();
  await expect(page.getByText('双手按胸口正中')).toHaveCount(0);
  await page.goto('/guides/burn');
  await expect(page.locator('.live')).toContainText('这是旧的');
  await page.goto('/guides');
  await expect(page.getByRole('link', { name: '噎住了' }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: '心肺复苏' })).toHaveCount(0);
  await context.setOffline(false);
});

test('the page is read aloud one sentence at a time, stops and goes on', async ({ page }) => {
  await page.addInitScript(() => {
    const said: { text: string; rate: number; end: () => boolean }[] = [];
    const voices = [
      { lang: 'en-US', localService: true },
      { lang: 'zh-HK', localService: true },
      { lang: 'zh-CN', localService: true },
    ];
    class Utterance extends EventTarget {
      text: string;
      rate = 1;
      voice = { lang: '' };
      constructor(text: string) {
        super();
        this.text = text;
      }
    }
    const synthesis = Object.assign(new EventTarget(), {
      getVoices: () => voices,
      cancel: () => {},
      speak: (one: Utterance) =>
        said.push({
          text: `${one.voice.lang} ${one.text}`,
          rate: one.rate,
          end: () => one.dispatchEvent(new Event('end')),
        }),
    });
    Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
    Object.defineProperty(window, 'SpeechSynthesisUtterance', { value: Utterance });
    Object.assign(window, { said });
  });
  type Said = { said: { text: string; rate: number; end: () => boolean }[] };
  const last = () =>
    page.evaluate(() => {
      const { text, rate } = (window as unknown as Said).said.at(-1)!;
      return `${text} ${rate}`;
    });
  const end = () => page.evaluate(() => (window as unknown as Said).said.at(-1)!.end());

  await page.goto('/elder/guides/earthquake');
  await page.getByRole('button', { name: '听', exact: true }).click();
  expect(await last()).toBe('zh-CN 地震来了怎么办 1');
  await end();
  await end();
  expect(await last()).toBe('zh-CN 头几秒只做一件事：护住头。 1');
  await page.getByRole('button', { name: '慢一点' }).click();
  expect(await last()).toBe('zh-CN 头几秒只做一件事：护住头。 0.8');
  await page.getByRole('button', { name: '停一下' }).click();
  await end();
  expect(await last()).toBe('zh-CN 头几秒只做一件事：护住头。 0.8');
  await page.getByRole('button', { name: '接着听' }).click();
  await end();
  expect(await last()).toBe('zh-CN 现在就做 0.8');
  expect(await page.evaluate(() => CSS.highlights.has('listening'))).toBe(true);
  await page.getByRole('button', { name: '从头听' }).click();
  expect(await last()).toBe('zh-CN 地震来了怎么办 0.8');
});
