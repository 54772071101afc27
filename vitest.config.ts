import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
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
          globalSetup: 'tests/helpers/worker-setup.ts',
          // Each file serves a site of its own in workerd, and spends half its time waiting for it.
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
