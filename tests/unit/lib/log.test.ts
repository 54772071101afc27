import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { people } from '../../../src/features/accounts/table.ts';
import { createLog, errorFields } from '../../../src/lib/log.ts';
import { createTestDatabase } from '../../helpers/database.ts';

let remove = async () => {};
afterEach(() => remove());

describe('a failure in the log', () => {
  it('shows kind, code and frames, and nothing of the query’s values', async () => {
    const database = await createTestDatabase();
    remove = database.remove;
    await database.db.$client.execute('PRAGMA foreign_keys = OFF');
    await database.db.$client.execute('DROP TABLE people');
    const failure = await database.db
      .select()
      .from(people)
      .where(eq(people.id, '13800138000 王芳'))
      .catch((error: unknown) => error);
    expect(String(failure)).toContain('13800138000');
    const fields = errorFields(failure);
    expect(JSON.stringify(fields)).not.toMatch(/13800138000|王芳/);
    expect(fields).toMatchObject({ code: 'SQLITE_ERROR' });
    expect(fields['stack']).toMatch(/^at /);
  });

  it('survives what is no error', () => {
    expect(errorFields('a string with 13800138000')).toEqual({ error: 'string' });
  });
});

it('writes one JSON line an event, with the id of its request', () => {
  const lines: string[] = [];
  createLog('id-1', (line) => lines.push(line))('warn', 'something', { status: 503 });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    event: 'something',
    requestId: 'id-1',
    status: 503,
  });
});
