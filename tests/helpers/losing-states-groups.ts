import type { Person } from '../../src/features/accounts/table.ts';
import { issueClassCertificates } from '../../src/features/certificates/commands.ts';
import {
  acceptCounterOffer,
  answerGroupRequest,
  changeGroupCounts,
  createGroupRequest,
  handInLetter,
  withdrawGroupRequest,
} from '../../src/features/groups/commands.ts';
import { lapseGroups, remindOfGroups } from '../../src/features/group-holds/commands.ts';
import { groupClasses } from '../../src/features/groups/table.ts';
import { halls, type HallSession } from '../../src/features/halls/table.ts';
import { eraseGroupWords } from '../../src/features/privacy/commands.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW, testHall } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const DAYS = 24 * 60;

const groupSession = (world: World, values: Partial<HallSession> = {}) =>
  world.session({ startsAt: addMinutes(NOW, 5 * DAYS), groupPlaces: 40, ...values });

function ask(world: World, person: Person, session: HallSession, values: object = {}) {
  const one = { sessionId: session.id, label: '一班', adults: 2, boys: 9, girls: 9, others: 0 };
  const input = {
    hallSlug: testHall.slug,
    kind: 'school',
    groupName: '示例小学',
    leaderName: '示例',
    buses: 0,
    lunch: false,
    classes: [one],
    ...values,
  };
  return createGroupRequest(world.ctx, person, input, key());
}

async function asked(world: World) {
  const session = await groupSession(world);
  const { person } = await world.person();
  const { requestId } = await ask(world, person, session);
  const [one] = await world.ctx.db.select().from(groupClasses);
  return { session, person, requestId, bookingId: one!.bookingId };
}

async function manager(world: World): Promise<Person> {
  const { person } = await world.person();
  const scopeId = testHall.slug;
  await addRole(world.ctx, person.id, { role: 'hall_manager', scopeKind: 'hall', scopeId });
  return person;
}

const creating = (
  state: string,
  reason: string,
  prepare: (world: World, person: Person) => Promise<() => Promise<unknown>>,
): LosingState => ({
  command: 'groups.createGroupRequest',
  state,
  reason,
  prepare: async (world) => prepare(world, (await world.person()).person),
});

export const groupStates: readonly LosingState[] = [
  creating('too few places', 'session_full', async (world, person) => {
    const session = await groupSession(world, { groupPlaces: 10 });
    return () => ask(world, person, session);
  }),
  creating('closed to groups', 'group_closed', async (world, person) => {
    const session = await groupSession(world, { groupsReleaseAt: NOW });
    return () => ask(world, person, session);
  }),
  creating('share used up', 'group_share_used_up', async (world, person) => {
    await world.ctx.db.update(halls).set({ groupMonthPlaces: 19 });
    const session = await groupSession(world);
    return () => ask(world, person, session);
  }),
  creating('too few people', 'group_rule', async (world, person) => {
    const session = await groupSession(world);
    const classes = [
      { sessionId: session.id, label: '一班', adults: 1, boys: 1, girls: 1, others: 0 },
    ];
    return () => ask(world, person, session, { classes });
  }),
  creating('an organisation of others', 'organisation_unknown', async (world, person) => {
    const session = await groupSession(world);
    return () => ask(world, person, session, { organisationId: key() });
  }),
  creating('three wait for an answer', 'requests_used_up', async (world, person) => {
    const session = await groupSession(world, { capacity: 200, groupPlaces: 200 });
    for (let nth = 0; nth < 3; nth += 1) await ask(world, person, session);
    return () => ask(world, person, session);
  }),
  creating('a letter of nobody’s', 'file_unknown', async (world, person) => {
    const session = await groupSession(world);
    return () => ask(world, person, session, { letterFileId: key() });
  }),
  creating('no such hall', 'hall_unknown', async (world, person) => {
    const session = await groupSession(world);
    return () => ask(world, person, session, { hallSlug: 'other' });
  }),
  {
    command: 'groups.answerGroupRequest',
    state: 'answered before',
    reason: 'request_already_decided',
    prepare: async (world) => {
      const { requestId } = await asked(world);
      const by = await manager(world);
      const approve = () =>
        answerGroupRequest(world.ctx, by, { requestId, decision: 'approved' }, key());
      await approve();
      return approve;
    },
  },
  {
    command: 'groups.answerGroupRequest',
    state: 'not the manager',
    reason: 'request_unknown',
    prepare: async (world) => {
      const { requestId } = await asked(world);
      const { person } = await world.staff();
      return () =>
        answerGroupRequest(world.ctx, person, { requestId, decision: 'approved' }, key());
    },
  },
  {
    command: 'groups.answerGroupRequest',
    state: 'no places where it should move',
    reason: 'session_full',
    prepare: async (world) => {
      const { requestId, bookingId } = await asked(world);
      const small = await groupSession(world, {
        startsAt: addMinutes(NOW, 6 * DAYS),
        groupPlaces: 5,
      });
      const by = await manager(world);
      const moves = [{ bookingId, sessionId: small.id }];
      const counter = { requestId, decision: 'countered', reason: '示例原因', moves };
      return () => answerGroupRequest(world.ctx, by, counter, key());
    },
  },
  {
    command: 'groups.acceptCounterOffer',
    state: 'nothing was offered',
    reason: 'request_already_decided',
    prepare: async (world) => {
      const { person, requestId } = await asked(world);
      return () => acceptCounterOffer(world.ctx, person, { requestId }, key());
    },
  },
  {
    command: 'groups.withdrawGroupRequest',
    state: 'the doors are open for it',
    reason: 'visit_has_begun',
    prepare: async (world) => {
      const { session, person, requestId } = await asked(world);
      return () =>
        withdrawGroupRequest(world.at(session.arrivalOpensAt), person, { requestId }, key());
    },
  },
  {
    command: 'groups.withdrawGroupRequest',
    state: 'somebody else’s',
    reason: 'request_unknown',
    prepare: async (world) => {
      const { requestId } = await asked(world);
      const { person } = await world.person();
      return () => withdrawGroupRequest(world.ctx, person, { requestId }, key());
    },
  },
  {
    command: 'groups.changeGroupCounts',
    state: 'growing after families were let in',
    reason: 'group_closed',
    prepare: async (world) => {
      const { session, person, bookingId } = await asked(world);
      const counts = { bookingId, adults: 2, boys: 10, girls: 9, others: 0 };
      return () => changeGroupCounts(world.at(session.groupsReleaseAt), person, counts, key());
    },
  },
  {
    command: 'groups.changeGroupCounts',
    state: 'the doors are open for it',
    reason: 'change_closed',
    prepare: async (world) => {
      const { session, person, bookingId } = await asked(world);
      const counts = { bookingId, adults: 2, boys: 1, girls: 1, others: 0 };
      return () => changeGroupCounts(world.at(session.arrivalOpensAt), person, counts, key());
    },
  },
  {
    command: 'groups.handInLetter',
    state: 'a letter of nobody’s',
    reason: 'file_unknown',
    prepare: async (world) => {
      const { person, requestId } = await asked(world);
      return () => handInLetter(world.ctx, person, { requestId, file: key() }, key());
    },
  },
  {
    command: 'group-holds.remindOfGroups',
    state: 'nothing is due',
    reason: null,
    prepare: async (world) => {
      await asked(world);
      return () => remindOfGroups(world.ctx);
    },
  },
  {
    command: 'group-holds.lapseGroups',
    state: 'the places are still held',
    reason: null,
    prepare: async (world) => {
      await asked(world);
      return () => lapseGroups(world.at(addMinutes(NOW, 2 * DAYS)));
    },
  },
  {
    command: 'group-holds.lapseGroups',
    state: 'the day of the visit',
    reason: null,
    prepare: async (world) => {
      const { session } = await asked(world);
      await world.ctx.db.run('UPDATE group_requests SET held_until = 0');
      return () => lapseGroups(world.at(addMinutes(session.startsAt, -60)));
    },
  },
  {
    command: 'certificates.issueClassCertificates',
    state: 'no class has come',
    reason: 'no_class_to_certify',
    prepare: async (world) => {
      const { person, requestId } = await asked(world);
      return () => issueClassCertificates(world.ctx, person, { requestId }, key());
    },
  },
  {
    command: 'privacy.eraseGroupWords',
    state: 'the visit is still to come',
    reason: null,
    prepare: async (world) => {
      await asked(world);
      return () => eraseGroupWords(world.at(addMinutes(NOW, 94 * DAYS)));
    },
  },
];
