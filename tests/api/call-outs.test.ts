import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  answerCallOut,
  askCallOut,
  forgetCallOuts,
} from '../../src/features/call-outs/commands.ts';
import { callsOfPerson, findCallable, findCallOut } from '../../src/features/call-outs/queries.ts';
import { callOutAnswers, callOutMembers, callOuts } from '../../src/features/call-outs/table.ts';
import { recordTraining, leaveRegistry } from '../../src/features/volunteers/commands.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { callable, calledOut } from '../helpers/call-outs.ts';
import { COUNTY, regional } from '../helpers/drills.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const filters = { regionCode: COUNTY, skill: undefined, place: undefined, trained: false };

let world: World;
let officer: Holder;
beforeEach(async () => {
  world = await createWorld();
  officer = await regional(world, 'reviewer');
});

describe('a call-out list', () => {
  it('finds who agreed to be called, by skill and by training that holds, and nobody else', async () => {
    const one = await callable(world, officer);
    await callable(world, officer, { purposes: ['drills'] });
    await callable(world, officer, { skills: ['driving'] });
    const found = async (more: object) =>
      (await findCallable(world.ctx, { ...filters, ...more })).map(({ volunteer }) => volunteer.id);
    expect(await found({})).toHaveLength(2);
    expect(await found({ skill: 'first_aid' })).toEqual([one.volunteerId]);
    expect(await found({ skill: 'first_aid', trained: true })).toEqual([]);
    const training = { volunteerId: one.volunteerId, skill: 'first_aid', training: '示例救护培训' };
    const dates = { heldOn: '2026-01-02', validUntil: '2026-12-31' };
    await recordTraining(world.ctx, officer, { ...training, ...dates }, key());
    expect(await found({ skill: 'first_aid', trained: true })).toEqual([one.volunteerId]);
    expect(await found({ regionCode: '320902' })).toEqual([]);
    expect(await found({ regionCode: '320900' })).toHaveLength(2);
  });

  it('opens names and numbers to whoever said why, for a night, and the log keeps how many', async () => {
    const { person } = await callable(world, officer);
    const other = await regional(world, 'drill_organiser');
    const callOutId = await calledOut(world.ctx, officer);
    const mine = await findCallOut(world.ctx, officer.id, callOutId);
    expect(mine?.rows).toMatchObject([{ name: '示例陈晨', personId: person.id }]);
    expect(mine?.rows[0]?.phone).toMatch(/^1000000\d{4}$/);
    const theirs = await findCallOut(world.ctx, other.id, callOutId);
    expect(theirs?.rows[0]?.phone).toContain('****');
    expect(theirs?.rows[0]?.name).toBe('示**');
    const morning = world.at(addMinutes(NOW, 13 * 60));
    expect((await findCallOut(morning, officer.id, callOutId))?.isOpen).toBe(false);
    const entries = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'call_out.make'));
    expect(entries).toHaveLength(1);
    expect(JSON.parse(entries[0]?.details ?? '{}')).toMatchObject({ howMany: 1, kind: 'real' });
  });

  it('is asked once, told to each of the list, and the latest answer counts', async () => {
    const { person } = await callable(world, officer);
    await callable(world, officer);
    const callOutId = await calledOut(world.ctx, officer);
    const asked = { callOutId, place: '示例社区广场 今晚8点', confirmed: 'yes' };
    await askCallOut(world.ctx, officer, asked, key());
    const queued = await world.ctx.db
      .select()
      .from(outboxMessages)
      .where(eq(outboxMessages.template, 'call_out_real'));
    expect(queued).toHaveLength(2);
    for (const answer of ['can', 'cannot']) {
      await answerCallOut(world.ctx, person, { callOutId, answer }, key());
    }
    const list = await findCallOut(world.ctx, officer.id, callOutId);
    expect(list?.rows.map(({ answer }) => answer).toSorted()).toEqual(['cannot', 'none']);
    expect(await callsOfPerson(world.ctx, person.id)).toMatchObject([
      { answer: 'cannot', place: '示例社区广场 今晚8点' },
    ]);
  });

  it('loses who leaves the registry or deletes their account, and everybody after a month', async () => {
    const gone = await callable(world, officer);
    const erased = await callable(world, officer);
    const stays = await callable(world, officer);
    const callOutId = await calledOut(world.ctx, officer);
    const asked = { callOutId, place: '示例社区广场', confirmed: 'yes' };
    await askCallOut(world.ctx, officer, asked, key());
    for (const { person } of [gone, erased, stays]) {
      await answerCallOut(world.ctx, person, { callOutId, answer: 'can' }, key());
    }
    await leaveRegistry(world.ctx, gone.person, key());
    const [, lastFour = ''] = /(\d{4})$/.exec(await phoneOf(erased.person.id)) ?? [];
    await eraseAccount(world.ctx, erased.person, { lastFour }, key());
    const left = async () => ({
      members: (await world.ctx.db.select().from(callOutMembers)).map(({ personId }) => personId),
      answers: (await world.ctx.db.select().from(callOutAnswers)).map(({ personId }) => personId),
    });
    expect(await left()).toEqual({ members: [stays.person.id], answers: [stays.person.id] });
    const later = world.at(addMinutes(NOW, 32 * 24 * 60));
    expect(await forgetCallOuts(later)).toBe(1);
    expect(await forgetCallOuts(later)).toBe(0);
    expect(await left()).toEqual({ members: [], answers: [] });
    expect(await world.ctx.db.select().from(callOuts)).toMatchObject([{ howMany: 3 }]);
  });

  it('is not there for who works elsewhere', async () => {
    await callable(world, officer);
    const elsewhere = await regional(world, 'reviewer', '320902');
    await expect(calledOut(world.ctx, elsewhere)).rejects.toMatchObject({ code: 'not_found' });
    const callOutId = await calledOut(world.ctx, officer);
    const input = { callOutId, place: '示例社区广场', confirmed: 'yes' };
    const colleague = await regional(world, 'reviewer');
    for (const by of [elsewhere, colleague]) {
      await expect(askCallOut(world.ctx, by, input, key())).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });
});

async function phoneOf(personId: string): Promise<string> {
  const list = await findCallOut(
    world.ctx,
    officer.id,
    (await world.ctx.db.select().from(callOuts))[0]?.id ?? '',
  );
  return list?.rows.find((row) => row.personId === personId)?.phone ?? '';
}
