import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  changeParty,
  endPairing,
  forgetSignUps,
  leaveDrill,
  pairHelper,
  signUp,
  tellPromoted,
} from '../../src/features/drill-sign-ups/commands.ts';
import { NEEDS_KEPT_DAYS } from '../../src/features/drill-sign-ups/policy.ts';
import {
  findOwnPart,
  listOwnDrillLines,
  listSignUps,
} from '../../src/features/drill-sign-ups/queries.ts';
import {
  drillNeeds,
  drillPairings,
  drillPromotions,
} from '../../src/features/drill-sign-ups/table.ts';
import { drillParticipants, drillRoles } from '../../src/features/drills/table.ts';
import { deliverDue } from '../../src/features/notifications/commands.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes } from '../../src/lib/time.ts';
import {
  announcedDrill,
  family,
  roleOf,
  signedUp,
  takenOf,
  trained,
  type AnnouncedDrill,
} from '../helpers/drill-sign-ups.ts';
import { DRILL_STARTS, ended, started } from '../helpers/open-drills.ts';
import { postTo } from '../helpers/post.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;

let world: World;
let drill: AnnouncedDrill;
beforeEach(async () => {
  world = await createWorld();
  drill = await announcedDrill(world);
});

const somebody = async () => (await world.person()).person;
const stateOf = async (person: Person) =>
  (await findOwnPart(world.ctx, person, drill.drillId))?.participant.state;
const resize = (capacity: number) =>
  world.ctx.db.update(drillRoles).set({ capacity }).where(eq(drillRoles.id, drill.families.id));

/** Sends what is queued. @returns what arrived. */
async function deliver(ctx: CommandContext): Promise<string[]> {
  const sent: string[] = [];
  await deliverDue(
    ctx,
    postTo(async ({ text }) => void sent.push(text)),
  );
  return sent;
}

/** Somebody with a training for leading people out, signed up as a helper. */
async function helper(until = '2027-01-01') {
  const person = await somebody();
  await trained(world, person, { skill: 'evacuation', until });
  const role = await roleOf(world.ctx, drill.drillId, '结对帮扶员');
  const values = { roleId: role.id, name: '示例陈晨', adults: '1', children: '0', unit: '' };
  return { person, role, sign: () => signedUp(world.ctx, person, drill, values) };
}

const wheelchair = { needs: ['wheelchair'], needsWords: '要带氧气瓶', needsConsent: 'yes' };

describe('a family that signs up', () => {
  it('is in with its party, and only its owner and the organisers read name and needs', async () => {
    const person = await somebody();
    const id = await signedUp(world.ctx, person, drill, wheelchair);
    expect(await takenOf(world.ctx, drill.drillId)).toBe(3);
    const own = await findOwnPart(world.ctx, person, drill.drillId);
    expect(own).toMatchObject({
      name: '示例王芳',
      needs: { codes: ['wheelchair'], words: '要带氧气瓶' },
      participant: { id, unit: '3栋', state: 'joined' },
    });
    const [row] = await listSignUps(world.ctx, drill.drillId);
    expect(row).toMatchObject({ name: '示例王芳', needs: '坐轮椅，或走不快；要带氧气瓶' });
    const stored = await world.ctx.db.select().from(drillParticipants);
    expect(JSON.stringify(stored.map(({ needs }) => needs))).toBe('[[]]');
    const [sealed] = await world.ctx.db.select().from(drillNeeds);
    expect(Buffer.from(sealed!.needsCipher).toString('latin1')).not.toContain('wheelchair');
  });

  it('has to agree by itself to its needs being kept', async () => {
    const person = await somebody();
    const without = signedUp(world.ctx, person, drill, { ...wheelchair, needsConsent: 'no' });
    await expect(without).rejects.toMatchObject({
      code: 'invalid',
      fields: [{ field: 'needsConsent' }],
    });
    expect(await stateOf(person)).toBeUndefined();
  });

  it('signs up once, for one drill at a time', async () => {
    const person = await somebody();
    await signedUp(world.ctx, person, drill);
    await expect(signedUp(world.ctx, person, drill)).rejects.toMatchObject({
      reason: 'already_in',
    });
    const other = await announcedDrill(world, { values: { time: '09:30' } });
    const twice = signedUp(world.ctx, person, other);
    await expect(twice).rejects.toMatchObject({ reason: 'time_conflict' });
    const later = await announcedDrill(world, { values: { time: '10:00' } });
    await signedUp(world.ctx, person, later);
  });

  it('gets the first answer again under the same key', async () => {
    const person = await somebody();
    const again = key();
    const input = family(drill);
    const first = await signUp(world.ctx, person, input, again);
    expect(await signUp(world.ctx, person, input, again)).toEqual(first);
    expect(await takenOf(world.ctx, drill.drillId)).toBe(3);
  });

  it('may not wait where it is the only one, nor in a drill that has begun', async () => {
    const person = await somebody();
    await resize(2);
    const huge = signedUp(world.ctx, person, drill, { wait: 'yes' });
    await expect(huge).rejects.toMatchObject({ reason: 'party_too_large' });
    const late = signedUp(world.at(DRILL_STARTS), person, drill, { adults: '1', children: '0' });
    await expect(late).rejects.toMatchObject({ reason: 'sign_up_closed' });
  });

  it('changes its party and its needs without losing its place', async () => {
    const person = await somebody();
    await resize(4);
    const id = await signedUp(world.ctx, person, drill, wheelchair);
    const change = { drillId: drill.drillId, adults: '3', children: '1', unit: '5栋' };
    await changeParty(world.ctx, person, change, key());
    expect(await findOwnPart(world.ctx, person, drill.drillId)).toMatchObject({
      participant: { id, adults: 3, children: 1, unit: '5栋', state: 'joined' },
      needs: { codes: [], words: '' },
    });
    const more = changeParty(world.ctx, person, { ...change, adults: '4' }, key());
    await expect(more).rejects.toMatchObject({ reason: 'party_too_large' });
    await resize(5);
    await signedUp(world.ctx, await somebody(), drill, { adults: '1', children: '0' });
    const full = changeParty(world.ctx, person, { ...change, adults: '4' }, key());
    await expect(full).rejects.toMatchObject({ code: 'conflict', reason: 'role_full' });
    expect(await takenOf(world.ctx, drill.drillId)).toBe(5);
  });
});

describe('a volunteer', () => {
  it('needs to be confirmed, to have agreed to drills, and a training that holds on the day', async () => {
    const stranger = await somebody();
    const { role } = await helper();
    const values = { roleId: role.id, adults: '1', children: '0' };
    await expect(signedUp(world.ctx, stranger, drill, values)).rejects.toMatchObject({
      reason: 'volunteer_not_confirmed',
    });
    // The drill is on 27 November.
    const lapsed = await helper('2026-11-26');
    await expect(lapsed.sign()).rejects.toMatchObject({ reason: 'training_missing' });
    await (await helper('2026-11-27')).sign();
    expect(await takenOf(world.ctx, drill.drillId, '结对帮扶员')).toBe(1);
  });

  it('comes alone', async () => {
    const one = await helper();
    const couple = signedUp(world.ctx, one.person, drill, { roleId: one.role.id });
    await expect(couple).rejects.toMatchObject({ reason: 'family_only_as_household' });
  });
});

describe('an observer', () => {
  it('comes from where they like to say', async () => {
    const person = await somebody();
    const role = await roleOf(world.ctx, drill.drillId, '邻近社区代表');
    const values = { roleId: role.id, adults: '1', children: '0', unit: '邻近社区居委会' };
    await signedUp(world.ctx, person, drill, values);
    expect(await stateOf(person)).toBe('joined');
  });

  it('does not take what is assigned', async () => {
    const role = await roleOf(world.ctx, drill.drillId, '社区主任');
    const values = { roleId: role.id, adults: '1', children: '0' };
    await expect(signedUp(world.ctx, await somebody(), drill, values)).rejects.toMatchObject({
      reason: 'role_is_assigned',
    });
  });
});

describe('a full role', () => {
  it('is told as full, lets people wait who want to, and moves up whoever fits first', async () => {
    await resize(4);
    const first = await somebody();
    await signedUp(world.ctx, first, drill);
    const [large, small, alone] = [await somebody(), await somebody(), await somebody()];
    await expect(signedUp(world.ctx, large, drill)).rejects.toMatchObject({ reason: 'role_full' });
    await signedUp(world.at(addMinutes(NOW, 1)), large, drill, {
      adults: '4',
      children: '0',
      wait: 'yes',
    });
    await signedUp(world.at(addMinutes(NOW, 2)), small, drill, {
      adults: '2',
      children: '0',
      wait: 'yes',
    });
    // Fits into what nobody who waits could use.
    await signedUp(world.at(addMinutes(NOW, 3)), alone, drill, {
      adults: '1',
      children: '0',
      wait: 'yes',
    });
    expect(await Promise.all([large, small, alone].map(stateOf))).toEqual([
      ...['waiting', 'waiting', 'joined'],
    ]);
    expect((await findOwnPart(world.ctx, small, drill.drillId))?.ahead).toBe(1);

    await leaveDrill(world.ctx, first, { drillId: drill.drillId }, key());
    // Four do not fit beside the one who is in; two do.
    expect(await Promise.all([large, small].map(stateOf))).toEqual(['waiting', 'joined']);
    await resize(7);
    expect(await stateOf(large)).toBe('joined');
    expect(await takenOf(world.ctx, drill.drillId)).toBe(7);
  });

  it('tells those who moved up, once', async () => {
    await resize(3);
    const [first, second] = [await somebody(), await somebody()];
    await signedUp(world.ctx, first, drill);
    await signedUp(world.ctx, second, drill, { wait: 'yes' });
    expect((await deliver(world.ctx)).map((text) => text.slice(0, 14))).toEqual([
      expect.stringContaining('演练：报名成功'),
      expect.stringContaining('演练：11月27日'),
    ]);
    await leaveDrill(world.ctx, first, { drillId: drill.drillId }, key());
    expect(await tellPromoted(world.ctx)).toBe(1);
    expect(await tellPromoted(world.ctx)).toBe(0);
    expect(await deliver(world.ctx)).toEqual([expect.stringContaining('演练：候补有名额了')]);
    // Moved up and left, all the same: the other does not come back.
    expect(await world.ctx.db.$count(drillPromotions)).toBe(1);
  });

  it('moves nobody up who has been given a part elsewhere for that time', async () => {
    await resize(3);
    const [first, second, third] = [await somebody(), await somebody(), await somebody()];
    await signedUp(world.ctx, first, drill);
    await signedUp(world.ctx, second, drill, { wait: 'yes' });
    await signedUp(world.at(addMinutes(NOW, 1)), third, drill, { wait: 'yes' });
    const other = await announcedDrill(world);
    await world.ctx.db.insert(drillParticipants).values({
      ...{ id: crypto.randomUUID(), drillId: other.drillId, personId: second.id, how: 'assigned' },
      roleId: (await roleOf(world.ctx, other.drillId, '社区主任')).id,
      ...{ nameCipher: new Uint8Array(), joinedBy: other.by.id, joinedAt: NOW },
    });
    await leaveDrill(world.ctx, first, { drillId: drill.drillId }, key());
    expect(await stateOf(third)).toBe('joined');
    expect((await findOwnPart(world.ctx, second, drill.drillId))?.participant.state).toBe(
      'waiting',
    );
  });

  it('moves nobody up any more once the drill runs', async () => {
    await resize(3);
    const [first, second] = [await somebody(), await somebody()];
    await signedUp(world.ctx, first, drill);
    await signedUp(world.ctx, second, drill, { wait: 'yes' });
    await started(world.ctx, drill.by, drill.drillId);
    await leaveDrill(world.at(DRILL_STARTS), first, { drillId: drill.drillId }, key());
    expect(await stateOf(second)).toBe('waiting');
  });
});

describe('whoever organises', () => {
  it('pairs a helper with somebody in need; the two see no more of each other than they need', async () => {
    const person = await somebody();
    const helpedId = await signedUp(world.ctx, person, drill, wheelchair);
    const one = await helper();
    const helperId = await one.sign();
    const input = { drillId: drill.drillId, helpedId, helperId };
    const { pairingId } = await pairHelper(world.ctx, drill.by, input, key());
    await expect(pairHelper(world.ctx, drill.by, input, key())).rejects.toMatchObject({
      reason: 'already_paired',
    });
    expect((await findOwnPart(world.ctx, person, drill.drillId))?.helpers).toEqual(['示例陈晨']);
    expect((await findOwnPart(world.ctx, one.person, drill.drillId))?.helped).toEqual([
      { name: '示例王芳', unit: '3栋', needs: '坐轮椅，或走不快；要带氧气瓶' },
    ]);
    const texts = (await deliver(world.ctx)).filter((text) => /结对帮(你|一户)/.test(text));
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(text).not.toMatch(/示例|轮椅/);

    await endPairing(world.ctx, drill.by, { drillId: drill.drillId, pairingId }, key());
    expect((await findOwnPart(world.ctx, one.person, drill.drillId))?.helped).toEqual([]);
  });

  it('pairs nobody without needs, no family as a helper, and nothing in somebody else’s drill', async () => {
    const helpedId = await signedUp(world.ctx, await somebody(), drill, wheelchair);
    const otherId = await signedUp(world.ctx, await somebody(), drill);
    const helperId = await (await helper()).sign();
    const pair = (input: object, by = drill.by) =>
      pairHelper(world.ctx, by, { drillId: drill.drillId, ...input }, key());
    await expect(pair({ helpedId: otherId, helperId })).rejects.toMatchObject({
      reason: 'needs_nobody',
    });
    await expect(pair({ helpedId, helperId: otherId })).rejects.toMatchObject({
      reason: 'helper_unknown',
    });
    const stranger = { ...drill.by, id: (await somebody()).id, roles: [] };
    await expect(pair({ helpedId, helperId }, stranger)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('loses a pairing when one of the two leaves', async () => {
    const person = await somebody();
    const helpedId = await signedUp(world.ctx, person, drill, wheelchair);
    const one = await helper();
    const helperId = await one.sign();
    await pairHelper(world.ctx, drill.by, { drillId: drill.drillId, helpedId, helperId }, key());
    await leaveDrill(world.ctx, one.person, { drillId: drill.drillId }, key());
    expect((await findOwnPart(world.ctx, person, drill.drillId))?.helpers).toEqual([]);
    expect(await world.ctx.db.select().from(drillPairings)).toMatchObject([{ state: 'ended' }]);
  });

  it('finds the drill among their own, and whoever takes part theirs', async () => {
    const person = await somebody();
    await signedUp(world.ctx, person, drill);
    expect(await listOwnDrillLines(world.ctx, person.id, false)).toMatchObject([
      { organises: false, part: { role: { name: '居民' } } },
    ]);
    expect(await listOwnDrillLines(world.ctx, drill.by.id, true)).toMatchObject([
      { organises: true, part: undefined },
    ]);
    // A region's drills are not shown to a phone's code.
    expect(await listOwnDrillLines(world.ctx, drill.by.id, false)).toEqual([]);
  });
});

describe('the reminder', () => {
  it('comes on the evening before, to those who are in, at the time that holds by then', async () => {
    const person = await somebody();
    await signedUp(world.ctx, person, drill);
    await deliver(world.ctx);
    const evening = new Date('2026-11-26T18:01:00+08:00');
    expect(await deliver(world.at(addMinutes(evening, -5)))).toEqual([]);
    expect(await deliver(world.at(evening))).toEqual([expect.stringContaining('演练：提醒你')]);
  });

  it('is not sent to whoever has left', async () => {
    const person = await somebody();
    await signedUp(world.ctx, person, drill);
    await deliver(world.ctx);
    await leaveDrill(world.ctx, person, { drillId: drill.drillId }, key());
    expect(await deliver(world.at(new Date('2026-11-26T18:01:00+08:00')))).toEqual([]);
  });
});

describe('privacy', () => {
  it('forgets name and needs of whoever leaves', async () => {
    const person = await somebody();
    await signedUp(world.ctx, person, drill, wheelchair);
    await leaveDrill(world.ctx, person, { drillId: drill.drillId }, key());
    expect(await world.ctx.db.$count(drillNeeds)).toBe(0);
    const [row] = await world.ctx.db.select().from(drillParticipants);
    expect(row?.nameCipher).toHaveLength(0);
  });

  it('forgets needs a week after the drill, names a month after, and nothing before', async () => {
    await signedUp(world.ctx, await somebody(), drill, wheelchair);
    await started(world.ctx, drill.by, drill.drillId);
    await ended(world.ctx, drill.by, drill.drillId);
    const week = addMinutes(DRILL_STARTS, 60 + NEEDS_KEPT_DAYS * DAY);
    expect(await forgetSignUps(world.at(week))).toBe(0);
    expect(await forgetSignUps(world.at(addMinutes(week, 1)))).toBe(1);
    expect(await world.ctx.db.$count(drillNeeds)).toBe(0);
    expect(await forgetSignUps(world.at(addMinutes(week, 23 * DAY + 1)))).toBe(1);
    expect((await listSignUps(world.ctx, drill.drillId))[0]?.name).toBe('');
  });

  it('takes whoever is erased out of the drill, and lets the next one in', async () => {
    await resize(3);
    const { person: erased } = await world.person('10000007777');
    await signedUp(world.ctx, erased, drill, wheelchair);
    const next = await somebody();
    await signedUp(world.ctx, next, drill, { wait: 'yes' });
    await eraseAccount(world.ctx, erased, { lastFour: '7777' }, key());
    expect(await stateOf(next)).toBe('joined');
    expect(await world.ctx.db.$count(drillNeeds)).toBe(0);
    const rows = await world.ctx.db
      .select()
      .from(drillParticipants)
      .where(eq(drillParticipants.personId, erased.id));
    expect(rows).toMatchObject([{ state: 'left', unit: '' }]);
    expect(rows[0]?.nameCipher).toHaveLength(0);
  });

  it('gives everything out to its owner', async () => {
    const person = await somebody();
    await signedUp(world.ctx, person, drill, wheelchair);
    expect((await readOwnData(world.ctx, person)).drillSignUps).toMatchObject([
      { drill: '示例地震避险演练', role: '居民', adults: 2, name: '示例王芳', state: 'joined' },
    ]);
  });
});
