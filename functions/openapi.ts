import { OpenAPIHono, z } from '@hono/zod-openapi';
import { idempotencyKeyField, invalidInput } from '../src/lib/fields.ts';
import type { AppEnv } from './types.ts';

/** A router of the API: what does not fit a route's schema becomes the same domain error as anywhere else. */
export function createApi() {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });
}

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string().openapi({ description: 'Stable word for programs.' }),
    requestId: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

const problemWords = {
  401: 'Nobody is signed in.',
  403: 'The request came from another site.',
  404: 'There is no such thing, or not for you.',
  409: 'The state of things refuses it; `code` says why.',
  422: 'Something sent is wrong; `errors` names the fields.',
  429: 'Too often; `Retry-After` says when.',
  503: 'The database is out of reach. Send the same request again under the same key.',
} as const;

type ProblemStatus = keyof typeof problemWords;

/** The ways a route can fail, for its description. */
export function problems<Status extends ProblemStatus>(...statuses: Status[]) {
  const content = { 'application/problem+json': { schema: problemSchema } };
  const entries = statuses.map((status) => [
    status,
    { description: problemWords[status], content },
  ]);
  return Object.fromEntries(entries) as Record<
    Status,
    { description: string; content: typeof content }
  >;
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

/** Every write carries a key: sent again with the same key and body, it changes nothing and answers the same. */
export const idempotencyHeader = z.object({
  'idempotency-key': idempotencyKeyField.meta({
    description: 'Made by the caller, one per intended write; a UUID will do.',
    example: '0196f3a2-7c1e-7d0a-9b3c-2f1d5e8a4c60',
  }),
});

export const bookingIdParam = z.object({
  id: z.uuid({ error: '没有这个预约' }).openapi({ param: { name: 'id', in: 'path' } }),
});

export const slugParam = z.object({
  slug: z.string().openapi({ param: { name: 'slug', in: 'path' }, example: 'yancheng' }),
});

export const instantSchema = z.iso.datetime().openapi({ example: '2026-11-25T01:00:00.000Z' });
