import fc from 'fast-check';
import { expect, it } from 'vitest';
import { taskLine } from '../../../src/lib/tasks.ts';

const tasks = fc.uniqueArray(
  fc.record(
    { href: fc.string(), text: fc.string(), seldom: fc.constant(true as const) },
    { requiredKeys: ['href', 'text'] },
  ),
  { selector: ({ href }) => href, maxLength: 24 },
);

it('loses no task, keeps their order, and never hides the one that somebody is at', () => {
  fc.assert(
    fc.property(tasks, fc.nat(23), (all, nth) => {
      const here = all[nth]?.href;
      const { line, menu } = taskLine(all, here);
      const order = (some: readonly object[]) => some.map((one) => all.indexOf(one as never));
      expect([...line, ...menu].toSorted((a, b) => all.indexOf(a) - all.indexOf(b))).toEqual(all);
      for (const part of [line, menu])
        expect(order(part)).toEqual(order(part).toSorted((a, b) => a - b));
      expect(menu.every(({ seldom }) => seldom)).toBe(true);
      expect(menu.some(({ href }) => href === here)).toBe(false);
    }),
  );
});

it('needs no menu for a few', () => {
  const few = Array.from({ length: 10 }, (_, nth) => ({ href: `/${nth}`, seldom: true as const }));
  expect(taskLine(few, '/3').menu).toEqual([]);
  expect(taskLine([...few, { href: '/more' }], '/3').line.map(({ href }) => href)).toEqual([
    '/3',
    '/more',
  ]);
});
