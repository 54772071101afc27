// What runs before anything is installed, on whatever Node the system has (18 or later): plain JavaScript,
// no packages. It installs what is missing and hands over to the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const OLDEST_NODE = 18;

/** @param {string} sentence @returns {never} */
function giveUp(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** The lock file that was installed last, so that `npm ci` runs once a change and not once a start. */
function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
}

/**
 * @param {string} node the Node that npm shall run on
 * @param {string[]} args
 */
function npm(node, args) {
  const cli = process.env['npm_execpath'];
  const [command, all] = cli ? [node, [cli, ...args]] : ['npm', args];
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env['PATH'] ?? ''}` };
  const options = { cwd: ROOT, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  const result = spawnSync(
    command,
    all,
    /** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */ (options),
  );
  if (result.status === 0) return;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  if (/ENOSPC/.test(output)) giveUp('The disk is full: the packages need about 700 MB.');
  giveUp(`npm ${args[0]} failed; the packages could not be installed.\n${output.slice(-2000)}`);
}

/**
 * npm leaves out optional packages that do not fit the Node it runs on, the compilers' binaries among them. On
 * an older system Node it is therefore run on the project's own, fetched first.
 * @param {(node: string) => void} install
 */
function onCurrentNode(install) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return install(process.execPath);
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const folder = join(ROOT, '.runtime');
  try {
    npm(process.execPath, [
      'install',
      '--prefix',
      folder,
      '--no-save',
      `node@${devDependencies.node}`,
    ]);
    install(join(folder, 'node_modules/node/bin/node'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ensureInstalled() {
  const marker = join(ROOT, 'node_modules/.installed-lock');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lockHash()) return;
  console.log('Installing packages (the first time takes a minute) …');
  onCurrentNode((node) => npm(node, ['ci']));
  writeFileSync(marker, lockHash());
}

/**
 * Runs a script of the project under its own Node and ends with that script's code.
 * @param {string} script path from the project's root
 */
export function runWithOwnNode(script) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    giveUp(`This needs Node ${OLDEST_NODE} or later to begin with; this is ${process.version}.`);
  }
  ensureInstalled();
  const node = join(ROOT, 'node_modules/node/bin/node');
  if (!existsSync(node)) {
    giveUp("The project's own Node is missing: delete node_modules and run this again.");
  }
  const args = [
    '--disable-warning=ExperimentalWarning',
    join(ROOT, script),
    ...process.argv.slice(2),
  ];
  const path = `${join(ROOT, 'node_modules/.bin')}:${dirname(node)}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path };
  const child = spawn(node, args, { cwd: ROOT, stdio: 'inherit', env });
  // Ctrl-C reaches the whole foreground group by itself; a signal to this process alone is passed on.
  process.on('SIGINT', () => {});
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('exit', (code) => process.exit(code ?? 1));
}
