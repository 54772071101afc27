import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createClient, LibsqlError } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startLibsqlServer } from '../../../scripts/libsql/server.ts';
import type { Client, InStatement, ResultSet } from '@libsql/client';
import type { LibsqlServer, LibsqlServerOptions } from '../../../scripts/libsql/server.ts';

let directory: string;
let cleanups: (() => unknown)[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'libsql-'));
  cleanups = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<LibsqlServerOptions> = {}): Promise<LibsqlServer> {
  const server = await startLibsqlServer({ file: join(directory, 'http.db'), port: 0, ...options });
  cleanups.push(() => server.close());
  return server;
}

function open(url: string, config: { intMode?: 'bigint'; authToken?: string } = {}): Client {
  const client = createClient({ url, ...config });
  cleanups.push(() => client.close());
  return client;
}

interface Answer {
  status: number;
  body: {
    baton?: string | null;
    code?: string;
    message?: string;
    results?: { type: string; response?: Record<string, unknown>; error?: { code: string } }[];
  };
}

async function post(
  { url }: LibsqlServer,
  body: unknown,
  { path = '/v3/pipeline', headers = {}, signal = null as AbortSignal | null } = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: isRaw ? (body as BodyInit) : JSON.stringify(body),
    signal,
  });
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const execute = (sql: string) => ({ type: 'execute', stmt: { sql } });

function plain(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  return value;
}

/** Which counts to compare: the file driver has none with RETURNING, and a rowid for everything. */
type Counts = 'none' | 'change' | 'insert';

/** What must be the same over both ways. */
function observe(rs: ResultSet, counts: Counts = 'none'): unknown {
  return {
    columns: rs.columns,
    columnTypes: rs.columnTypes,
    rows: rs.rows.map((row) => rs.columns.map((_name, i) => plain(row[i]))),
    ...(counts === 'none' ? {} : { affected: rs.rowsAffected }),
    ...(counts === 'insert' ? { rowid: rs.lastInsertRowid } : {}),
  };
}

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof LibsqlError)) return { thrown: String(error) };
    const { name, code, message } = error;
    return { name, code, message, index: (error as { statementIndex?: number }).statementIndex };
  }
}

function walSize(file: string): number {
  return existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0;
}

function codeOf(value: unknown): unknown {
  return (value as { code?: string }).code;
}

const SCHEMA = `
  CREATE TABLE plan (
    id INTEGER PRIMARY KEY,
    title VARCHAR(20) NOT NULL UNIQUE,
    size REAL CONSTRAINT size_is_positive CHECK (size > 0),
    body BLOB,
    big INT
  );
  CREATE TABLE step (plan_id INTEGER NOT NULL REFERENCES plan (id), n INTEGER, PRIMARY KEY (plan_id, n)) WITHOUT ROWID;
  CREATE TABLE strict_one (a INTEGER NOT NULL, b ANY) STRICT;
  CREATE VIEW titles AS SELECT id, title AS 标题 FROM plan;
  CREATE TRIGGER plan_is_kept BEFORE DELETE ON plan BEGIN
    SELECT CASE WHEN old.id = 1 THEN RAISE(ABORT, '不能删除; "keep" it') END;
    SELECT RAISE(IGNORE) WHERE old.id = 2;
  END;
  CREATE TRIGGER plan_log AFTER UPDATE ON plan BEGIN INSERT INTO strict_one VALUES (new.id, new.title); END;
`;

const blob = Uint8Array.from({ length: 256 }, (_, i) => i ^ 0xab);

/** Statements run one by one. */
const STATEMENTS: [InStatement, Counts?][] = [
  [
    {
      sql: 'INSERT INTO plan VALUES (?, ?, ?, ?, ?)',
      args: [1, '安澜 🌊', 1.5, blob, 2n ** 63n - 1n],
    },
    'insert',
  ],
  [
    { sql: 'INSERT INTO plan (title, big) VALUES (:t, @b)', args: { t: 'two', b: -(2n ** 63n) } },
    'insert',
  ],
  [{ sql: 'INSERT INTO plan (title) VALUES ($t), ($t || 3)', args: { $t: "it's" } }, 'insert'],
  [{ sql: 'INSERT INTO plan (title) VALUES (?) RETURNING id, title AS t', args: ['returned'] }],
  [{ sql: 'WITH x(a) AS (SELECT 9) INSERT INTO plan (id, title) SELECT a, a FROM x' }, 'insert'],
  ['SELECT * FROM plan ORDER BY id'],
  ['SELECT 标题 FROM titles ORDER BY id; '],
  [
    "SELECT 1 AS a, 2 AS a, 'x' || 1, count(*), typeof(5.0), 5.0, NULL, x'', 1e300, -0.0, 9e999, -9e999",
  ],
  [{ sql: 'SELECT typeof(?), typeof(?), typeof(?), typeof(?)', args: [1, 1n, true, null] }],
  [{ sql: 'SELECT ?, length(?), hex(?)', args: ['a\n\t"\\ž\u2028', '', new ArrayBuffer(0)] }],
  [{ sql: 'SELECT ? AS at, ?', args: [new Date(1_672_662_896_000), 5e-324] }],
  [{ sql: 'SELECT :a, :b, :a || ?1', args: { a: 'one', ':b': 'two' } }],
  [{ sql: 'SELECT length(?), ?', args: ['长'.repeat(400_000), 'x'.repeat(1_000_000)] }],
  ["/* c; */ SELECT ';', \"id\" -- d; '\n FROM [plan] WHERE id = 1 /* open"],
  [
    'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n',
  ],
  ['SELECT id FROM plan WHERE 0'],
  ['UPDATE plan SET size = 2 WHERE id IN (1, 2)', 'change'],
  ['UPDATE plan SET size = 2 WHERE 0', 'change'],
  ["INSERT INTO plan (title) VALUES ('two')"],
  ["INSERT INTO plan (title) VALUES ('two') RETURNING id"],
  ["INSERT OR IGNORE INTO plan (title) VALUES ('two')"],
  ["INSERT INTO plan (title, size) VALUES ('neg', -1)"],
  ['INSERT INTO plan (title) VALUES (NULL)'],
  ["INSERT INTO plan (id, title) VALUES (1, 'again')"],
  ["INSERT INTO plan (id, title) VALUES ('text', 'mismatch')"],
  ["INSERT INTO strict_one VALUES ('x', 1)"],
  ['INSERT INTO step VALUES (999, 1)'],
  ['INSERT INTO step VALUES (1, 1), (1, 2)'],
  ['INSERT INTO step VALUES (1, 1)'],
  ['DELETE FROM plan WHERE id = 1'],
  ['DELETE FROM plan WHERE id = 2', 'change'],
  ['DELETE FROM plan WHERE id = 9', 'change'],
  ['SELECT nothing FROM plan'],
  ['SELECT * FROM missing'],
  ['SELEC 1'],
  ["SELECT 'open"],
  ['SELECT ?40000'],
  ['SELECT abs(-9223372036854775808)'],
  [{ sql: 'SELECT json(?)', args: ['{broken'] }],
  ['COMMIT'],
  ['CREATE TABLE plan (x)'],
  ['CREATE TABLE IF NOT EXISTS plan (x)'],
  ['PRAGMA foreign_keys'],
  ['PRAGMA recursive_triggers'],
  ['PRAGMA table_info(plan)'],
];

async function runBatches(client: Client): Promise<unknown[]> {
  const batch = (stmts: InStatement[], mode: 'write' | 'read' | 'deferred') =>
    outcome(async () => (await client.batch(stmts, mode)).map((rs) => observe(rs)));
  const migrate = (stmts: InStatement[]) =>
    outcome(async () => (await client.migrate(stmts)).map((rs) => observe(rs)));
  return [
    await batch(["INSERT INTO plan (title) VALUES ('b1')", 'SELECT count(*) FROM plan'], 'write'),
    await batch(["INSERT INTO plan (title) VALUES ('b2')", 'SELECT bad', 'SELECT 1'], 'write'),
    await batch(
      ["INSERT INTO plan (title) VALUES ('b3')", "INSERT INTO plan (title) VALUES ('b1')"],
      'deferred',
    ),
    await batch(
      ["INSERT INTO plan (title) VALUES ('b4')", 'DELETE FROM plan WHERE id = 1'],
      'write',
    ),
    await batch(['SELECT title FROM plan ORDER BY id', 'SELECT 2'], 'read'),
    await batch(
      Array.from({ length: 200 }, (_, i) => `SELECT ${i}`),
      'read',
    ),
    await migrate(['CREATE TABLE m (a)', 'ALTER TABLE m ADD COLUMN b']),
    await migrate(['CREATE TABLE m2 (a)', 'CREATE TABLE m2 (a)']),
  ];
}

async function runTransactions(client: Client): Promise<unknown[]> {
  const seen: unknown[] = [];
  const committed = await client.transaction('write');
  await committed.execute("INSERT INTO plan (title) VALUES ('t1')");
  // Over HTTP the client runs this as a batch of one, hence only the code is the same.
  seen.push(await outcome(() => committed.execute('SELECT bad')).then(codeOf));
  seen.push(
    await outcome(() => committed.batch(['SELECT 1', "INSERT INTO plan (title) VALUES ('t1')"])),
  );
  await committed.executeMultiple(
    "INSERT INTO plan (title) VALUES ('t2'); UPDATE plan SET size = 3;",
  );
  await committed.commit();
  seen.push(committed.closed, (await outcome(() => committed.execute('SELECT 1'))) !== undefined);
  const rolledBack = await client.transaction('deferred');
  await rolledBack.batch(["INSERT INTO plan (title) VALUES ('t3')", 'DROP TABLE step']);
  await rolledBack.rollback();
  const closed = await client.transaction('write');
  await closed.execute("INSERT INTO plan (title) VALUES ('t4')");
  closed.close();
  seen.push(observe(await client.execute('SELECT title FROM plan ORDER BY id')));
  return seen;
}

async function runMultiples(client: Client): Promise<unknown[]> {
  const many = (sql: string) => outcome(() => client.executeMultiple(sql));
  return [
    await many("CREATE TABLE em (a UNIQUE); INSERT INTO em VALUES (1), (';'); SELECT * FROM em;"),
    await many('INSERT INTO em VALUES (2); INSERT INTO em VALUES (1); INSERT INTO em VALUES (3);'),
    await many('BEGIN; INSERT INTO em VALUES (4); SELECT bad; COMMIT;'),
    await many('BEGIN; INSERT INTO em VALUES (5); COMMIT; -- the end'),
    await many(''),
    observe(await client.execute('SELECT a FROM em')),
  ];
}

async function dump(url: string): Promise<unknown> {
  const client = open(url, { intMode: 'bigint' });
  const schema = await client.execute('SELECT type, name, sql FROM sqlite_master ORDER BY name');
  const tables = schema.rows.filter((row) => row['type'] === 'table').map((row) => row['name']);
  const contents: unknown[] = [observe(schema)];
  for (const name of tables) {
    contents.push(observe(await client.execute(`SELECT * FROM "${name as string}"`)));
  }
  return contents;
}

async function runScript(client: Client): Promise<unknown[]> {
  const seen: unknown[] = [await outcome(() => client.executeMultiple(SCHEMA))];
  for (const [statement, counts] of STATEMENTS) {
    const result = await outcome(async () => observe(await client.execute(statement), counts));
    seen.push([statement, result]);
  }
  seen.push(await runBatches(client), await runTransactions(client), await runMultiples(client));
  return seen;
}

describe('compared with the embedded driver', () => {
  test('the same script gives the same rows, errors and contents', async () => {
    const server = await start();
    const fileUrl = `file:${join(directory, 'file.db')}`;
    const overFile = await runScript(open(fileUrl, { intMode: 'bigint' }));
    const overHttp = await runScript(open(server.url, { intMode: 'bigint' }));
    for (const [index, seen] of overFile.entries()) expect(overHttp[index]).toEqual(seen);
    await server.close();
    expect(walSize(join(directory, 'http.db'))).toBe(0);
    expect(await dump(`file:${join(directory, 'http.db')}`)).toEqual(await dump(fileUrl));
  });

  test('where it differs it does what hosted libSQL does', async () => {
    const client = open((await start()).url);
    await client.execute('CREATE TABLE t (a)');
    const returning = await client.execute('INSERT INTO t VALUES (1), (2) RETURNING a');
    expect([returning.rowsAffected, returning.lastInsertRowid]).toEqual([2, 2n]);
    expect((await client.execute('UPDATE t SET a = 3')).lastInsertRowid).toBeUndefined();
    const code = (statement: InStatement) => outcome(() => client.execute(statement));
    expect(await code('SELECT 1; SELECT 2')).toMatchObject({ code: 'SQL_MANY_STATEMENTS' });
    expect(await code(' -- nothing')).toMatchObject({ code: 'SQL_NO_STATEMENT' });
    expect(await code({ sql: 'SELECT ?, ?', args: [1] })).toMatchObject({ code: 'ARGS_INVALID' });
    expect(await code({ sql: 'SELECT ?', args: [1, 2] })).toMatchObject({ code: 'ARGS_INVALID' });
    expect(await code({ sql: 'SELECT :a', args: { b: 1 } })).toMatchObject({
      code: 'ARGS_INVALID',
    });
    const outside = [
      "ATTACH 'x' AS x",
      "VACUUM INTO 'x'",
      "SELECT readfile('x')",
      `SELECT "ReadFile"('x')`,
    ];
    for (const sql of outside) expect(await code(sql)).toMatchObject({ code: 'SQL_NOT_ALLOWED' });
  });

  test('a named CHECK and a RAISE keep their text and their extended code', async () => {
    const server = await start();
    await open(server.url).executeMultiple(SCHEMA);
    const failing = [
      "INSERT INTO plan (title, size) VALUES ('x', 0)",
      'INSERT INTO plan (id) VALUES (7)',
    ];
    const { body } = await post(server, { requests: failing.map(execute) });
    expect(body.results?.map(({ error }) => error)).toEqual([
      {
        message: 'CHECK constraint failed: size_is_positive',
        code: 'SQLITE_CONSTRAINT',
        extended_code: 'SQLITE_CONSTRAINT_CHECK',
      },
      {
        message: 'NOT NULL constraint failed: plan.title',
        code: 'SQLITE_CONSTRAINT',
        extended_code: 'SQLITE_CONSTRAINT_NOTNULL',
      },
    ]);
  });
});

describe('the protocol', () => {
  test.each(['/v2', '/v3', '/health'])('GET %s answers 200', async (path) => {
    expect((await fetch((await start()).url + path)).status).toBe(200);
  });

  test.each(['/v2/pipeline', '/v3/pipeline'])('all requests on %s', async (path) => {
    const server = await start();
    const first = await post(
      server,
      {
        baton: null,
        requests: [
          {
            type: 'sequence',
            sql: 'CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 2)',
          },
          { type: 'store_sql', sql_id: 7, sql: 'SELECT a, a + :x AS y FROM t' },
          { type: 'store_sql', sql_id: 7, sql: 'SELECT 1' },
          { type: 'describe', sql_id: 7 },
          { type: 'describe', sql: 'EXPLAIN DELETE FROM t WHERE a = ?2' },
          { type: 'describe', sql: 'SELEC' },
          { type: 'get_autocommit' },
          execute('BEGIN'),
          { type: 'get_autocommit' },
        ],
      },
      { path },
    );
    expect(first.body.results?.map(({ response, error }) => response ?? error?.code)).toMatchObject(
      [
        { type: 'sequence' },
        { type: 'store_sql' },
        'SQL_EXISTS',
        {
          result: {
            params: [{ name: ':x' }],
            cols: [
              { name: 'a', decltype: 'INTEGER' },
              { name: 'y', decltype: null },
            ],
            is_explain: false,
            is_readonly: true,
          },
        },
        {
          result: {
            params: [{ name: null }, { name: '?2' }],
            is_explain: true,
            is_readonly: false,
          },
        },
        'SQLITE_ERROR',
        { is_autocommit: true },
        { type: 'execute' },
        { is_autocommit: false },
      ],
    );
    const second = await post(
      server,
      {
        baton: first.body.baton,
        requests: [
          {
            type: 'execute',
            stmt: {
              sql_id: 7,
              named_args: [{ name: 'x', value: { type: 'integer', value: '4' } }],
            },
          },
          { type: 'execute', stmt: { sql: 'SELECT a FROM t', want_rows: false } },
          { type: 'close_sql', sql_id: 7 },
          { type: 'describe', sql_id: 7 },
          { type: 'close' },
          execute('SELECT 1'),
        ],
      },
      { path },
    );
    expect(second.body.baton).toBeNull();
    expect(
      second.body.results?.map(({ response, error }) => response ?? error?.code),
    ).toMatchObject([
      { result: { rows: [[{ value: '1' }, { type: 'integer', value: '5' }]] } },
      { result: { rows: [], cols: [{ name: 'a' }] } },
      { type: 'close_sql' },
      'SQL_NOT_FOUND',
      { type: 'close' },
      'STREAM_CLOSED',
    ]);
  });

  test('the conditions of a batch', async () => {
    const server = await start();
    const step = (sql: string, condition: unknown = null) => ({ stmt: { sql }, condition });
    const ok = (index: number) => ({ type: 'ok', step: index });
    const failed = (index: number) => ({ type: 'error', step: index });
    const steps = [
      step('SELECT 0'),
      step('SELECT bad'),
      step('SELECT 2', ok(1)),
      step('SELECT 3', failed(1)),
      step('SELECT 4', failed(2)),
      step('SELECT 5', { type: 'not', cond: ok(2) }),
      step('SELECT 6', { type: 'and', conds: [ok(0), failed(1)] }),
      step('SELECT 7', { type: 'and', conds: [ok(0), ok(1)] }),
      step('SELECT 8', { type: 'or', conds: [ok(1), ok(0)] }),
      step('SELECT 9', { type: 'or', conds: [] }),
      step('BEGIN', { type: 'is_autocommit' }),
      step('SELECT 11', { type: 'is_autocommit' }),
    ];
    const { body } = await post(server, { requests: [{ type: 'batch', batch: { steps } }] });
    const result = body.results?.[0]?.response?.['result'];
    const done = result as { step_results: unknown[]; step_errors: unknown[] };
    const ran = done.step_results.map((one, index) => (one === null ? null : index));
    expect(ran.filter((index) => index !== null)).toEqual([0, 3, 5, 6, 8, 10]);
    expect(done.step_errors.map((error) => error !== null).lastIndexOf(true)).toBe(1);
  });

  test('traces of one stream do not reach the next', async () => {
    const client = open((await start()).url);
    await client.executeMultiple('CREATE TEMP TABLE own (a); PRAGMA foreign_keys = OFF; BEGIN;');
    expect(await outcome(() => client.execute('SELECT * FROM own'))).toMatchObject({
      code: 'SQLITE_ERROR',
    });
    expect((await client.execute('PRAGMA foreign_keys')).rows[0]?.[0]).toBe(1);
    expect((await client.execute('PRAGMA journal_mode')).rows[0]?.[0]).toBe('wal');
    expect((await client.execute('PRAGMA synchronous')).rows[0]?.[0]).toBe(2);
  });

  test('an auth token is asked for where one is set', async () => {
    const server = await start({ authToken: 'secret' });
    expect((await post(server, { requests: [] })).status).toBe(401);
    const client = open(server.url, { authToken: 'secret' });
    expect((await client.execute('SELECT 1')).rows.length).toBe(1);
  });
});

describe('streams', () => {
  test('the second of two interactive transactions waits for the first', async () => {
    const client = open((await start()).url);
    await client.execute('CREATE TABLE t (a)');
    const first = await client.transaction('write');
    await first.execute('INSERT INTO t VALUES (1)');
    const second = await client.transaction('write');
    let isSecondDone = false;
    const waiting = second.execute('SELECT count(*) AS n FROM t').finally(() => {
      isSecondDone = true;
    });
    const loose = client.execute('INSERT INTO t VALUES (3)');
    expect((await client.execute('SELECT count(*) FROM t')).rows[0]?.[0]).toBe(0);
    expect((await first.execute('SELECT count(*) FROM t')).rows[0]?.[0]).toBe(1);
    expect(isSecondDone).toBe(false);
    await first.commit();
    expect((await waiting).rows[0]?.['n']).toBe(1);
    await second.execute('INSERT INTO t VALUES (2)');
    await second.rollback();
    await loose;
    expect((await client.execute('SELECT a FROM t')).rows.map((row) => row['a'])).toEqual([1, 3]);
  });

  test('a writer that waited in vain gets SQLITE_BUSY, a stale snapshot gets it at once', async () => {
    const client = open((await start({ busyWaitMs: 50 })).url);
    await client.execute('CREATE TABLE t (a)');
    const holder = await client.transaction('write');
    await holder.execute('INSERT INTO t VALUES (1)');
    const late = await outcome(() => client.execute('INSERT INTO t VALUES (2)'));
    expect(late).toMatchObject({ code: 'SQLITE_BUSY', message: 'SQLITE_BUSY: database is locked' });
    await holder.rollback();
    const stale = await client.transaction('deferred');
    await stale.execute('SELECT * FROM t');
    await client.execute('INSERT INTO t VALUES (3)');
    const busy = await outcome(() => stale.execute('INSERT INTO t VALUES (4)'));
    expect(busy).toMatchObject({ code: 'SQLITE_BUSY' });
    stale.close();
  });

  test('a stream that was refused a lock, or explained, sees later writes', async () => {
    const server = await start({ busyWaitMs: 20 });
    const client = open(server.url);
    await client.execute('CREATE TABLE t (a)');
    const holder = await client.transaction('write');
    await holder.execute('INSERT INTO t VALUES (1)');
    const count = execute('SELECT count(*) FROM t');
    const refused = [
      execute('INSERT INTO t VALUES (2)'),
      execute('EXPLAIN SELECT * FROM t'),
      count,
    ];
    const before = await post(server, { requests: refused });
    expect(before.body.results?.map(({ error }) => error?.code)).toEqual([
      'SQLITE_BUSY',
      undefined,
      undefined,
    ]);
    await holder.commit();
    const after = await post(server, {
      baton: before.body.baton,
      requests: [count, execute('INSERT INTO t VALUES (3)'), count],
    });
    const counts = after.body.results?.map(({ response }) => response?.['result']);
    const integer = (value: string) => ({ rows: [[{ type: 'integer', value }]] });
    expect(counts).toMatchObject([integer('1'), { rows: [] }, integer('2')]);
  });

  test('a silent stream expires and gives its lock back', async () => {
    const server = await start({ streamIdleMs: 100 });
    const client = open(server.url);
    await client.execute('CREATE TABLE t (a)');
    const requests = [execute('BEGIN IMMEDIATE'), execute('INSERT INTO t VALUES (1)')];
    const { body } = await post(server, { requests });
    await client.execute('INSERT INTO t VALUES (2)');
    expect((await client.execute('SELECT a FROM t')).rows.map((row) => row['a'])).toEqual([2]);
    const late = await post(server, { baton: body.baton, requests: [execute('COMMIT')] });
    expect([late.status, late.body.code]).toEqual([400, 'STREAM_EXPIRED']);
  });

  test('a client that vanishes leaves neither lock nor row', async () => {
    const server = await start({ streamIdleMs: 300 });
    const client = open(server.url);
    await client.execute('CREATE TABLE t (a)');
    const holder = await client.transaction('write');
    await holder.execute('INSERT INTO t VALUES (1)');
    const gone = new AbortController();
    const ghost = {
      requests: [execute('BEGIN IMMEDIATE'), execute("INSERT INTO t VALUES ('ghost')")],
    };
    const pending = post(server, ghost, { signal: gone.signal });
    await client.execute('SELECT 1');
    gone.abort();
    await expect(pending).rejects.toThrow();
    await holder.commit();
    await client.execute('INSERT INTO t VALUES (2)');
    expect((await client.execute('SELECT a FROM t')).rows.map((row) => row['a'])).toEqual([1, 2]);
  });

  test('batons change, work once and only on their server', async () => {
    const [server, other] = [await start(), await start({ file: join(directory, 'other.db') })];
    const { body } = await post(server, { requests: [execute('BEGIN')] });
    const next = await post(server, { baton: body.baton, requests: [] });
    expect(next.body.baton).not.toBe(body.baton);
    const refused = async (target: LibsqlServer, baton: unknown) => {
      const answer = await post(target, { baton, requests: [] });
      return [answer.status, answer.body.code];
    };
    expect(await refused(server, body.baton)).toEqual([400, 'BATON_REUSED']);
    expect(await refused(other, next.body.baton)).toEqual([400, 'BATON_INVALID']);
    expect(await refused(server, `${next.body.baton}x`)).toEqual([400, 'BATON_INVALID']);
    expect(await refused(server, '')).toEqual([400, 'BATON_INVALID']);
    expect((await post(server, { baton: next.body.baton, requests: [] })).status).toBe(200);
  });
});

describe('hostile input', () => {
  const value = (arg: unknown) => ({
    requests: [{ type: 'execute', stmt: { sql: 'SELECT ?', args: [arg] } }],
  });
  const batch = (condition: unknown) => ({
    requests: [{ type: 'batch', batch: { steps: [{ stmt: { sql: 'SELECT 1' }, condition }] } }],
  });
  const nested = '{"type":"not","cond":'.repeat(5_000) + '{}' + '}'.repeat(5_000);

  const BODIES: [string, unknown][] = [
    ['nothing', ''],
    ['broken JSON', '{"requests": ['],
    ['no object', '[]'],
    ['null', 'null'],
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['deep JSON', '['.repeat(200_000)],
    ['no requests', {}],
    ['requests of a wrong type', { requests: { length: 1 } }],
    ['a baton of a wrong type', { baton: 1, requests: [] }],
    ['an unknown request', { requests: [{ type: 'drop_everything' }] }],
    ['a prototype as request', '{"requests": [{"type": "__proto__"}]}'],
    ['a statement without SQL', { requests: [{ type: 'execute', stmt: {} }] }],
    ['SQL twice', { requests: [{ type: 'describe', sql: 'SELECT 1', sql_id: 1 }] }],
    ['SQL of a wrong type', { requests: [execute(5 as unknown as string)] }],
    ['a huge sql_id', { requests: [{ type: 'close_sql', sql_id: 1e300 }] }],
    ['a boolean value', value(true)],
    ['a boolean inside a value', value({ type: 'integer', value: true })],
    ['an integer as number', value({ type: 'integer', value: 1 })],
    ['an integer past 64 bits', value({ type: 'integer', value: '9223372036854775808' })],
    [
      'an infinite float',
      '{"requests":[{"type":"execute","stmt":{"sql":"SELECT ?","args":[{"type":"float","value":1e999}]}}]}',
    ],
    ['broken base64', value({ type: 'blob', base64: '***' })],
    ['an unknown value', value({ type: 'date', value: '1' })],
    ['an unknown condition', batch({ type: 'maybe' })],
    ['a condition on a later step', batch({ type: 'ok', step: 0 })],
    ['a deep condition', JSON.stringify(batch('@')).replace('"@"', nested)],
  ];

  test.each(BODIES)('%s is a 400', async (_name, body) => {
    const server = await start();
    const answer = await post(server, body);
    expect(answer.status).toBe(400);
    expect(typeof answer.body.message).toBe('string');
    expect((await post(server, { requests: [execute('SELECT 1')] })).status).toBe(200);
  });

  test('SQL with a NUL, lone surrogates and absurd parameters are answered', async () => {
    const server = await start();
    const sqls = [
      'SELECT 1\0',
      'SELECT "\ud800"',
      'SELECT ?99999999999',
      '\0',
      ';;',
      '$',
      'EXPLAIN',
    ];
    const { status, body } = await post(server, { requests: sqls.map(execute) });
    expect(status).toBe(200);
    expect(body.results?.map(({ type }) => type)).toEqual(sqls.map(() => 'error'));
  });

  test('a full disk is an error for the client, not the end of the server', async () => {
    const server = await start();
    const fill =
      'CREATE TABLE t (a); PRAGMA max_page_count = 4; INSERT INTO t VALUES (zeroblob(99999))';
    const { body } = await post(server, {
      requests: [{ type: 'sequence', sql: fill }, { type: 'close' }, execute('SELECT 1')],
    });
    expect(body.results?.[0]).toEqual({
      type: 'error',
      error: { message: 'database or disk is full', code: 'SQLITE_FULL' },
    });
    expect((await post(server, { requests: [execute('SELECT * FROM t')] })).status).toBe(200);
  });

  test('wrong paths, methods, sizes, pages and protocols are refused', async () => {
    const server = await start({ maxBodyBytes: 1_000 });
    const large = await post(server, JSON.stringify({ requests: [], pad: 'x'.repeat(3_000) }));
    expect([large.status, large.body.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect((await post(server, {}, { path: '/v1/execute' })).status).toBe(404);
    expect((await post(server, {}, { path: '/v2' })).status).toBe(405);
    expect((await fetch(`${server.url}/v3/pipeline`)).status).toBe(405);
    const page = await post(server, {}, { headers: { origin: 'https://example.org' } });
    expect(page.status).toBe(403);
    const rebound = httpRequest(`${server.url}/v3`, { headers: { host: 'example.org' } }).end();
    const [answer] = (await once(rebound, 'response')) as [{ statusCode: number; resume(): void }];
    answer.resume();
    expect(answer.statusCode).toBe(403);
    const socket = connect(server.port, '127.0.0.1').end('not http at all\r\n\r\n');
    expect(await text(socket)).toContain('400');
    expect((await post(server, { requests: [execute('SELECT 1')] })).status).toBe(200);
  });
});

describe('start and stop', () => {
  const cli = (...args: string[]) => {
    const child = spawn(process.execPath, ['scripts/libsql.ts', ...args]);
    cleanups.push(() => child.kill('SIGKILL'));
    return child;
  };

  test('says in one sentence why it does not start', async () => {
    const server = await start();
    const file = join(directory, 'x.db');
    await writeFile(join(directory, 'text.db'), 'no database '.repeat(1_000));
    const why = (options: Partial<LibsqlServerOptions>) =>
      startLibsqlServer({ file, port: 0, ...options }).then(
        String,
        (error: Error) => error.message,
      );
    expect(await why({ host: '0.0.0.0' })).toMatch(/0\.0\.0\.0 is refused.* loopback only\.$/);
    expect(await why({ host: '192.168.1.2' })).toContain('refused');
    expect(await why({ port: server.port })).toContain(`Port ${server.port} on`);
    expect(await why({ file: join(directory, 'no', 'x.db') })).toMatch(
      /^Cannot open .*directory\?$/,
    );
    expect(await why({ file: join(directory, 'text.db') })).toContain('not a SQLite database');
    expect(await why({ file: ':memory:' })).toContain('must be a file');
    if (existsSync('/dev/full')) expect(await why({ file: '/dev/full' })).toContain('disk is full');
  });

  test('the command exits with 1 and the sentence if the port is in use', async () => {
    const { port } = await start();
    const child = cli('--port', String(port), '--file', join(directory, 'x.db'));
    const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([message, code]).toEqual([`Port ${port} on 127.0.0.1 is already in use.\n`, 1]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s rolls back, closes and exits with 0',
    async (signal) => {
      const file = join(directory, 'cli.db');
      const child = cli('--port', '0', '--file', file);
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const client = open(line.toString().trim());
      await client.execute('CREATE TABLE t (a)');
      const transaction = await client.transaction('write');
      await transaction.execute('INSERT INTO t VALUES (1)');
      const exited = once(child, 'exit');
      child.kill(signal);
      expect(await exited).toEqual([0, null]);
      expect(walSize(file)).toBe(0);
      expect((await open(`file:${file}`).execute('SELECT * FROM t')).rows).toEqual([]);
    },
  );

  test('close() ends a waiting writer at once', async () => {
    const server = await start();
    const client = open(server.url);
    await client.execute('CREATE TABLE t (a)');
    const transaction = await client.transaction('write');
    await transaction.execute('INSERT INTO t VALUES (1)');
    const waiting = outcome(() => client.execute('INSERT INTO t VALUES (2)'));
    await client.execute('SELECT 1');
    await server.close();
    // Without a code: it came too late even to connect.
    expect(['SQLITE_BUSY', 'CLOSING', undefined]).toContain(codeOf(await waiting));
    const rows = await open(`file:${join(directory, 'http.db')}`).execute('SELECT * FROM t');
    expect(rows.rows).toEqual([]);
  });
});
