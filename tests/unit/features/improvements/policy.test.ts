import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dueWords,
  isInTime,
  isOverdue,
  MOVES,
  stepsFor,
} from '../../../../src/features/improvements/policy.ts';
import { IMPROVEMENT_STATES, STEP_KINDS } from '../../../../src/features/improvements/table.ts';

const hands = fc.record({
  ...{ owns: fc.boolean(), keeps: fc.boolean(), oversees: fc.boolean(), verifies: fc.boolean() },
});
const items = fc.record({
  state: fc.constantFrom(...IMPROVEMENT_STATES),
  ownerId: fc.constantFrom('me', 'other', null),
  finishedBy: fc.constantFrom('me', 'other', null),
});

describe('the life of an item', () => {
  it('offers only steps that begin where it stands', () => {
    fc.assert(
      fc.property(items, hands, (item, hand) => {
        for (const kind of stepsFor(item, 'me', hand)) expect(MOVES[kind].from).toBe(item.state);
      }),
    );
  });

  it('never lets anybody confirm their own work, nor have it vanish', () => {
    fc.assert(
      fc.property(items, hands, (item, hand) => {
        const may = stepsFor(item, 'me', hand);
        if (item.ownerId === 'me') {
          expect(may).not.toContain('verify');
          expect(may).not.toContain('reject');
          expect(may).not.toContain('drop');
        }
        if (item.finishedBy === 'me') expect(may).not.toContain('verify');
      }),
    );
  });

  it('offers nothing to whom it is nothing, and nothing once it is settled', () => {
    const nobody = { owns: false, keeps: false, oversees: false, verifies: false };
    fc.assert(
      fc.property(items, hands, (item, hand) => {
        expect(stepsFor(item, 'me', nobody)).toEqual([]);
        if (item.state === 'closed' || item.state === 'dropped') {
          expect(stepsFor(item, 'me', hand)).toEqual([]);
        }
      }),
    );
  });

  it('can be closed from wherever it is open, and left nowhere half-way', () => {
    const reached = new Set(['open']);
    for (let round = 0; round < STEP_KINDS.length; round += 1) {
      for (const { from, to } of Object.values(MOVES)) if (reached.has(from)) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...IMPROVEMENT_STATES].sort());
  });
});

describe('its day', () => {
  const item = { state: 'open' as const, dueDay: '2026-12-01' };
  it('is missed from the next one on, and by nothing that waits for somebody else', () => {
    expect(isOverdue(item, '2026-12-01')).toBe(false);
    expect(isOverdue(item, '2026-12-02')).toBe(true);
    expect(isOverdue({ ...item, state: 'finished' }, '2026-12-02')).toBe(false);
    expect(dueWords(item, '2026-12-01')).toBe('今天到期');
    expect(dueWords(item, '2026-12-03')).toBe('逾期2天');
    expect(dueWords(item, '2026-11-28')).toBe('还有3天');
  });

  it('is kept by what was mended on it, whenever it was verified', () => {
    const closed = { state: 'closed' as const, firstDueDay: '2026-12-01' };
    // A minute before and after midnight in China.
    expect(isInTime({ ...closed, finishedAt: new Date('2026-12-01T15:59:00Z') })).toBe(true);
    expect(isInTime({ ...closed, finishedAt: new Date('2026-12-01T16:01:00Z') })).toBe(false);
    expect(isInTime({ ...closed, state: 'open', finishedAt: null })).toBe(false);
  });
});
