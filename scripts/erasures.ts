/**
 * `npm run --silent erasures -- list > erasures.json` writes whom the site has forgotten, as hashes that name nobody:
 * keep it beside the backups, and newer than they are. `npm run erasures -- apply erasures.json` forgets them again in
 * a database that was restored from a backup.
 */
import { readFile } from 'node:fs/promises';
import { reapplyErasures } from '../src/features/privacy/commands.ts';
import { listErasures } from '../src/features/privacy/queries.ts';
import { openCommandContext } from './lib/command-context.ts';

const [command, file] = process.argv.slice(2);
const usage = 'Usage: npm run erasures -- list | apply <file>';

if (command === 'list') {
  const ctx = await openCommandContext();
  console.log(JSON.stringify(await listErasures(ctx), null, 2));
  ctx.db.$client.close();
} else if (command === 'apply' && file) {
  const list = JSON.parse(await readFile(file, 'utf8')) as unknown;
  const ctx = await openCommandContext();
  console.log(`${await reapplyErasures(ctx, list)} accounts were erased again.`);
  ctx.db.$client.close();
} else {
  console.error(usage);
  process.exitCode = 2;
}
