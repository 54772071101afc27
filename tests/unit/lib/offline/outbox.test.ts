import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockWords, learnClock, siteTime } from '../../../../src/lib/offline/clock.ts';
import type { Drawer } from '../../../../src/lib/offline/drawer.ts';
import { createOutbox, delayAfter, type Sending } from '../../../../src/lib/offline/outbox.ts';

/** The queue of a drawer, without a browser. */
function memoryDrawer(): Drawer {
  const values = new Map<string, unknown>();
  const rows = new Map<number, unknown>();
  let places = 0;
  let numbers = 0;
  return {
    read: async (name) => values.get(name),
    write: async (name, value) => void values.set(name, value),
    remove: async (name) => void values.delete(name),
    nextNumber: async () => (numbers += 1),
    push: async (entry) => void rows.set((places += 1), entry),
    queue: async () => [...rows].map(([place, entry]) => ({ place, entry })),
    drop: async (gone) => gone.forEach((place) => rows.delete(place)),
  };
}

describe('an outbox', () => {
  it('loses nothing and keeps the order, however often the link breaks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.array(fc.constantFrom<Sending['state']>('taken', 'no_link', 'sign_in'), {
          maxLength: 12,
        }),
        async (entries, luck) => {
          const taken: number[] = [];
          const states = [...luck];
          const outbox = createOutbox<number>(
            memoryDrawer(),
            async (batch) => {
              expect(batch.length).toBeLessThanOrEqual(7);
              const state = states.shift() ?? 'taken';
              if (state === 'taken') taken.push(...batch);
              return { state };
            },
            7,
          );
          for (const entry of entries) await outbox.add(entry);
          while ((await outbox.flush()).state !== 'taken') {
            expect([...taken, ...(await outbox.waiting())]).toEqual(entries);
          }
          expect(taken).toEqual(entries);
          expect(await outbox.waiting()).toEqual([]);
        },
      ),
    );
  });

  it('sends one batch at a time, however many ask', async () => {
    let sendings = 0;
    const outbox = createOutbox<string>(
      memoryDrawer(),
      async () => {
        sendings += 1;
        return { state: 'taken' };
      },
      50,
    );
    await outbox.add('once');
    await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()]);
    expect(sendings).toBe(1);
  });

  it('waits longer after each failure, and half a minute or so at most', () => {
    expect(delayAfter(1, 0.5)).toBe(2_000);
    expect(delayAfter(3, 0.5)).toBe(8_000);
    expect(delayAfter(40, 0.5)).toBe(30_000);
    expect(delayAfter(40, 1)).toBe(37_500);
  });
});

describe('the site’s clock on a device', () => {
  it('is learned from an answer, and told where the device’s is wrong', () => {
    const clock = learnClock(1_200_000, 0, 200);
    expect(siteTime(clock, 1_000)).toBe(1_200_900);
    expect(clockWords(clock)).toBe('慢了20分钟');
    expect(clockWords(learnClock(0, 600_000, 600_000))).toBe('快了10分钟');
    expect(clockWords(learnClock(60_000, 0, 0))).toBeUndefined();
  });
});
