import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { completeUpload, keepPart, startUpload } from '../../src/features/files/commands.ts';
import { PART_BYTES, partCount } from '../../src/features/files/policy.ts';
import { findUpload } from '../../src/features/files/queries.ts';
import { uploadInput } from '../../src/features/files/schema.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { collect, limitBytes } from '../../src/lib/bytes.ts';
import { DomainError, domainErrorIn } from '../../src/lib/errors.ts';
import { signInAddress } from '../../src/lib/page.ts';
import { answerFile, openFile, readLink, scanSoon, signLink } from '../files.ts';
import { proofNeeded } from '../scope.ts';
import { createApi, idempotencyHeader, jsonAnswer, jsonBody, problems } from '../openapi.ts';
import type { AppContext, AppEnv } from '../types.ts';

const fileParam = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' } }),
});

const partParam = fileParam.extend({
  number: z.string().openapi({ param: { name: 'number', in: 'path' }, example: '0' }),
});

/** RFC 9530: `sha-256=:<base64>:`. */
const digestHeader = z.object({
  'content-digest': z
    .string({ error: '缺少这一段的校验值' })
    .regex(/^sha-256=:[A-Za-z0-9+/]{43}=:$/, { error: '校验值要写成 sha-256=:…:' })
    .openapi({ example: 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:' }),
});

const startRoute = createRoute({
  method: 'post',
  path: '/files',
  summary: 'Announce a file that will come in parts',
  request: { headers: idempotencyHeader, body: jsonBody(uploadInput.meta({ id: 'UploadInput' })) },
  responses: {
    201: jsonAnswer('Where its parts go.', z.object({ fileId: z.uuid(), partBytes: z.int() })),
    ...problems(401, 403, 422, 429, 503),
  },
});

const showRoute = createRoute({
  method: 'get',
  path: '/files/{id}',
  summary: 'How far an upload of your own has come',
  request: { params: fileParam },
  responses: {
    200: jsonAnswer(
      'The upload. After a break, send the numbers that are not among `parts`.',
      z
        .object({
          fileId: z.uuid(),
          size: z.int(),
          state: z.string(),
          partBytes: z.int(),
          partCount: z.int(),
          parts: z.array(z.int()),
        })
        .openapi('Upload'),
    ),
    ...problems(401, 404, 422, 503),
  },
});

const partRoute = createRoute({
  method: 'put',
  path: '/files/{id}/parts/{number}',
  summary: 'Send one part: 8 MiB, the last one what is left; numbers begin at 0',
  request: {
    params: partParam,
    headers: digestHeader,
    body: { content: { 'application/octet-stream': { schema: z.string() } } },
  },
  responses: {
    200: jsonAnswer(
      'The part is kept. Sent again it changes nothing.',
      z.object({ number: z.int() }),
    ),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

const completionRoute = createRoute({
  method: 'post',
  path: '/files/{id}/completion',
  summary: 'Say that all parts are there',
  request: { params: fileParam, headers: idempotencyHeader },
  responses: {
    201: jsonAnswer('The file is complete and waits for its scan.', z.object({ fileId: z.uuid() })),
    ...problems(401, 403, 404, 409, 422, 503),
  },
});

/** Uploads in parts, which can be gone on with after a break. */
export function filesApi() {
  const api = createApi();
  api.openapi(startRoute, async (c) => {
    const { scope } = c.var;
    const person = await scope.person();
    const key = c.req.valid('header')['idempotency-key'];
    const context = await scope.fileContext();
    const { fileId } = await startUpload(context, person, c.req.valid('json'), key);
    return c.json({ fileId, partBytes: PART_BYTES }, 201);
  });
  api.openapi(showRoute, async (c) => {
    const { scope } = c.var;
    const { id: ownerId } = await scope.person();
    const upload = await findUpload(await scope.context(), ownerId, c.req.valid('param').id);
    if (!upload) throw new DomainError('not_found', 'file_unknown', '没有找到这个文件。');
    const { file, parts } = upload;
    return c.json(
      {
        fileId: file.id,
        size: file.size,
        state: file.state,
        partBytes: PART_BYTES,
        partCount: partCount(file.size),
        parts: parts.map(({ number }) => number),
      },
      200,
    );
  });
  api.openapi(partRoute, async (c) => {
    const { scope } = c.var;
    const person = await scope.person();
    const { id: fileId, number } = c.req.valid('param');
    const [, base64 = ''] = /:(.*):/.exec(c.req.valid('header')['content-digest']) ?? [];
    const sha256 = Buffer.from(base64, 'base64').toString('hex');
    const bytes = await readPart(c);
    return c.json(
      await keepPart(await scope.fileContext(), person, { fileId, number, sha256 }, bytes),
      200,
    );
  });
  api.openapi(completionRoute, async (c) => {
    const { scope } = c.var;
    const person = await scope.person();
    const key = c.req.valid('header')['idempotency-key'];
    const input = { fileId: c.req.valid('param').id };
    const answer = await completeUpload(await scope.fileContext(), person, input, key);
    scanSoon(c);
    return c.json(answer, 201);
  });
  return api;
}

/** A part is held until its hash is known; it can be no larger than a part. */
async function readPart(c: AppContext): Promise<Uint8Array<ArrayBuffer>> {
  const { body } = c.req.raw;
  if (!body) return new Uint8Array();
  const tooLarge = () =>
    new DomainError('invalid', 'part_wrong_size', '这一段的大小不对。请重新传这一段。');
  return collect(limitBytes(body, PART_BYTES, tooLarge));
}

/** Files that are opened: asked for on the site, shown on a host of their own or downloaded. */
export function fileDownloads() {
  const routes = new Hono<AppEnv>();
  routes.get('/files/:id', async (c) => {
    const { scope } = c.var;
    const holder = await scope.holder().catch((error: unknown) => {
      if (domainErrorIn(error)?.code === 'not_signed_in') return undefined;
      throw error;
    });
    if (!holder) {
      return c.redirect(signInAddress(new URL(c.req.url)), 303);
    }
    const awaitsProof = (await scope.signIn())?.awaitsProof ?? false;
    const opened = await openFile(scope, holder, c.req.param('id')).catch((error: unknown) => {
      // It may well be theirs to see, once they have shown who they are.
      throw awaitsProof && domainErrorIn(error)?.code === 'not_found' ? proofNeeded() : error;
    });
    const { FILES_ORIGIN: origin } = scope.settings;
    const isShown = opened.access === 'inline' && c.req.query('download') === undefined;
    if (!origin || !isShown) return answerFile(c, opened, 'attachment');
    const link = await signLink(await scope.context(), opened.file.id, holder.id);
    return c.redirect(`${origin}/f/${link}`, 303);
  });
  // On the host for files only: see `keepFilesApart`. Whose link it is, the link says; there is no cookie.
  routes.get('/f/:link', async (c) => {
    const { scope } = c.var;
    const context = await scope.context();
    const asked = await readLink(context, c.req.param('link'));
    if (!asked) return c.text('这个链接已经过期。请回到原来的网页再点一次。', 404);
    const holder = { id: asked.personId, roles: await rolesOf(context, asked.personId) };
    const opened = await openFile(scope, holder, asked.fileId).catch((error: unknown) => {
      if (domainErrorIn(error)?.code === 'not_found') return undefined;
      throw error;
    });
    if (opened?.access === 'inline') return answerFile(c, opened, 'inline');
    return c.text('没有找到这个文件。', 404);
  });
  return routes;
}
