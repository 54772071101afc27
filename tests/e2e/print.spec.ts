import { readdirSync } from 'node:fs';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { PROFILE_SECTIONS } from '../../src/features/community-profiles/table.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { saved } from '../helpers/communities.ts';
import { addRole } from '../helpers/roles.ts';
import { bookSignedOut, expect, keepSignIn, openLastSession, test } from './fixtures.ts';

const guides = readdirSync(new URL('../../content/guides/', import.meta.url)).map((file) =>
  file.replace('.md', ''),
);

/** The page count that a PDF's page tree declares. */
const pagesOf = (pdf: Buffer) => Number(/\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]);

/** Several in one tab: opening one takes longer than printing. */
const GUIDES_A_TEST = 12;
for (let from = 0; from < guides.length; from += GUIDES_A_TEST) {
  const some = guides.slice(from, from + GUIDES_A_TEST);
  test(`the guides ${some.join(', ')} print on one sheet of A4 each`, async ({ page }) => {
    test.setTimeout(60_000);
    for (const slug of some) {
      await page.goto(`/guides/${slug}`);
      expect(pagesOf(await page.pdf({ preferCSSPageSize: true })), slug).toBe(1);
    }
  });
}

test('the cards print on one sheet of A5 each', async ({ page }) => {
  test.setTimeout(60_000);
  const cards = readdirSync(new URL('../../content/cards/', import.meta.url));
  for (const file of cards) {
    await page.goto(`/cards/${file.replace('.md', '')}`);
    expect(pagesOf(await page.pdf({ preferCSSPageSize: true })), file).toBe(1);
  }
});

/** The plan on two or three, the evaluation on one; what residents are told, where they are told, on one more. */
test('a template of a drill prints on few sheets, notice and evaluation apart', async ({
  page,
}) => {
  test.setTimeout(60_000);
  const templates = readdirSync(new URL('../../content/drills/', import.meta.url));
  for (const file of templates) {
    await page.goto(`/drills/templates/${file.replace('.md', '')}`);
    const apart = await page.locator('article > .sheet').count();
    const sheets = pagesOf(await page.pdf({ preferCSSPageSize: true })) - apart;
    expect(sheets, file).toBeGreaterThanOrEqual(2);
    expect(sheets, file).toBeLessThanOrEqual(3);
  }
});

test('the profile of a community prints on two sheets, a plan on few', async ({
  page,
  phone,
  ctx,
}) => {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person, token } = await signInByPhone(yesterday, phone);
  const { person: officer } = await signInByPhone(yesterday, `137${phone.slice(3)}`);
  await addRole(ctx, officer.id, { role: 'reviewer', scopeKind: 'region', scopeId: '320904' });
  const claim = { kind: 'committee', name: `示例${phone.slice(-6)}居委会`, regionCode: '320904' };
  const { organisationId } = await claimOrganisation(ctx, person, claim, crypto.randomUUID());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer, verdict, crypto.randomUUID());
  const year = Number(calendarDate(ctx.now).slice(0, 4)) - 1;
  for (const section of PROFILE_SECTIONS) {
    const of = section === 'figures' ? year : 0;
    await saved(ctx, { id: person.id, roles: [] }, organisationId, section, { year: of });
  }
  await keepSignIn(page, token);
  const base = `/me/organisations/${organisationId}/profile`;
  for (const [address, sheets] of [
    [`${base}/sheet`, 2],
    [`${base}/plan?template=community`, 5],
    ['/communities/plan-templates/enterprise', 5],
  ] as const) {
    await page.goto(address);
    const count = pagesOf(await page.pdf({ preferCSSPageSize: true }));
    expect(count, address).toBeLessThanOrEqual(sheets);
  }
});

test('a home’s list and plan print on a sheet each, numbers and packs on one', async ({ page }) => {
  for (const [address, sheets] of [
    ['/household?adults=4&children=2&infants=1&elders=2&chronic=2&disabled=1&pets=1&fuel=1', 2],
    ['/phones', 1],
    ['/packs/parents?month=6', 1],
    ['/packs/teachers?month=3', 1],
    ['/packs/officers?month=5', 1],
  ] as const) {
    await page.goto(address);
    expect(pagesOf(await page.pdf({ preferCSSPageSize: true })), address).toBe(sheets);
  }
});

/** The height of a hand's span: what a poster is looked at for from across a yard. */
const SCENE_MIN_MM = 70;
const PIXELS_A_MM = 96 / 25.4;
/** What is left of A3 between margins of 12 mm. */
const A3 = { width: Math.round(273 * PIXELS_A_MM), height: Math.round(396 * PIXELS_A_MM) };

for (let from = 0; from < guides.length; from += GUIDES_A_TEST) {
  const some = guides.slice(from, from + GUIDES_A_TEST);
  test(`the posters of ${some.join(', ')} are one sheet of A3 each, with a large scene`, async ({
    page,
  }) => {
    test.setTimeout(90_000);
    await page.setViewportSize(A3);
    await page.emulateMedia({ media: 'print' });
    for (const slug of some) {
      await page.goto(`/guides/${slug}/poster`);
      const measured = await page.locator('.poster').evaluate((poster) => ({
        hidden: [
          poster.scrollHeight - poster.clientHeight,
          poster.scrollWidth - poster.clientWidth,
        ],
        scene: poster.querySelector('.scene svg')?.getBoundingClientRect().height ?? 0,
        code: poster.querySelectorAll('footer svg').length,
      }));
      expect(measured, slug).toMatchObject({ hidden: [0, 0], code: 1 });
      expect(measured.scene / PIXELS_A_MM, slug).toBeGreaterThanOrEqual(SCENE_MIN_MM);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      expect(pagesOf(pdf), slug).toBe(1);
      // 297 × 420 mm in points.
      expect(pdf.toString('latin1'), slug).toMatch(/\/MediaBox \[0 0 84[12][.\d]* 119[01][.\d]*\]/);
    }
  });
}

test('a ticket prints on one sheet, with its code and no menus', async ({ page, phone }) => {
  await openLastSession(page);
  await bookSignedOut(page, phone);
  expect(pagesOf(await page.pdf({ format: 'A4' }))).toBe(1);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation', { name: '主要栏目' })).toBeHidden();
  await expect(page.getByRole('img', { name: /^预约码.*的二维码$/ })).toBeVisible();
});
