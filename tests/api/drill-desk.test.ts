import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { seedDrillEvents } from '../../scripts/lib/seed-drill-events.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  assignPerson,
  issueCard,
  releasePerson,
  takeCard,
  writeRole,
} from '../../src/features/drill-people/commands.ts';
import { findCard, listCandidates, listPeople } from '../../src/features/drill-people/queries.ts';
import { drillCards } from '../../src/features/drill-people/table.ts';
import { findPlanItem } from '../../src/features/drill-plans/queries.ts';
import { editScript } from '../../src/features/drill-scripts/commands.ts';
import {
  announceDrill,
  cancelDrill,
  endDrill,
  reviseDrill,
  startDrill,
} from '../../src/features/drills/commands.ts';
import { findDrill, findSeenDrill } from '../../src/features/drills/queries.ts';
import {
  drills,
  drillScripts,
  drillVersions,
  type DrillState,
} from '../../src/features/drills/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import {
  decideVolunteer,
  recordTraining,
  registerVolunteer,
} from '../../src/features/volunteers/commands.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { templates } from '../../src/messages.ts';
import { createApi } from '../helpers/api.ts';
import { drilling, itemValues, planned, published, regional } from '../helpers/drills.ts';
import {
  carded,
  prepared,
  roleIdOf,
  roleValues,
  versionValues,
} from '../helpers/losing-states-drill-desk.ts';
import { announced, assigned, DRILL_STARTS, opened } from '../helpers/open-drills.ts';
import { addRole } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const someone = async (): Promise<Holder & { token: string }> => {
  const { person, token } = await world.person();
  return { id: person.id, roles: [], token };
};

/** What waits in the outbox, as it would be said now. */
async function said(now: Date = NOW): Promise<string[]> {
  const ctx = world.at(now);
  const rows = await ctx.db.select().from(outboxMessages);
  const made = await Promise.all(
    rows
      .filter(({ template }) => template.startsWith('drill_'))
      .map(async ({ id, template, contentCipher, keyVersion, createdAt }) => {
        const values = JSON.parse(
          await ctx.keys.unseal(`outbox:${id}`, contentCipher, keyVersion),
        ) as Record<string, string>;
        const message = await templates[template]?.make(ctx, values, createdAt);
        return message ? `${template}: ${Object.values(message.variables).join(' ')}` : undefined;
      }),
  );
  return made.flatMap((one) => one ?? []).toSorted();
}

describe('what a drill is', () => {
  it('is written in versions, and who takes part hears of another time or place', async () => {
    const { by, drillId } = await prepared(world);
    const { id: personId } = await someone();
    await assigned(world.ctx, by, drillId, { personId, role: '总导调' });
    const input = { ...versionValues, drillId };
    await reviseDrill(
      world.ctx,
      by,
      { ...input, title: '示例改了名称', place: '示例社区广场' },
      key(),
    );
    const moved = { ...input, version: '2', muster: '旗杆下', time: '10:00' };
    await reviseDrill(world.ctx, by, moved, key());
    const file = await findDrill(world.ctx, drillId);
    expect(file?.version).toMatchObject({
      version: 3,
      place: '示例社区广场',
      contact: versionValues.contact,
    });
    expect(file?.drill.startsAt).toEqual(new Date('2026-11-27T10:00:00+08:00'));
    const told = await said();
    expect(
      told.every((one) => one.startsWith('drill_revised: 示例地震避险演练 11月27日周五 10:00')),
    ).toBe(true);
    expect(told).toHaveLength(2);
    const versions = await world.ctx.db
      .select()
      .from(drillVersions)
      .where(eq(drillVersions.drillId, drillId));
    expect(versions).toHaveLength(3);
  });

  it('asks for a reason once it was announced, and keeps it', async () => {
    const { by, drillId } = await prepared(world);
    await announced(world.ctx, by, drillId);
    const input = { ...versionValues, drillId, version: '2' };
    await expect(reviseDrill(world.ctx, by, input, key())).rejects.toMatchObject({
      reason: 'change_has_reason',
    });
    await reviseDrill(world.ctx, by, { ...input, reason: '广场那天有集市' }, key());
    expect((await findDrill(world.ctx, drillId))?.version.reason).toBe('广场那天有集市');
  });

  it('begins with a line of the plan, which is free again once the drill was cancelled', async () => {
    const { head, organiser } = await drilling(world);
    const planItemId = await planned(world.ctx, head, organiser);
    await published(world.ctx, head, organiser);
    const values = { planItemId };
    const drillId = await opened(world.ctx, head, organiser, values);
    await expect(opened(world.ctx, head, organiser, values)).rejects.toMatchObject({
      reason: 'item_has_drill',
    });
    const { id: personId } = await someone();
    await assigned(world.ctx, head, drillId, { personId, role: '总导调' });
    await cancelDrill(world.ctx, head, { drillId, reason: '下雨' }, key());
    expect(await said()).toEqual([expect.stringMatching(/^drill_cancelled: /)]);
    await opened(world.ctx, head, organiser, values);
    expect((await findPlanItem(world.ctx, planItemId))?.item.state).toBe('planned');
  });

  it('says nothing to anybody before a blind drill', async () => {
    const { head, organiser } = await drilling(world);
    const planItemId = await planned(world.ctx, head, organiser, { ...itemValues, blind: 'yes' });
    await published(world.ctx, head, organiser);
    const drillId = await opened(world.ctx, head, organiser, { planItemId, blind: 'yes' });
    const player = await someone();
    await assigned(world.ctx, head, drillId, { personId: player.id, role: '社区主任' });
    const moved = { ...versionValues, drillId, time: '11:00' };
    await reviseDrill(world.ctx, head, moved, key());
    const parts = await listPeople(world.ctx, drillId);
    const one = { drillId, participantId: parts[0]!.participant.id, reason: '换人' };
    expect(await findSeenDrill(world.ctx, player, drillId)).toBeUndefined();
    await releasePerson(world.ctx, head, one, key());
    await cancelDrill(world.ctx, head, { drillId, reason: '下雨' }, key());
    const queued = await world.ctx.db.select().from(outboxMessages);
    expect(queued.filter(({ template }) => template.startsWith('drill_'))).toEqual([]);
    const entries = await world.ctx.db
      .select({ details: auditEntries.details })
      .from(auditEntries)
      .where(eq(auditEntries.subjectKind, 'drill'));
    for (const { details } of entries) expect(details).not.toMatch(/示例|地震|2026/);
  });
});

describe('a script', () => {
  it('is written part by part, each as a version of the whole', async () => {
    const { by, drillId } = await prepared(world);
    const role = await roleIdOf(world.ctx, drillId, '社区主任');
    const edits = [
      {
        part: 'inject',
        minute: '12',
        [`to.${role}`]: 'yes',
        by: '广播',
        text: '三号楼停电',
        expect: '派人去看',
      },
      { part: 'measures', 'target.m1': '2分30秒' },
      { part: 'places', 'muster.0': '旗杆下，按楼栋站' },
      { part: 'safety', officer: '社区安全员', stopWhen: '风太大，旗杆晃' },
      { part: 'inject-removal', injectId: 'i2' },
      { part: 'confirmation' },
    ];
    for (const [nth, edit] of edits.entries()) {
      const input = { drillId, scriptVersion: String(nth + 1), ...edit };
      await editScript(world.ctx, by, input, key());
    }
    const file = await findDrill(world.ctx, drillId);
    expect(file?.scriptVersion).toBe(7);
    const added = file?.script.injects.find(({ text }) => text.includes('三号楼停电'));
    expect(added).toMatchObject({ minute: 12, to: ['社区主任'], text: '演练：三号楼停电' });
    expect(file?.script.measures[0]?.targetSeconds).toBe(150);
    expect(file?.script.musters[0]?.text).toBe('旗杆下，按楼栋站');
    expect(file?.script.safety.stopWhen.at(-1)).toBe('风太大，旗杆晃');
    expect(file?.script.injects.some(({ id }) => id === 'i2')).toBe(false);
  });

  it('is refused by the database itself without its stop signal, its mark, or a role', async () => {
    const { by, drillId } = await prepared(world);
    const file = await findDrill(world.ctx, drillId);
    const script = file!.script;
    const write = (changed: object) =>
      world.ctx.db.insert(drillScripts).values({
        ...{ drillId, version: 2, script: JSON.stringify({ ...script, ...changed }) },
        ...{ writtenBy: by.id, writtenAt: NOW },
      });
    const refused = (word: string) => ({
      cause: { message: expect.stringContaining(word) as string },
    });
    await expect(write({ safety: { ...script.safety, signal: '没有' } })).rejects.toMatchObject(
      refused('stop_signal_stays'),
    );
    const [first, ...rest] = script.injects;
    await expect(write({ injects: [{ ...first, text: '着火了' }, ...rest] })).rejects.toMatchObject(
      refused('inject_is_marked'),
    );
    await expect(
      write({ injects: [{ ...first, to: ['没有的角色'] }, ...rest] }),
    ).rejects.toMatchObject(refused('script_role_unknown'));
  });

  it('follows a role to its new name', async () => {
    const { by, drillId } = await prepared(world);
    const roleId = await roleIdOf(world.ctx, drillId, '社区安全员');
    const input = {
      ...roleValues,
      drillId,
      roleId,
      part: 'controller',
      name: '安全总负责',
      capacity: '1',
    };
    await writeRole(world.ctx, by, input, key());
    const file = await findDrill(world.ctx, drillId);
    expect(file?.script.safety.officer).toBe('安全总负责');
    expect(JSON.stringify(file?.script.injects)).not.toContain('社区安全员');
  });
});

describe('a role', () => {
  it('goes to a member with a reason where a training is missing, and tells them', async () => {
    const { by, drillId, who } = await prepared(world);
    const roleId = await roleIdOf(world.ctx, drillId, '楼栋长');
    const input = { drillId, roleId, who, name: '示例王楼长', unit: '3号楼', reason: '街道培训过' };
    await assignPerson(world.ctx, by, input, key());
    expect(await listPeople(world.ctx, drillId)).toMatchObject([
      { name: '示例王楼长', waiver: '街道培训过', participant: { unit: '3号楼', how: 'assigned' } },
    ]);
    expect(await said()).toEqual([expect.stringMatching(/^drill_assigned: .*楼栋长$/)]);
  });

  it('goes to a volunteer of the registry whose training holds on the day, and to no other', async () => {
    const { by, drillId } = await prepared(world);
    const reviewer = await regional(world, 'reviewer');
    const volunteer = async (name: string, validUntil: string) => {
      const { person } = await world.person();
      const entry = {
        name,
        regionCode: '320904',
        adult: 'yes',
        skills: ['first_aid'],
        purposes: ['drills'],
      };
      const { volunteerId } = await registerVolunteer(world.ctx, person, entry, key());
      await decideVolunteer(world.ctx, reviewer, { volunteerId, decision: 'confirmed' }, key());
      const training = { volunteerId, skill: 'first_aid', training: '示例急救培训' };
      await recordTraining(
        world.ctx,
        reviewer,
        { ...training, heldOn: '2026-01-02', validUntil },
        key(),
      );
      return { volunteerId, person };
    };
    const good = await volunteer('示例林晓', '2026-11-27');
    const late = await volunteer('示例高远', '2026-11-26');
    const file = await findDrill(world.ctx, drillId);
    const role = file!.roles.find(({ name }) => name === '急救志愿者')!;
    const candidates = await listCandidates(world.ctx, file!.drill, role);
    expect(candidates.filter(({ isMember }) => !isMember)).toMatchObject([
      { label: '示例林晓', missing: [] },
      { label: '示例高远', missing: ['first_aid'] },
    ]);
    const assign = (volunteerId: string) => {
      const input = {
        drillId,
        roleId: role.id,
        who: `volunteer:${volunteerId}`,
        name: '',
        unit: '',
        reason: '会',
      };
      return assignPerson(world.ctx, by, input, key());
    };
    await assign(good.volunteerId);
    await expect(assign(late.volunteerId)).rejects.toMatchObject({ reason: 'training_missing' });
    expect((await listPeople(world.ctx, drillId)).map(({ name }) => name)).toEqual(['示例林晓']);
  });

  it('is not for a volunteer of another county, however their id was come by', async () => {
    const { by, drillId } = await prepared(world);
    const { person } = await world.person();
    const officer = await regional(world, 'reviewer', '320902');
    const entry = {
      name: '示例远方',
      regionCode: '320902',
      adult: 'yes',
      skills: ['first_aid'],
      purposes: ['drills'],
    };
    const { volunteerId } = await registerVolunteer(world.ctx, person, entry, key());
    await decideVolunteer(world.ctx, officer, { volunteerId, decision: 'confirmed' }, key());
    const roleId = await roleIdOf(world.ctx, drillId, '总导调');
    const input = {
      drillId,
      roleId,
      who: `volunteer:${volunteerId}`,
      name: '',
      unit: '',
      reason: '',
    };
    await expect(assignPerson(world.ctx, by, input, key())).rejects.toMatchObject({
      reason: 'person_unknown',
    });
  });

  it('is left with a reason, told to whoever had it, and free again', async () => {
    const { by, drillId, who } = await prepared(world);
    const roleId = await roleIdOf(world.ctx, drillId, '总导调');
    const input = { drillId, roleId, who, name: '示例', unit: '', reason: '' };
    const { participantId } = await assignPerson(world.ctx, by, input, key());
    await releasePerson(world.ctx, by, { drillId, participantId, reason: '那天出差' }, key());
    expect(await said()).toEqual([expect.stringMatching(/^drill_released: /)]);
    await assignPerson(world.ctx, by, input, key());
    const people = await listPeople(world.ctx, drillId);
    expect(people.map(({ participant }) => participant.state).toSorted()).toEqual([
      'joined',
      'left',
    ]);
  });
});

describe('a role card', () => {
  it('is taken by whoever holds it, as often as it says, and its code stands nowhere', async () => {
    const { by, drillId } = await prepared(world);
    const { code, cardId } = await carded(world.ctx, by, drillId, '社区评估员', { uses: '2' });
    expect(code).toMatch(/^[2-9A-HJKMNP-Z]{12}$/);
    const rows = await world.ctx.db.$client.execute('SELECT * FROM drill_cards');
    expect(JSON.stringify(rows.rows)).not.toContain(code);
    for (let nth = 0; nth < 2; nth += 1) {
      const { person } = await world.person();
      const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`;
      await takeCard(world.ctx, person, { code: typed, name: '示例评估', unit: '' }, key());
      const seen = await findSeenDrill(world.ctx, { id: person.id, roles: [] }, drillId);
      expect(seen?.sight).toMatchObject({ script: true, organises: false, card: true });
    }
    const [card] = await world.ctx.db.select().from(drillCards).where(eq(drillCards.id, cardId));
    expect(card).toMatchObject({ used: 2, usesMax: 2 });
  });

  it('is taken by exactly one of many who scan it at once', async () => {
    const { by, drillId } = await prepared(world);
    const { code } = await carded(world.ctx, by, drillId, '总导调');
    const people = [];
    for (let nth = 0; nth < 6; nth += 1) people.push((await world.person()).person);
    const outcomes = await Promise.allSettled(
      people.map((person) => takeCard(world.ctx, person, { code, name: '示例', unit: '' }, key())),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const file = await findDrill(world.ctx, drillId);
    expect(file?.roles.find(({ name }) => name === '总导调')?.taken).toBe(1);
  });

  it('lets somebody without a training in only where the organiser wrote why', async () => {
    const { by, drillId } = await prepared(world);
    const strict = await carded(world.ctx, by, drillId, '楼栋长', { reason: '' });
    const kind = await carded(world.ctx, by, drillId, '楼栋长');
    const { person } = await world.person();
    const take = (code: string) =>
      takeCard(world.ctx, person, { code, name: '示例', unit: '' }, key());
    await expect(take(strict.code)).rejects.toMatchObject({ reason: 'training_missing' });
    await take(kind.code);
    expect((await listPeople(world.ctx, drillId))[0]?.waiver).toBe('当面看过证书');
  });

  it('is found by no other code', async () => {
    const { by, drillId } = await prepared(world);
    const { code } = await carded(world.ctx, by, drillId, '总导调');
    expect((await findCard(world.ctx, code))?.role.name).toBe('总导调');
    const other = (code.startsWith('A') ? 'B' : 'A') + code.slice(1);
    expect(await findCard(world.ctx, other)).toBeUndefined();
  });
});

describe('the life of a drill', () => {
  const ACTS = [
    'announce',
    'revise',
    'cancel',
    'start',
    'end',
    'assign',
    'script',
    'role',
    'card',
  ] as const;
  /** What may follow what; anything else is refused and changes nothing. */
  const model = (state: DrillState, act: (typeof ACTS)[number]): DrillState | undefined => {
    const isAhead = state === 'preparing' || state === 'announced';
    switch (act) {
      case 'announce':
        return state === 'preparing' ? 'announced' : undefined;
      case 'cancel':
        return isAhead ? 'cancelled' : undefined;
      case 'start':
        return isAhead ? 'running' : undefined;
      case 'end':
        return state === 'running' ? 'over' : undefined;
      case 'assign':
      case 'card':
        return isAhead || state === 'running' ? state : undefined;
      case 'revise':
      case 'role':
      case 'script':
        return isAhead ? state : undefined;
    }
  };

  it('follows the model through any sequence of acts', async () => {
    const { head, organiser } = await drilling(world);
    // An hour before it begins, so that it can be started and still be announced.
    const ctx = world.at(new Date(DRILL_STARTS.getTime() - 3_600_000));
    const pool: string[] = [];
    for (let nth = 0; nth < 8; nth += 1) pool.push((await someone()).id);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...ACTS), { maxLength: 9 }), async (acts) => {
        const drillId = await opened(world.ctx, head, organiser);
        const written = { ...versionValues, drillId };
        await reviseDrill(ctx, head, written, key());
        const roleId = await roleIdOf(ctx, drillId, '社区评估员');
        let state: DrillState = 'preparing';
        for (const [nth, act] of acts.entries()) {
          const file = await findDrill(ctx, drillId);
          const { version } = file!.drill;
          const run = {
            announce: () => announceDrill(ctx, head, { drillId }, key()),
            revise: () =>
              reviseDrill(
                ctx,
                head,
                { ...written, version: String(version), reason: '改了' },
                key(),
              ),
            cancel: () => cancelDrill(ctx, head, { drillId, reason: '下雨' }, key()),
            start: () => startDrill(ctx, head, { drillId }, key()),
            end: () => endDrill(ctx, head, { drillId, kind: 'finished', reason: '' }, key()),
            assign: () => releasedAfter(ctx, head, drillId, pool[nth % pool.length]!),
            script: () => {
              const scriptVersion = String(file!.scriptVersion);
              return editScript(ctx, head, { drillId, scriptVersion, part: 'confirmation' }, key());
            },
            role: () =>
              writeRole(ctx, head, { ...roleValues, drillId, name: `示例角色${nth}` }, key()),
            card: () => issueCard(ctx, head, { drillId, roleId, uses: '1', reason: '' }, key()),
          }[act];
          const next = model(state, act);
          const outcome: unknown = await run().catch((error: unknown) => error);
          const isRefused = outcome instanceof Error;
          expect([act, state, isRefused]).toEqual([act, state, next === undefined]);
          if (isRefused) expect(outcome).toBeInstanceOf(DomainError);
          state = next ?? state;
          expect((await findDrill(ctx, drillId))?.drill.state).toBe(state);
        }
      }),
      { numRuns: 15 },
    );
  });

  /** Assigns somebody and takes them off again, so that nobody is at two drills. */
  async function releasedAfter(ctx: World['ctx'], by: Holder, drillId: string, personId: string) {
    const { id } = await assigned(ctx, by, drillId, { personId, role: '社区评估员' }).catch(
      (error: unknown) => {
        throw new DomainError('conflict', 'refused', '', { cause: error });
      },
    );
    await releasePerson(ctx, by, { drillId, participantId: id, reason: '换人' }, key());
  }
});

describe('the interface', () => {
  it('lists the drills of one’s organisation and shows each by what one is in it', async () => {
    const { head, token, organiser, organisationId } = await drilling(world);
    const drillId = await opened(world.ctx, head, organiser);
    const player = await someone();
    const evaluator = await someone();
    const stranger = await someone();
    await assigned(world.ctx, head, drillId, { personId: player.id, role: '社区主任' });
    await assigned(world.ctx, head, drillId, { personId: evaluator.id, role: '社区评估员' });
    const api = createApi(world);
    const list = await api.get(`/api/organisations/${organisationId}/drills`, token);
    expect(list.body).toMatchObject([
      { id: drillId, title: '演练·示例地震避险演练', state: 'preparing' },
    ]);
    expect(
      (await api.get(`/api/organisations/${organisationId}/drills`, stranger.token)).status,
    ).toBe(404);
    const seen = async (by: { token: string }) =>
      (await api.get(`/api/drills/${drillId}`, by.token)).body;
    expect(await seen({ token })).toMatchObject({ role: null, roles: expect.any(Array) as [] });
    expect(await seen(evaluator)).toMatchObject({ role: '社区评估员', roles: null });
    expect(await seen(player)).toMatchObject({ role: '社区主任', injects: null, roles: null });
    expect((await api.get(`/api/drills/${drillId}`, stranger.token)).status).toBe(404);
    expect((await api.get(`/api/drills/${drillId}`)).status).toBe(401);
  });
});

describe('the demonstration', () => {
  it('has a drill of every kind but a running one', async () => {
    await drilling(world);
    const reviewer = await regional(world, 'reviewer');
    await addRole(world.ctx, reviewer.id, {
      ...{ role: 'drill_organiser', scopeKind: 'region', scopeId: '320904' },
    });
    const by = { id: reviewer.id, roles: await rolesOf(world.ctx, reviewer.id) };
    const person = async (ctx: World['ctx'], phone: string) =>
      (await signInByPhone(ctx, phone)).person;
    const made = await seedDrillEvents(world.ctx, { reviewer: by, person });
    const states = await world.ctx.db.select({ state: drills.state }).from(drills);
    expect(states.map(({ state }) => state).toSorted()).toEqual([
      'announced',
      'announced',
      'cancelled',
      'over',
      'preparing',
      'preparing',
    ]);
    expect((await findDrill(world.ctx, made!.over))?.end?.kind).toBe('finished');
    await expect(seedDrillEvents(world.ctx, { reviewer: by, person })).resolves.toBeUndefined();
  });
});
