import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { expect, it } from 'vitest';
import { readMigrations } from '../../scripts/lib/migrations.ts';
import { migrate } from '../../src/lib/db/migrate.ts';
import { NOW } from '../helpers/session.ts';

it('keeps what was asked for and decided of guides before cards could be withdrawn', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'anlan-withdrawals-'));
  const client = createClient({ url: `file:${join(folder, 'test.db')}` });
  try {
    await client.execute('PRAGMA foreign_keys = ON');
    const all = await readMigrations();
    const remake = '0063_withdraw_texts.sql';
    const before = all.filter(({ name }) => name < remake);
    await migrate(client, before, NOW);
    await client.batch(
      [
        ...['p', 'q'].map(
          (
            id,
            nth,
          ) => `INSERT INTO people (id, phone_cipher, phone_hash, data_key_cipher, key_version, created_at, seen_at)
            VALUES ('${id}', x'00', x'${String(nth).repeat(64)}', x'00', 1, 1, 1)`,
        ),
        // Who may is asked by the guards, whose test is elsewhere.
        'DROP TRIGGER guide_withdrawals_guard',
        'DROP TRIGGER guide_withdrawal_decisions_guard',
        `INSERT INTO guide_withdrawals VALUES
          ('a', 'cpr', 'withdraw', '示例：写错了', 'gas-co', 'p', 1, 'confirmed', 2),
          ('b', 'flood', 'withdraw', '示例：写错了', NULL, 'p', 3, 'proposed', NULL)`,
        `INSERT INTO guide_withdrawal_decisions VALUES ('a', 'confirmed', 'q', 2)`,
      ],
      'write',
    );
    const read = async (sql: string) => (await client.execute(sql)).rows.map((row) => ({ ...row }));
    const rows = await read('SELECT * FROM guide_withdrawals ORDER BY id');
    const decisions = await read('SELECT * FROM guide_withdrawal_decisions');
    const remaking = all.filter(({ name }) => name === remake);
    await migrate(client, remaking, NOW);
    expect(await read('SELECT * FROM text_withdrawals ORDER BY id')).toEqual(
      rows.map(({ guide, ...row }) => ({ ...row, kind: 'guide', slug: guide })),
    );
    expect(await read('SELECT * FROM text_withdrawal_decisions')).toEqual(decisions);
    expect(await read('PRAGMA foreign_key_check')).toEqual([]);
    await expect(client.execute("DELETE FROM text_withdrawals WHERE id = 'a'")).rejects.toThrow(
      'FOREIGN KEY',
    );
    await expect(
      client.execute("UPDATE text_withdrawals SET kind = 'notice' WHERE id = 'a'"),
    ).rejects.toThrow('text_withdrawals_kind');
  } finally {
    client.close();
    await rm(folder, { recursive: true, force: true });
  }
});
