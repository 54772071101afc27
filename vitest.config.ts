import { defineConfig } from 'vitest/config';

/** Vitest leaves one core to others; a CI machine of two has nobody else to leave it to. */
const maxWorkers = '100%';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers,
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
          maxWorkers,
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
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
