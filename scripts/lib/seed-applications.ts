import { and, eq } from 'drizzle-orm';
import { linkEvidence, saveEntries } from '../../src/features/application-drafts/commands.ts';
import { allLines } from '../../src/features/application-drafts/policy.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import { applications } from '../../src/features/applications/table.ts';
import { selfScores } from '../../src/features/assessments/policy.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import { announceCandidate, nameApplicant } from '../../src/features/public-notices/commands.ts';
import { nextSteps, standingOf } from '../../src/features/reviews/policy.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { listSiteEvidence } from '../../src/features/site-evidence/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, calendarDate } from '../../src/lib/time.ts';
import { setUpDemoStaff } from './demo-people.ts';
import {
  at,
  best,
  decide,
  handedIn,
  load,
  OFFICE,
  PROGRAMME,
  wholeDraft,
  type ApplicationCast,
} from './demo-applications.ts';
import { listProgrammes } from './list-programmes.ts';

/** Street, city and province beside the county's own officer: `10000000211` to `10000000213`. */
const OFFICERS = [
  ['10000000211', '320904002'],
  ['10000000212', '320900'],
  ['10000000213', '320000'],
] as const;
const key = () => crypto.randomUUID();

interface Cast extends ApplicationCast {
  administrator: Holder;
}

/**
 * Applications of every kind that an applicant may look at: half filled in, waiting at the street, returned with what is
 * wrong, refused, named. All of them fictitious; nothing where there is one already.
 */
export async function seedApplications(ctx: CommandContext, cast: Cast): Promise<void> {
  const [some] = await ctx.db.select({ id: applications.id }).from(applications).limit(1);
  if (some) return;
  const [street, city, province] = await officers(ctx, cast);
  const offices = { town: street, county: cast.reviewer, city, province };
  await halfFilled(at(ctx, -4));

  const waiting = await handedIn(ctx, cast, '示例大中街道东苑社区居民委员会', '10000000241', -2);
  await decide(at(ctx, -1), street, waiting, { act: 'recusal', reason: '示例：我家在这个社区' });
  const returned = await handedIn(ctx, cast, '示例大中街道南桥社区居民委员会', '10000000242', -6);
  await decide(at(ctx, -5), street, returned, { act: 'approval', reason: '示例：同意推荐' });
  await decide(
    at(ctx, -3),
    cast.reviewer,
    returned,
    { act: 'return', reason: '示例：两处要补，补好就接着看' },
    {
      faults: [
        { part: 'point', key: 'money-used', kind: 'unclear', what: '凭证拍糊了，请重拍' },
        { part: 'condition', key: 'plan', kind: 'outdated', what: '演练是前年的，请换近一年的' },
      ],
    },
  );
  const refused = await handedIn(ctx, cast, '示例大中街道西园社区居民委员会', '10000000243', -40);
  await decide(at(ctx, -39), street, refused, { act: 'approval', reason: '示例：同意推荐' });
  await decide(at(ctx, -30), cast.reviewer, refused, {
    ...{ act: 'refusal', reason: '示例：避难场所正在改建，现场不能用，改建好再申报' },
  });
  const named = await handedIn(ctx, cast, '示例大中街道北港社区居民委员会', '10000000244', -80);
  await toTheEnd(ctx, named, offices);
}

/** Who reviews at the street, the city and the province: invited and set up like all staff of the demonstration. */
async function officers(ctx: CommandContext, { administrator, person }: Cast): Promise<Holder[]> {
  const holders: Holder[] = [];
  for (const [phone, region] of OFFICERS) {
    const { id } = await person(ctx, phone);
    const role = { phone, role: 'reviewer', scope: `region:${region}` };
    await grantRole(ctx, administrator, role, key());
    await setUpDemoStaff(ctx, phone);
    holders.push({ id, roles: await rolesOf(ctx, id) });
  }
  return holders;
}

/** The demonstration's community, which has a profile: conditions and the first two groups, and what the site holds. */
async function halfFilled(ctx: CommandContext): Promise<void> {
  const [own] = await ctx.db
    .select()
    .from(organisations)
    .where(and(eq(organisations.name, '示例社区'), eq(organisations.state, 'verified')));
  if (!own) return;
  const by = { id: own.claimedBy, roles: [] };
  const input = { organisationId: own.id, programme: PROGRAMME };
  const { applicationId } = await beginApplication(ctx, by, input, listProgrammes, key());
  const { programme, application } = await load(ctx, applicationId);
  const lines = allLines(programme).slice(0, programme.conditions.length + 6);
  for (const part of ['condition', 'point'] as const) {
    const entries = lines.filter((line) => line.part === part).map(best);
    await saveEntries(ctx, by, { applicationId, part, entries }, listProgrammes, key());
  }
  const site = await listSiteEvidence(ctx, application);
  for (const { part, key: entry, asked } of allLines(programme)) {
    for (const { kind, figure = '' } of asked) {
      const fact = site.find((one) => one.kind === kind && one.figure === figure);
      if (!fact) continue;
      const piece = { applicationId, part, entry, kind, figure, sha256: fact.sha256 };
      await linkEvidence(ctx, by, piece, listProgrammes, key());
    }
  }
}

const DOCUMENT = {
  ...{ documentTitle: '关于命名示例社区的通知（示例）', documentNumber: '示例〔2026〕1号' },
  namedBy: '示例命名机关（示例）',
};
const ORDER = ['draw', 'visit', 'opinion', 'approval', 'notice', 'naming'] as const;

/** Lets every office do what comes next, a day apart, until the community is named. */
async function toTheEnd(
  ctx: CommandContext,
  id: string,
  offices: Readonly<Record<'town' | 'county' | 'city' | 'province', Holder | undefined>>,
): Promise<void> {
  for (let day = -79; day < 0; day += 1) {
    const then = at(ctx, day);
    const loaded = await load(then, id);
    const { state } = standingOf(loaded.file, loaded, then.now);
    if (state === 'named') return;
    const open = nextSteps(loaded.file, loaded, then.now).filter((one) => one.missing.length === 0);
    const next = ORDER.flatMap((act) => open.find((one) => one.act === act) ?? [])[0];
    if (!next || next.by === 'applicant') continue;
    const step = loaded.programme.steps.find((one) => `step:${one.key}` === state);
    const given = loaded.file.decisions.flatMap((one) =>
      one.act === 'opinion' && one.on === state ? [one.department] : [],
    );
    const by = offices[next.by];
    const input = { applicationId: id, on: state };
    if (next.act === 'notice') {
      const opensOn = addDays(calendarDate(then.now), 1);
      await announceCandidate(then, by!, { ...input, opensOn, ...OFFICE }, listProgrammes, key());
    } else if (next.act === 'naming') {
      const namedOn = calendarDate(then.now);
      await nameApplicant(then, by!, { ...input, namedOn, ...DOCUMENT }, listProgrammes, key());
    } else {
      const scores = selfScores(loaded.programme, wholeDraft(loaded.programme));
      const department = step?.departments.slice(1).find((one) => !given.includes(one));
      await decide(then, by, id, {
        act: next.act,
        ...(next.act === 'draw' ? { drawn: true } : {}),
        ...(next.act === 'opinion' ? { department } : {}),
        ...(next.act === 'approval' && step?.scoring !== 'none' ? { scores } : {}),
      });
    }
  }
}
