import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  overlappingSeason,
  readDayHours,
  readWeekHours,
  weekText,
} from '../../../../src/features/openings/policy.ts';

describe('the lines of a week', () => {
  it('are read as people write them', () => {
    expect(
      readWeekHours('周二至周三 9:00-10:15 40 团体30 现场4\n\n星期日　09：00～10：15　２０人'),
    ).toEqual({
      hours: [
        ...[2, 3].map((weekday) => ({
          ...{ weekday, startsMinute: 540, endsMinute: 615, capacity: 40 },
          ...{ groupPlaces: 30, walkInPlaces: 4 },
        })),
        {
          ...{ weekday: 7, startsMinute: 540, endsMinute: 615, capacity: 20 },
          ...{ groupPlaces: 0, walkInPlaces: 0 },
        },
      ],
      problems: [],
    });
  });

  it.each([
    ['09:00-10:15 40', '请先写星期几'],
    ['周五至周二 09:00-10:15 40', '先后反了'],
    ['周二 09:00-08:15 40', '结束要比开始晚'],
    ['周二 09:60-10:15 40', '没有这个钟点'],
    ['周二 09:00-10:15 40 团体30 现场11', '不能比名额多'],
    ['周二 09:00-10:15 0', '至少1个'],
    ['周二 九点 40', '请写成'],
    ['周二 09:00-10:15 40\n每天 10:00-11:00 40', '时间重叠'],
  ])('%s is told what is wrong', (text, problem) => {
    const { problems } = readWeekHours(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.problem).toContain(problem);
  });

  it('come back as they were read, whatever they are', () => {
    const span = fc.record({
      weekday: fc.integer({ min: 1, max: 7 }),
      nth: fc.nat(10),
      minutes: fc.integer({ min: 15, max: 120 }),
      capacity: fc.integer({ min: 60, max: 200 }),
      groupPlaces: fc.nat(30),
      walkInPlaces: fc.nat(30),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(span, { selector: ({ weekday, nth }) => weekday * 100 + nth }),
        (spans) => {
          const hours = spans
            .map(({ nth, minutes, ...rest }) => ({
              ...rest,
              startsMinute: nth * 120,
              endsMinute: nth * 120 + minutes,
            }))
            .sort((a, b) => a.weekday - b.weekday || a.startsMinute - b.startsMinute);
          const read = readWeekHours(weekText(hours));
          expect(read.problems).toEqual([]);
          const sorted = read.hours.toSorted(
            (a, b) => a.weekday - b.weekday || a.startsMinute - b.startsMinute,
          );
          expect(sorted).toEqual(hours);
        },
      ),
    );
  });
});

it('reads a day without the weekday', () => {
  expect(readDayHours('18:30-19:45 40').hours).toMatchObject([{ startsMinute: 1110 }]);
  expect(readDayHours('周二 18:30-19:45 40').problems).toHaveLength(1);
});

it('finds seasons that meet, over the turn of the year too', () => {
  const season = (name: string, fromDay: string, untilDay: string) => ({
    ...{ hallSlug: 'x', season: name, fromDay, untilDay },
  });
  const winter = season('寒假', '12-20', '02-10');
  expect(overlappingSeason(season('新', '02-10', '03-01'), [winter])).toEqual(winter);
  expect(overlappingSeason(season('新', '11-01', '12-31'), [winter])).toEqual(winter);
  expect(overlappingSeason(season('新', '02-11', '12-19'), [winter])).toBeUndefined();
  expect(overlappingSeason(season('寒假', '12-01', '02-01'), [winter])).toBeUndefined();
});
