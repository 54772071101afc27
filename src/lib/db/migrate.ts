import type { Client } from '@libsql/client';
import { sha256 } from '../keyring.ts';
import { toHex } from '../ids.ts';

export interface Migration {
  /** The file's name, `0001_create_ledger.sql`: its order and its identity. */
  name: string;
  sql: string;
}

const createRegister = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT`;

/**
 * Brings a database up to date, one transaction a migration, in order of name. Safe to run twice, at the same
 * moment from two places, and against a live site. Migrations go forward only and are never edited once applied.
 * @returns the names applied now.
 * @throws Error naming a migration whose text has changed since it was applied.
 */
export async function migrate(
  client: Client,
  migrations: readonly Migration[],
  now: Date,
): Promise<string[]> {
  await client.execute(createRegister);
  const applied: string[] = [];
  for (const { name, sql } of [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const hash = toHex(await sha256(sql));
    if (await isApplied(client, name, hash)) continue;
    const register = `INSERT INTO schema_migrations VALUES ('${name}', '${hash}', ${now.getTime()})`;
    try {
      // The register's row comes first: of two runs at once, the second stops there with everything undone.
      await client.executeMultiple(`BEGIN IMMEDIATE;\n${register};\n${sql}\nCOMMIT;`);
      applied.push(name);
    } catch (error) {
      if (!(await isApplied(client, name, hash))) {
        throw new Error(`Migration ${name} failed and was undone.`, { cause: error });
      }
    }
  }
  return applied;
}

async function isApplied(client: Client, name: string, hash: string): Promise<boolean> {
  const { rows } = await client.execute({
    sql: 'SELECT sha256 FROM schema_migrations WHERE name = ?',
    args: [name],
  });
  const recorded = rows[0]?.['sha256'];
  if (recorded !== undefined && recorded !== hash) {
    throw new Error(`Migration ${name} was edited after it was applied. Write a new one instead.`);
  }
  return recorded !== undefined;
}

/**
 * Invariants lean on foreign keys, and SQLite leaves them off unless told otherwise.
 * @throws Error when the database's connections do not enforce them.
 */
export async function requireForeignKeys(client: Client): Promise<void> {
  const { rows } = await client.execute('PRAGMA foreign_keys');
  if (Number(rows[0]?.['foreign_keys']) !== 1) {
    throw new Error('The database does not enforce foreign keys. Turn them on at the server.');
  }
}
