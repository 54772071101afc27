import { describe, expect, it } from 'vitest';
import { searchParties, walkInObjection } from '../../../src/browser/door-list.ts';
import { NO_TALLY, type DoorDay } from '../../../src/features/door/policy.ts';
import { NOW } from '../../helpers/session.ts';

const HOUR = 3_600_000;
const at = NOW.getTime();
const session = {
  id: 'under-way',
  startsAt: at,
  endsAt: at + HOUR,
  arrivalOpensAt: at - HOUR / 2,
  heldAt: '',
  walkInsLeft: 2,
  walkIns: NO_TALLY,
  walkInsOver: 0,
  walkInZone: null,
  isStopped: false,
};
const party = {
  id: 'family',
  code: 'ABCDEFGHJK',
  sessionId: session.id,
  name: '王**',
  label: null,
  size: 3,
  words: '2位成人、1位儿童',
  state: 'booked',
  arrivedAt: null,
  tally: NO_TALLY,
  zone: null,
  released: 0,
} as const;
const day: DoorDay = {
  ...{ hall: 'yancheng', day: '2026-11-25', at, closesAt: at + 12 * HOUR },
  ...{ conflicts: [], outages: [], lateMinutes: 15, closedZones: [] },
  sessions: [session, { ...session, id: 'stopped', isStopped: true }],
  parties: [party, { ...party, id: 'class', code: 'MNPQRSTUVW', name: '李*', label: '三年级2班' }],
};

describe('who is meant by what was typed', () => {
  it.for([
    ['HJK', ['family']],
    [' g-hjk ', ['family']],
    ['ｈｊｋ', ['family']],
    ['K', []],
    ['王', ['family']],
    ['王芳', ['family']],
    ['2班', ['class']],
    ['赵', []],
    [' - ', []],
  ] as const)('“%s”', ([typed, ids]) => {
    expect(searchParties(day, typed).map(({ id }) => id)).toEqual(ids);
  });

  it('is nobody without a list', () => {
    expect(searchParties(undefined, '王')).toEqual([]);
  });
});

describe('walk-ins', () => {
  it.for([
    ['under-way', 2, at, undefined],
    ['under-way', 3, at, '这一场只能再进2人'],
    ['under-way', 1, session.arrivalOpensAt - 1, '07:30起入场'],
    ['under-way', 1, session.endsAt, '这一场已经结束，不再登记'],
    ['under-way', 1, day.closesAt, '今天已经闭馆，不再登记'],
    ['stopped', 1, at, '这一场停开了，不能再放人进来'],
    ['', 1, at, '请选一个场次'],
  ] as const)('%s, %i people', ([id, people, now, why]) => {
    expect(walkInObjection(day, id, people, now)).toBe(why);
  });
});
