import { defineConfig } from '@playwright/test';

const CHROMIUM_OFFLINE = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

const browser = process.env['CHROMIUM_PATH'];
const isRoot = process.getuid?.() === 0;

function definedEnvironment(): Record<string, string> {
  const given = Object.entries(process.env);
  return Object.fromEntries(given.filter((one): one is [string, string] => one[1] !== undefined));
}

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  globalSetup: './tests/helpers/browser-setup.ts',
  forbidOnly: true,
  // Flaky is broken: a test that needs a second try has failed.
  retries: 0,
  workers: 2,
  fullyParallel: true,
  // Wide, since they only end what hangs: how fast pages are is measured elsewhere, and a busy machine is no failure.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json']],
  use: {
    locale: 'zh-CN',
    // Two odd offsets, so that a time that leaks through the visitor's zone cannot look right by accident.
    timezoneId: 'Asia/Kathmandu',
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      // Without a locale of its own the browser cannot write a Chinese name of a file.
      env: { ...definedEnvironment(), LANG: 'C.UTF-8' },
      args: [...CHROMIUM_OFFLINE, ...(isRoot ? ['--no-sandbox'] : [])],
    },
  },
  projects: [
    {
      name: 'phone without JavaScript',
      testIgnore: [
        'accessibility.spec.ts',
        'application-drafts.spec.ts',
        'applications.spec.ts',
        'camera.spec.ts',
        'door-offline.spec.ts',
        'drill-whole.spec.ts',
        'drills-run.spec.ts',
        'keyboard.spec.ts',
        'lighthouse.spec.ts',
        'offline-guides.spec.ts',
        'passkey.spec.ts',
        'print.spec.ts',
        'site-visits.spec.ts',
        'upload.spec.ts',
      ],
      use: { viewport: { width: 360, height: 740 }, hasTouch: true, javaScriptEnabled: false },
    },
    {
      name: 'phone',
      testMatch: ['first-booking.spec.ts', 'keyboard.spec.ts'],
      use: { viewport: { width: 360, height: 740 }, hasTouch: true },
    },
    {
      name: 'desktop',
      use: { viewport: { width: 1280, height: 800 }, timezoneId: 'America/St_Johns' },
    },
  ],
});
