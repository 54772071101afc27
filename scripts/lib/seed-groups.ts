import type { Person } from '../../src/features/accounts/table.ts';
import { answerGroupRequest, createGroupRequest } from '../../src/features/groups/commands.ts';
import { classSize, placements } from '../../src/features/groups/policy.ts';
import { findHallForGroups } from '../../src/features/groups/queries.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';

export interface GroupPeople {
  teacher: Person;
  safetyOfficer: Person;
  manager: Holder;
  reviewer: Holder;
}

const key = () => crypto.randomUUID();

const pupils = (label: string) => ({ label, adults: 3, boys: 16, girls: 14, others: 0 });
const team = (label: string) => ({ label, adults: 12, boys: 0, girls: 0, others: 0 });

/** A verified school whose three classes are agreed on, and an enterprise that waits for the hall's answer. */
export async function seedGroups(
  ctx: CommandContext,
  hallSlug: string,
  { teacher, safetyOfficer, manager, reviewer }: GroupPeople,
): Promise<void> {
  const school = { kind: 'school', name: '示例大丰第二小学', regionCode: '320904' };
  const { organisationId } = await claimOrganisation(ctx, teacher, school, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, reviewer, verdict, key());

  const approved = await ask(ctx, hallSlug, teacher, {
    ...{ kind: 'school', organisationId, leaderName: '示例陈静', buses: 2, lunch: false },
    needs: '1位同学用轮椅，需要坡道和电梯',
    classes: [pupils('三年级1班'), pupils('三年级2班'), pupils('三年级3班')],
  });
  if (approved) {
    const answer = { requestId: approved, decision: 'approved' };
    await answerGroupRequest(ctx, manager, answer, key());
  }
  await ask(ctx, hallSlug, safetyOfficer, {
    ...{ kind: 'enterprise', groupName: '示例大丰港机械厂', leaderName: '示例何勇' },
    ...{ buses: 1, lunch: true, needs: '2人听力不好，讲解请站近一些' },
    classes: [team('一车间'), team('二车间')],
  });
}

/** On the first day that has room for all; undefined while the hall's calendar has none. */
async function ask(
  ctx: CommandContext,
  hallSlug: string,
  leader: Person,
  {
    classes,
    ...input
  }: Record<string, unknown> & { classes: readonly ReturnType<typeof pupils>[] },
): Promise<string | undefined> {
  const found = await findHallForGroups(ctx, hallSlug);
  const [first] = placements(classes.map(classSize), found?.sessions ?? [], ctx.now);
  if (!first) return undefined;
  const placed = classes.map((one, index) => ({ ...one, sessionId: first.sessionIds[index] }));
  const { requestId } = await createGroupRequest(
    ctx,
    leader,
    { hallSlug, ...input, classes: placed },
    key(),
  );
  return requestId;
}
