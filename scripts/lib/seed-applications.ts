import { and, eq } from 'drizzle-orm';
import type { Person } from '../../src/features/accounts/table.ts';
import { linkEvidence, saveEntries } from '../../src/features/application-drafts/commands.ts';
import { allLines, type EntryLine } from '../../src/features/application-drafts/policy.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import { loadApplication, readFacts } from '../../src/features/applications/queries.ts';
import { applications } from '../../src/features/applications/table.ts';
import { selfScores, type Draft } from '../../src/features/assessments/policy.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import type { Programme } from '../../src/features/programmes/schema.ts';
import { announceCandidate, nameApplicant } from '../../src/features/public-notices/commands.ts';
import { nextSteps, standingOf } from '../../src/features/reviews/policy.ts';
import { decideOnce, type Brought } from '../../src/features/reviews/statements.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { listSiteEvidence } from '../../src/features/site-evidence/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import type { Json } from '../../src/lib/db/commit.ts';
import { newId, toHex } from '../../src/lib/ids.ts';
import { sha256 } from '../../src/lib/keyring.ts';
import { addDays, addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { setUpDemoStaff } from './demo-people.ts';
import { listProgrammes } from './list-programmes.ts';

/** Street, city and province beside the county's own officer: `10000000211` to `10000000213`. */
const OFFICERS = [
  ['10000000211', '320904100'],
  ['10000000212', '320900'],
  ['10000000213', '320000'],
] as const;
const PROGRAMME = 'jiangsu-community';
const key = () => crypto.randomUUID();

interface Cast {
  administrator: Holder;
  reviewer: Holder;
  person: (ctx: CommandContext, phone: string) => Promise<Person>;
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

const at = (ctx: CommandContext, days: number, minutes = 0): CommandContext => ({
  ...ctx,
  now: addMinutes(new Date(ctx.now.getTime() + days * DAY_MS), minutes),
});

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

async function load(ctx: CommandContext, id: string) {
  const found = await loadApplication(ctx, listProgrammes, { id });
  if (!found) throw new Error(`No application ${id}.`);
  return found;
}

async function decide(
  ctx: CommandContext,
  by: Holder | undefined,
  id: string,
  brought: object,
  details: Record<string, Json> = {},
): Promise<void> {
  const loaded = await load(ctx, id);
  const { state } = standingOf(loaded.file, loaded, ctx.now);
  const decision = { on: state, reason: '示例：符合要求', ...brought } as Brought;
  await decideOnce(ctx, by!, loaded, { decision, details }, key());
}

/** Fields of an entry that says the best, a little less where it is a share. */
function best({ key: entry, form, part }: EntryLine): { entry: string } & Record<string, string> {
  const said = form.kind === 'yes_no' ? 'yes' : form.kind === 'steps' ? String(form.steps - 1) : '';
  const share = form.kind === 'proportional' ? { counted: '95', whole: '100' } : {};
  return {
    ...{ entry, version: '0', said, ...share },
    reason: part === 'point' ? '示例：照着做了，材料里写明了时间和数量' : '',
  };
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

function wholeDraft(programme: Programme): Draft {
  const lines = allLines(programme);
  return {
    conditions: Object.fromEntries(
      lines
        .filter(({ part }) => part === 'condition')
        .map(({ key: of, asked }) => [of, { met: true, evidence: asked }]),
    ),
    points: Object.fromEntries(
      lines
        .filter(({ part }) => part === 'point')
        .map((line) => [line.key, { ...answered(line), evidence: line.asked }]),
    ),
  };
}

function answered({ form }: EntryLine): Pick<Draft['points'][string], 'answer' | 'reason'> {
  const reason = '示例：照着做了，材料里写明了时间和数量';
  if (form.kind === 'yes_no') return { answer: { kind: 'yes_no', yes: true }, reason };
  if (form.kind === 'steps') return { answer: { kind: 'steps', step: form.steps - 1 }, reason };
  return { answer: { kind: 'proportional', part: 95, whole: 100 }, reason };
}

/** Evidence as it would be frozen: by name alone, since the demonstration has no files to show. */
async function namedEvidence(ctx: CommandContext, programme: Programme): Promise<Json[]> {
  const pieces = allLines(programme).flatMap(({ part, key: of, asked }) =>
    asked.map(({ kind, figure = '', text }) => ({ part, key: of, kind, figure, title: text })),
  );
  return Promise.all(
    pieces.map(async (piece) => ({
      ...{ id: newId(ctx.now), ...piece, title: `${piece.title}（示例，没有附件）` },
      ...{ sha256: toHex(await sha256(JSON.stringify(piece))), fileId: null },
    })),
  );
}

/** A committee of the street whose application lies where it is recommended. */
async function handedIn(
  ctx: CommandContext,
  { reviewer, person }: Cast,
  name: string,
  phone: string,
  days: number,
): Promise<string> {
  const then = at(ctx, days);
  const { id } = await person(ctx, phone);
  const head = { id, roles: [] };
  const claim = { kind: 'committee', name, regionCode: '320904100' };
  const { organisationId } = await claimOrganisation(at(ctx, days, -90), head, claim, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(at(ctx, days, -60), reviewer, verdict, key());
  const input = { organisationId, programme: PROGRAMME };
  const begun = await beginApplication(at(ctx, days, -30), head, input, listProgrammes, key());
  const { application, programme } = await load(then, begun.applicationId);
  const { applicationId } = begun;
  for (const part of ['condition', 'point'] as const) {
    const entries = allLines(programme)
      .filter((line) => line.part === part)
      .map(best);
    const page = { applicationId, part, entries };
    await saveEntries(at(ctx, days, -20), head, page, listProgrammes, key());
  }
  const facts = await readFacts(then, application, programme);
  const evidence = await namedEvidence(then, programme);
  const decision = { act: 'submission', draft: wholeDraft(programme), facts, reason: '' };
  await decide(then, head, application.id, decision, { evidence });
  return application.id;
}

const OFFICE = {
  ...{ office: '受理单位的名称（示例）', phone: '025-00000000', address: '示例路1号（示例）' },
};
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
