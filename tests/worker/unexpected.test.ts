import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort } from '../../scripts/lib/processes.ts';
import { serveSite, type RunningSite } from '../../scripts/lib/site.ts';

const SECRET = btoa('too short');

let stateDir: string;
let site: RunningSite;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'anlan-unexpected-'));
  site = await serveSite({
    outDir: inject('siteBuild'),
    port: await freePort(),
    databaseUrl: 'http://127.0.0.1:9',
    // A deployment whose secret is wrong: every page that needs it fails in a way nobody foresaw.
    personalDataKeys: JSON.stringify({ 1: SECRET }),
    stateDir,
  });
});
afterAll(async () => {
  await site.stop();
  await rm(stateDir, { recursive: true, force: true });
});

describe('a failure nobody foresaw', () => {
  it('is a page that says what to do, with the id under which the log tells more', async () => {
    const answer = await fetch(`${site.url}/halls/yancheng`);
    const html = await answer.text();
    const id = answer.headers.get('X-Request-Id') ?? '';
    expect(answer.status).toBe(500);
    expect(html).toContain('这是我们的问题，不是你的');
    expect(html).toContain('<a href="/guides">');
    expect(html).toContain(id);
    expect(html).not.toMatch(/Key version|at file:|\.mjs/);
    await expect.poll(() => site.output()).toContain(id);
    const line = site
      .output()
      .split('\n')
      .find((one) => one.includes(id) && one.includes('error'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', event: 'unexpected_error' });
    expect(site.output()).not.toContain(SECRET);
  });

  it('is a problem for programs', async () => {
    const answer = await fetch(`${site.url}/api/halls`);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status: 500,
      code: 'unexpected',
      requestId: answer.headers.get('X-Request-Id'),
    });
  });

  it('leaves the guides as they are', async () => {
    expect((await fetch(`${site.url}/guides/earthquake`)).status).toBe(200);
    expect((await fetch(`${site.url}/`)).status).toBe(200);
  });
});
