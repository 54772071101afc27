import { describe, expect, it } from 'vitest';
import { readSentCode } from '../../scripts/lib/demo-people.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

async function askCode(world: World, phone = '13800138000') {
  const api = createApi(world);
  const asked = await api.post('/api/sign-in-codes', { phone });
  expect(asked.status).toBe(201);
  const { codeId } = asked.body as { codeId: string };
  return { api, codeId, code: await readSentCode(world.ctx, codeId) };
}

const tokenIn = (headers: Headers) =>
  /__Host-anlan=([^;]*)/.exec(headers.get('Set-Cookie') ?? '')?.[1];

describe('signing in', () => {
  it('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const world = await createWorld();
    const { api, codeId, code } = await askCode(world);
    const made = await api.post('/api/sign-ins', { codeId, code });
    expect(made.status).toBe(201);
    expect(made.headers.get('Set-Cookie')).toMatch(
      /^__Host-anlan=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await api.get('/api/bookings', tokenIn(made.headers))).status).toBe(200);
  });

  it('ends with signing out, everywhere the token went', async () => {
    const world = await createWorld();
    const { api, codeId, code } = await askCode(world);
    const token = tokenIn((await api.post('/api/sign-ins', { codeId, code })).headers) ?? '';
    expect((await api.post('/api/sign-outs', undefined, { token })).status).toBe(204);
    expect((await api.get('/api/bookings', token)).status).toBe(401);
    expect((await api.post('/api/sign-outs', undefined, { token })).status).toBe(204);
  });

  it('runs out after 30 days', async () => {
    const world = await createWorld();
    const { api, codeId, code } = await askCode(world);
    const token = tokenIn((await api.post('/api/sign-ins', { codeId, code })).headers) ?? '';
    const at = (days: number, minutes: number) =>
      createApi(world, addMinutes(NOW, days * 1440 + minutes));
    expect((await at(30, -1).get('/api/bookings', token)).status).toBe(200);
    expect((await at(30, 0).get('/api/bookings', token)).status).toBe(401);
  });

  it('finds the same person again by the same number, however it was typed', async () => {
    const world = await createWorld();
    const first = await askCode(world, '13800138000');
    await first.api.post('/api/sign-ins', first);
    const later = createApi(world, addMinutes(NOW, 2));
    const asked = await later.post('/api/sign-in-codes', { phone: '+86 138-0013-8000' });
    const { codeId } = asked.body as { codeId: string };
    await later.post('/api/sign-ins', { codeId, code: await readSentCode(world.ctx, codeId) });
    const { rows } = await world.ctx.db.$client.execute('SELECT count(*) AS n FROM people');
    expect(rows[0]?.['n']).toBe(1);
  });

  it('shares five tries among guesses sent at the same moment', async () => {
    const world = await createWorld();
    const { api, codeId, code } = await askCode(world);
    const wrong = code === '000000' ? '000001' : '000000';
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => api.post('/api/sign-ins', { codeId, code: wrong })),
    );
    const reasons = guesses.map(({ body }) => (body as { code: string }).code);
    expect(reasons.filter((reason) => reason === 'code_wrong')).toHaveLength(5);
    expect(reasons.filter((reason) => reason === 'code_tries_used_up')).toHaveLength(15);
    expect((await api.post('/api/sign-ins', { codeId, code })).status).toBe(429);
  });

  it('opens once for two browsers that send the right code at the same moment', async () => {
    const world = await createWorld();
    const { api, codeId, code } = await askCode(world);
    const both = await Promise.all([1, 2].map(() => api.post('/api/sign-ins', { codeId, code })));
    const statuses = both.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses[0]).toBe(201);
    // Whether the code or the new person was taken first depends on who is a moment ahead.
    expect([409, 422]).toContain(statuses[1]);
  });

  it('says when another code may be asked for', async () => {
    const world = await createWorld();
    const { api } = await askCode(world);
    const again = await api.post('/api/sign-in-codes', { phone: '13800138000' });
    expect(again).toMatchObject({ status: 429, body: { code: 'code_just_sent' } });
    expect(again.headers.get('Retry-After')).toBe('60');
  });

  it('delivers the code at once after the answer', async () => {
    const world = await createWorld();
    const { api } = await askCode(world);
    await api.settled();
    const { rows } = await world.ctx.db.$client.execute('SELECT delivered_at FROM outbox_messages');
    expect(rows.map((row) => row['delivered_at'])).toEqual([NOW.getTime()]);
  });
});
