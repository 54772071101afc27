import { Hono } from 'hono';
import { openImprovement, takeStep } from '../../src/features/improvements/commands.ts';
import { improvementPath } from '../../src/features/improvements/policy.ts';
import { findOverseenItem, findOwnItem } from '../../src/features/improvements/queries.ts';
import type { StepKind } from '../../src/features/improvements/table.ts';
import { findOwnDrill } from '../../src/features/drills/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readFileForm } from '../file-forms.ts';
import { scanSoon } from '../files.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

/** What each address does; the pages have the same names. */
const STEPS: Readonly<Record<string, StepKind>> = {
  verification: 'verify',
  rejection: 'reject',
  postponement: 'postpone',
  drop: 'drop',
};

/** Where an item is worked on: by those of its organisation, and by officers of its region. */
const DESKS = ['/me/improvements', '/staff/drills/improvements'] as const;

/** What has to be mended: opened, done, verified. */
export function improvementForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/improvements/new', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.holder();
      const input = { ...values, ...(await whose(c, by)) };
      const { itemId } = await openImprovement(await scope.context(), by, input, key);
      deliverSoon(c);
      return `${improvementPath(itemId)}?opened=1`;
    });
  });
  for (const desk of DESKS) {
    forms.post(`${desk}/:itemId/completion`, async (c) => {
      const values: Record<string, string> = {};
      return submit(c, values, renderPage, async () => {
        // Before a file of many megabytes is taken in for nothing.
        const { context, by, itemId } = await atDesk(c, desk);
        const file = await readFileForm(c, values, 'improvement_proof');
        if (file) values['fileId'] = file;
        const input = { ...values, itemId, kind: 'finish', ...(file ? { file } : {}) };
        await takeStep(context, by, input, values['key'] ?? '');
        if (file) scanSoon(c);
        deliverSoon(c);
        return `${desk}/${itemId}?taken=finish`;
      });
    });
    for (const [noun, kind] of Object.entries(STEPS)) {
      forms.post(`${desk}/:itemId/${noun}`, async (c) => {
        const values = await readForm(c);
        return submit(c, values, renderPage, async (key) => {
          const { context, by, itemId } = await atDesk(c, desk);
          await takeStep(context, by, { ...values, itemId, kind }, key);
          deliverSoon(c);
          return `${desk}/${itemId}?taken=${kind}`;
        });
      });
    }
  }
  return forms;
}

/** Whoever acts, where the item is there for them at this desk. @throws DomainError `not_found`. */
async function atDesk(c: AppContext, desk: (typeof DESKS)[number]) {
  const { scope } = c.var;
  const context = await scope.context();
  const isOwn = desk === '/me/improvements';
  const by = isOwn ? await scope.holder() : await scope.staff();
  const itemId = c.req.param('itemId') ?? '';
  const find = isOwn ? findOwnItem : findOverseenItem;
  if (!(await find(context, by, itemId)))
    throw new DomainError('not_found', 'item_not_yours', '没有找到这一项。');
  return { context, by, itemId };
}

/** Whose item it will be: the drill's in the address, or the organisation's or region's. */
async function whose(c: AppContext, by: Holder) {
  const { drill = '', finding = '', organisation, region = '' } = c.req.query();
  if (drill === '' && organisation === undefined && region === '') {
    throw new DomainError('invalid', 'organiser_missing', '请从演练或单位的页面立项。');
  }
  if (drill === '') {
    const organisationId = organisation ?? null;
    return { organiser: { organisationId, regionCode: organisationId ? '' : region } };
  }
  const found = await findOwnDrill(await c.var.scope.context(), by, drill);
  if (!found) throw new DomainError('not_found', 'drill_not_yours', '没有找到这一项。');
  const { organisationId, regionCode } = found.drill;
  return { organiser: { organisationId, regionCode }, drillId: drill, findingId: finding };
}
