import { describe, expect, it } from 'vitest';
import { LiveDesk, readLiveState, type Asking, type LiveState } from '../../functions/live.ts';
import { endBanner, extendBanner } from '../../src/features/banners/commands.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes, HOUR_MS } from '../../src/lib/time.ts';
import { decideWithdrawal, proposeWithdrawal } from '../../src/features/withdrawals/commands.ts';
import { createApi } from '../helpers/api.ts';
import {
  banner,
  colleague,
  liveBanner,
  proposal,
  withdrawnText,
} from '../helpers/losing-states-publications.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

describe('what every page must know', () => {
  it('is the lines that are live, the most urgent first', async () => {
    const world = await createWorld();
    await banner(world);
    const { bannerId: low } = await liveBanner(world, { level: 'notice', region: '320900' });
    const { bannerId: high, releaser } = await liveBanner(world, { level: 'orange' });
    const lines = async (ctx = world.ctx) => (await readLiveState(ctx)).banners;
    expect(await lines()).toEqual([
      expect.objectContaining({ id: high, place: null, until: NOW.getTime() + 6 * HOUR_MS }),
      expect.objectContaining({ id: low, place: '江苏省盐城市' }),
    ]);
    await extendBanner(world.ctx, releaser, { bannerId: low, hours: 72 }, key());
    await endBanner(world.ctx, releaser, { bannerId: high }, key());
    expect(await lines(world.at(addMinutes(NOW, 7 * 60)))).toEqual([
      expect.objectContaining({ id: low }),
    ]);
    expect(await lines(world.at(addMinutes(NOW, 72 * 60)))).toEqual([]);
  });

  it('is the last act on each text, once another has confirmed it', async () => {
    const world = await createWorld();
    await proposal(world, { slug: 'flood' });
    // Another kind's text of the same name is another text.
    await proposal(world, { kind: 'card' });
    await withdrawnText(world, { instead: 'gas-co' });
    const texts = async (ctx = world.ctx) => (await readLiveState(ctx)).texts;
    expect(await texts()).toEqual([
      {
        kind: 'guide',
        slug: 'cpr',
        act: 'withdraw',
        reason: '示例：次数写错了',
        instead: 'gas-co',
        since: NOW.getTime(),
      },
    ]);
    const later = world.at(addMinutes(NOW, 1));
    const back = { kind: 'guide', slug: 'cpr', act: 'reinstate', reason: '示例：改好了' };
    const { withdrawalId } = await proposeWithdrawal(later, await colleague(world), back, key());
    await decideWithdrawal(
      later,
      await colleague(world),
      { withdrawalId, decision: 'confirmed' },
      key(),
    );
    expect(await texts(later)).toMatchObject([{ kind: 'guide', slug: 'cpr', act: 'reinstate' }]);
    const card = { kind: 'card', slug: 'kiln-operator' };
    await withdrawnText(world, { ...card, instead: 'gas-kiln' });
    expect(await texts(later)).toContainEqual(
      expect.objectContaining({ ...card, act: 'withdraw', instead: 'gas-kiln' }),
    );
  });

  it('is told to copies elsewhere', async () => {
    const world = await createWorld();
    await withdrawnText(world);
    await withdrawnText(world, { kind: 'card', slug: 'kiln-operator', instead: 'gas-kiln' });
    await liveBanner(world);
    const { status, body } = await createApi(world).get('/live.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      asOf: NOW.toISOString(),
      banners: [{ level: 'red', until: addMinutes(NOW, 360).toISOString() }],
      texts: expect.arrayContaining([
        expect.objectContaining({ path: '/guides/cpr', state: 'withdrawn', instead: null }),
        {
          ...{ path: '/cards/kiln-operator', state: 'withdrawn', since: NOW.toISOString() },
          ...{ reason: '示例：次数写错了', instead: '/guides/gas-kiln' },
        },
      ]),
    });
  });
});

describe('the last known state', () => {
  const state = (asOf: number): LiveState => ({ asOf, banners: [], texts: [] });
  const away = async () => {
    throw new DomainError('unavailable', 'database_unavailable', '');
  };
  const never = () => new Promise<LiveState>(() => {});

  function desk(kept?: LiveState) {
    const one = new LiveDesk();
    const written: LiveState[] = [];
    const failures: unknown[] = [];
    let asked = 0;
    const at = (now: number, ask: Asking['ask']) =>
      one.state({
        now,
        ask: () => {
          asked += 1;
          return ask();
        },
        store: {
          read: async () => kept,
          write: async (fresh) => void written.push(fresh),
        },
        waitUntil: () => {},
        failed: (error) => failures.push(error),
      });
    return { one, at, written, failures, asked: () => asked };
  }

  it('is asked for once in five seconds, and anew after a change', async () => {
    const { one, at, asked, written } = desk();
    expect(await at(0, async () => state(0))).toEqual(state(0));
    expect(await at(4_999, async () => state(4_999))).toEqual(state(0));
    expect(await at(5_000, async () => state(5_000))).toEqual(state(5_000));
    one.forget();
    expect(await at(5_001, async () => state(5_001))).toEqual(state(5_001));
    expect(asked()).toBe(3);
    expect(written).toHaveLength(3);
  });

  it('outlives a database that fails, or does not answer', async () => {
    const { at, failures, asked } = desk();
    await at(0, async () => state(0));
    expect(await at(10_000, away)).toEqual(state(0));
    expect(failures).toHaveLength(1);
    expect(await at(10_001, away)).toEqual(state(0));
    expect(asked()).toBe(2);
    const startedAt = performance.now();
    expect(await at(20_000, never)).toEqual(state(0));
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('is what the edge kept when this isolate is new', async () => {
    expect(await desk(state(7)).at(100_000, away)).toEqual(state(7));
    const { at, asked } = desk(state(7));
    expect(await at(8, away)).toEqual(state(7));
    expect(asked()).toBe(0);
  });

  it('is nothing where nothing was ever known, and says so soon', async () => {
    const { at, asked } = desk();
    const startedAt = performance.now();
    expect(await at(0, never)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(await at(1, never)).toBeUndefined();
    expect(asked()).toBe(1);
  });

  it('is not undone by an older answer that comes late', async () => {
    const { at } = desk();
    let answer: (one: LiveState) => void = () => {};
    const late = at(0, () => new Promise((resolve) => (answer = resolve)));
    expect(await at(0, async () => state(2))).toEqual(state(2));
    answer(state(1));
    expect(await late).toEqual(state(2));
  });
});
