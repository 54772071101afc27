import { and, eq } from 'drizzle-orm';
import { selfScores } from '../../src/features/assessments/policy.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import { announceCandidate } from '../../src/features/public-notices/commands.ts';
import { standingOf } from '../../src/features/reviews/policy.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { roleGrants } from '../../src/features/roles/table.ts';
import {
  enterNumber,
  freezeDraw,
  nameDraw,
  recordDraw,
} from '../../src/features/sampling-draws/commands.ts';
import { planVisit } from '../../src/features/site-visits/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { addDays, calendarDate } from '../../src/lib/time.ts';
import {
  at,
  decide,
  handedIn,
  load,
  OFFICE,
  PROGRAMME,
  wholeDraft,
  type ApplicationCast,
} from './demo-applications.ts';
import { listProgrammes } from './list-programmes.ts';

const COUNTY = '320904';
const VISITED = '示例河北社区居民委员会';
const key = () => crypto.randomUUID();

/**
 * A notice that runs, a draw that anybody can repeat, and a visit that is planned, through the site's own commands.
 * Nothing where they are there already.
 */
export async function seedVisits(ctx: CommandContext, cast: ApplicationCast): Promise<void> {
  const [there] = await ctx.db
    .select({ id: organisations.id })
    .from(organisations)
    .where(eq(organisations.name, VISITED));
  if (there) return;
  const city = await officer(ctx, cast, '10000000212', '320900');
  const province = await officer(ctx, cast, '10000000213', '320000');
  const offices = { county: cast.reviewer, city, province };

  const visited = await handedIn(ctx, cast, VISITED, '10000000221', -2, COUNTY);
  await planVisit(
    ctx,
    cast.reviewer,
    {
      applicationId: visited,
      plannedOn: addDays(calendarDate(ctx.now), 1),
      party: '县应急局2人，县气象局1人，县消防救援大队1人',
    },
    listProgrammes,
    key(),
  );

  const atCity: string[] = [];
  for (const [name, phone] of [
    ['示例河东社区居民委员会', '10000000222'],
    ['示例河西社区居民委员会', '10000000223'],
    ['示例河南社区居民委员会', '10000000224'],
  ] as const) {
    const id = await handedIn(ctx, cast, name, phone, -12, COUNTY);
    await county(at(ctx, -12, 60), offices.county, id);
    atCity.push(id);
  }
  await drawn(ctx, city);

  const candidate = await spared(ctx, atCity);
  const then = at(ctx, -5);
  await pass(then, city, candidate);
  const later = at(ctx, -5, 120);
  // Of one that waits one is drawn.
  await decide(later, province, candidate, { act: 'draw', drawn: true });
  await decide(at(ctx, -5, 150), province, candidate, {
    ...{ act: 'visit', reason: '示例：现场和材料一样' },
  });
  await pass(at(ctx, -5, 180), province, candidate);
  await announce(at(ctx, -3), province, candidate);
}

/** The first that was not drawn: nobody has to come before it is approved. */
async function spared(ctx: CommandContext, ids: readonly string[]): Promise<string> {
  for (const id of ids) {
    const { file } = await load(ctx, id);
    if (file.decisions.some((one) => one.act === 'draw' && !one.drawn)) return id;
  }
  throw new Error('A third of three leaves two.');
}

async function officer(
  ctx: CommandContext,
  { person }: ApplicationCast,
  phone: string,
  region: string,
): Promise<Holder> {
  const { id } = await person(ctx, phone);
  const role = { role: 'reviewer', scopeKind: 'region', scopeId: region } as const;
  const [held] = await ctx.db
    .select()
    .from(roleGrants)
    .where(
      and(
        ...[eq(roleGrants.personId, id), eq(roleGrants.state, 'active')],
        ...[eq(roleGrants.role, role.role), eq(roleGrants.scopeId, region)],
      ),
    );
  if (!held) {
    await ctx.db
      .insert(roleGrants)
      .values({ id: newId(ctx.now), personId: id, ...role, grantedBy: null, grantedAt: ctx.now });
  }
  return { id, roles: [role] };
}

/** Opinions of the other departments, then the approval with the applicant's own points. */
async function pass(ctx: CommandContext, by: Holder, id: string): Promise<void> {
  for (const department of ['meteorology', 'earthquake', 'fire']) {
    await decide(ctx, by, id, { act: 'opinion', department });
  }
  const { programme, file } = await load(ctx, id);
  const { state } = standingOf(file, await load(ctx, id), ctx.now);
  const step = programme.steps.find((one) => `step:${one.key}` === state);
  const scores =
    step?.scoring === 'none' ? {} : { scores: selfScores(programme, wholeDraft(programme)) };
  await decide(at(ctx, 0, 10), by, id, { act: 'approval', ...scores });
}

async function county(ctx: CommandContext, by: Holder, id: string): Promise<void> {
  await decide(ctx, by, id, { act: 'visit', reason: '示例：现场和材料一样' });
  await pass(at(ctx, 0, 5), by, id);
}

/** Named twelve days ago, frozen the same day, drawn three days later by a fictitious number. */
async function drawn(ctx: CommandContext, city: Holder): Promise<void> {
  const named = at(ctx, -11);
  const numberOn = addDays(calendarDate(named.now), 3);
  const { drawId } = await nameDraw(
    named,
    city,
    {
      queue: `${PROGRAMME}/1/city-review/320900`,
      numberWords: '示例彩票某一期的6个号码，从小到大，每个写两位，连成12位',
      ...{ numberSource: '示例彩票发行单位的网站（示例）', numberOn, numberDigits: '12' },
    },
    listProgrammes,
    key(),
  );
  await freezeDraw(at(named, 0, 30), city, { drawId }, key());
  const day = at(named, 3);
  const number = '030711182633';
  await enterNumber(day, city, { drawId, number, numberAgain: number }, key());
  await recordDraw(day, city, { drawId }, listProgrammes);
}

async function announce(ctx: CommandContext, by: Holder, applicationId: string): Promise<void> {
  await announceCandidate(
    ctx,
    by,
    {
      ...{ applicationId, on: 'notice_due', opensOn: addDays(calendarDate(ctx.now), 1) },
      ...OFFICE,
    },
    listProgrammes,
    key(),
  );
}
