import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files share what they import, which is most of their time; each test makes a world of its own (decision 51). */
const withoutServers = {
  isolate: false,
  // One for each core: vitest keeps one free for itself, which is half of a machine of two.
  maxWorkers: availableParallelism(),
  sequence: { groupOrder: 0 },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          ...withoutServers,
          // Only ends what hangs: a busy machine is no failure.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          include: ['tests/unit/**/*.test.ts', 'tests/structure.test.ts'],
          globalSetup: 'tests/helpers/database-setup.ts',
        },
      },
      {
        test: {
          name: 'api',
          ...withoutServers,
          // Only ends what hangs: a busy machine is no failure.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          include: ['tests/api/**/*.test.ts'],
          globalSetup: 'tests/helpers/database-setup.ts',
        },
      },
      {
        test: {
          name: 'worker',
          include: ['tests/worker/**/*.test.ts'],
          globalSetup: ['tests/helpers/worker-setup.ts', 'tests/helpers/database-setup.ts'],
          // Each file serves a site of its own in workerd, and spends half its time waiting for it.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
