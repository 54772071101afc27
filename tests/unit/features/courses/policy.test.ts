import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { courseSession, offerOf } from '../../../../src/features/courses/policy.ts';
import {
  ADULT_AGE,
  COURSE_SLUGS,
  courseContentSchema,
  courseSessionInput,
} from '../../../../src/features/courses/schema.ts';
import { daysPlanned } from '../../../../src/features/halls/policy.ts';
import { hallContentSchema } from '../../../../src/features/halls/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';
import { domainErrorIn } from '../../../../src/lib/errors.ts';
import { addDays, calendarDate, formatTime } from '../../../../src/lib/time.ts';
import { NOW, planSession, testHall } from '../../../helpers/session.ts';

const content = (path: string) => new URL(`../../../../content/${path}`, import.meta.url);
const frontmatter = (path: string): unknown =>
  parseFrontmatter(readFileSync(content(path), 'utf8')).frontmatter;
const course = (slug: string) => courseContentSchema.parse(frontmatter(`courses/${slug}.md`));

const hall = { ...testHall, largePartyMin: null };
const input = (values: Record<string, unknown> = {}) =>
  courseSessionInput.parse({
    hallSlug: hall.slug,
    courseSlug: 'high-rise',
    date: addDays(calendarDate(NOW), 1),
    time: '10:05',
    minutes: '60',
    places: '20',
    partyMax: '3',
    heldAt: '示例教室',
    ...values,
  });
const reasonOf = (act: () => unknown) => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return domainErrorIn(error)?.reason;
  }
};

describe('the courses in content/', () => {
  it('are those that a session can belong to', () => {
    const files = readdirSync(content('courses/')).map((file) => file.replace('.md', ''));
    expect(files.toSorted()).toEqual(COURSE_SLUGS.toSorted());
  });

  it.each([...COURSE_SLUGS])('%s follows the schema and names guides that exist', (slug) => {
    const parsed = courseContentSchema.safeParse(frontmatter(`courses/${slug}.md`));
    expect(parsed.success ? '' : explainContentError(slug, parsed.error)).toBe('');
    for (const guide of course(slug).guides) {
      expect.soft(existsSync(content(`guides/${guide}.md`)), guide).toBe(true);
    }
  });
});

describe('a course session', () => {
  it('keeps the hall’s rules in their order, whenever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 24 * 60 - 1 }),
        fc.integer({ min: 15, max: 480 }),
        (daysAhead, minute, minutes) => {
          const date = addDays(calendarDate(NOW), daysAhead);
          const two = (number: number) => String(number).padStart(2, '0');
          const time = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
          const make = () =>
            courseSession(hall, input({ date, time, minutes: String(minutes) }), NOW);
          const reason = reasonOf(make);
          if (reason !== 'accepted') {
            const isTooFar = daysAhead >= daysPlanned(hall);
            expect(reason).toBe(isTooFar ? 'course_too_far_ahead' : 'course_starts_too_soon');
            if (!isTooFar) expect(daysAhead).toBe(0);
            return;
          }
          const session = make();
          expect(calendarDate(session.startsAt)).toBe(date);
          expect(formatTime(session.startsAt)).toBe(time);
          expect(session.endsAt.getTime() - session.startsAt.getTime()).toBe(minutes * 60_000);
          expect(session.bookingOpensAt).toEqual(NOW);
          expect(session.bookingClosesAt.getTime()).toBeGreaterThan(NOW.getTime());
          expect(session.bookingClosesAt.getTime()).toBeLessThanOrEqual(session.startsAt.getTime());
          expect(session.openPlaces).toBe(session.capacity);
        },
      ),
    );
  });

  it('takes no party that is larger than its places', () => {
    const large = input({ places: '2', partyMax: '3' });
    expect(reasonOf(() => courseSession(hall, large, NOW))).toBe('party_above_places');
  });

  it('is read from a form: an empty note is none, whole lines only, times as clocks show them', () => {
    expect(input({ joiningNote: ' ' }).joiningNote).toBe('');
    expect(input({ adultsOnly: 'yes' }).adultsOnly).toBe(true);
    expect(input({ adultsOnly: 'no' }).adultsOnly).toBe(false);
    for (const wrong of [
      { time: '24:00' },
      { time: '9:5' },
      { date: '2026-02-30' },
      { heldAt: '一\n二' },
      { places: '0' },
      { courseSlug: 'unknown' },
    ]) {
      expect(() => input(wrong)).toThrow();
    }
  });
});

describe('what a booking says of what is booked', () => {
  const words = hallContentSchema.parse(frontmatter('halls/yancheng.md'));

  it('is the hall for a visit', () => {
    const offer = offerOf(words, undefined, planSession());
    expect(offer.words.name).toBe(words.name);
    expect(offer.datesPage).toBe('/halls/yancheng#sessions');
  });

  it('is the course, with its place and what to bring to it', () => {
    const session = planSession({ courseSlug: 'self-rescue', heldAt: '二楼教室' });
    const offer = offerOf(words, course('self-rescue'), session);
    expect(offer.words).toMatchObject({
      name: '自救互救技能（实操课）',
      address: `${words.name}，二楼教室`,
      bring: course('self-rescue').bring,
    });
    expect(offer.datesPage).toBe('/courses/self-rescue#sessions');
  });

  it('for the class of volunteers begins with the age of adults', () => {
    expect(course('volunteer-training').ageMin).toBe(ADULT_AGE);
  });
});
