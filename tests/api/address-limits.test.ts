import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neighbourhood, PAUSE_SECONDS } from '../../functions/middleware/address.ts';
import { readSentCode } from '../../scripts/lib/demo-people.ts';
import { signIns } from '../../src/features/accounts/table.ts';
import { createSiteApp, writingRoutes, type DrawnPage, type SiteApp } from '../helpers/site-app.ts';
import { createWorld } from '../helpers/world.ts';

const SCHOOL = { 'CF-Connecting-IP': '203.0.113.7' };
const PER_MINUTE = 30;

/** Counts as the platform does, without ever forgetting: harder than the real one. */
function countingLimiter(limit = PER_MINUTE) {
  const counts = new Map<string, number>();
  return {
    counts,
    limit: async ({ key }: { key: string }) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return { success: (counts.get(key) ?? 0) <= limit };
    },
  };
}

const closed = { limit: async () => ({ success: false }) };
const later = (site: SiteApp, seconds: number) => {
  site.now = new Date(site.now.getTime() + seconds * 1000);
};

async function challengeOf(answer: Response) {
  expect(answer.status).toBe(429);
  const { path, problem } = (await answer.json()) as DrawnPage;
  expect(path).toBe('/pause');
  expect(problem?.message).toContain('不用重填');
  return problem!.retry!;
}

/** Sends a form as a person does: whoever is asked to wait waits, and presses once more. */
async function press(
  site: SiteApp,
  path: string,
  form: Record<string, string>,
  seen: { challenges: number },
): Promise<string> {
  let answer = await site.send('POST', path, { form, headers: SCHOOL });
  if (answer.status === 429) {
    seen.challenges += 1;
    const { action, values } = await challengeOf(answer);
    expect(values).toMatchObject(form);
    later(site, PAUSE_SECONDS);
    answer = await site.send('POST', action, { form: values, headers: SCHOOL });
  }
  expect(answer.status).toBe(303);
  return answer.headers.get('Location') ?? '';
}

describe('many people behind one address', () => {
  it('all ninety sign in, challenged at most', { timeout: 30_000 }, async () => {
    const world = await createWorld();
    const site = createSiteApp(world, { ADDRESS_LIMITER: countingLimiter() });
    const seen = { challenges: 0 };
    for (let pupil = 0; pupil < 90; pupil += 1) {
      const form = { phone: `1380013${1000 + pupil}`, key: crypto.randomUUID(), next: '/me' };
      const codePage = new URL(await press(site, '/sign-in', form, seen), 'https://site.invalid');
      const codeId = codePage.searchParams.get('codeId') ?? '';
      const code = await readSentCode(world.ctx, codeId);
      const to = await press(site, '/sign-in/code', { codeId, code, next: '/me' }, seen);
      expect(to).toBe('/me');
    }
    expect(await world.ctx.db.$count(signIns)).toBe(90);
    expect(seen.challenges).toBe(2 * (90 - PER_MINUTE));
  });
});

describe('the challenge', () => {
  const form = () => ({ phone: '13800138000', key: crypto.randomUUID(), next: '/' });

  it('is not passed early, by another request, from another address, or an hour later', async () => {
    const world = await createWorld();
    const site = createSiteApp(world, { ADDRESS_LIMITER: closed });
    const send = (values: Record<string, string>, headers: Record<string, string> = SCHOOL) =>
      site.send('POST', '/sign-in', { form: values, headers });
    const { values } = await challengeOf(await send(form()));
    later(site, PAUSE_SECONDS - 1);
    const early = await send(values);
    expect(early.headers.get('Retry-After')).toBe('1');
    // Waiting does not begin anew for whoever presses early.
    expect((await challengeOf(early)).values['pause']).toBe(values['pause']);
    later(site, 1);
    await challengeOf(await send({ ...values, phone: '13800138001' }));
    await challengeOf(await send(values, { 'CF-Connecting-IP': '198.51.100.1' }));
    await challengeOf(await send({ ...values, pause: `${values['pause']}x` }));
    await challengeOf(await site.send('POST', '/inquiries', { form: values, headers: SCHOOL }));
    const forged = `${Date.now() - 60_000}.${values['pause']?.split('.')[1] ?? ''}`;
    await challengeOf(await send({ ...values, pause: forged }));
    const there = site.now;
    later(site, 3600);
    await challengeOf(await send(values));
    site.now = there;
    expect((await send(values)).status).toBe(303);
  });

  it('is a problem with a pass in a header for programs', async () => {
    const world = await createWorld();
    const site = createSiteApp(world, { ADDRESS_LIMITER: closed });
    const init = { json: { phone: '13800138000' }, key: crypto.randomUUID() };
    const first = await site.send('POST', '/api/sign-in-codes', { ...init, headers: SCHOOL });
    expect(first.status).toBe(429);
    expect(first.headers.get('Retry-After')).toBe(String(PAUSE_SECONDS));
    expect(await first.json()).toMatchObject({ code: 'pause_needed' });
    later(site, PAUSE_SECONDS);
    const headers = { ...SCHOOL, 'Anlan-Pause': first.headers.get('Anlan-Pause') ?? '' };
    expect((await site.send('POST', '/api/sign-in-codes', { ...init, headers })).status).toBe(201);
  });

  it('stands before everything that can be tried out or sends a message, and nothing else', async () => {
    const world = await createWorld();
    const limiter = countingLimiter();
    const site = createSiteApp(world, { ADDRESS_LIMITER: limiter });
    const guarded: string[] = [];
    for (const { method, pattern } of writingRoutes()) {
      const before = [...limiter.counts.values()].reduce((sum, n) => sum + n, 0);
      const path = pattern.replace(/:\w+/g, 'x');
      const body = pattern.startsWith('/api/') ? { json: {} } : { form: {} };
      await site.send(method, path, { ...body, headers: SCHOOL });
      const after = [...limiter.counts.values()].reduce((sum, n) => sum + n, 0);
      if (after > before) guarded.push(pattern);
    }
    expect(guarded).toEqual(
      [
        '/api/inquiries',
        '/api/sign-in-codes',
        '/api/sign-ins',
        '/inquiries',
        '/me/phone',
        '/me/phone/claim',
        '/me/phone/code',
        '/phone-objection',
        '/sign-in',
        '/sign-in/code',
        '/staff/sign-in',
        '/tickets',
        '/tickets/:code',
        '/track',
      ].sort(),
    );
    expect(Object.keys(Object.fromEntries(limiter.counts)).sort()).toEqual([
      'claim:203.0.113.7',
      'code:203.0.113.7',
      'inquiry:203.0.113.7',
      'sign-in:203.0.113.7',
      'ticket:203.0.113.7',
      'track:203.0.113.7',
    ]);
  });

  it('lets everybody pass where nothing counts, and says so in the log once', async () => {
    const world = await createWorld();
    const broken = {
      limit: async () => {
        throw new Error('away');
      },
    };
    for (const [more, event] of [
      [{}, 'address_limits_absent'],
      [{ ADDRESS_LIMITER: broken }, 'address_limits_failed'],
      [{ ADDRESS_LIMITER: closed, ADDRESS_CHALLENGES: '0' }, undefined],
    ] as const) {
      const site = createSiteApp(world, more);
      for (let n = 0; n < 3; n += 1) {
        const { status } = await site.send('POST', '/sign-in', { form: {}, headers: SCHOOL });
        expect(status).toBe(422);
      }
      const told = site.log.filter((line) => event && line.includes(event));
      expect(told).toHaveLength(event === undefined ? 0 : event.endsWith('absent') ? 1 : 3);
    }
  });
});

describe('a neighbourhood', () => {
  it('is an address, or in IPv6 the network of one household', () => {
    expect(neighbourhood('203.0.113.7')).toBe('203.0.113.7');
    expect(neighbourhood('2001:DB8:0:1::5')).toBe('2001:db8:0:1::/64');
    expect(neighbourhood('::1')).toBe('0:0:0:0::/64');
    expect(neighbourhood('2001:db8::')).toBe('2001:db8:0:0::/64');
  });

  it('is the same for every address of that network', () => {
    const group = fc.integer({ min: 1, max: 0xffff }).map((n) => n.toString(16));
    const four = fc.tuple(group, group, group, group);
    fc.assert(
      fc.property(four, four, four, (network, one, two) => {
        const at = (host: readonly string[]) => neighbourhood([...network, ...host].join(':'));
        expect(at(one)).toBe(at(two));
        expect(neighbourhood(`${network.join(':')}::${one[3]}`)).toBe(at(one));
      }),
    );
  });
});
