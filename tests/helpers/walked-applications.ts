import { standingOf } from '../../src/features/reviews/policy.ts';
import type { Brought } from '../../src/features/reviews/statements.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes } from '../../src/lib/time.ts';
import {
  begun,
  decided,
  loaded,
  reviewerOf,
  sameScores,
  submitted,
  type Filed,
} from './filed-applications.ts';
import type { World } from './world.ts';

/** An officer of each level over the communities of tests. */
export interface Offices {
  town: Holder;
  county: Holder;
  city: Holder;
  province: Holder;
}

export async function offices(world: World): Promise<Offices> {
  const town = await reviewerOf(world, '320904100');
  const county = await reviewerOf(world, '320904');
  const city = await reviewerOf(world, '320900');
  const province = await reviewerOf(world, '320000');
  return { town, county, city, province };
}

export interface Walked extends Filed {
  /** When it came to where it is. */
  ctx: CommandContext;
}

const opinions = ['meteorology', 'earthquake', 'fire'] as const;

/** Takes a decision an hour after the last one. */
export async function takes(
  world: World,
  file: Walked,
  by: Holder,
  brought: Parameters<typeof decided>[3],
): Promise<Walked> {
  const ctx = world.at(addMinutes(file.ctx.now, 60));
  await decided(ctx, by, file.applicationId, brought);
  return { ...file, ctx };
}

export const stateOf = async ({ ctx, applicationId }: Walked): Promise<string> => {
  const file = await loaded(ctx, applicationId);
  return standingOf(file.file, file, ctx.now).state;
};

/** A file of the usual programme, walked to a state by its offices, hour by hour. */
export async function walkedTo(
  world: World,
  by: Offices,
  until: string,
  options: Parameters<typeof begun>[1] & { drawn?: boolean } = {},
): Promise<Walked> {
  const filed = await begun(world, options);
  await submitted(world.ctx, filed);
  let file: Walked = { ...filed, ctx: world.ctx };
  const { programme } = await loaded(world.ctx, filed.applicationId);
  const scores = sameScores(programme);
  const { drawn = false } = options;
  const take = async (officer: Holder, brought: Parameters<typeof decided>[3]) => {
    file = await takes(world, file, officer, brought);
  };
  for (let turn = 0; turn < 8; turn += 1) {
    const state = await stateOf(file);
    if (state === until) return file;
    if (state === 'step:town-recommendation') await take(by.town, { act: 'approval' });
    else if (state === 'notice_due') {
      const opensOn = addMinutes(file.ctx.now, 9 * 60)
        .toISOString()
        .slice(0, 10);
      await take(by.province, { act: 'notice', opensOn } as Brought);
    } else {
      const officer = {
        'step:county-review': by.county,
        'step:city-review': by.city,
        'step:province-assessment': by.province,
      }[state];
      if (!officer) throw new Error(`A file that is ${state} is not walked on.`);
      const isSampled = officer !== by.county;
      if (isSampled) await take(officer, { act: 'draw', drawn } as Brought);
      if (!isSampled || drawn) await take(officer, { act: 'visit' });
      for (const department of opinions) {
        await take(officer, { act: 'opinion', department } as Brought);
      }
      await take(officer, {
        act: 'approval',
        ...(officer === by.province ? {} : { scores }),
      });
    }
  }
  throw new Error(`No file came to ${until}.`);
}
