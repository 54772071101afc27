import { createClient } from '@libsql/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMigrations } from '../../../scripts/lib/migrations.ts';
import { startLibsqlServer, type LibsqlServer } from '../../../scripts/libsql/server.ts';
import { migrate, requireForeignKeys } from '../../../src/lib/db/migrate.ts';
import { NOW } from '../../helpers/session.ts';

let folder: string;
let server: LibsqlServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anlan-migrate-'));
  server = await startLibsqlServer({ file: join(folder, 'test.db'), port: 0 });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const one = { name: '0001_one.sql', sql: 'CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;' };

describe('migrating', () => {
  it('applies the real migrations once, and nothing the second time', async () => {
    const client = createClient({ url: server.url });
    const migrations = await readMigrations();
    const applied = await migrate(client, migrations, NOW);
    expect(applied).toEqual(migrations.map(({ name }) => name).sort());
    expect(await migrate(client, migrations, NOW)).toEqual([]);
    await requireForeignKeys(client);
  });

  it('applies each once when two places begin at the same moment', async () => {
    const migrations = await readMigrations();
    const runs = await Promise.all(
      [1, 2, 3].map(() => migrate(createClient({ url: server.url }), migrations, NOW)),
    );
    expect(runs.flat().sort()).toEqual(migrations.map(({ name }) => name).sort());
  });

  it('undoes a migration that fails half way and names it', async () => {
    const client = createClient({ url: server.url });
    const broken = {
      name: '0002_broken.sql',
      sql: 'CREATE TABLE two (id INTEGER) STRICT; SELECT nonsense;',
    };
    await expect(migrate(client, [one, broken], NOW)).rejects.toThrow('0002_broken.sql failed');
    const { rows } = await client.execute(
      "SELECT name FROM sqlite_schema WHERE name IN ('one', 'two')",
    );
    expect(rows.map((row) => row['name'])).toEqual(['one']);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    const client = createClient({ url: server.url });
    await migrate(client, [one], NOW);
    const edited = { ...one, sql: `${one.sql} -- later` };
    await expect(migrate(client, [edited], NOW)).rejects.toThrow('was edited after it was applied');
  });

  it('refuses a database that does not enforce foreign keys', async () => {
    const client = createClient({ url: ':memory:' });
    await client.execute('PRAGMA foreign_keys = OFF');
    await expect(requireForeignKeys(client)).rejects.toThrow('does not enforce foreign keys');
  });
});
