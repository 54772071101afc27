import {
  actOnMany,
  approveApplication,
  assignApplication,
  delegateWork,
  endDelegation,
  enterOpinion,
  recuseFromApplication,
  refuseApplication,
  resumeApplication,
  returnApplication,
  saveMarks,
  suspendApplication,
  type DeskCommand,
} from '../../src/features/review-desk/commands.ts';
import { nudgeReviews } from '../../src/features/review-nudges/commands.ts';
import { enterSuccession, setRound } from '../../src/features/review-offices/commands.ts';
import { archiveApplication } from '../../src/features/review-sheets/commands.ts';
import { addDays, calendarDate } from '../../src/lib/time.ts';
import { listProgrammes } from './filed-applications.ts';
import type { LosingState } from './losing-states.ts';
import { acts, atCounty, markedAll, type AtCounty } from './review-desk.ts';
import { addRole } from './roles.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const losing = (
  command: string,
  state: string,
  reason: string | null,
  prepare: LosingState['prepare'],
): LosingState => ({ command, state, reason, prepare });

/** An act on a file that the county has before it. */
const onFile = (
  name: string,
  state: string,
  reason: string,
  command: DeskCommand<unknown>,
  values: Record<string, string> = {},
  before: (file: AtCounty) => Promise<unknown> = async () => undefined,
): LosingState =>
  losing(`review-desk.${name}`, state, reason, async (world) => {
    const file = await atCounty(world);
    await before(file);
    const on = 'step:county-review';
    return () => acts(command, file.ctx, file.by.county, file.applicationId, { on, ...values });
  });

const suspended = ({ ctx, other, applicationId }: AtCounty) =>
  acts(suspendApplication, ctx, other, applicationId);
const recused = ({ ctx, by, applicationId }: AtCounty) =>
  acts(recuseFromApplication, ctx, by.county, applicationId);
const fault = { 'fault.file.': 'missing', 'what.file.': '缺封面' };
const opinion = { department: 'fire', givenOn: '2026-11-20' };

async function delegated(world: World) {
  const file = await atCounty(world);
  const today = calendarDate(world.ctx.now);
  const input = {
    ...{ regionCode: '320904', fromId: file.by.county.id, toId: file.other.id },
    ...{ fromOn: today, untilOn: addDays(today, 9) },
  };
  const { delegationId } = await delegateWork(file.ctx, file.by.county, input, key());
  return { ...file, input, delegationId };
}

export const reviewDeskStates: readonly LosingState[] = [
  onFile('approveApplication', 'marks have changed', 'mark_overtaken', approveApplication, {
    marks: '3',
  }),
  onFile(
    'approveApplication',
    'nobody has been there',
    'application_lacking',
    approveApplication,
    { marks: '16' },
    ({ ctx, by, applicationId }) => markedAll(ctx, by.county, applicationId),
  ),
  onFile(
    'refuseApplication',
    'suspended',
    'application_moved_on',
    refuseApplication,
    {},
    suspended,
  ),
  onFile(
    'returnApplication',
    'suspended',
    'application_moved_on',
    returnApplication,
    fault,
    suspended,
  ),
  onFile('returnApplication', 'without a fault', 'invalid_input', returnApplication),
  onFile('returnApplication', 'of no such entry', 'entry_unknown', returnApplication, {
    ...{ 'fault.point.none': 'missing', 'what.point.none': '没有这一条' },
  }),
  onFile(
    'suspendApplication',
    'suspended',
    'application_moved_on',
    suspendApplication,
    {},
    suspended,
  ),
  onFile('resumeApplication', 'not suspended', 'application_not_now', resumeApplication),
  onFile(
    'enterOpinion',
    'given before',
    'application_not_now',
    enterOpinion,
    opinion,
    ({ ctx, other, applicationId }) => acts(enterOpinion, ctx, other, applicationId, opinion),
  ),
  onFile(
    'recuseFromApplication',
    'stood back',
    'application_not_yours',
    recuseFromApplication,
    {},
    recused,
  ),
  onFile('saveMarks', 'of another step', 'application_moved_on', saveMarks, {
    ...{ step: 'city-review', 'marks.plan-short': '5', 'version.plan-short': '0' },
  }),
  onFile('saveMarks', 'a mark that cannot be given', 'mark_unfit', saveMarks, {
    ...{ step: 'county-review', 'marks.plan-short': '3', 'version.plan-short': '0' },
  }),
  onFile(
    'saveMarks',
    'somebody was faster',
    'mark_overtaken',
    saveMarks,
    { step: 'county-review', 'marks.plan-short': '0', 'version.plan-short': '0' },
    ({ ctx, other, applicationId }) => markedAll(ctx, other, applicationId),
  ),
  losing(
    'review-desk.assignApplication',
    'to somebody elsewhere',
    'officer_unfit',
    async (world) => {
      const { ctx, by, applicationId } = await atCounty(world);
      const values = { officerId: by.city.id };
      return () => acts(assignApplication, ctx, by.county, applicationId, values);
    },
  ),
  losing('review-desk.actOnMany', 'nothing was ticked', 'invalid_input', async (world) => {
    const { ctx, by } = await atCounty(world);
    const input = { act: 'approval', reason: '同意' };
    return () => actOnMany(ctx, by.county, input, listProgrammes, key());
  }),
  losing('review-desk.delegateWork', 'delegated already', 'delegation_overlaps', async (world) => {
    const { ctx, by, input } = await delegated(world);
    return () => delegateWork(ctx, by.county, input, key());
  }),
  losing('review-desk.delegateWork', 'to somebody elsewhere', 'officer_unfit', async (world) => {
    const { ctx, by, input } = await delegated(world);
    return () => delegateWork(ctx, by.county, { ...input, toId: by.city.id }, key());
  }),
  losing('review-desk.endDelegation', 'ended before', 'delegation_ended', async (world) => {
    const { ctx, by, delegationId } = await delegated(world);
    await endDelegation(ctx, by.county, { delegationId }, key());
    return () => endDelegation(ctx, by.county, { delegationId }, key());
  }),
  losing('review-offices.enterSuccession', 'in a circle', 'succession_in_circle', async (world) => {
    const { person } = await world.person();
    const role = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
    await addRole(world.ctx, person.id, role);
    const by = { id: person.id, roles: [role] };
    const document = '示例区划调整文件';
    const input = { regionCode: '320904', successorCode: '320902', document };
    await enterSuccession(world.ctx, by, input, key());
    const back = { regionCode: '320902', successorCode: '320904', document };
    return () => enterSuccession(world.ctx, by, back, key());
  }),
  losing('review-offices.setRound', 'not one’s own region', 'round_not_yours', async (world) => {
    const { ctx, by } = await atCounty(world);
    const days = { opensOn: '2026-12-01', closesOn: '2026-12-31' };
    const input = { programme: 'jiangsu-community', ...days, document: '示例申报通知' };
    return () =>
      setRound(ctx, by.county, { ...input, regionCode: '320900' }, listProgrammes, key());
  }),
  losing('review-nudges.nudgeReviews', 'told before', null, async (world) => {
    const { ctx } = await atCounty(world);
    await nudgeReviews(ctx, listProgrammes);
    return () => nudgeReviews(ctx, listProgrammes);
  }),
  losing(
    'review-sheets.archiveApplication',
    'not theirs',
    'application_not_yours',
    async (world) => {
      const { ctx, own, applicationId } = await atCounty(world);
      return () => archiveApplication(ctx, own.head, { applicationId }, listProgrammes, key());
    },
  ),
];
