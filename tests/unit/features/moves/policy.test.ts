import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupPlacesLeft, placesLeft } from '../../../../src/features/halls/policy.ts';
import type { HallSession } from '../../../../src/features/halls/table.ts';
import {
  planProblem,
  planText,
  proposeMoves,
  type MovedParty,
} from '../../../../src/features/moves/policy.ts';
import { movesInput } from '../../../../src/features/moves/schema.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const DAY = 24 * 60;
const at = (minutes: number, values: Partial<HallSession> = {}) =>
  planSession({ startsAt: addMinutes(NOW, minutes), ...values });

let people = 0;
const party = (values: Partial<MovedParty> = {}): MovedParty => ({
  ...{ id: `b${(people += 1)}`, personId: `p${people}`, adults: 1, children: 1 },
  ...{ kind: 'individual', createdAt: addMinutes(NOW, -people) },
  ...values,
});
const propose = (parties: MovedParty[], room: HallSession[], from = at(DAY)) =>
  proposeMoves([{ session: from, parties }], room, [], NOW);

describe('who goes where', () => {
  it('is the nearest session of the same day, then the nearest day', () => {
    const [near, far, next] = [at(DAY + 90), at(DAY - 180), at(2 * DAY)];
    const one = party();
    const target = (room: HallSession[]) => propose([one], room).moves[0]?.to.id;
    expect(target([next, far, near])).toBe(near.id);
    expect(target([next, far])).toBe(far.id);
    expect(target([next])).toBe(next.id);
    expect(target([at(15 * DAY)])).toBeUndefined();
  });

  it('never splits a party, and keeps to its pool', () => {
    const small = at(DAY + 90, { capacity: 1 });
    const forGroups = at(DAY + 90, { capacity: 20, groupPlaces: 20 });
    expect(propose([party()], [small]).left[0]?.because).toBe('nothing_fits');
    expect(propose([party()], [forGroups]).left[0]?.because).toBe('nothing_fits');
    const classOf = party({ kind: 'group', adults: 2, children: 18 });
    expect(propose([classOf], [forGroups]).moves).toHaveLength(1);
    expect(propose([classOf], [at(DAY + 90)]).moves).toHaveLength(0);
  });

  it('lets who booked first choose first', () => {
    const [near, far] = [at(DAY + 90, { capacity: 2 }), at(DAY + 180, { capacity: 2 })];
    const early = party({ createdAt: addMinutes(NOW, -9000) });
    const late = party({ createdAt: addMinutes(NOW, -10) });
    const { moves } = propose([late, early], [near, far]);
    expect(moves.map(({ bookingId, to }) => [bookingId, to.id])).toEqual([
      [early.id, near.id],
      [late.id, far.id],
    ]);
  });

  it('leaves those alone who may be on the way, and gives everybody an hour to change', () => {
    const begun = at(20);
    expect(propose([party()], [at(DAY)], begun).left[0]?.because).toBe('begun');
    // Cancellation closes two hours before: too near for somebody who has just been told.
    expect(propose([party()], [at(150)]).left[0]?.because).toBe('nothing_fits');
  });

  it('books nobody twice into one session, nor a visit into a course', () => {
    const [other, course] = [at(DAY + 90), at(DAY + 91, { courseSlug: 'x', heldAt: '三楼' })];
    const one = party();
    const engaged = [{ personId: one.personId, sessionId: other.id }];
    const plan = proposeMoves(
      [{ session: at(DAY), parties: [one] }],
      [other, course],
      engaged,
      NOW,
    );
    expect(plan.moves).toEqual([]);
  });

  it('takes no place that is not free, whatever stands there', () => {
    const session = fc
      .record({
        minutes: fc.integer({ min: 0, max: 20 * DAY }),
        capacity: fc.integer({ min: 1, max: 30 }),
        booked: fc.nat(30),
        groups: fc.nat(30),
        isStopped: fc.boolean(),
      })
      .map(({ minutes, capacity, booked, groups, isStopped }) =>
        at(minutes, {
          capacity,
          booked: Math.min(booked, capacity),
          groupPlaces: Math.min(groups, capacity),
          stopId: isStopped ? 'stop' : null,
        }),
      );
    const parties = fc.array(
      fc
        .record({
          adults: fc.integer({ min: 1, max: 5 }),
          isGroup: fc.boolean(),
          age: fc.nat(500),
          owner: fc.nat(4),
        })
        .map(({ adults, isGroup, age, owner }) =>
          party({
            ...{ adults, children: 0, kind: isGroup ? 'group' : 'individual' },
            ...{ createdAt: addMinutes(NOW, -age), personId: `p${owner}` },
          }),
        ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(fc.array(session, { maxLength: 8 }), parties, (room, moving) => {
        const from = at(DAY);
        const plan = proposeMoves([{ session: from, parties: moving }], room, [], NOW);
        const told = [...plan.moves, ...plan.left].map(({ bookingId }) => bookingId);
        expect(told.toSorted()).toEqual(moving.map(({ id }) => id).toSorted());
        for (const one of room) {
          const here = plan.moves.filter(({ to }) => to.id === one.id);
          const own = moving.filter(({ id }) => here.some(({ bookingId }) => bookingId === id));
          const sum = (kind: MovedParty['kind']) =>
            own.filter((each) => each.kind === kind).reduce((all, { adults }) => all + adults, 0);
          expect(sum('individual')).toBeLessThanOrEqual(placesLeft(one));
          expect(sum('group')).toBeLessThanOrEqual(groupPlacesLeft(one));
          if (here.length > 0) expect(one.stopId).toBeNull();
          const families = own.filter(({ kind }) => kind === 'individual');
          expect(new Set(families.map(({ personId }) => personId)).size).toBe(families.length);
        }
      }),
    );
  });
});

describe('a plan that was shown', () => {
  const [to, other] = [at(DAY + 90), at(DAY + 180)];
  const move = (id: string, target = to) => ({ bookingId: id, from: at(DAY), to: target });
  const confirmed = [{ bookingId: 'a', sessionId: to.id }];

  it('holds, or is told what of it does not', () => {
    expect(planProblem(confirmed, { moves: [move('a')], left: [] }, [to])).toBeUndefined();
    expect(planProblem(confirmed, { moves: [move('a', other)], left: [] }, [to])).toContain(
      '11月26日周四 09:30–10:45刚刚被别人约走了名额',
    );
    expect(planProblem(confirmed, { moves: [], left: [] }, [to])).toContain(
      '有1个预约刚刚自己改了',
    );
  });

  it('is read again as it was written, and anything else is refused', () => {
    const id = crypto.randomUUID();
    const written = planText([{ bookingId: id, to }]);
    const input = { hallSlug: 'yancheng', outageId: crypto.randomUUID() };
    const read = (plan: string) => movesInput.safeParse({ ...input, plan });
    expect(read(written).data?.plan).toEqual([{ bookingId: id, sessionId: to.id }]);
    for (const wrong of ['', 'x>y', id, `${id}>${to.id}>${id}`]) {
      expect(read(wrong).success).toBe(false);
    }
  });
});
