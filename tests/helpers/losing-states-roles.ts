import { grantRole, revokeRole } from '../../src/features/roles/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { Role } from '../../src/features/roles/table.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const COLLEAGUE = '10000008888';
const site = { scopeKind: 'site', scopeId: '' } as const;
const yancheng = { scopeKind: 'hall', scopeId: 'yancheng' } as const;

async function holder(world: World, role: Role, scope: typeof site | typeof yancheng) {
  const { person } = await world.person();
  const grantId = await addRole(world.ctx, person.id, { role, ...scope });
  return { by: { id: person.id, roles: await rolesOf(world.ctx, person.id) }, grantId };
}

function granting(
  state: string,
  reason: string,
  by: (world: World) => Promise<Holder>,
  asked: { role: string; scope: string; phone?: string },
): LosingState {
  return {
    command: 'roles.grantRole',
    state,
    reason,
    prepare: async (world) => {
      await world.person(COLLEAGUE);
      const one = await by(world);
      return () => grantRole(world.ctx, one, { phone: COLLEAGUE, ...asked }, key());
    },
  };
}

const administrator = async (world: World) => (await holder(world, 'administrator', site)).by;
const manager = async (world: World) => (await holder(world, 'hall_manager', yancheng)).by;
const staff = async (world: World) => (await holder(world, 'hall_staff', yancheng)).by;

export const roleStates: LosingState[] = [
  granting('nobody has this number', 'person_unknown', administrator, {
    role: 'auditor',
    scope: 'site:',
    phone: '10000007777',
  }),
  granting('there is no such hall', 'hall_unknown', administrator, {
    role: 'hall_staff',
    scope: 'hall:nowhere',
  }),
  granting('the role does not hold in such a scope', 'role_grants_scope', administrator, {
    role: 'auditor',
    scope: 'region:320900',
  }),
  granting('a manager gives more than staff', 'grant_not_yours', manager, {
    role: 'hall_manager',
    scope: 'hall:yancheng',
  }),
  granting('staff give anything', 'grant_not_yours', staff, {
    role: 'hall_staff',
    scope: 'hall:yancheng',
  }),
  {
    command: 'roles.grantRole',
    state: 'to oneself',
    reason: 'grant_to_oneself',
    prepare: async (world) => {
      const { person } = await world.person(COLLEAGUE);
      await addRole(world.ctx, person.id, { role: 'administrator', ...site });
      const by = { id: person.id, roles: await rolesOf(world.ctx, person.id) };
      const input = { phone: COLLEAGUE, role: 'editor', scope: 'site:' };
      return () => grantRole(world.ctx, by, input, key());
    },
  },
  ...(['auditor', 'administrator'] as const).map((role, _, all): LosingState => ({
    command: 'roles.grantRole',
    state: `${role} to one who holds the other of the two`,
    reason: 'auditor_apart',
    prepare: async (world) => {
      const { person } = await world.person(COLLEAGUE);
      await addRole(world.ctx, person.id, { role: all.find((one) => one !== role)!, ...site });
      const by = await administrator(world);
      const input = { phone: COLLEAGUE, role, scope: 'site:' };
      return () => grantRole(world.ctx, by, input, key());
    },
  })),
  {
    command: 'roles.grantRole',
    state: 'a role that was taken away meanwhile still gives',
    reason: 'grant_not_yours',
    prepare: async (world) => {
      await world.person(COLLEAGUE);
      const { by, grantId } = await holder(world, 'administrator', site);
      const { by: other } = await holder(world, 'administrator', site);
      await revokeRole(world.ctx, other, { grantId }, key());
      const input = { phone: COLLEAGUE, role: 'auditor', scope: 'site:' };
      return () => grantRole(world.ctx, by, input, key());
    },
  },
  {
    command: 'roles.grantRole',
    state: 'held already',
    reason: 'already_granted',
    prepare: async (world) => {
      await world.person(COLLEAGUE);
      const by = await administrator(world);
      const input = { phone: COLLEAGUE, role: 'auditor', scope: 'site:' };
      await grantRole(world.ctx, by, input, key());
      return () => grantRole(world.ctx, by, input, key());
    },
  },
  {
    command: 'roles.revokeRole',
    state: 'there is no such grant',
    reason: 'grant_unknown',
    prepare: async (world) => {
      const by = await administrator(world);
      return () => revokeRole(world.ctx, by, { grantId: key() }, key());
    },
  },
  {
    command: 'roles.revokeRole',
    state: 'of another hall’s staff',
    reason: 'grant_unknown',
    prepare: async (world) => {
      const by = await manager(world);
      const { grantId } = await holder(world, 'auditor', site);
      return () => revokeRole(world.ctx, by, { grantId }, key());
    },
  },
  {
    command: 'roles.revokeRole',
    state: 'taken away before',
    reason: 'grant_already_revoked',
    prepare: async (world) => {
      const by = await administrator(world);
      const { grantId } = await holder(world, 'auditor', site);
      await revokeRole(world.ctx, by, { grantId }, key());
      return () => revokeRole(world.ctx, by, { grantId }, key());
    },
  },
  {
    command: 'roles.revokeRole',
    state: 'the last administrator’s own',
    reason: 'last_administrator',
    prepare: async (world) => {
      const { by, grantId } = await holder(world, 'administrator', site);
      return () => revokeRole(world.ctx, by, { grantId }, key());
    },
  },
];
