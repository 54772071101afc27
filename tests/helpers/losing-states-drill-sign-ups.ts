import { eq } from 'drizzle-orm';
import {
  changeParty,
  endPairing,
  exportSignUps,
  forgetSignUps,
  leaveDrill,
  pairHelper,
  signUp,
  tellHelperLosses,
  tellPromoted,
} from '../../src/features/drill-sign-ups/commands.ts';
import { cancelDrill } from '../../src/features/drills/commands.ts';
import { drillRoles } from '../../src/features/drills/table.ts';
import { announcedDrill, family, roleOf, signedUp, trained } from './drill-sign-ups.ts';
import { region } from './drills.ts';
import type { LosingState } from './losing-states.ts';
import { DRILL_STARTS, opened, started } from './open-drills.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

const losing = (
  command: string,
  state: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command: `drill-sign-ups.${command}`, state, reason, prepare });

const wheelchair = { needs: ['wheelchair'], needsConsent: 'yes' };

/** An announced drill, a family with a need that is in it, and somebody who is not. */
async function cast(world: World) {
  const drill = await announcedDrill(world, { capacity: 4 });
  const { person } = await world.person();
  const familyId = await signedUp(world.ctx, person, drill, wheelchair);
  const { person: stranger } = await world.person();
  return { drill, person, familyId, stranger };
}

/** The same with a trained helper. */
async function pair(world: World) {
  const found = await cast(world);
  const { drillId } = found.drill;
  const { person: helper } = await world.person();
  await trained(world, helper, { skill: 'evacuation', until: '2027-01-01' });
  const { id: roleId } = await roleOf(world.ctx, drillId, '结对帮扶员');
  const values = { roleId, adults: '1', children: '0', unit: '' };
  const helperId = await signedUp(world.ctx, helper, found.drill, values);
  return { ...found, helper, ids: { drillId, helpedId: found.familyId, helperId } };
}

const signing = (state: string, reason: string, values: object, at?: Date) =>
  losing('signUp', state, reason, async (world) => {
    const { drill, stranger } = await cast(world);
    const input = { ...family(drill), ...values };
    return () => signUp(at ? world.at(at) : world.ctx, stranger, input, key());
  });

const changing = (state: string, reason: string, values: object, at?: Date) =>
  losing('changeParty', state, reason, async (world) => {
    const { drill, person } = await cast(world);
    const input = { ...family(drill), ...values };
    return () => changeParty(at ? world.at(at) : world.ctx, person, input, key());
  });

export const drillSignUpStates: readonly LosingState[] = [
  signing('wrong fields', 'invalid_input', { adults: '0' }),
  signing('needs without consent', 'invalid_input', { needs: ['hearing'] }),
  signing('full', 'role_full', {}),
  signing('larger than the role', 'party_too_large', { adults: '9', wait: 'yes' }),
  signing('no such role', 'role_unknown', { roleId: crypto.randomUUID() }),
  signing('the drill has begun', 'sign_up_closed', { adults: '1', children: '0' }, DRILL_STARTS),
  losing('signUp', 'an assigned role', 'role_is_assigned', async (world) => {
    const { drill, stranger } = await cast(world);
    const { id: roleId } = await roleOf(world.ctx, drill.drillId, '社区主任');
    const input = { ...family(drill), roleId, adults: '1', children: '0' };
    return () => signUp(world.ctx, stranger, input, key());
  }),
  losing('signUp', 'a volunteer’s role', 'volunteer_not_confirmed', async (world) => {
    const { drill, stranger } = await cast(world);
    const { id: roleId } = await roleOf(world.ctx, drill.drillId, '结对帮扶员');
    const input = { ...family(drill), roleId, adults: '1', children: '0' };
    return () => signUp(world.ctx, stranger, input, key());
  }),
  losing('signUp', 'a training that runs out before', 'training_missing', async (world) => {
    const { drill, stranger } = await cast(world);
    await trained(world, stranger, { skill: 'evacuation', until: '2026-11-26' });
    const { id: roleId } = await roleOf(world.ctx, drill.drillId, '结对帮扶员');
    const input = { ...family(drill), roleId, adults: '1', children: '0' };
    return () => signUp(world.ctx, stranger, input, key());
  }),
  losing('signUp', 'in it before', 'already_in', async (world) => {
    const { drill, person } = await cast(world);
    const input = { ...family(drill), adults: '1', children: '0' };
    return () => signUp(world.ctx, person, input, key());
  }),
  losing('signUp', 'waiting for another drill at that time', 'time_conflict', async (world) => {
    const { drill, stranger } = await cast(world);
    await signedUp(world.ctx, stranger, drill, { wait: 'yes' });
    const other = await announcedDrill(world);
    return () => signUp(world.ctx, stranger, family(other), key());
  }),
  losing('signUp', 'cancelled', 'sign_up_closed', async (world) => {
    const { drill, stranger } = await cast(world);
    const off = { drillId: drill.drillId, reason: '下大雨' };
    await cancelDrill(world.ctx, drill.by, off, key());
    const input = { ...family(drill), adults: '1', children: '0' };
    return () => signUp(world.ctx, stranger, input, key());
  }),
  losing('signUp', 'not announced', 'drill_unknown', async (world) => {
    const { drill, stranger } = await cast(world);
    const drillId = await opened(world.ctx, drill.by, region(), { date: '2026-11-29' });
    return () => signUp(world.ctx, stranger, { ...family(drill), drillId }, key());
  }),

  changing('wrong fields', 'invalid_input', { children: '-1' }),
  changing('needs without consent', 'invalid_input', { needsWords: '要带路' }),
  changing('larger than the role', 'party_too_large', { adults: '5' }),
  changing('the drill has begun', 'sign_up_closed', { adults: '1' }, DRILL_STARTS),
  losing('changeParty', 'no room for more', 'role_full', async (world) => {
    const { drill, person, stranger } = await cast(world);
    await signedUp(world.ctx, stranger, drill, { adults: '1', children: '0' });
    return () => changeParty(world.ctx, person, { ...family(drill), adults: '3' }, key());
  }),
  losing('changeParty', 'somebody without a part', 'drill_unknown', async (world) => {
    const { drill, stranger } = await cast(world);
    return () => changeParty(world.ctx, stranger, family(drill), key());
  }),

  losing('leaveDrill', 'somebody without a part', 'drill_unknown', async (world) => {
    const { drill, stranger } = await cast(world);
    return () => leaveDrill(world.ctx, stranger, { drillId: drill.drillId }, key());
  }),
  losing('leaveDrill', 'left before', 'already_left', async (world) => {
    const { drill, person } = await cast(world);
    await leaveDrill(world.ctx, person, { drillId: drill.drillId }, key());
    return () => leaveDrill(world.ctx, person, { drillId: drill.drillId }, key());
  }),
  losing('leaveDrill', 'cancelled', 'drill_settled', async (world) => {
    const { drill, person } = await cast(world);
    await cancelDrill(world.ctx, drill.by, { drillId: drill.drillId, reason: '下大雨' }, key());
    return () => leaveDrill(world.ctx, person, { drillId: drill.drillId }, key());
  }),

  losing('pairHelper', 'somebody else’s drill', 'drill_not_yours', async (world) => {
    const { ids, stranger } = await pair(world);
    return () => pairHelper(world.ctx, { id: stranger.id, roles: [] }, ids, key());
  }),
  losing('pairHelper', 'nobody chosen', 'invalid_input', async (world) => {
    const { drill, ids } = await pair(world);
    return () => pairHelper(world.ctx, drill.by, { ...ids, helperId: '' }, key());
  }),
  losing('pairHelper', 'somebody of another drill', 'drill_unknown', async (world) => {
    const { drill, ids } = await pair(world);
    const other = await announcedDrill(world, { values: { date: '2026-11-29' } });
    const helpedId = await signedUp(world.ctx, (await world.person()).person, other, wheelchair);
    return () => pairHelper(world.ctx, drill.by, { ...ids, helpedId }, key());
  }),
  losing('pairHelper', 'no needs', 'needs_nobody', async (world) => {
    const { drill, ids, person } = await pair(world);
    await changeParty(world.ctx, person, family(drill), key());
    return () => pairHelper(world.ctx, drill.by, ids, key());
  }),
  losing('pairHelper', 'a family as a helper', 'helper_unknown', async (world) => {
    const { drill, ids, stranger } = await pair(world);
    const helperId = await signedUp(world.ctx, stranger, drill, { adults: '1', children: '0' });
    return () => pairHelper(world.ctx, drill.by, { ...ids, helperId }, key());
  }),
  losing('pairHelper', 'paired before', 'already_paired', async (world) => {
    const { drill, ids } = await pair(world);
    await pairHelper(world.ctx, drill.by, ids, key());
    return () => pairHelper(world.ctx, drill.by, ids, key());
  }),

  losing('endPairing', 'somebody else’s drill', 'drill_not_yours', async (world) => {
    const { drill, ids, stranger } = await pair(world);
    const { pairingId } = await pairHelper(world.ctx, drill.by, ids, key());
    const input = { drillId: ids.drillId, pairingId };
    return () => endPairing(world.ctx, { id: stranger.id, roles: [] }, input, key());
  }),
  losing('endPairing', 'ended before', 'pairing_ended', async (world) => {
    const { drill, ids, helper } = await pair(world);
    const { pairingId } = await pairHelper(world.ctx, drill.by, ids, key());
    await leaveDrill(world.ctx, helper, { drillId: ids.drillId }, key());
    return () => endPairing(world.ctx, drill.by, { drillId: ids.drillId, pairingId }, key());
  }),

  losing('tellPromoted', 'nobody moved up', null, async (world) => {
    const { drill, stranger } = await cast(world);
    await signedUp(world.ctx, stranger, drill, { wait: 'yes' });
    return () => tellPromoted(world.ctx);
  }),
  losing('tellPromoted', 'a role grows where the drill runs', null, async (world) => {
    const { drill, stranger } = await cast(world);
    await signedUp(world.ctx, stranger, drill, { wait: 'yes' });
    await started(world.ctx, drill.by, drill.drillId);
    await world.ctx.db
      .update(drillRoles)
      .set({ capacity: 9 })
      .where(eq(drillRoles.id, drill.families.id));
    return () => tellPromoted(world.ctx);
  }),
  losing('tellHelperLosses', 'whoever was helped leaves', null, async (world) => {
    const { drill, person, ids } = await pair(world);
    await pairHelper(world.ctx, drill.by, ids, key());
    await leaveDrill(world.ctx, person, { drillId: ids.drillId }, key());
    return () => tellHelperLosses(world.ctx);
  }),
  losing('exportSignUps', 'by who only takes part', 'drill_not_yours', async (world) => {
    const { drill, person } = await cast(world);
    const by = { id: person.id, roles: [] };
    return () => exportSignUps(world.ctx, by, { drillId: drill.drillId }, key());
  }),
  losing('forgetSignUps', 'a drill that is still to come', null, async (world) => {
    await cast(world);
    return () => forgetSignUps(world.ctx);
  }),
];
