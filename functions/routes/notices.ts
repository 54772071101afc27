import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import {
  checkNotice,
  releaseNotice,
  reviseNotice,
  withdrawNotice,
  writeNotice,
} from '../../src/features/notices/commands.ts';
import { excerptOf } from '../../src/features/notices/policy.ts';
import {
  findNotice,
  listNotices,
  NOTICES_SHOWN,
  type PublicNotice,
} from '../../src/features/notices/queries.ts';
import { NOTICE_KINDS, noticesPageInput } from '../../src/features/notices/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { atomFeed, type Feed } from '../../src/lib/feeds.ts';
import { readForm } from '../forms.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const noticeSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    body: z.string().openapi({
      description: 'Plain text. Empty lines part paragraphs, `## ` begins a heading, `- ` an item.',
    }),
    kind: z.enum(NOTICE_KINDS),
    region: z.string().nullable().openapi({ description: 'A division code; null: everywhere.' }),
    issuer: z.string(),
    validFrom: z.string().nullable(),
    validUntil: z.string().nullable(),
    version: z.int(),
    releasedAt: instantSchema.openapi({ description: 'Of the first release.' }),
  })
  .openapi('Notice');

const listRoute = createRoute({
  method: 'get',
  path: '/notices',
  summary: `Notices, newest first, ${NOTICES_SHOWN} at a time`,
  request: { query: noticesPageInput },
  responses: {
    200: jsonAnswer('The notices before an id.', z.array(noticeSchema)),
    ...problems(422, 503),
  },
});

const showRoute = createRoute({
  method: 'get',
  path: '/notices/{id}',
  summary: 'One notice as it was last released, and what was corrected',
  request: {
    params: z.object({
      id: z.uuid({ error: '没有这条公告' }).openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: {
    200: jsonAnswer(
      'The notice.',
      noticeSchema
        .extend({
          corrections: z.array(
            z.object({
              version: z.int(),
              releasedAt: instantSchema,
              reason: z.string().nullable(),
            }),
          ),
        })
        .openapi('NoticeWithCorrections'),
    ),
    ...problems(404, 422, 503),
  },
});

export function noticesApi() {
  const api = createApi();
  api.openapi(listRoute, async (c) => {
    const found = await listNotices(await c.var.scope.context(), c.req.valid('query'));
    return c.json(found.map(noticeView), 200);
  });
  api.openapi(showRoute, async (c) => {
    const found = await findNotice(await c.var.scope.context(), c.req.valid('param').id);
    const released = found?.versions.filter(({ release }) => release !== null) ?? [];
    const [last] = released;
    if (!found || !last || found.withdrawal) {
      throw new DomainError('not_found', 'notice_unknown', '没有这条公告，或者已经撤回。');
    }
    return c.json(
      {
        ...noticeView({ notice: found.notice, version: last.version }),
        corrections: released.slice(0, -1).map(({ version, release }) => ({
          version: version.number,
          releasedAt: release?.releasedAt.toISOString() ?? '',
          reason: version.reason,
        })),
      },
      200,
    );
  });
  return api;
}

function noticeView({ notice, version }: PublicNotice): z.output<typeof noticeSchema> {
  const { title, body, kind, region, issuer, validFrom, validUntil } = version;
  return {
    ...{ id: notice.id, title, body, kind, region, issuer, validFrom, validUntil },
    version: version.number,
    releasedAt: notice.releasedAt?.toISOString() ?? '',
  };
}

/** An Atom feed of the newest notices (RFC 4287). */
export function noticeFiles() {
  const files = new Hono<AppEnv>();
  files.get('/notices.atom', async (c) => {
    const found = await listNotices(await c.var.scope.context());
    const { origin } = new URL(c.req.url);
    c.header('Content-Type', 'application/atom+xml; charset=utf-8');
    c.header('Cache-Control', 'public, max-age=60');
    return c.body(atomFeed(noticeFeed(origin, found, c.var.scope.now)));
  });
  return files;
}

function noticeFeed(origin: string, found: readonly PublicNotice[], now: Date): Feed {
  return {
    id: `${origin}/notices`,
    title: '安澜公告',
    self: `${origin}/notices.atom`,
    page: `${origin}/notices`,
    now,
    entries: found.map(({ notice, version }) => {
      const published = notice.releasedAt ?? now;
      return {
        id: `urn:uuid:${notice.id}`,
        title: version.title,
        href: `${origin}/notices/${notice.id}`,
        author: version.issuer,
        summary: excerptOf(version.body),
        content: version.body,
        published,
        // A corrected notice is news to whoever has read it before.
        updated: version.number > 1 ? version.writtenAt : published,
      };
    }),
  };
}

export function noticeForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/notices/new', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const answer = await writeNotice(await scope.context(), await scope.holder(), values, key);
      return `/staff/notices/${answer.noticeId}`;
    });
  });
  const acts = { revision: reviseNotice, withdrawal: withdrawNotice } as const;
  for (const [part, command] of Object.entries(acts)) {
    forms.post(`/staff/notices/:id/${part}`, async (c) => {
      const values = await readForm(c);
      const noticeId = c.req.param('id') ?? '';
      return submit(c, values, renderPage, async (key) => {
        const { scope } = c.var;
        const input = { ...values, noticeId };
        await command(await scope.context(), await scope.holder(), input, key);
        return `/staff/notices/${noticeId}`;
      });
    });
  }
  // The page holds the form of whichever step comes next.
  forms.post('/staff/notices/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const step = values['step'] === 'check' ? checkNotice : releaseNotice;
      await step(await scope.context(), await scope.holder(), values, key);
      return c.req.path;
    });
  });
  return forms;
}
