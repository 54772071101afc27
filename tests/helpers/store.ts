import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { S3Settings } from '../../src/lib/storage.ts';

/**
 * A store that speaks the part of S3 that the site uses, over HTTP on loopback. It computes each request's signature
 * (version 4, AWS's published algorithm) by itself and refuses what does not match, and bytes that are not the signed.
 */
export interface TestStore {
  settings: S3Settings;
  objects: Map<string, Buffer>;
  /** How many requests still are answered before the store is away. */
  failAfter: number;
  close: () => Promise<void>;
}

const CREDENTIALS = {
  bucket: 'anlan-test',
  region: 'cn-east-1',
  accessKeyId: 'AKIDTEST',
  secretAccessKey: 'a secret of these tests',
};

export async function startStore(): Promise<TestStore> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    answer(store, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  const store: TestStore = {
    settings: { endpoint: `http://127.0.0.1:${address.port}`, ...CREDENTIALS },
    objects,
    failAfter: Number.POSITIVE_INFINITY,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return store;
}

/** A store of its own beside a world; closed after the test. */
export async function openStore(): Promise<TestStore> {
  const store = await startStore();
  onTestFinished(() => store.close());
  return store;
}

async function answer(
  store: TestStore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const url = new URL(request.url ?? '/', store.settings.endpoint);
  store.failAfter -= 1;
  if (store.failAfter < 0) return void response.writeHead(500).end();
  if (!isSigned(request, url, body))
    return void response.writeHead(403).end('SignatureDoesNotMatch');
  const [, bucket, ...rest] = url.pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  if (bucket !== CREDENTIALS.bucket) return void response.writeHead(404).end('NoSuchBucket');
  if (request.method === 'PUT') {
    store.objects.set(key, body);
    return void response.writeHead(200).end();
  }
  if (request.method === 'DELETE') {
    store.objects.delete(key);
    return void response.writeHead(204).end();
  }
  if (url.searchParams.get('list-type') === '2') {
    const prefix = url.searchParams.get('prefix') ?? '';
    const keys = [...store.objects.keys()].filter((one) => one.startsWith(prefix)).sort();
    const contents = keys.map((one) => `<Contents><Key>${one}</Key></Contents>`).join('');
    return void response.writeHead(200).end(`<ListBucketResult>${contents}</ListBucketResult>`);
  }
  const object = store.objects.get(key);
  if (!object) return void response.writeHead(404).end('NoSuchKey');
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (first === undefined) return void response.writeHead(200).end(object);
  response.writeHead(206).end(object.subarray(Number(first), Number(last) + 1));
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();

function isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const [, scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  const hash = String(request.headers['x-amz-content-sha256']);
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== sha256(body)) return false;
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name])}\n`);
  const canonical = [request.method, url.pathname, query, headers.join(''), names, hash].join('\n');
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join(
    '\n',
  );
  const [date = '', region = '', service = '', end = ''] = scope.split('/');
  const key = [date, region, service, end].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${CREDENTIALS.secretAccessKey}`,
  );
  return hmac(key, text).toString('hex') === signature;
}
