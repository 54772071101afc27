import { Hono } from 'hono';
import {
  endBanner,
  extendBanner,
  releaseBanner,
  reviewBanner,
  writeBanner,
} from '../../src/features/banners/commands.ts';
import { can } from '../../src/features/roles/policy.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readForm } from '../forms.ts';
import { forgetLiveState } from '../live.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const steps = {
  release: releaseBanner,
  extension: extendBanner,
  end: endBanner,
  review: reviewBanner,
} as const;

const isStep = (name: string | undefined): name is keyof typeof steps =>
  name !== undefined && Object.hasOwn(steps, name);

/** Urgent lines. Every step changes what all pages show: the next reader asks anew. */
export function bannerForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/banners/new', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const answer = await writeBanner(await scope.context(), await scope.holder(), values, key);
      return `/staff/banners/${answer.bannerId}`;
    });
  });
  forms.post('/staff/banners/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const holder = await scope.holder();
      const step = values['step'];
      if (!isStep(step)) {
        // What one may not see does not exist, whatever one sends there.
        if (!can(holder, { action: 'publication.see', region: null })) {
          throw new DomainError('not_found', 'banner_unknown', '没有找到这一项。');
        }
        throw new DomainError('invalid', 'unknown_step', '这一页不完整，请重新打开。');
      }
      const input = { ...values, bannerId: c.req.param('id') };
      await steps[step](await scope.context(), holder, input, key);
      forgetLiveState(c.env);
      return c.req.path;
    });
  });
  return forms;
}
