import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { ROOT, run } from './processes.ts';

/** The same engine without a window's machinery: the tests take about half the processor time in it. */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell';

const SYSTEM_BROWSERS = [
  HEADLESS_SHELL,
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
  const isCi = process.env['CI'] !== undefined && process.getuid?.() === 0;
  const found = findBrowser();
  // On a CI machine with a full browser only, the shell is worth its installation.
  const isEnough = !isCi || !SYSTEM_BROWSERS.slice(1).includes(found ?? '');
  if (found && isEnough) return found;
  console.log('Installing a browser for the tests …');
  if (isCi) await installDebianChromium();
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
  const apt = (...args: string[]) => run('apt-get', ['-qq', ...args], { capture: true, env });
  const install = (name: string) =>
    apt('install', '-y', '--no-install-recommends', name, 'fonts-noto-cjk');
  await apt('update');
  const { code } = await install('chromium-headless-shell');
  if (code !== 0 && !findBrowser()) await install('chromium');
}
