import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  addFileEvidence,
  addStamp,
  linkEvidence,
  removeEvidence,
  reuseEvidence,
  saveEntries,
  submitDraft,
  withdrawApplication,
} from '../../src/features/application-drafts/commands.ts';
import { evidencePath, nextPath } from '../../src/features/application-drafts/policy.ts';
import { startRows } from '../../src/features/application-drafts/statements.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import { entryBody } from '../../src/features/application-drafts/schema.ts';
import { applicationPath, reviewPath } from '../../src/features/applications/policy.ts';
import type { EntryPart } from '../../src/features/applications/table.ts';
import { requireSeenApplication } from '../../src/features/reviews/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { readFileForm } from '../file-forms.ts';
import { scanSoon } from '../files.ts';
import { readForm } from '../forms.ts';
import { asHand } from '../hand.ts';
import { createApi, idempotencyHeader, jsonAnswer, jsonBody, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const entriesRoute = createRoute({
  method: 'post',
  path: '/applications/{id}/entries',
  summary: 'Save one entry of an application that you write, as its next version',
  security: [{ signIn: [] }],
  request: {
    params: z.object({
      id: z.uuid({ error: '没有这一份申报' }).openapi({ param: { name: 'id', in: 'path' } }),
    }),
    headers: idempotencyHeader,
    body: jsonBody(entryBody.meta({ id: 'ApplicationEntryInput' })),
  },
  responses: {
    200: jsonAnswer(
      'Saved. `version` goes with the next save; `entry_overtaken` tells that another came first.',
      z.object({ version: z.int() }).openapi('SavedApplicationEntry'),
    ),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

/** Entries that save themselves as they are typed. */
export function applicationDraftsApi() {
  const api = createApi();
  api.openapi(entriesRoute, async (c) => {
    const { part, ...entry } = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const input = { applicationId: c.req.valid('param').id, part, entries: [entry] };
    const { listProgrammes } = c.var.scope;
    const { versions } = await asHand(c as AppContext, (ctx, by) =>
      saveEntries(ctx, by, input, listProgrammes, key),
    );
    return c.json({ version: versions[entry.entry] ?? 0 }, 200);
  });
  return api;
}

/** Entries of a page: fields are named `<entry>.<field>`. */
function entriesIn(values: Readonly<Record<string, string>>): { entry: string }[] {
  const entries = new Map<string, { entry: string }>();
  for (const [name, value] of Object.entries(values)) {
    const [entry = '', field, ...more] = name.split('.');
    if (field === undefined || more.length > 0) continue;
    entries.set(entry, { ...(entries.get(entry) ?? { entry }), [field]: value });
  }
  return [...entries.values()];
}

/** Everything that an applicant does with a form. */
export function applicationDraftForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();

  /** Runs what a form asks for as whoever writes the application; `act` says where it leads. */
  const answered = async (
    c: AppContext,
    values: Record<string, string>,
    act: (ctx: CommandContext, by: Holder, key: string) => Promise<string>,
  ) => submit(c, values, renderPage, (key) => asHand(c, (ctx, by) => act(ctx, by, key)));

  forms.post('/me/applications/new', async (c) => {
    const values = await readForm(c);
    const { listProgrammes } = c.var.scope;
    return answered(c, values, async (ctx, by, key) => {
      const start = startRows(ctx, by, values);
      const begun = await beginApplication(ctx, by, values, listProgrammes, key, start);
      const { applicationId } = begun;
      return `${applicationPath(applicationId)}?begun=1`;
    });
  });

  const saved =
    (part: EntryPart) =>
    async (c: AppContext): Promise<Response> => {
      const values = await readForm(c);
      const { listProgrammes } = c.var.scope;
      return answered(c, values, async (ctx, by, key) => {
        const { id: applicationId = '', group } = c.req.param();
        const input = { applicationId, part, entries: entriesIn(values) };
        await saveEntries(ctx, by, input, listProgrammes, key);
        const [then = '', entry = ''] = (values['then'] ?? '').split(':');
        if (then === 'evidence' && /^[a-z0-9-]{2,41}$/.test(entry)) {
          return evidencePath(applicationId, part, entry);
        }
        if (then !== 'next') return `${c.req.path}?saved=1`;
        const { programme } = await requireSeenApplication(ctx, listProgrammes, by, input);
        return nextPath(applicationId, programme, group);
      });
    };
  forms.post('/me/applications/:id/conditions', saved('condition'));
  forms.post('/me/applications/:id/points/:group', saved('point'));

  const evidence = '/me/applications/:id/evidence/:part/:entry';
  const wanted = (c: AppContext, values: Readonly<Record<string, string>>) => {
    const { id: applicationId, part, entry } = c.req.param();
    return { ...values, applicationId, part, entry };
  };
  const pagePath = ({ applicationId, part, entry }: ReturnType<typeof wanted>) =>
    evidencePath(applicationId ?? '', part as EntryPart, entry ?? '');

  forms.post(evidence, async (c) => {
    const values: Record<string, string> = {};
    const { listProgrammes } = c.var.scope;
    return answered(c, values, async (_, by, key) => {
      // Before a file of many megabytes is taken in for nothing.
      const where = wanted(c, {});
      await requireSeenApplication(await c.var.scope.context(), listProgrammes, by, where);
      const file = await readFileForm(c, values, 'application_evidence');
      if (file) values['fileId'] = file;
      const input = { ...wanted(c, values), file };
      const context = await c.var.scope.fileContext();
      const sentKey = values['key'] ?? key;
      const { isReused } = await addFileEvidence(context, by, input, listProgrammes, sentKey);
      scanSoon(c);
      return `${pagePath(input)}?added=${isReused ? 'same' : 'file'}`;
    });
  });
  forms.post(`${evidence}/links`, async (c) => {
    const values = await readForm(c);
    const { listProgrammes } = c.var.scope;
    return answered(c, values, async (ctx, by, key) => {
      const input = wanted(c, values);
      await linkEvidence(ctx, by, input, listProgrammes, key);
      return `${pagePath(input)}?added=link`;
    });
  });
  forms.post(`${evidence}/reuses`, async (c) => {
    const values = await readForm(c);
    const { listProgrammes } = c.var.scope;
    return answered(c, values, async (ctx, by, key) => {
      const input = wanted(c, values);
      await reuseEvidence(ctx, by, input, listProgrammes, key);
      return `${pagePath(input)}?added=link`;
    });
  });
  forms.post(`${evidence}/removals`, async (c) => {
    const values = await readForm(c);
    const { listProgrammes } = c.var.scope;
    return answered(c, values, async (ctx, by, key) => {
      const input = wanted(c, values);
      await removeEvidence(ctx, by, input, listProgrammes, key);
      return `${pagePath(input)}?removed=1`;
    });
  });

  forms.post('/me/applications/:id/submission', async (c) => {
    const values = await readForm(c);
    const { listProgrammes } = c.var.scope;
    return answered(c, values, async (ctx, by, key) => {
      const input = { ...values, applicationId: c.req.param('id') };
      const { applicationId } = await submitDraft(ctx, by, input, listProgrammes, key);
      return `${applicationPath(applicationId)}/receipt`;
    });
  });
  forms.post('/me/applications/:id/withdrawal', async (c) => {
    const values = await readForm(c);
    const { listProgrammes } = c.var.scope;
    return answered(c, values, async (ctx, by, key) => {
      const input = { ...values, applicationId: c.req.param('id') };
      const { applicationId } = await withdrawApplication(ctx, by, input, listProgrammes, key);
      return `${applicationPath(applicationId)}?withdrawn=1`;
    });
  });

  const stamped =
    (back: (applicationId: string) => string) =>
    async (c: AppContext): Promise<Response> => {
      const values: Record<string, string> = {};
      const { listProgrammes } = c.var.scope;
      return answered(c, values, async (ctx, by, key) => {
        const where = { applicationId: c.req.param('id') };
        await requireSeenApplication(ctx, listProgrammes, by, where);
        const file = await readFileForm(c, values, 'stamped_form');
        if (file) values['fileId'] = file;
        const input = { ...values, ...where, file };
        const context = await c.var.scope.fileContext();
        const { applicationId } = await addStamp(
          context,
          by,
          input,
          listProgrammes,
          values['key'] ?? key,
        );
        scanSoon(c);
        return `${back(applicationId)}/stamped?added=1`;
      });
    };
  forms.post('/me/applications/:id/stamped', stamped(applicationPath));
  forms.post('/staff/applications/:id/stamped', stamped(reviewPath));
  return forms;
}
