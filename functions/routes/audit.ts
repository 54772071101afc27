import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { actionName } from '../../src/features/audit/policy.ts';
import {
  findReceipt,
  findRoot,
  listPublicKeys,
  listRoots,
  listSeals,
  rootToFile,
  ROOTS_PAGE_MAX,
  SEALS_PAGE_MAX,
  type Receipt,
} from '../../src/features/audit/queries.ts';
import {
  hashHex,
  rootFile,
  rootsPageInput,
  sealsPageInput,
} from '../../src/features/audit/schema.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { toHex } from '../../src/lib/ids.ts';
import { readDate } from '../../src/lib/time.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import { signerOf } from '../signer.ts';
import type { AppEnv } from '../types.ts';

const receiptSchema = z
  .object({
    entryId: z.uuid(),
    action: z.string().openapi({ description: 'In Chinese, as on the page.' }),
    at: instantSchema,
    sequence: z.int(),
    digest: hashHex,
    holds: z
      .boolean()
      .openapi({ description: 'Its fields give its digest, and its digest gives its seal.' }),
    seal: z
      .object({ previousHash: hashHex, hash: hashHex, sealedAt: instantSchema })
      .nullable()
      .openapi({ description: 'null while it waits for its seal, a few minutes at most.' }),
    root: z
      .object({
        date: z.string(),
        hash: hashHex,
        hashesToRoot: z.int().openapi({ description: 'From its own seal to the last of the day.' }),
      })
      .nullable()
      .openapi({ description: 'null until its day is over.' }),
  })
  .openapi('AuditReceipt');

const receiptRoute = createRoute({
  method: 'get',
  path: '/audit/receipts/{id}',
  summary: 'What the audit log holds under an entry’s id, without actor, subject or details',
  request: {
    params: z.object({
      id: z.uuid({ error: '没有这条记录' }).openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: { 200: jsonAnswer('The receipt.', receiptSchema), ...problems(404, 422, 503) },
});

const rootsRoute = createRoute({
  method: 'get',
  path: '/audit/roots',
  summary: `Daily roots, newest first, ${ROOTS_PAGE_MAX} at a time`,
  request: { query: rootsPageInput },
  responses: {
    200: jsonAnswer('The roots before a date.', z.array(rootFile.meta({ id: 'AuditRoot' }))),
    ...problems(422, 503),
  },
});

const sealsRoute = createRoute({
  method: 'get',
  path: '/audit/seals',
  summary: `The chain in order of sequence, ${SEALS_PAGE_MAX} links at a time`,
  description:
    'hash = SHA-256(hash before, 32 bytes ‖ sequence, 8 bytes big-endian ‖ digest, 32 bytes); 32 zero bytes come before the first.',
  request: { query: sealsPageInput },
  responses: {
    200: jsonAnswer(
      'The links after a sequence.',
      z.array(z.object({ sequence: z.int(), digest: hashHex, hash: hashHex }).openapi('AuditSeal')),
    ),
    ...problems(422, 503),
  },
});

export function auditApi() {
  const api = createApi();
  api.openapi(receiptRoute, async (c) => {
    const { id } = c.req.valid('param');
    const receipt = await findReceipt(await c.var.scope.context(), id);
    if (!receipt) throw new DomainError('not_found', 'audit_entry_unknown', '没有这条审计记录。');
    return c.json(receiptView(receipt), 200);
  });
  api.openapi(rootsRoute, async (c) => {
    const { before } = c.req.valid('query');
    const roots = await listRoots(await c.var.scope.context(), before);
    return c.json(await Promise.all(roots.map((root) => rootToFile(root))), 200);
  });
  api.openapi(sealsRoute, async (c) => {
    const { after } = c.req.valid('query');
    const seals = await listSeals(await c.var.scope.context(), after);
    const views = seals.map(({ sequence, digest, hash }) => ({
      sequence,
      digest: toHex(digest),
      hash: toHex(hash),
    }));
    return c.json(views, 200);
  });
  return api;
}

/** What others fetch and keep: each day's root, and the keys that sign them. */
export function auditFiles() {
  const files = new Hono<AppEnv>();
  files.get('/audit/roots/:file', async (c) => {
    const date = readDate(c.req.param('file').replace(/\.json$/, ''));
    const root = date && (await findRoot(await c.var.scope.context(), date));
    if (!root) throw new DomainError('not_found', 'audit_root_unknown', '这一天没有公布日根。');
    // A published root never changes.
    c.header('Cache-Control', 'public, max-age=3600');
    return c.json(await rootToFile(root));
  });
  files.get('/audit/key.json', async (c) => {
    const signer = await signerOf(c.var.scope.settings);
    const keys = await listPublicKeys(await c.var.scope.context(), signer?.publicKey);
    c.header('Cache-Control', 'public, max-age=300');
    return c.json({ signing: signer !== undefined, keys });
  });
  return files;
}

function receiptView({ id, seal, root, ...entry }: Receipt): z.output<typeof receiptSchema> {
  return {
    entryId: id,
    action: actionName(entry.action),
    at: entry.at.toISOString(),
    sequence: entry.sequence,
    digest: toHex(entry.digest),
    holds: entry.holds,
    seal: seal
      ? {
          previousHash: toHex(seal.previousHash),
          hash: toHex(seal.hash),
          sealedAt: seal.sealedAt.toISOString(),
        }
      : null,
    root: root
      ? { date: root.claim.date, hash: toHex(root.claim.hash), hashesToRoot: root.hashes }
      : null,
  };
}
