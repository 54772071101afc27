import { beforeEach, describe, expect, it } from 'vitest';
import { readLive, readRun } from '../../src/features/drill-runs/queries.ts';
import { recordEntries } from '../../src/features/drill-runs/commands.ts';
import { editScript } from '../../src/features/drill-scripts/commands.ts';
import { clashesAt } from '../../src/features/drill-people/queries.ts';
import { reviseDrill } from '../../src/features/drills/commands.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { after, crew, sending, tapped, type Crew } from '../helpers/drill-runs.ts';
import { announcedDrill, signedUp } from '../helpers/drill-sign-ups.ts';
import { region } from '../helpers/drills.ts';
import { roleIdOf, versionValues } from '../helpers/losing-states-drill-desk.ts';
import { assigned, opened, started } from '../helpers/open-drills.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
let all: Crew;
beforeEach(async () => {
  world = await createWorld();
  all = await crew(world);
});

describe('a script while its drill runs', () => {
  beforeEach(() => started(world.ctx, all.organiser, all.drillId));
  const scriptVersion = async () =>
    String((await findDrill(world.ctx, all.drillId))?.scriptVersion ?? 0);
  const edit = async (second: number, values: object) => {
    const input = { drillId: all.drillId, scriptVersion: await scriptVersion(), ...values };
    return editScript(after(world, second), all.organiser, input, key());
  };
  const inject = async (values: object) => ({
    ...{ part: 'inject', minute: '5', by: '对讲机', text: '二单元的灯灭了', expect: '打开手电' },
    [`to.${await roleIdOf(world.ctx, all.drillId, '楼栋长')}`]: 'yes',
    ...values,
  });
  const run = (second: number, by: Holder) =>
    readRun(after(world, second), by, { drillId: all.drillId });
  const live = (second: number, by: Holder) =>
    readLive(after(world, second), by, { drillId: all.drillId });

  it('takes an inject for now, which a linked role is told of at the next asking', async () => {
    const before = await live(330, all.leader);
    expect(before?.shown).toBe((await run(330, all.leader))?.shown);
    await edit(330, await inject({}));
    expect((await live(331, all.leader))?.shown).not.toBe(before?.shown);
    const seen = (await run(331, all.leader))?.injects.at(-1);
    expect(seen).toMatchObject({ minute: 5, text: '演练：二单元的灯灭了', expect: null });
  });

  it('tells a role nothing of an inject for later, and those who send it all', async () => {
    const [leader, controller] = [
      await live(330, all.leader),
      (await live(330, all.controller))?.shown,
    ];
    await edit(330, await inject({ minute: '9' }));
    expect(await live(331, all.leader)).toEqual(leader);
    expect((await live(331, all.controller))?.shown).not.toBe(controller);
    expect((await run(539, all.leader))?.injects.some(({ minute }) => minute === 9)).toBe(false);
    expect((await run(540, all.leader))?.injects.some(({ minute }) => minute === 9)).toBe(true);
  });

  it('keeps what has come, what was noted, and everything but injects', async () => {
    // i3 falls due in minute 4, i4 in minute 6.
    for (const [second, values, reason] of [
      [300, { minute: '4' }, 'inject_is_past'],
      [300, { injectId: 'i3', minute: '7' }, 'inject_has_come'],
      [300, { injectId: 'i3', minute: '4', text: '别的事' }, 'inject_has_come'],
    ] as const) {
      await expect(edit(second, await inject(values))).rejects.toMatchObject({ reason });
    }
    await expect(edit(300, { part: 'inject-removal', injectId: 'i1' })).rejects.toMatchObject({
      reason: 'inject_has_come',
    });
    const refused = { reason: 'script_is_running' };
    await expect(edit(300, { part: 'materials', materials: '哨子 | 9个' })).rejects.toMatchObject(
      refused,
    );
    await expect(edit(300, { part: 'measures', 'target.m1': '1分' })).rejects.toMatchObject(
      refused,
    );
    const sent = tapped(320, { kind: 'inject_sent', ref: 'i4' });
    await recordEntries(after(world, 321), all.controller, sending(all.drillId, 321, [sent]));
    await expect(edit(322, await inject({ injectId: 'i4', minute: '8' }))).rejects.toMatchObject({
      reason: 'inject_has_come',
    });
    expect(await scriptVersion()).toBe('1');
    await edit(322, { part: 'inject-removal', injectId: 'i5' });
    await edit(323, await inject({ injectId: 'i6', minute: '11' }));
    expect(await scriptVersion()).toBe('3');
  });
});

describe('another time for a drill', () => {
  const afternoon = { time: '15:00' };
  const times = {
    startsAt: new Date('2026-11-27T15:00:00+08:00'),
    endsAt: new Date('2026-11-27T16:00:00+08:00'),
  };

  it('is written only once whoever writes it has seen whom it meets at something else', async () => {
    // Another office's drill in the afternoon has this one's leader in a role, and a family that is in both.
    const other = await announcedDrill(world, { values: afternoon });
    await assigned(world.ctx, other.by, other.drillId, {
      personId: all.leader.id,
      role: '社区主任',
    });
    const morning = await announcedDrill(world);
    const { person } = await world.person();
    await signedUp(world.ctx, person, other);
    await signedUp(world.ctx, person, morning);
    await assigned(world.ctx, morning.by, morning.drillId, {
      personId: (await world.person()).person.id,
      role: '社区评估员',
    });

    const moving = (by: Holder, drillId: string, values: object) =>
      reviseDrill(
        world.ctx,
        by,
        { ...versionValues, ...afternoon, drillId, reason: '上午有集市', ...values },
        key(),
      );
    expect(await clashesAt(world.ctx, all.drillId, times)).toMatchObject({
      people: [{ role: '楼栋长', at: 'drill' }],
      families: 0,
    });
    for (const clashes of [undefined, '0', '2', 'x']) {
      await expect(moving(all.organiser, all.drillId, { clashes })).rejects.toMatchObject({
        reason: 'drill_clashes',
        fields: [{ field: 'clashes', message: '这个时间有1人另有安排，请看名单再定' }],
      });
    }
    expect((await findDrill(world.ctx, all.drillId))?.version.version).toBe(1);
    await moving(all.organiser, all.drillId, { clashes: '1' });
    expect((await findDrill(world.ctx, all.drillId))?.drill.startsAt).toEqual(times.startsAt);

    expect(await clashesAt(world.ctx, morning.drillId, times)).toMatchObject({
      people: [],
      families: 1,
    });
    await expect(moving(morning.by, morning.drillId, { version: '2' })).rejects.toMatchObject({
      reason: 'drill_clashes',
    });
  });

  it('that meets nobody, or none at all, asks nothing', async () => {
    const drillId = await opened(world.ctx, all.organiser, await organiserOf());
    const input = { ...versionValues, drillId };
    await reviseDrill(world.ctx, all.organiser, { ...input, title: '示例另一个' }, key());
    await reviseDrill(world.ctx, all.organiser, { ...input, ...afternoon, version: '2' }, key());
    expect((await findDrill(world.ctx, drillId))?.version.version).toBe(3);
  });

  async function organiserOf() {
    const { organisationId } = (await findDrill(world.ctx, all.drillId))!.drill;
    return organisationId === null ? region() : { organisationId, regionCode: '' };
  }
});
