import { describe, expect, it } from 'vitest';
import type { HallSession } from '../../../../src/features/halls/table.ts';
import { classHeldUntil, replacementFor } from '../../../../src/features/replacements/policy.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const DAY = 24 * 60;
const at = (days: number, values: Partial<HallSession> = {}) =>
  planSession({
    ...{ startsAt: addMinutes(NOW, days * DAY), capacity: 40, groupPlaces: 40 },
    ...values,
  });
const none = new Map<string, number>();

describe('what is held for a class', () => {
  it('is the next session with room for all of it among the places of groups, in the same month', () => {
    const lost = at(5);
    // 30 November, 1 December.
    const [sameMonth, nextMonth] = [at(4.5), at(6)];
    const find = (sessions: HallSession[], people = 40, free = none) =>
      replacementFor(lost, people, sessions, free, NOW)?.id;
    expect(find([sameMonth, nextMonth])).toBe(sameMonth.id);
    expect(find([nextMonth])).toBe(nextMonth.id);
    expect(find([nextMonth], 41)).toBeUndefined();
    expect(find([nextMonth], 40, new Map([[nextMonth.id, 39]]))).toBeUndefined();
    expect(find([at(6, { groupPlaces: 0 })])).toBeUndefined();
    expect(find([lost])).toBeUndefined();
  });

  it('stays for three days, and never longer than groups can ask', () => {
    const session = (hours: number) => ({ groupsReleaseAt: addMinutes(NOW, hours * 60) });
    expect(classHeldUntil(session(200), NOW)).toEqual(addMinutes(NOW, 72 * 60));
    expect(classHeldUntil(session(30), NOW)).toEqual(addMinutes(NOW, 30 * 60));
    expect(classHeldUntil(session(23), NOW)).toBeUndefined();
  });
});
