import { and, eq } from 'drizzle-orm';
import { foundedRecord } from '../../scripts/lib/founded-records.ts';
import { listProgrammes } from '../../scripts/lib/list-programmes.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import { loadApplication, readFacts } from '../../src/features/applications/queries.ts';
import type { Scores } from '../../src/features/assessments/policy.ts';
import { selfScores } from '../../src/features/assessments/policy.ts';
import { standingOf } from '../../src/features/reviews/policy.ts';
import { roleGrants } from '../../src/features/roles/table.ts';
import type { Programme } from '../../src/features/programmes/schema.ts';
import { decideOnce, type Brought, type Deciding } from '../../src/features/reviews/statements.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { completeDraft } from './applications.ts';
import { community, type Community } from './communities.ts';
import type { World } from './world.ts';

export { listProgrammes };
const key = () => crypto.randomUUID();

/** The programme that most tests apply by: county, city and province decide. */
export const PROGRAMME = 'jiangsu-community';

/** Somebody who reviews for a region, as a signed-in officer. */
export async function reviewerOf(world: World, region: string): Promise<Holder> {
  const { ctx } = world;
  const { person: officer } = await world.person();
  const role = { role: 'reviewer', scopeKind: 'region', scopeId: region } as const;
  await ctx.db.insert(roleGrants).values({
    ...{ id: newId(ctx.now), personId: officer.id, ...role },
    ...{ grantedBy: null, grantedAt: ctx.now },
  });
  return { id: officer.id, roles: [role] };
}

/** Takes a right away, as from now. */
export async function revoked({ ctx }: World, { id }: Holder): Promise<void> {
  await ctx.db
    .update(roleGrants)
    .set({ state: 'revoked' })
    .where(and(eq(roleGrants.personId, id), eq(roleGrants.state, 'active')));
}

export interface Filed {
  own: Community;
  applicationId: string;
  code: string;
}

/** A community with a draft of its own. */
export async function begun(
  world: World,
  { programme = PROGRAMME, name }: { programme?: string; name?: string } = {},
): Promise<Filed> {
  const own = await community(world, name);
  const input = { organisationId: own.organisationId, programme };
  const answer = await beginApplication(world.ctx, own.head, input, listProgrammes, key());
  return { own, ...answer };
}

/** The file as it is read for a request. */
export async function loaded(ctx: CommandContext, id: string) {
  const found = await loadApplication(ctx, listProgrammes, { id });
  if (!found) throw new Error(`No application ${id}.`);
  return found;
}

/** Takes a decision on the file as it stands now; a visit or a result of a draw on ground that is made for it. */
export async function decided(
  ctx: CommandContext,
  by: Holder,
  applicationId: string,
  brought: Omit<Brought, 'on' | 'reason'> & { reason?: string; on?: Brought['on'] },
  rest: Omit<Deciding, 'decision'> = {},
) {
  const file = await loaded(ctx, applicationId);
  const { state } = standingOf(file.file, file, ctx.now);
  const decision = { reason: '符合要求', on: state, ...brought } as Brought;
  const details = rest.details ?? (await foundedRecord(ctx, by, file, decision));
  return decideOnce(ctx, by, file, { ...rest, details, decision }, key());
}

/** Hands in a draft that says yes to everything. */
export async function submitted(
  ctx: CommandContext,
  { own, applicationId }: Pick<Filed, 'applicationId'> & { own: Pick<Community, 'head'> },
): Promise<void> {
  const { application, programme } = await loaded(ctx, applicationId);
  const facts = await readFacts(ctx, application, programme);
  await decided(ctx, own.head, applicationId, {
    act: 'submission',
    draft: completeDraft(programme),
    facts,
  } as Brought);
}

/** The applicant's own column again: a reviewer who changes nothing. */
export const sameScores = (programme: Programme): Scores =>
  selfScores(programme, completeDraft(programme));
