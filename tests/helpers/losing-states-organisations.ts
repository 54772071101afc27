import {
  addMember,
  claimOrganisation,
  decideOrganisation,
  endMembership,
  handOver,
} from '../../src/features/organisations/commands.ts';
import { findClaim } from '../../src/features/organisations/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const COUNTY = '320904';
const COLLEAGUE = '10000008888';
const school = { kind: 'school', name: '示例第一小学', regionCode: COUNTY };

/** A school with its head, an officer of its county, and what they have done with it. */
async function cast(world: World, state: 'claimed' | 'verified' | 'refused' = 'verified') {
  const { person: head } = await world.person();
  const officer = await officerOf(world, COUNTY);
  const { organisationId } = await claimOrganisation(world.ctx, head, school, key());
  if (state !== 'claimed') {
    const input = { organisationId, decision: state, reason: '材料不齐' };
    await decideOrganisation(world.ctx, officer, input, key());
  }
  return { head, officer, organisationId };
}

async function officerOf(world: World, scopeId: string): Promise<Holder> {
  const { person } = await world.person();
  await addRole(world.ctx, person.id, { role: 'reviewer', scopeKind: 'region', scopeId });
  return { id: person.id, roles: await rolesOf(world.ctx, person.id) };
}

async function withColleague(world: World) {
  const made = await cast(world);
  const { person: colleague } = await world.person(COLLEAGUE);
  const { organisationId, head } = made;
  await addMember(world.ctx, head, { organisationId, phone: COLLEAGUE }, key());
  const claim = await findClaim(world.ctx, organisationId);
  const idOf = (personId: string) =>
    claim?.members.find(({ person }) => person.id === personId)?.member.id ?? '';
  return { ...made, colleague, headMember: idOf(head.id), member: idOf(colleague.id) };
}

function losing(
  command: string,
  state: string,
  reason: string,
  prepare: LosingState['prepare'],
): LosingState {
  return { command: `organisations.${command}`, state, reason, prepare };
}

export const organisationStates: LosingState[] = [
  losing('claimOrganisation', 'claimed before', 'already_claimed', async (world) => {
    const { head } = await cast(world, 'claimed');
    return () => claimOrganisation(world.ctx, head, school, key());
  }),
  losing('claimOrganisation', 'five claims wait', 'claims_used_up', async (world) => {
    const { person } = await world.person();
    for (const name of ['一小', '二小', '三小', '四小', '五小']) {
      await claimOrganisation(world.ctx, person, { ...school, name: `示例${name}` }, key());
    }
    return () => claimOrganisation(world.ctx, person, { ...school, name: '示例六小' }, key());
  }),
  losing('decideOrganisation', 'decided before', 'organisation_already_decided', async (world) => {
    const { officer, organisationId } = await cast(world);
    const input = { organisationId, decision: 'refused', reason: '材料不齐' };
    return () => decideOrganisation(world.ctx, officer, input, key());
  }),
  losing('decideOrganisation', 'by the county next door', 'organisation_unknown', async (world) => {
    const { organisationId } = await cast(world, 'claimed');
    const neighbour = await officerOf(world, '320902');
    const input = { organisationId, decision: 'verified', reason: '' };
    return () => decideOrganisation(world.ctx, neighbour, input, key());
  }),
  losing('decideOrganisation', 'by the city', 'organisation_unknown', async (world) => {
    const { organisationId } = await cast(world, 'claimed');
    const city = await officerOf(world, '320900');
    const input = { organisationId, decision: 'verified', reason: '' };
    return () => decideOrganisation(world.ctx, city, input, key());
  }),
  losing('decideOrganisation', 'their own', 'own_organisation', async (world) => {
    const officer = await officerOf(world, COUNTY);
    const { organisationId } = await claimOrganisation(world.ctx, officer, school, key());
    const input = { organisationId, decision: 'verified', reason: '' };
    return () => decideOrganisation(world.ctx, officer, input, key());
  }),
  losing('decideOrganisation', 'a verified one has the name', 'name_taken', async (world) => {
    const { officer } = await cast(world);
    const { person } = await world.person();
    const { organisationId } = await claimOrganisation(world.ctx, person, school, key());
    const input = { organisationId, decision: 'verified', reason: '' };
    return () => decideOrganisation(world.ctx, officer, input, key());
  }),
  losing('decideOrganisation', 'refused without a reason', 'invalid_input', async (world) => {
    const { officer, organisationId } = await cast(world, 'claimed');
    const input = { organisationId, decision: 'refused', reason: ' ' };
    return () => decideOrganisation(world.ctx, officer, input, key());
  }),
  losing('addMember', 'not verified yet', 'organisation_not_verified', async (world) => {
    await world.person(COLLEAGUE);
    const { head, organisationId } = await cast(world, 'claimed');
    return () => addMember(world.ctx, head, { organisationId, phone: COLLEAGUE }, key());
  }),
  losing(
    'addMember',
    'by somebody who is not responsible',
    'organisation_unknown',
    async (world) => {
      const { colleague, organisationId } = await withColleague(world);
      const { phone } = { phone: '10000009999' };
      await world.person(phone);
      return () => addMember(world.ctx, colleague, { organisationId, phone }, key());
    },
  ),
  losing('addMember', 'in already', 'already_member', async (world) => {
    const { head, organisationId } = await withColleague(world);
    return () => addMember(world.ctx, head, { organisationId, phone: COLLEAGUE }, key());
  }),
  losing('addMember', 'nobody has this number', 'person_unknown', async (world) => {
    const { head, organisationId } = await cast(world);
    return () => addMember(world.ctx, head, { organisationId, phone: '10000007777' }, key());
  }),
  losing(
    'handOver',
    'by somebody who is not responsible',
    'organisation_unknown',
    async (world) => {
      const { colleague, organisationId, headMember } = await withColleague(world);
      const input = { organisationId, memberId: headMember };
      return () => handOver(world.ctx, colleague, input, key());
    },
  ),
  losing('handOver', 'to oneself', 'member_unknown', async (world) => {
    const { head, organisationId, headMember } = await withColleague(world);
    return () => handOver(world.ctx, head, { organisationId, memberId: headMember }, key());
  }),
  losing('endMembership', 'responsible', 'responsible_stays', async (world) => {
    const { head, organisationId, headMember } = await withColleague(world);
    return () => endMembership(world.ctx, head, { organisationId, memberId: headMember }, key());
  }),
  losing('endMembership', 'of the responsible by a member', 'member_unknown', async (world) => {
    const { colleague, organisationId, headMember } = await withColleague(world);
    const input = { organisationId, memberId: headMember };
    return () => endMembership(world.ctx, colleague, input, key());
  }),
  losing('endMembership', 'left before', 'member_already_left', async (world) => {
    const { head, organisationId, member } = await withColleague(world);
    const input = { organisationId, memberId: member };
    await endMembership(world.ctx, head, input, key());
    return () => endMembership(world.ctx, head, input, key());
  }),
];
