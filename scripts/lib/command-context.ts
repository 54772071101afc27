import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { readSettings } from '../../src/lib/env.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';

/** Nobody waits at a form: a far database may take its time. */
const TIMEOUT_MS = 30_000;

/** What a command run by hand works with, from the deployment's own settings. Its caller closes the database. */
export async function openCommandContext(): Promise<CommandContext> {
  const settings = readSettings(process.env);
  const db = openDatabase({
    url: settings.DATABASE_URL,
    authToken: settings.DATABASE_TOKEN,
    timeoutMs: TIMEOUT_MS,
  });
  const now = new Date();
  const keys = await Keyring.open(settings.PERSONAL_DATA_KEYS);
  return { db, now, keys, requestId: newId(now) };
}
