import { LibsqlError } from '@libsql/client';
import { describe, expect, it } from 'vitest';
import { constraintOf, refusalFor } from '../../../../src/lib/db/constraint.ts';
import { DomainError, type Refusals } from '../../../../src/lib/errors.ts';

/** Embedded driver, local server and hosted servers put different words around SQLite's own. */
const wordings: [string, string, string | undefined][] = [
  ['SQLITE_CONSTRAINT_TRIGGER', 'SQLITE_CONSTRAINT_TRIGGER: session_full', 'session_full'],
  ['SQLITE_CONSTRAINT', 'SQLITE_CONSTRAINT: SQLite error: session_full', 'session_full'],
  [
    'SQLITE_CONSTRAINT',
    'SQLITE_CONSTRAINT: SQLite error: CHECK constraint failed: session_not_oversold',
    'session_not_oversold',
  ],
  [
    'SQLITE_CONSTRAINT_UNIQUE',
    'SQLITE_CONSTRAINT_UNIQUE: UNIQUE constraint failed: bookings.person_id, bookings.session_id',
    'unique:bookings.person_id,bookings.session_id',
  ],
  [
    'SQLITE_CONSTRAINT',
    'SQLITE_CONSTRAINT: SQLite error: NOT NULL constraint failed: people.id',
    'not null:people.id',
  ],
  ['SQLITE_CONSTRAINT', 'SQLITE_CONSTRAINT: FOREIGN KEY constraint failed', 'foreign_key'],
  ['SQLITE_ERROR', 'SQLITE_ERROR: no such column: session_full', undefined],
];

describe('what refused a statement', () => {
  it.each(wordings)('%s %j is %j', (code, message, name) => {
    expect(constraintOf(new LibsqlError(message.replace(`${code}: `, ''), code))).toBe(name);
  });

  it('is nothing when the database did not refuse', () => {
    expect(constraintOf(new Error('UNIQUE constraint failed: a.b'))).toBeUndefined();
  });
});

describe('the refusal for it', () => {
  const refusals: Refusals = {
    session_full: { code: 'conflict', message: '满了' },
    'unique:a.b': { code: 'invalid', message: '重复', reason: 'repeated', field: 'b' },
  };
  const raised = (message: string) => new LibsqlError(message, 'SQLITE_CONSTRAINT');

  it('carries code, reason, words and field', () => {
    expect(refusalFor(raised('session_full'), refusals)).toMatchObject({
      code: 'conflict',
      reason: 'session_full',
      message: '满了',
      fields: [],
    });
    expect(refusalFor(raised('UNIQUE constraint failed: a.b'), refusals)).toMatchObject({
      reason: 'repeated',
      fields: [{ field: 'b', message: '重复' }],
    });
  });

  it('is the error itself when nobody foresaw it, inherited names included', () => {
    for (const message of ['something_else', 'toString', 'constructor']) {
      expect(refusalFor(raised(message), refusals)).not.toBeInstanceOf(DomainError);
    }
  });
});
