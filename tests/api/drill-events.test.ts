import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { findDrill } from '../../src/features/drills/queries.ts';
import { drillRoles } from '../../src/features/drills/table.ts';
import { drilling, region, regional } from '../helpers/drills.ts';
import { announced, assigned, ended, opened, started } from '../helpers/open-drills.ts';
import { createWorld, type World } from '../helpers/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

describe('a drill', () => {
  it('is opened from a template with its class, roles and script, and keeps them', async () => {
    const by = await regional(world, 'drill_organiser');
    const drillId = await opened(world.ctx, by, region());
    const file = await findDrill(world.ctx, drillId);
    expect(file?.drill).toMatchObject({ state: 'preparing', version: 1, blind: false });
    expect(file?.version).toMatchObject({ hazard: '地震', form: 'practical', evacuation: true });
    expect(file?.roles.length).toBeGreaterThan(10);
    expect(file?.script.items.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
    const names = file?.roles.map(({ name }) => name);
    for (const { to } of file?.script.injects ?? []) {
      for (const name of to) expect(names).toContain(name);
    }
  });

  it('goes from preparation to the end, and no step twice', async () => {
    const by = await regional(world, 'drill_organiser');
    const drillId = await opened(world.ctx, by, region());
    await announced(world.ctx, by, drillId);
    await started(world.ctx, by, drillId);
    await expect(started(world.ctx, by, drillId)).rejects.toMatchObject({
      reason: 'drill_settled',
    });
    await ended(world.ctx, by, drillId);
    await expect(ended(world.ctx, by, drillId)).rejects.toMatchObject({
      reason: 'drill_not_running',
    });
    expect((await findDrill(world.ctx, drillId))?.drill.state).toBe('over');
  });

  it('is not there for another organiser', async () => {
    const by = await regional(world, 'drill_organiser');
    const { head } = await drilling(world);
    const drillId = await opened(world.ctx, by, region());
    await expect(started(world.ctx, head, drillId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lets a controller start and end it, and counts who has joined', async () => {
    const { head, organiser } = await drilling(world);
    const { person } = await world.person();
    const drillId = await opened(world.ctx, head, organiser, { blind: 'yes' });
    await assigned(world.ctx, head, drillId, { personId: person.id, role: '总导调' });
    const taken = await world.ctx.db
      .select({ taken: drillRoles.taken })
      .from(drillRoles)
      .where(eq(drillRoles.name, '总导调'));
    expect(taken).toEqual([{ taken: 1 }]);
    await started(world.ctx, { id: person.id, roles: [] }, drillId);
    await ended(world.ctx, { id: person.id, roles: [] }, drillId, { kind: 'real_event' });
    expect((await findDrill(world.ctx, drillId))?.end).toMatchObject({ kind: 'real_event' });
  });
});
