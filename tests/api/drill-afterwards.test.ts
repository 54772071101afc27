import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  giveSelfEvaluation,
  withdrawSelfEvaluation,
} from '../../src/features/drill-evaluations/commands.ts';
import { drillSelfEvaluations } from '../../src/features/drill-evaluations/table.ts';
import { releasePerson } from '../../src/features/drill-people/commands.ts';
import {
  leaveDrill,
  pairHelper,
  tellHelperLosses,
} from '../../src/features/drill-sign-ups/commands.ts';
import { deliverDue } from '../../src/features/notifications/commands.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newInvitationCode } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { announcedDrill, roleOf, signedUp, trained } from '../helpers/drill-sign-ups.ts';
import { drilling } from '../helpers/drills.ts';
import { crew, type Crew } from '../helpers/drill-runs.ts';
import { DAY_AFTER } from '../helpers/evaluated-drills.ts';
import { selfValues } from '../helpers/losing-states-drill-changes.ts';
import { announced, DRILL_STARTS, ended, opened, started } from '../helpers/open-drills.ts';
import { postTo } from '../helpers/post.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

async function deliver(ctx: CommandContext): Promise<string[]> {
  const sent: string[] = [];
  await deliverDue(
    ctx,
    postTo(async ({ text }) => void sent.push(text)),
  );
  return sent;
}

describe('who took part in a drill', () => {
  const asked =
    '演练：11月27日周五的演练练完了，谢谢你来。请登录，在“我的演练”里说说看，一分钟，不记名。';
  const over = (all: Crew, kind = 'finished') =>
    started(world.ctx, all.organiser, all.drillId).then(() =>
      ended(world.ctx, all.organiser, all.drillId, { kind }),
    );

  it('is asked for what they think once, unless they have said so by then', async () => {
    const all = await crew(world);
    await deliver(world.ctx);
    await over(all);
    const input = { drillId: all.drillId, ...selfValues };
    const noon = world.at(addMinutes(DRILL_STARTS, 60));
    await giveSelfEvaluation(noon, all.evaluator, input, key());
    const sent = await deliver(noon);
    expect(sent.map((text) => text.replace(/^【.*?】/, ''))).toEqual([asked, asked]);
    expect(await deliver(world.at(DAY_AFTER))).toEqual([]);
  });

  it('is not asked after something real, and after a blind drill not before the next morning', async () => {
    const real = await crew(world);
    await over(real, 'real_event');
    const other = await createWorld();
    const blind = await crew(other, { blind: 'yes' });
    await started(other.ctx, blind.organiser, blind.drillId);
    await ended(other.ctx, blind.organiser, blind.drillId);
    const asking = async (ctx: CommandContext) =>
      (await deliver(ctx)).filter((text) => text.includes('说说看'));
    const evening = new Date('2026-11-27T20:00:00+08:00');
    expect(await asking(world.at(evening))).toEqual([]);
    expect(await asking(other.at(evening))).toEqual([]);
    expect(await asking(other.at(DAY_AFTER))).toHaveLength(3);
  });

  it('takes back what they said by their code, and nobody else’s; then says it anew', async () => {
    const all = await crew(world);
    await over(all);
    const ctx = world.at(DAY_AFTER);
    const { drillId } = all;
    const codes = { leader: newInvitationCode(), controller: newInvitationCode() };
    const say = (by: 'leader' | 'controller', wish: string, code: string = codes[by]) =>
      giveSelfEvaluation(ctx, all[by], { drillId, ...selfValues, wish, code }, key());
    await say('leader', '声音再大些');
    await say('controller', '早点通知');
    const wishes = async () =>
      (await ctx.db.select().from(drillSelfEvaluations)).map(({ wish }) => wish).sort();
    const typed = codes.leader.toLowerCase().replace(/(.{4})(?=.)/g, '$1-');
    await withdrawSelfEvaluation(ctx, all.leader, { drillId, code: typed }, key());
    expect(await wishes()).toEqual(['早点通知']);
    await expect(
      withdrawSelfEvaluation(ctx, all.leader, { drillId, code: codes.controller }, key()),
    ).rejects.toMatchObject({ reason: 'nothing_given' });
    await say('leader', '再近一点');
    expect(await wishes()).toEqual(['再近一点', '早点通知'].sort());
    // The log tells that somebody took theirs back, and not which it was.
    const [entry] = await ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'self_evaluation.withdraw'));
    expect(entry?.details).toBe('{}');
  });

  it('answers without a code where they want none', async () => {
    const all = await crew(world);
    await over(all);
    const input = { drillId: all.drillId, ...selfValues, code: '' };
    await giveSelfEvaluation(world.at(DAY_AFTER), all.leader, input, key());
    const [row] = await world.ctx.db.select().from(drillSelfEvaluations);
    expect(row?.id).toMatch(/^[\da-f-]{32,36}$/);
  });
});

describe('the list of who takes part', () => {
  it('leaves the site masked, without needs, marked in each line, and with a trace', async () => {
    const own = await drilling(world, 'committee');
    const drillId = await opened(world.ctx, own.head, own.organiser);
    await announced(world.ctx, own.head, drillId);
    const drill = { drillId, families: await roleOf(world.ctx, drillId, '居民') };
    const { person } = await world.person();
    const needs = { needs: ['wheelchair'], needsWords: '带氧气瓶', needsConsent: 'yes' };
    await signedUp(world.ctx, person, drill, needs);
    const path = `/me/drills/${drillId}/sign-ups/export`;
    const send = (token: string) =>
      createApi(world).send(
        path,
        {
          method: 'POST',
          headers: { 'Sec-Fetch-Site': 'same-origin' },
          body: new URLSearchParams({ key: key() }),
        },
        token,
      );
    const answer = await send(own.token);
    expect(answer.headers.get('Content-Type')).toContain('text/csv');
    const [header, ...lines] = (await answer.text()).trim().split(/\r?\n/);
    expect(header).toContain('姓名');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^"?演练·.*示.*\*.*\d{3}\*{4}\d{4}.*3栋/);
    expect(lines[0]).not.toMatch(/王芳|氧气|轮椅/);
    const entries = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'drill_participant.export'));
    expect(entries.map(({ details }) => JSON.parse(details) as unknown)).toEqual([
      { howMany: 1, extent: 'masked' },
    ]);
  });
});

describe('a household whose helper leaves', () => {
  async function paired() {
    const drill = await announcedDrill(world);
    const { person: resident } = await world.person();
    const helpedId = await signedUp(world.ctx, resident, drill, {
      needs: ['wheelchair'],
      needsConsent: 'yes',
    });
    const helpers: { person: Person; id: string }[] = [];
    const { id: roleId } = await roleOf(world.ctx, drill.drillId, '结对帮扶员');
    for (const _ of [1, 2]) {
      const { person } = await world.person();
      await trained(world, person, { skill: 'evacuation', until: '2027-01-01' });
      const values = { roleId, adults: '1', children: '0', unit: '' };
      helpers.push({ person, id: await signedUp(world.ctx, person, drill, values) });
    }
    const [first, second] = helpers as [(typeof helpers)[0], (typeof helpers)[0]];
    const pair = (helperId: string) =>
      pairHelper(world.ctx, drill.by, { drillId: drill.drillId, helpedId, helperId }, key());
    await pair(first.id);
    await deliver(world.ctx);
    return { drill, resident, first, second, pair };
  }
  const words = (sent: string[]) => sent.map((text) => text.replace(/^【.*?】/, '')).sort();
  const lost = '演练：11月27日周五 09:00的演练，和你结对的人来不了了。会另找人，找到了告诉你。';
  const missing = '演练：11月27日周五 09:00的演练，有一户的结对人来不了了。请登录，另找人结对。';

  it('is told, and so are the organisers, once, however the helper left', async () => {
    for (const way of ['leaves', 'is taken off']) {
      world = await createWorld();
      const { drill, first } = await paired();
      const { drillId } = drill;
      const gone =
        way === 'leaves'
          ? leaveDrill(world.ctx, first.person, { drillId }, key())
          : releasePerson(
              world.ctx,
              drill.by,
              { drillId, participantId: first.id, reason: '换人' },
              key(),
            );
      await gone;
      expect(await tellHelperLosses(world.ctx)).toBe(1);
      expect(await tellHelperLosses(world.ctx)).toBe(0);
      const sent = words(await deliver(world.at(addMinutes(NOW, 1))));
      expect(
        sent.filter((text) => text.includes('结对人') || text.includes('结对的人')),
        way,
      ).toEqual([lost, missing].sort());
    }
  });

  it('is not looked for a helper once it has another, or has left itself', async () => {
    const { drill, resident, first, second, pair } = await paired();
    const { drillId } = drill;
    await leaveDrill(world.ctx, first.person, { drillId }, key());
    await tellHelperLosses(world.ctx);
    await pair(second.id);
    const sent = words(await deliver(world.at(addMinutes(NOW, 1))));
    expect(sent).toContain(lost);
    expect(sent).not.toContain(missing);
    await leaveDrill(world.ctx, resident, { drillId }, key());
    expect(await tellHelperLosses(world.ctx)).toBe(0);
  });
});
