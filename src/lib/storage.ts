import { AwsClient } from 'aws4fetch';
import type { ByteStream } from './bytes.ts';
import type { CommandContext } from './context.ts';
import type { ByteRange } from './download.ts';
import { DomainError } from './errors.ts';
import { toHex } from './ids.ts';
import { sha256 } from './keyring.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Where files lie, by key. Objects are parts of files, some MiB each: what is put is small enough to be held,
 * and what is got may be streamed. Every call throws `DomainError` `unavailable` when the store is out of reach.
 */
export interface Storage {
  put(key: string, bytes: Bytes): Promise<void>;
  /** Undefined when there is no such object. */
  get(key: string, range?: ByteRange): Promise<ByteStream | undefined>;
  /** An object that is not there is deleted already. */
  delete(keys: readonly string[]): Promise<void>;
  /** Up to a thousand keys that begin so. */
  list(prefix: string): Promise<string[]>;
}

/** What a command that touches stored files works with. */
export interface FileContext extends CommandContext {
  storage: Storage;
}

/** The store's own limit for one call, in both kinds. */
const LIST_MAX = 1000;
const TIMEOUT_MS = 30_000;

function outOfReach(cause: unknown): DomainError {
  const message = '文件暂时存取不了。请过一会儿再试，已经传好的部分不会丢。';
  return new DomainError('unavailable', 'storage_unavailable', message, {
    cause,
    retryAfterSeconds: 10,
  });
}

async function reach<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw outOfReach(error);
  }
}

/** The part of Cloudflare's R2 binding that is used; its local simulation has the same. */
export interface ObjectBucket {
  put(key: string, bytes: Bytes): Promise<unknown>;
  get(
    key: string,
    options?: { range: ByteRange },
  ): Promise<{ body: ReadableStream<Uint8Array> } | null>;
  delete(keys: string[]): Promise<void>;
  list(options: { prefix: string; limit: number }): Promise<{ objects: { key: string }[] }>;
}

export function bucketStorage(bucket: ObjectBucket): Storage {
  return {
    put: async (key, bytes) => void (await reach(() => bucket.put(key, bytes))),
    get: async (key, range) => {
      const found = await reach(() => bucket.get(key, ...(range ? [{ range }] : [])));
      return found?.body;
    },
    delete: (keys) => reach(() => bucket.delete([...keys])),
    list: async (prefix) => {
      const { objects } = await reach(() => bucket.list({ prefix, limit: LIST_MAX }));
      return objects.map(({ key }) => key);
    },
  };
}

export interface S3Settings {
  /** `https://s3.example.cn`; the bucket follows as the first part of the path. */
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Any store that speaks S3 with signature version 4 and addresses buckets by path. */
export function s3Storage({ endpoint, bucket, ...credentials }: S3Settings): Storage {
  const client = new AwsClient({ ...credentials, service: 's3', retries: 2 });
  const root = `${endpoint.replace(/\/$/, '')}/${bucket}`;
  const ask = async (method: string, path: string, init: RequestInit = {}, accepted = [200]) => {
    const answer = await reach(() =>
      client.fetch(`${root}${path}`, { ...init, method, signal: AbortSignal.timeout(TIMEOUT_MS) }),
    );
    if (accepted.includes(answer.status)) return answer;
    await answer.body?.cancel();
    throw outOfReach(new Error(`The store answered ${answer.status} to ${method}.`));
  };
  return {
    put: async (key, body) => {
      // Signed with the request: a store that gets other bytes refuses them.
      const headers = { 'X-Amz-Content-Sha256': toHex(await sha256(body)) };
      await (await ask('PUT', `/${key}`, { body, headers })).arrayBuffer();
    },
    get: async (key, range) => {
      const headers: Record<string, string> = range
        ? { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }
        : {};
      const answer = await ask('GET', `/${key}`, { headers }, [200, 206, 404]);
      if (answer.status !== 404) return answer.body ?? undefined;
      await answer.body?.cancel();
      return undefined;
    },
    delete: async (keys) => {
      for (const key of keys) {
        await (await ask('DELETE', `/${key}`, {}, [200, 204, 404])).arrayBuffer();
      }
    },
    list: async (prefix) => {
      const query = new URLSearchParams({ 'list-type': '2', prefix, 'max-keys': String(LIST_MAX) });
      const text = await (await ask('GET', `?${query}`)).text();
      // Our keys are ids, numbers and hexadecimal: nothing in them is escaped in XML.
      return Array.from(text.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key = '']) => key);
    },
  };
}
