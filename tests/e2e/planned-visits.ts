import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { planVisit } from '../../src/features/site-visits/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { listProgrammes } from '../helpers/filed-applications.ts';
import { offices, walkedTo } from '../helpers/walked-applications.ts';
import type { World } from '../helpers/world.ts';

/** A file that waits at the county, with a visit that is planned for today; its people are this test's own. */
export async function plannedVisit(ctx: CommandContext, phone: string) {
  const at = (now: Date): CommandContext => ({ ...ctx, now });
  const before = at(new Date(ctx.now.getTime() - 20 * DAY_MS));
  let people = 0;
  const person = () =>
    signInByPhone(at(addMinutes(before.now, -24 * 60)), `13${(people += 1)}${phone.slice(3)}`);
  const world = { ctx: before, at, person } as unknown as World;
  const by = await offices(world);
  const file = await walkedTo(world, by, 'step:county-review', { name: `示例社区${phone}` });
  const { applicationId } = file;
  const input = { applicationId, plannedOn: calendarDate(ctx.now), party: '县应急局2人' };
  const { visitId } = await planVisit(ctx, by.county, input, listProgrammes, crypto.randomUUID());
  return { applicationId, visitId, code: file.code };
}
