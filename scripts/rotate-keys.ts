/**
 * `npm run rotate-keys`: brings every row under the newest version of PERSONAL_DATA_KEYS, in small batches. It can
 * be stopped and run again at any time, beside a live site that knows both versions. Exit codes: 0 an older version
 * can be removed, 1 not yet.
 */
import { rotateKeys } from '../src/features/key-rotation/commands.ts';
import { rowsOfOlderVersions } from '../src/features/key-rotation/queries.ts';
import { openCommandContext } from './lib/command-context.ts';

const ctx = await openCommandContext();
const { version } = ctx.keys;
let total = 0;
for (let done = await rotateKeys(ctx); done > 0; done = await rotateKeys(ctx)) {
  total += done;
  console.log(`${total} rows brought under version ${version} …`);
}
const left = Object.entries(await rowsOfOlderVersions(ctx)).filter(([, rows]) => rows > 0);
if (left.length === 0) {
  console.log(
    `No row needs an older version than ${version}. The older ones can be removed from PERSONAL_DATA_KEYS.`,
  );
} else {
  const rows = left.map(([table, count]) => `${count} of ${table}`).join(', ');
  console.error(
    `Still under an older version: ${rows}. Sign-in codes wait until they have run out: run this again in five minutes.`,
  );
  process.exitCode = 1;
}
ctx.db.$client.close();
