import { describe, expect, it } from 'vitest';
import { issueHoursCertificate } from '../../src/features/certificates/commands.ts';
import { verifyHours } from '../../src/features/certificates/queries.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import { checkInGuide, takeDuty } from '../../src/features/roster/commands.ts';
import {
  addGridCell,
  decideVolunteer,
  leaveRegistry,
  recordTraining,
  registerVolunteer,
  withdrawTraining,
} from '../../src/features/volunteers/commands.ts';
import {
  findOwnEntry,
  findPool,
  listVolunteers,
  volunteerList,
  volunteersQueue,
} from '../../src/features/volunteers/queries.ts';
import {
  volunteerConsents,
  volunteers,
  volunteerSkills,
  volunteerTrainings,
} from '../../src/features/volunteers/table.ts';
import { readList } from '../../src/lib/lists.ts';
import { volunteerScopes } from '../../src/features/roles/policy.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { addRole, manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { confirmed, entryValues, needed, registered } from '../helpers/volunteers.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

async function officer(world: World, scopeId = '320904') {
  const { person } = await world.person();
  const held = { role: 'reviewer', scopeKind: 'region', scopeId } as const;
  await addRole(world.ctx, person.id, held);
  return { id: person.id, roles: [held] };
}

/** A verified committee of the county with one grid cell. */
async function community(world: World) {
  const reviewer = await officer(world);
  const { person } = await world.person();
  const claim = { kind: 'committee', name: '示例幸福社区', regionCode: '320904' };
  const { organisationId } = await claimOrganisation(world.ctx, person, claim, key());
  const decision = { organisationId, decision: 'verified' };
  await decideOrganisation(world.ctx, reviewer, decision, key());
  const cell = { organisationId, cell: '第三网格' };
  const { gridCellId } = await addGridCell(world.ctx, reviewer, cell, key());
  return { organisationId, gridCellId, reviewer };
}

describe('the registry', () => {
  it('keeps a name under its owner’s key, and one entry a person however often it is sent', async () => {
    const world = await createWorld();
    const { person, volunteerId } = await registered(world);
    const [row] = await world.ctx.db.select().from(volunteers);
    expect(new TextDecoder().decode(row!.nameCipher)).not.toContain('陈晨');
    const again = { ...entryValues, skills: ['first_aid'], purposes: ['call_out'] };
    expect(await registerVolunteer(world.ctx, person, again, key())).toEqual({ volunteerId });
    const { held, purposes } = await findOwnEntry(world.ctx, person.id);
    expect(held).toEqual([{ code: 'first_aid' }]);
    expect(purposes).toEqual([{ purpose: 'call_out' }]);
  });

  it('reads boxes of a form, and names what is missing', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    const boxes = { 'skills.driving': 'yes', 'skills.radio': 'yes', 'purposes.drills': 'yes' };
    const form = { name: '示例陈晨', regionCode: '320904', adult: 'yes', place: '', hallSlug: '' };
    await registerVolunteer(world.ctx, person, { ...form, ...boxes }, key());
    expect((await findOwnEntry(world.ctx, person.id)).held.map(({ code }) => code).sort()).toEqual([
      'driving',
      'radio',
    ]);
    const nothing = registerVolunteer(world.ctx, person, {}, key());
    await expect(nothing).rejects.toMatchObject({
      fields: ['name', 'regionCode', 'skills', 'purposes', 'adult'].map((field) => ({ field })),
    });
    const unknown = { ...form, ...boxes, 'skills.flying': 'yes' };
    await expect(registerVolunteer(world.ctx, person, unknown, key())).rejects.toMatchObject({
      fields: [{ field: 'skills' }],
    });
  });

  it('is confirmed by the officer of the place or the manager of the hall, by nobody else and never by oneself', async () => {
    const world = await createWorld();
    const { person, volunteerId } = await registered(world);
    const decision = { volunteerId, decision: 'confirmed' };
    const elsewhere = await officer(world, '320903');
    const street = await officer(world, '320904100');
    await addRole(world.ctx, person.id, {
      ...{ role: 'hall_manager', scopeKind: 'hall', scopeId: testHall.slug },
    });
    for (const by of [elsewhere, street, person]) {
      await expect(decideVolunteer(world.ctx, by, decision, key())).rejects.toMatchObject({
        reason: 'volunteer_unknown',
      });
    }
    await decideVolunteer(world.ctx, await manager(world), decision, key());
    await expect(
      decideVolunteer(world.ctx, await officer(world), decision, key()),
    ).rejects.toMatchObject({ reason: 'volunteer_already_decided' });
  });

  it('is confirmed by the community’s own officer, and anew after a move', async () => {
    const world = await createWorld();
    const { organisationId, gridCellId } = await community(world);
    const { person, volunteerId } = await registered(world, {
      place: `cell:${gridCellId}`,
      hallSlug: '',
    });
    const { person: own } = await world.person();
    const held = { role: 'community_officer', scopeKind: 'organisation' } as const;
    await addRole(world.ctx, own.id, { ...held, scopeId: organisationId });
    await decideVolunteer(world.ctx, own, { volunteerId, decision: 'confirmed' }, key());
    const stays = { ...entryValues, place: `community:${organisationId}`, hallSlug: '' };
    await registerVolunteer(world.ctx, person, stays, key());
    expect((await findOwnEntry(world.ctx, person.id)).entry?.volunteer).toMatchObject({
      state: 'confirmed',
      gridCellId: null,
    });
    const moves = { ...entryValues, regionCode: '320903', hallSlug: '' };
    await registerVolunteer(world.ctx, person, moves, key());
    expect((await findOwnEntry(world.ctx, person.id)).entry?.volunteer.state).toBe('asked');
  });

  it('is listed for whoever looks after it, and calls them', async () => {
    const world = await createWorld();
    await registered(world);
    await registered(world, { regionCode: '320903', hallSlug: '' });
    const asked = readList(volunteerList([]), new URLSearchParams());
    const seen = async (holder: Parameters<typeof volunteerScopes>[0]) =>
      (await listVolunteers(world.ctx, volunteerScopes(holder), asked)).count;
    expect(await seen(await officer(world))).toBe(1);
    expect(await seen(await officer(world, '320903'))).toBe(1);
    const ofHall = await manager(world);
    expect(await seen(ofHall)).toBe(1);
    const question = volunteersQueue(world.ctx, volunteerScopes(ofHall));
    const [first, ...rest] = question.queries;
    expect(question.read(await world.ctx.db.batch([first!, ...rest]))).toMatchObject({ count: 1 });
  });

  it('finds whom to call by skill, grid cell and a training that holds', async () => {
    const world = await createWorld();
    const { gridCellId, organisationId, reviewer } = await community(world);
    const place = { place: `cell:${gridCellId}`, hallSlug: '' };
    const able = { skills: ['first_aid'], purposes: ['call_out', 'drills'] };
    const trained = await confirmed(world, reviewer, { ...place, ...able });
    await confirmed(world, reviewer, { ...place, ...able });
    await confirmed(world, reviewer, { ...place, skills: ['driving'], purposes: ['call_out'] });
    await confirmed(world, reviewer, { ...place, skills: ['first_aid'], purposes: ['guiding'] });
    await registered(world, { ...place, ...able });
    const training = {
      ...{ volunteerId: trained.volunteerId, skill: 'first_aid', training: '救护员证' },
      ...{ heldOn: '2025-11-26', validUntil: '2026-11-26' },
    };
    await recordTraining(world.ctx, reviewer, training, key());
    const find = async (more: object = {}) => {
      const asked = { purpose: 'call_out', skills: ['first_aid'], gridCellId, ...more } as const;
      return (await findPool(world.ctx, asked)).map(({ volunteer }) => volunteer.id);
    };
    expect(await find()).toHaveLength(2);
    expect(await find({ organisationId, regionCode: '320904' })).toHaveLength(2);
    expect(await find({ trainedOn: '2026-11-26' })).toEqual([trained.volunteerId]);
    expect(await find({ trainedOn: '2026-11-27' })).toEqual([]);
    const [row] = await world.ctx.db.select().from(volunteerTrainings);
    await withdrawTraining(world.ctx, reviewer, { trainingId: row!.id }, key());
    expect(await find({ trainedOn: '2026-11-26' })).toEqual([]);
  });

  it('forgets whoever leaves at once, and takes them back', async () => {
    const world = await createWorld();
    const { person } = await registered(world);
    await leaveRegistry(world.ctx, person, key());
    const [row] = await world.ctx.db.select().from(volunteers);
    expect(row).toMatchObject({ state: 'left' });
    expect(row?.nameCipher).toHaveLength(0);
    expect(await world.ctx.db.select().from(volunteerSkills)).toEqual([]);
    expect(await world.ctx.db.select().from(volunteerConsents)).toEqual([]);
    await registerVolunteer(world.ctx, person, entryValues, key());
    expect((await findOwnEntry(world.ctx, person.id)).entry?.volunteer.state).toBe('asked');
  });

  it('is shown to its owner and erased with the account', async () => {
    const world = await createWorld();
    const { person } = await world.person('13812345678');
    await registerVolunteer(world.ctx, person, entryValues, key());
    const { volunteer } = await readOwnData(world.ctx, person);
    expect(volunteer).toMatchObject([
      { name: '示例陈晨', hall: testHall.slug, skills: expect.arrayContaining(['讲解', '手语']) },
    ]);
    await eraseAccount(world.ctx, person, { lastFour: '5678' }, key());
    const [row] = await world.ctx.db.select().from(volunteers);
    expect(row).toMatchObject({ state: 'left' });
    expect(row?.nameCipher).toHaveLength(0);
    expect(await world.ctx.db.select().from(volunteerSkills)).toEqual([]);
  });

  it('keeps grid cells to those who look after a verified committee', async () => {
    const world = await createWorld();
    const { organisationId } = await community(world);
    const cell = { organisationId, cell: '第四网格' };
    const ofHall = await manager(world);
    await expect(addGridCell(world.ctx, ofHall, cell, key())).rejects.toMatchObject({
      reason: 'community_unknown',
    });
    const [school] = await world.ctx.db
      .insert(organisations)
      .values({
        ...{ id: crypto.randomUUID(), kind: 'school', name: '示例小学', regionCode: '320904' },
        ...{ claimedBy: ofHall.id, claimedAt: NOW },
      })
      .returning();
    await expect(
      addGridCell(world.ctx, await officer(world), { ...cell, organisationId: school!.id }, key()),
    ).rejects.toMatchObject({ reason: 'community_unknown' });
  });
});

describe('the certificate of hours', () => {
  it('says what was counted, to anybody, and nobody’s name; one for each total', async () => {
    const world = await createWorld();
    const first = await world.session({ startsAt: addMinutes(NOW, 60) });
    const { needId, manager: by } = await needed(world, first);
    const { person } = await confirmed(world, by);
    await expect(issueHoursCertificate(world.ctx, person, key())).rejects.toMatchObject({
      reason: 'no_hours',
    });
    const serve = async (need: string, from: Date) => {
      const holder = { id: person.id, roles: [] };
      const { dutyId } = await takeDuty(world.ctx, holder, { needId: need }, key());
      await checkInGuide(world.at(from), by, { dutyId }, key());
    };
    await serve(needId, addMinutes(first.startsAt, 15));
    const { code } = await issueHoursCertificate(world.ctx, person, key());
    expect(await verifyHours(world.ctx, code)).toEqual({
      ...{ code, issuedAt: NOW, minutes: 60, services: 1 },
      ...{ firstOn: '2026-11-25', lastOn: '2026-11-25' },
    });
    await expect(issueHoursCertificate(world.ctx, person, key())).rejects.toMatchObject({
      reason: 'certificate_issued',
    });
    const second = await world.session({ startsAt: addMinutes(NOW, 26 * 60) });
    await serve((await needed(world, second, {}, by)).needId, second.startsAt);
    const next = await issueHoursCertificate(world.ctx, person, key());
    expect(await verifyHours(world.ctx, next.code)).toMatchObject({
      ...{ minutes: 135, services: 2, lastOn: '2026-11-26' },
    });
    await leaveRegistry(world.ctx, person, key());
    const api = createApi(world);
    const told = await api.get(`/api/hours-certificates/${next.code}`);
    expect(told.body).toEqual({
      ...{ code: next.code, minutes: 135, services: 2 },
      ...{ firstOn: '2026-11-25', lastOn: '2026-11-26' },
    });
    expect((await api.get('/api/hours-certificates/ABCDEFGHJK')).status).toBe(404);
  });
});
