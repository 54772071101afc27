import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { ROOT, run } from './processes.ts';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * A Chromium for the browser tests: the one named by CHROMIUM_PATH, Playwright's own, or the system's. Where
 * there is none it is installed: Debian's package on a CI machine, Playwright's download elsewhere.
 * @throws Error with the one sentence that says what to install.
 */
export async function ensureBrowser(): Promise<string> {
  const found = findBrowser();
  if (found) return found;
  console.log('Installing a browser for the tests …');
  if (process.env['CI'] && process.getuid?.() === 0) await installDebianChromium();
  else {
    const cli = join(ROOT, 'node_modules/@playwright/test/cli.js');
    await run(process.execPath, [cli, 'install', 'chromium'], { capture: true });
  }
  const installed = findBrowser();
  if (installed) return installed;
  throw new Error(
    'No browser for the tests: install Chromium or Google Chrome, or name one with CHROMIUM_PATH.',
  );
}

function findBrowser(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return named;
  return [chromium.executablePath(), ...SYSTEM_BROWSERS].find((path) => existsSync(path));
}

async function installDebianChromium(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { capture: true, env });
  const packages = ['chromium', 'fonts-noto-cjk'];
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    capture: true,
    env,
  });
}
