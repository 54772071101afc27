import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WorkCalendar } from '../../../../src/features/calendar/policy.ts';
import {
  adultsNeeded,
  answerDueAt,
  classFields,
  countWords,
  groupHistory,
  groupProblems,
  isOverdue,
  nextMonth,
  placements,
  readClasses,
  relatedGuides,
  sessionsNear,
  twoDayPlacements,
  typedClasses,
  whatFits,
} from '../../../../src/features/groups/policy.ts';
import { groupPlacesLeft } from '../../../../src/features/halls/policy.ts';
import { addMinutes, calendarDate } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const DAY = 24 * 60;

describe('placing classes', () => {
  const session = fc
    .record({
      day: fc.integer({ min: 4, max: 6 }),
      hour: fc.nat({ max: 5 }),
      places: fc.nat({ max: 60 }),
    })
    .map(({ day, hour, places }) =>
      planSession({
        startsAt: addMinutes(NOW, day * DAY + hour * 60),
        capacity: 60,
        groupPlaces: places,
      }),
    );
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });

  it('gives every class one session of one day and never more people than places', () => {
    fc.assert(
      fc.property(sizes, fc.array(session, { maxLength: 18 }), (classes, sessions) => {
        for (const { date, sessionIds } of placements(classes, sessions, NOW)) {
          expect(sessionIds).toHaveLength(classes.length);
          for (const one of sessions) {
            const inside = classes.filter((_, index) => sessionIds[index] === one.id);
            const people = inside.reduce((sum, size) => sum + size, 0);
            expect(people).toBeLessThanOrEqual(groupPlacesLeft(one));
            if (people > 0) expect(calendarDate(one.startsAt)).toBe(date);
          }
        }
      }),
    );
  });

  it('finds six classes of forty six sessions of a day, in any order of the sessions’ places', () => {
    const sessions = Array.from({ length: 6 }, (_, index) =>
      planSession({
        startsAt: addMinutes(NOW, 4 * DAY + index * 90),
        capacity: 40,
        groupPlaces: 40,
      }),
    );
    const [day] = placements([40, 40, 40, 40, 40, 40], sessions, NOW);
    expect(new Set(day?.sessionIds).size).toBe(6);
    expect(placements([40, 40, 40, 40, 40, 40, 1], sessions, NOW)).toEqual([]);
  });

  it('keeps the emptiest session for what comes after', () => {
    const at = (hour: number, groupPlaces: number) =>
      planSession({ startsAt: addMinutes(NOW, 4 * DAY + hour * 60), capacity: 60, groupPlaces });
    const [wide, tight] = [at(0, 50), at(1, 20)];
    expect(placements([20, 50], [wide, tight], NOW)[0]?.sessionIds).toEqual([tight.id, wide.id]);
  });

  it('offers nothing in a session that is closed to groups', () => {
    const late = planSession({
      startsAt: addMinutes(NOW, 4 * DAY),
      groupPlaces: 40,
      groupsReleaseAt: NOW,
    });
    expect(placements([10], [late], NOW)).toEqual([]);
    expect(placements([10], [late], addMinutes(NOW, -1))).toHaveLength(1);
  });
});

describe('a group that no day takes whole', () => {
  const onDay = (day: number, groupPlaces: number, many = 2) =>
    Array.from({ length: many }, (_, nth) =>
      planSession({
        startsAt: addMinutes(NOW, day * DAY + nth * 90),
        capacity: 60,
        groupPlaces,
      }),
    );

  it('is offered two days, skipping those between them that are of no use', () => {
    const sessions = [...onDay(4, 40), ...onDay(5, 10), ...onDay(6, 40), ...onDay(30, 40)];
    const sizes = [40, 40, 40, 40];
    expect(placements(sizes, sessions, NOW)).toEqual([]);
    const offered = twoDayPlacements(sizes, sessions, NOW);
    expect(offered).toHaveLength(1);
    const [{ date, until, sessionIds }] = offered as [(typeof offered)[number]];
    const used = sessions.filter(({ id }) => sessionIds.includes(id));
    expect([...new Set(used.map(({ startsAt }) => calendarDate(startsAt)))]).toEqual([date, until]);
  });

  it('hears how many of its classes one day takes, and which class is too large for any', () => {
    const sessions = onDay(4, 40);
    expect(whatFits([40, 40, 40], sessions, NOW)).toEqual({
      ...{ tooLarge: [], sessionMax: 40, most: 2 },
      mostOn: calendarDate(sessions[0]!.startsAt),
    });
    expect(whatFits([30, 41], sessions, NOW)).toMatchObject({ tooLarge: [1], most: 1 });
    expect(whatFits([10], [], NOW)).toEqual({
      ...{ tooLarge: [0], sessionMax: 0, most: 0, mostOn: undefined },
    });
  });

  it('never hears of fewer classes than do fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat({ max: 60 }), { maxLength: 4 }),
        (sizes, places) => {
          const sessions = places.flatMap((groupPlaces, day) => onDay(4 + day, groupPlaces, 1));
          const { most } = whatFits(sizes, sessions, NOW);
          expect(most === sizes.length).toBe(placements(sizes, sessions, NOW).length > 0);
        },
      ),
    );
  });

  it('is moved only to where it has room, within two weeks', () => {
    const sessions = [...onDay(4, 40, 1), ...onDay(5, 10, 1), ...onDay(19, 40, 1)];
    const near = sessionsNear(sessions, addMinutes(NOW, 4 * DAY), 30, NOW);
    expect(near).toEqual([sessions[0]]);
  });
});

describe('what is typed', () => {
  const hall = { groupMin: 2, minorsPerAdult: 10, groupMonthPlaces: 100 };
  const row = (nth: number, values: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, text]) => [`classes.${nth}.${name}`, text]),
    );

  it('keeps its rows, closes the gaps between them, and counts empty children as none', () => {
    const values = {
      ...row(0, { label: '一班', adults: '4', boys: '20', girls: '20', others: '' }),
      ...row(1, { label: ' ', adults: '', boys: '', girls: '', others: '' }),
      ...row(2, { label: '', adults: '', boys: '', girls: '', others: '5' }),
    };
    const rows = typedClasses(values);
    expect(rows.map(({ label, others }) => [label, others])).toEqual([
      ['一班', '0'],
      ['', '5'],
    ]);
    expect(typedClasses(classFields(rows))).toEqual(rows);
    expect(readClasses(hall, rows)).toMatchObject({
      form: {
        fields: [
          { field: 'classes.1.adults', message: '请填写几位老师或家长' },
          { field: 'classes.1.label' },
        ],
      },
    });
  });

  it('is judged by the hall’s rules, its share of a month among them', () => {
    const many = typedClasses({
      ...row(0, { label: '一班', adults: '10', others: '41' }),
      ...row(1, { label: '二班', adults: '10', others: '41' }),
    });
    expect(readClasses(hall, many)).toMatchObject({
      form: {
        fields: [{ field: 'classes', message: expect.stringContaining('最多100人') as string }],
      },
    });
    expect(readClasses(hall, many.slice(1))).toMatchObject({ classes: [{ label: '二班' }] });
    expect(readClasses({ ...hall, groupMonthPlaces: null }, many)).toHaveProperty('classes');
    expect(readClasses(hall, [])).toMatchObject({ form: { fields: [{ field: 'classes' }] } });
  });
});

describe('a request in words', () => {
  const request = {
    ...{ id: 'r', code: 'ABCDEFGHJK', hallSlug: 'yancheng', personId: 'p', organisationId: null },
    ...{ kind: 'school' as const, groupName: '示例小学', buses: 0, lunch: false },
    ...{ leaderNameCipher: new Uint8Array(), needsCipher: new Uint8Array() },
    ...{
      askedAt: NOW,
      heldUntil: new Date('2026-11-30T04:00:00Z'),
      answerDueAt: addMinutes(NOW, 2 * DAY),
      state: 'asked' as const,
    },
  };
  const decided = (decision: 'countered' | 'accepted' | 'refused', reason = '') => ({
    ...{ id: decision, requestId: 'r', decision, reason, decidedBy: 'm', decidedAt: NOW },
  });
  const states = (history: readonly { title: string; state: string }[]) =>
    history.map(({ title, state }) => `${title}:${state}`);

  it('tells what has happened and what is next', () => {
    expect(states(groupHistory(request, [], NOW))).toEqual(['提出申请:done', '等场馆答复:now']);
    const countered = { ...request, state: 'countered' as const };
    expect(states(groupHistory(countered, [decided('countered', '检修')], NOW)).at(-1)).toBe(
      '等领队答复:now',
    );
    const approved = { ...request, state: 'approved' as const };
    const both = [decided('countered', '检修'), decided('accepted')];
    expect(states(groupHistory(approved, both, NOW)).slice(-2)).toEqual([
      '领队接受了新的时间:done',
      '参观:next',
    ]);
    const refused = { ...request, state: 'refused' as const };
    expect(states(groupHistory(refused, [decided('refused', '闭馆')], undefined)).at(-1)).toBe(
      '场馆没有通过:now',
    );
  });

  it('counts a class by sex only where the school did', () => {
    const booking = { adults: 4, children: 40 };
    expect(countWords(booking, { boys: 19, girls: 21 })).toBe('4位成人，男生19人，女生21人');
    expect(countWords(booking, { boys: null, girls: null })).toBe('4位成人，40个孩子');
    expect(countWords({ adults: 12, children: 0 }, { boys: 0, girls: 0 })).toBe('12位成人');
  });

  it('leads to guides that exist', () => {
    const slugs = Object.values(relatedGuides).flat();
    const missing = slugs.filter((slug) => !existsSync(`content/guides/${slug}.md`));
    expect(missing).toEqual([]);
  });

  it('knows the month after December', () => {
    expect([nextMonth('2026-11'), nextMonth('2026-12')]).toEqual(['2026-12', '2027-01']);
  });
});

describe('the rules for groups', () => {
  const hall = { groupMin: 15, minorsPerAdult: 10 };
  const counts = (adults: number, others: number) => ({ adults, boys: 0, girls: 0, others });

  it('ask one adult for every ten minors begun, and one at least', () => {
    expect(adultsNeeded(hall, 0)).toBe(1);
    expect(adultsNeeded(hall, 10)).toBe(1);
    expect(adultsNeeded(hall, 11)).toBe(2);
    fc.assert(
      fc.property(fc.nat({ max: 200 }), (minors) => {
        expect(adultsNeeded(hall, minors) * 10).toBeGreaterThanOrEqual(minors);
      }),
    );
  });

  it('name the class that has too few adults', () => {
    const second = { ...counts(3, 40), label: '三（2）班' };
    expect(groupProblems(hall, [counts(4, 40), second])).toEqual([
      { index: 1, field: 'adults', message: '三（2）班：40个孩子至少要4位成人（每10个孩子1位）' },
    ]);
  });

  it('send a small party to the booking for families', () => {
    expect(groupProblems(hall, [counts(2, 12)])).toEqual([
      { field: 'classes', message: '团体至少15人，你们14人。人少请按家庭预约。' },
    ]);
    expect(groupProblems(hall, [counts(3, 12)])).toEqual([]);
  });
});

describe('the answer', () => {
  it('is due at the end of the second workday, holidays left out', () => {
    const days = ['2026-11-26', '2026-11-27'].map((day) => ({
      day,
      year: 2026,
      kind: 'holiday' as const,
      name: '示例',
    }));
    // NOW is a Wednesday.
    const due = (calendar: WorkCalendar) => answerDueAt(calendar, NOW);
    expect(due(new WorkCalendar([], []))).toEqual(new Date('2026-11-27T23:59:00+08:00'));
    expect(due(new WorkCalendar([2026], days))).toEqual(new Date('2026-12-01T23:59:00+08:00'));
  });

  it('is late only after its last minute, and only while it has not come', () => {
    const answerDue = NOW;
    const at = (minutes: number, state: 'asked' | 'approved' = 'asked') =>
      isOverdue({ state, answerDueAt: answerDue }, addMinutes(NOW, minutes));
    expect(at(0)).toBe(false);
    expect(at(1)).toBe(true);
    expect(at(1, 'approved')).toBe(false);
  });
});
