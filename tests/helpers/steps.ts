import Libsql from 'libsql';
import type { InStatement } from '@libsql/client';
import type { Database } from '../../src/lib/db/client.ts';

/** What SQLite did for some statements, counted by itself: the same on every machine, however busy. */
export interface Work {
  /** Instructions of its virtual machine, triggers included. */
  steps: number;
  /** Rows that it walked over without an index. */
  scanned: number;
  /** Indexes that it made for a single statement. */
  madeIndexes: number;
}

type Sent = { sql: string; args: readonly unknown[] };

/** Everything that is sent to the database while something is done, in order. The database is changed by it. */
export async function recordStatements(
  { $client }: Database,
  act: () => Promise<unknown>,
): Promise<Sent[]> {
  const sent: Sent[] = [];
  const note = (statement: InStatement) => {
    const { sql, args = [] } = typeof statement === 'string' ? { sql: statement } : statement;
    if (!Array.isArray(args)) throw new Error('Arguments are sent by their places here.');
    sent.push({ sql, args });
  };
  const execute = $client.execute.bind($client);
  const batch = $client.batch.bind($client);
  Object.assign($client, {
    execute: async (statement: InStatement) => {
      note(statement);
      return execute(statement);
    },
    batch: async (statements: InStatement[], mode?: 'read' | 'write') => {
      statements.forEach(note);
      return batch(statements, mode);
    },
  });
  try {
    await act();
  } finally {
    Object.assign($client, { execute, batch });
  }
  return sent;
}

/** Sends the statements again and takes back what they wrote. @param url of a database file that nobody writes to. */
export function countWork(url: string, sent: readonly Sent[]): Work {
  const db = new Libsql(url.replace(/^file:/, ''));
  try {
    db.exec('PRAGMA foreign_keys = ON');
    db.exec('BEGIN');
    // Held until the end: SQLite lists the statements that still exist.
    const prepared = sent.map(({ sql, args }) => {
      const statement = db.prepare(sql);
      if (statement.reader) statement.all(...args);
      else statement.run(...args);
      return statement;
    });
    const counted = db
      .prepare(
        `SELECT sum(nstep) AS steps, sum(nscan) AS scanned, sum(naidx) AS madeIndexes
          FROM sqlite_stmt WHERE sql NOT LIKE '%sqlite_stmt%'`,
      )
      .get() as Work;
    if (prepared.length !== sent.length) throw new Error('A statement was lost.');
    db.exec('ROLLBACK');
    return counted;
  } finally {
    db.close();
  }
}
