import { glob, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app.ts';
import { createApi } from '../helpers/api.ts';
import { createWorld } from '../helpers/world.ts';

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

async function readDocument() {
  const api = createApi(await createWorld());
  const { body } = await api.get('/api/openapi.json');
  return { api, document: body as Document };
}

describe('/api/openapi.json', () => {
  it('describes exactly the routes that exist', async () => {
    const { document } = await readDocument();
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = createApp()
      .routes.filter(({ path, method }) => path.startsWith('/api/') && method !== 'ALL')
      .map(({ path, method }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
      .filter((route) => !route.endsWith('/openapi.json'));
    expect(described.length).toBeGreaterThan(8);
    expect([...new Set(described)].sort()).toEqual([...new Set(served)].sort());
  });

  it('has one shape under each name: of two, the document would keep the later', async () => {
    const names: string[] = [];
    for await (const file of glob('functions/routes/*.ts')) {
      const source = await readFile(file, 'utf8');
      names.push(...[...source.matchAll(/\.openapi\('(\w+)'/g)].map(([, name = '']) => name));
    }
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('names every status that a stranger meets', async () => {
    const { api, document } = await readDocument();
    for (const [path, methods] of Object.entries(document.paths)) {
      const address = path.replace('{slug}', 'yancheng').replace('{id}', crypto.randomUUID());
      for (const [method, { responses }] of Object.entries(methods)) {
        const answer = method === 'get' ? await api.get(address) : await api.post(address, {});
        expect.soft(Object.keys(responses), `${method} ${path}`).toContain(String(answer.status));
      }
    }
  });
});
