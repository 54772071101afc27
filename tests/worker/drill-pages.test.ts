import { afterAll, beforeAll, expect, test } from 'vitest';
import { endDrill, startDrill } from '../../src/features/drills/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { DRILL_NOTE, REAL_NOTE } from '../../src/lib/drill-mark.ts';
import { addMinutes, calendarDate, formatTime } from '../../src/lib/time.ts';
import { getPage } from '../helpers/asking.ts';
import { announced, opened } from '../helpers/open-drills.ts';
import { addRole } from '../helpers/roles.ts';
import { startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

const COUNTY = '320904';

let site: TestSite;
let visitor: Visitor;
let by: Holder;
beforeAll(async () => {
  site = await startTestSite();
  [visitor] = (await site.signInMany(1)) as [Visitor];
  const role = { role: 'drill_organiser', scopeKind: 'region', scopeId: COUNTY } as const;
  await addRole(site.context(), visitor.person.id, role);
  by = { id: visitor.person.id, roles: [role] };
});
afterAll(() => site?.stop());

/** Announced for half an hour from now. */
async function drill(): Promise<string> {
  const ctx = site.context();
  const startsAt = addMinutes(ctx.now, 30);
  const when = { date: calendarDate(startsAt), time: formatTime(startsAt) };
  const organiser = { organisationId: null, regionCode: COUNTY };
  return announced(ctx, by, await opened(ctx, by, organiser, when));
}

const read = async (path: string) => (await getPage(site.url + path, visitor.cookie)).html;

test('routes are blank on the plan, with the template’s hint where they are written', async () => {
  const id = await drill();
  const plan = await read(`/me/drills/${id}/print/plan`);
  expect(plan).toContain('还没有写');
  expect(plan).not.toContain('写公示的场所名称和入口');
  expect(await read(`/me/drills/${id}/script/places`)).toContain('写公示的场所名称和入口');
});

test('a start that nobody expects yet is warned of, with what is missing', async () => {
  const start = await read(`/me/drills/${await drill()}/start`);
  expect(start).toMatch(/早了(29|30)分钟/);
  expect(start).toContain('指派社区安全员');
});

test('no page of a drill says that nothing has happened, once something has', async () => {
  const id = await drill();
  const key = () => crypto.randomUUID();
  await startDrill(site.context(), by, { drillId: id }, key());
  const pages = [
    `/drills/${id}`,
    `/me/drills/${id}`,
    `/me/drills/${id}/run`,
    `/me/drills/${id}/log`,
  ];
  for (const path of pages) expect(await read(path), path).toContain(DRILL_NOTE);
  const end = { drillId: id, kind: 'real_event', reason: '' };
  await endDrill(site.context(), by, end, key());
  for (const path of pages) {
    const html = await read(path);
    expect(html, path).toContain(REAL_NOTE);
    expect(html.replace(/<(head|script)[\s\S]*?<\/\1>/g, ''), path).not.toContain(DRILL_NOTE);
  }
  expect(await read(`/me/drills/${id}?end=1`)).not.toContain('演练结束了');
});
