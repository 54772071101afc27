import { glob } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { listTables } from '../helpers/database.ts';
import { losingStates } from '../helpers/losing-states.ts';
import { createWorld, type World } from '../helpers/world.ts';
import { DomainError } from '../../src/lib/errors.ts';

/** `bookings.createBooking`: every function that any feature's commands.ts exports. */
async function listCommands(): Promise<string[]> {
  const names: string[] = [];
  for await (const file of glob('src/features/*/commands.ts')) {
    const feature = file.split(/[\\/]/).at(-2);
    const path = new URL(`../../${file}`, import.meta.url).href;
    const module = (await import(/* @vite-ignore */ path)) as Record<string, unknown>;
    names.push(...Object.keys(module).map((name) => `${feature}.${name}`));
  }
  return names.sort();
}

const ATTEMPTS = [
  'sign_in_attempts',
  'credential_attempts',
  'return_tries',
  'ticket_tries',
  'waitlist_tries',
  'mail_attempts',
];

/** Everything the database holds except what counts attempts: refused ones are meant to be counted. */
async function snapshot({ ctx }: World): Promise<Record<string, unknown>> {
  const { $client } = ctx.db;
  const tables = (await listTables(ctx.db)).filter((one) => !ATTEMPTS.includes(one));
  // Most of the two hundred tables are empty in most worlds, and are told from the others by one question.
  const filled = tables.map((name) => `SELECT '${name}' WHERE EXISTS (SELECT 1 FROM "${name}")`);
  const { rows: found } = await $client.execute(filled.join(' UNION ALL '));
  const contents: Record<string, unknown> = {};
  for (const { 0: name } of found) {
    const { rows } = await $client.execute(`SELECT * FROM "${name as string}" ORDER BY 1, 2`);
    contents[name as string] = rows.map((row) => JSON.stringify(Object.values(row), readable));
  }
  return contents;
}

function readable(_key: string, value: unknown): unknown {
  return value instanceof ArrayBuffer ? Buffer.from(value).toString('hex') : value;
}

describe('a command in its losing state', () => {
  it('is told of here for every command that exists', async () => {
    expect([...new Set(losingStates.map(({ command }) => command))].sort()).toEqual(
      await listCommands(),
    );
  });

  it.each(losingStates)('$command: $state', async ({ prepare, reason }) => {
    const world = await createWorld();
    const run = await prepare(world);
    const before = await snapshot(world);
    const outcome = await run().catch((error: unknown) => error);
    if (reason === null) expect(outcome).toBe(0);
    else {
      expect(outcome).toBeInstanceOf(DomainError);
      expect((outcome as DomainError).reason).toBe(reason);
    }
    expect(await snapshot(world)).toEqual(before);
  });
});
