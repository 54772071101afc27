import { issueHoursCertificate } from '../../src/features/certificates/commands.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import {
  assignDuty,
  checkInGuide,
  dismissGuide,
  dropDuty,
  endNeed,
  openNeeds,
  releaseGuides,
  takeDuty,
  undoCheckIn,
} from '../../src/features/roster/commands.ts';
import {
  addGridCell,
  decideVolunteer,
  leaveRegistry,
  recordTraining,
  registerVolunteer,
  withdrawTraining,
} from '../../src/features/volunteers/commands.ts';
import { volunteerTrainings } from '../../src/features/volunteers/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole, manager } from './roles.ts';
import { NOW, testHall } from './session.ts';
import { confirmed, entryValues, needed, registered } from './volunteers.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const holder = (id: string) => ({ id, roles: [] });

const state = (
  command: string,
  what: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state: what, reason, prepare });

/** A session with a need that one confirmed volunteer has taken. */
async function taken(world: World) {
  const session = await world.session({ startsAt: addMinutes(NOW, 240) });
  const { needId, manager: by } = await needed(world, session);
  const { person, volunteerId } = await confirmed(world, by);
  const { dutyId } = await takeDuty(world.ctx, holder(person.id), { needId }, key());
  return { session, needId, by, person, volunteerId, dutyId };
}

async function committee(world: World) {
  const { person } = await world.person();
  await addRole(world.ctx, person.id, {
    ...{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' },
  });
  const { person: claimer } = await world.person();
  const claim = { kind: 'committee', name: '示例幸福社区', regionCode: '320904' };
  const { organisationId } = await claimOrganisation(world.ctx, claimer, claim, key());
  const decision = { organisationId, decision: 'verified' };
  await decideOrganisation(world.ctx, person, decision, key());
  return { organisationId, officer: person };
}

const training = (volunteerId: string) => ({
  ...{ volunteerId, skill: 'guiding', training: '讲解员培训', heldOn: '2026-01-02' },
});

const guiding = (hall = testHall.slug) => ({ hallSlug: hall, guides: '1', skill: 'guiding' });

export const volunteerStates: readonly LosingState[] = [
  state('volunteers.registerVolunteer', 'an unknown skill', 'skill_unknown', async (world) => {
    const { person } = await world.person();
    const input = { ...entryValues, skills: ['flying'] };
    return () => registerVolunteer(world.ctx, person, input, key());
  }),
  state('volunteers.registerVolunteer', 'an unknown hall', 'hall_unknown', async (world) => {
    const { person } = await registered(world);
    const input = { ...entryValues, hallSlug: 'nowhere' };
    return () => registerVolunteer(world.ctx, person, input, key());
  }),
  state('volunteers.registerVolunteer', 'another county', 'community_unknown', async (world) => {
    const { organisationId } = await committee(world);
    const { person } = await world.person();
    const input = { ...entryValues, regionCode: '320903', place: `community:${organisationId}` };
    return () => registerVolunteer(world.ctx, person, input, key());
  }),
  state('volunteers.leaveRegistry', 'left before', 'volunteer_already_left', async (world) => {
    const { person } = await registered(world);
    await leaveRegistry(world.ctx, person, key());
    return () => leaveRegistry(world.ctx, person, key());
  }),
  state('volunteers.decideVolunteer', 'one’s own', 'volunteer_unknown', async (world) => {
    const { person, volunteerId } = await registered(world);
    const scope = { scopeKind: 'hall', scopeId: testHall.slug } as const;
    await addRole(world.ctx, person.id, { role: 'hall_manager', ...scope });
    const decision = { volunteerId, decision: 'confirmed' };
    return () => decideVolunteer(world.ctx, person, decision, key());
  }),
  state('volunteers.decideVolunteer', 'left', 'volunteer_already_decided', async (world) => {
    const { person, volunteerId } = await registered(world);
    await leaveRegistry(world.ctx, person, key());
    const by = await manager(world);
    const decision = { volunteerId, decision: 'confirmed' };
    return () => decideVolunteer(world.ctx, by, decision, key());
  }),
  state('volunteers.recordTraining', 'not confirmed', 'volunteer_not_confirmed', async (world) => {
    const { volunteerId } = await registered(world);
    const by = await manager(world);
    return () => recordTraining(world.ctx, by, training(volunteerId), key());
  }),
  state('volunteers.recordTraining', 'tomorrow', 'training_not_held_yet', async (world) => {
    const by = await manager(world);
    const { volunteerId } = await confirmed(world, by);
    const input = { ...training(volunteerId), heldOn: '2026-11-26' };
    return () => recordTraining(world.ctx, by, input, key());
  }),
  state('volunteers.recordTraining', 'recorded before', 'training_recorded', async (world) => {
    const by = await manager(world);
    const { volunteerId } = await confirmed(world, by);
    await recordTraining(world.ctx, by, training(volunteerId), key());
    return () => recordTraining(world.ctx, by, training(volunteerId), key());
  }),
  state('volunteers.withdrawTraining', 'not yours', 'training_unknown', async (world) => {
    const by = await manager(world);
    const { volunteerId, person } = await confirmed(world, by);
    await recordTraining(world.ctx, by, training(volunteerId), key());
    const [row] = await world.ctx.db.select().from(volunteerTrainings);
    return () => withdrawTraining(world.ctx, person, { trainingId: row!.id }, key());
  }),
  state(
    'volunteers.withdrawTraining',
    'withdrawn before',
    'training_already_withdrawn',
    async (world) => {
      const by = await manager(world);
      const { volunteerId } = await confirmed(world, by);
      await recordTraining(world.ctx, by, training(volunteerId), key());
      const [row] = await world.ctx.db.select().from(volunteerTrainings);
      const input = { trainingId: row!.id };
      await withdrawTraining(world.ctx, by, input, key());
      return () => withdrawTraining(world.ctx, by, input, key());
    },
  ),
  state('volunteers.addGridCell', 'not yours', 'community_unknown', async (world) => {
    const { organisationId } = await committee(world);
    const by = await manager(world);
    return () => addGridCell(world.ctx, by, { organisationId, cell: '第一网格' }, key());
  }),
  state('volunteers.addGridCell', 'there already', 'grid_cell_taken', async (world) => {
    const { organisationId, officer } = await committee(world);
    const input = { organisationId, cell: '第一网格' };
    await addGridCell(world.ctx, officer, input, key());
    return () => addGridCell(world.ctx, officer, input, key());
  }),
  state('roster.openNeeds', 'not the manager', 'session_unknown', async (world) => {
    const { id } = await world.session();
    const { person } = await world.staff();
    const input = { ...guiding(), sessions: id };
    return () => openNeeds(world.ctx, holder(person.id), input, key());
  }),
  state('roster.openNeeds', 'begun', 'session_begun', async (world) => {
    const { id } = await world.session({ startsAt: addMinutes(NOW, -5) });
    const by = await manager(world);
    return () => openNeeds(world.ctx, by, { ...guiding(), sessions: id }, key());
  }),
  state('roster.openNeeds', 'a language as a skill', 'skill_unknown', async (world) => {
    const { id } = await world.session();
    const by = await manager(world);
    const input = { ...guiding(), skill: 'english', sessions: id };
    return () => openNeeds(world.ctx, by, input, key());
  }),
  state('roster.openNeeds', 'opened before', 'need_opened', async (world) => {
    const session = await world.session();
    const { manager: by } = await needed(world, session);
    return () => openNeeds(world.ctx, by, { ...guiding(), sessions: session.id }, key());
  }),
  state('roster.endNeed', 'not the manager', 'need_unknown', async (world) => {
    const { needId, person } = await taken(world);
    return () => endNeed(world.ctx, person, { needId }, key());
  }),
  state('roster.endNeed', 'ended before', 'need_already_ended', async (world) => {
    const { needId, by } = await taken(world);
    await endNeed(world.ctx, by, { needId }, key());
    return () => endNeed(world.ctx, by, { needId }, key());
  }),
  state('roster.takeDuty', 'taken', 'duty_taken', async (world) => {
    const { needId, by } = await taken(world);
    const { person } = await confirmed(world, by);
    return () => takeDuty(world.ctx, holder(person.id), { needId }, key());
  }),
  state('roster.takeDuty', 'twice', 'duty_overlaps', async (world) => {
    const { needId, person } = await taken(world);
    const input = { needId, reserve: 'yes' };
    return () => takeDuty(world.ctx, holder(person.id), input, key());
  }),
  state('roster.takeDuty', 'nobody of this hall', 'guide_unknown', async (world) => {
    const { needId } = await needed(world, await world.session());
    const { person } = await world.person();
    return () => takeDuty(world.ctx, holder(person.id), { needId }, key());
  }),
  state('roster.takeDuty', 'not confirmed', 'volunteer_not_confirmed', async (world) => {
    const { needId } = await needed(world, await world.session());
    const { person } = await registered(world);
    return () => takeDuty(world.ctx, holder(person.id), { needId }, key());
  }),
  state('roster.takeDuty', 'begun', 'session_begun', async (world) => {
    const session = await world.session();
    const { needId, manager: by } = await needed(world, session);
    const { person } = await confirmed(world, by);
    const late = world.at(session.startsAt);
    return () => takeDuty(late, holder(person.id), { needId }, key());
  }),
  state('roster.assignDuty', 'not the manager', 'need_unknown', async (world) => {
    const { needId, manager: by } = await needed(world, await world.session());
    const { person } = await confirmed(world, by);
    const { person: staff } = await world.staff();
    const input = { needId, personId: person.id };
    return () => assignDuty(world.ctx, holder(staff.id), input, key());
  }),
  state('roster.assignDuty', 'a stranger', 'guide_unknown', async (world) => {
    const { needId, manager: by } = await needed(world, await world.session());
    const { person } = await world.person();
    return () => assignDuty(world.ctx, by, { needId, personId: person.id }, key());
  }),
  state('roster.dropDuty', 'somebody else’s', 'duty_unknown', async (world) => {
    const { dutyId, by } = await taken(world);
    return () => dropDuty(world.ctx, by, { dutyId }, key());
  }),
  state('roster.dropDuty', 'begun', 'duty_begun', async (world) => {
    const { dutyId, person, session } = await taken(world);
    return () => dropDuty(world.at(session.startsAt), person, { dutyId }, key());
  }),
  state('roster.dismissGuide', 'staff, not the manager', 'duty_unknown', async (world) => {
    const { dutyId } = await taken(world);
    const { person: staff } = await world.staff();
    const held = { role: 'hall_staff', scopeKind: 'hall', scopeId: testHall.slug } as const;
    return () => dismissGuide(world.ctx, { id: staff.id, roles: [held] }, { dutyId }, key());
  }),
  state('roster.dismissGuide', 'gone already', 'duty_already_ended', async (world) => {
    const { dutyId, by, person } = await taken(world);
    await dropDuty(world.ctx, person, { dutyId }, key());
    return () => dismissGuide(world.ctx, by, { dutyId }, key());
  }),
  state('roster.checkInGuide', 'too early', 'check_in_not_open', async (world) => {
    const { dutyId, by } = await taken(world);
    return () => checkInGuide(world.ctx, by, { dutyId }, key());
  }),
  state('roster.checkInGuide', 'noted before', 'duty_not_active', async (world) => {
    const { dutyId, by, session } = await taken(world);
    const then = world.at(session.startsAt);
    await checkInGuide(then, by, { dutyId }, key());
    return () => checkInGuide(then, by, { dutyId }, key());
  }),
  state('roster.undoCheckIn', 'nobody noted it', 'not_checked_in', async (world) => {
    const { dutyId, by, session } = await taken(world);
    return () => undoCheckIn(world.at(session.startsAt), by, { dutyId }, key());
  }),
  state('roster.undoCheckIn', 'the hours are certified', 'hours_certified', async (world) => {
    const { dutyId, by, session, person } = await taken(world);
    const then = world.at(session.startsAt);
    await checkInGuide(then, by, { dutyId }, key());
    await issueHoursCertificate(then, person, key());
    return () => undoCheckIn(then, by, { dutyId }, key());
  }),
  state('roster.releaseGuides', 'nothing is stopped', null, async (world) => {
    await taken(world);
    return () => releaseGuides(world.ctx);
  }),
  state('certificates.issueHoursCertificate', 'no hours', 'no_hours', async (world) => {
    const { person } = await taken(world);
    return () => issueHoursCertificate(world.ctx, person, key());
  }),
  state(
    'certificates.issueHoursCertificate',
    'made before',
    'certificate_issued',
    async (world) => {
      const { dutyId, by, session, person } = await taken(world);
      await checkInGuide(world.at(session.startsAt), by, { dutyId }, key());
      await issueHoursCertificate(world.ctx, person, key());
      return () => issueHoursCertificate(world.ctx, person, key());
    },
  ),
];
