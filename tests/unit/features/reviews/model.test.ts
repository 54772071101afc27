import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { courseOf } from '../../../../src/features/applications/policy.ts';
import { nextSteps, standingOf } from '../../../../src/features/reviews/policy.ts';
import {
  ACTS,
  DAY,
  HOUR,
  iso,
  play,
  rightsFrom,
  stories,
} from '../../../helpers/review-stories.ts';

describe('whatever is tried, in whatever order', () => {
  it('is allowed and leads where a second account of the rules says', () => {
    const reached = new Set<string>();
    const acts = new Set<string>();
    fc.assert(
      fc.property(stories, (story) => {
        play(story, ({ ground, file: now, model }, one, isAllowed, modelSays) => {
          expect(`${one.act} ${isAllowed}`).toBe(`${one.act} ${modelSays}`);
          expect(courseOf(ground, now, one.at).state).toBe(model.state);
          reached.add(model.state.replace(/:.*/, ''));
          if (isAllowed) acts.add(one.act);
        });
      }),
      { numRuns: 250, seed: 20261122 },
    );
    // The stories go everywhere: a comparison of nothing but drafts would prove nothing.
    expect(reached.size).toBe(11);
    expect(acts).toEqual(new Set(ACTS));
  });

  it('never lets two offices move a file at once', () => {
    fc.assert(
      fc.property(stories, (story) => {
        play(story, ({ ground, file: now }, { at }) => {
          const offices = nextSteps(now, ground, at)
            .map(({ by }) => by)
            .filter((by) => by !== 'applicant');
          expect(new Set(offices).size).toBeLessThanOrEqual(1);
        });
      }),
      { numRuns: 100, seed: 8 },
    );
  });

  it('names no file that lacks a step, a visit, an opinion, points or a day of its notice', () => {
    let named = 0;
    fc.assert(
      fc.property(stories, (story) => {
        const { file: end, ground } = play(story, () => undefined);
        const at = end.decisions.findIndex(({ act }) => act === 'naming');
        if (at < 0) return;
        named += 1;
        const before = end.decisions.slice(0, at);
        const { steps, notice } = ground.programme;
        for (const step of steps) {
          const here = before.filter(({ on }) => on === `step:${step.key}`);
          const acts = here.map(({ act }) => act);
          if (step.optional) continue;
          expect(acts.at(-1)).toBe('approval');
          const isDrawn = here.some((one) => one.act === 'draw' && one.drawn);
          const isVisited = step.visit !== 'none' && (step.visit.percent === 100 || isDrawn);
          expect(!isVisited || acts.includes('visit')).toBe(true);
          expect(acts.filter((act) => act === 'opinion').length).toBe(
            Math.max(0, step.departments.length - 1),
          );
          const scores = here.flatMap((one) => (one.act === 'approval' ? [one.scores] : [])).at(-1);
          const sum = Object.values(scores ?? {}).reduce((total, one) => total + one, 0);
          expect(step.scoring === 'none' || sum >= 100).toBe(true);
        }
        for (const one of before) {
          if (one.act === 'submission' || one.act === 'correction') {
            expect(one.draft.conditions['ready']?.met).toBe(true);
          }
        }
        const [opened] = before.flatMap((one) => (one.act === 'notice' ? [one] : []));
        const naming = end.decisions[at]!;
        const namedOn = Math.floor((naming.at.getTime() + 8 * HOUR) / DAY);
        expect(namedOn).toBeGreaterThanOrEqual(
          Date.parse(opened!.opensOn) / DAY + notice.days.count,
        );
        expect(opened!.opensOn >= iso(Math.floor((opened!.at.getTime() + 8 * HOUR) / DAY))).toBe(
          true,
        );
      }),
      { numRuns: 250, seed: 12 },
    );
    expect(named).toBeGreaterThan(10);
  });

  it('never runs a clock while it is paused, and never brings a last day nearer', () => {
    fc.assert(
      fc.property(stories, fc.nat({ max: 2000 }), (story, hours) => {
        const due = new Map<string, string>();
        play(story, ({ ground, file: now }, { at }) => {
          const { stepSince } = courseOf(ground, now, at);
          const { state, until, isPaused } = standingOf(now, ground, at);
          const key = `${state.split(':')[1]} ${stepSince.getTime()}`;
          if (state.startsWith('suspended:')) {
            expect(until).toBeUndefined();
            const later = standingOf(now, ground, new Date(at.getTime() + hours * HOUR));
            expect([later.state, later.until, later.isOverdue]).toEqual([state, undefined, false]);
          }
          if (!state.startsWith('step:') || until === undefined) return;
          expect(isPaused).toBe(false);
          expect(until >= (due.get(key) ?? '')).toBe(true);
          due.set(key, until);
        });
      }),
      { numRuns: 150, seed: 31 },
    );
  });

  it('is signed by somebody who had the right to it at that moment, and who is not of the applicant', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { file: end } = play(story, () => undefined);
        const rights = rightsFrom(story[2]);
        for (const { act, authorId, at } of end.decisions) {
          const sides = rights
            .filter(
              ({ person, from, to }) =>
                person === authorId && from <= at.getTime() && at.getTime() < to,
            )
            .map(({ side }) => side);
          const isApplicants = ['submission', 'correction', 'withdrawal'].includes(act);
          expect(sides.includes('applicant') || sides.includes('member')).toBe(isApplicants);
          expect(sides.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});
