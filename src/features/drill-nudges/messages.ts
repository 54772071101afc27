import { addDays, calendarDate, instantOf } from '../../lib/time.ts';
import { findDrillOrganiser } from '../drill-plans/queries.ts';
import { dayWords } from '../duties/policy.ts';
import { shortened } from '../notifications/policy.ts';
import type { Templates } from '../notifications/schema.ts';
import { countOwing, countWaiting, listOrganisers, type Organiser } from './queries.ts';

const nameOf = async (
  ctx: Parameters<typeof findDrillOrganiser>[0],
  { regionCode, organisationId }: Organiser,
): Promise<string> => {
  const found = await findDrillOrganiser(ctx, {
    regionCode,
    organisationId: organisationId || null,
  });
  return shortened(found?.name ?? '');
};

/** Numbers only: what a plan has planned blindly stands on no phone's lock screen. */
export const drillNudgeMessages: Templates = {
  drill_region_due: {
    name: '地区里有单位演练到期',
    urgency: 'calm',
    topic: 'organisation',
    sms: '演练：{name}有{many}家单位，{day}以前要做的演练还没有记录。请登录工作台，在“演练”里看是哪几家。',
    smsParts: 2,
    title: '演练：有单位还没有演练',
    path: '/staff/drills',
    longest: { name: '江苏省盐城市示例经济技…', many: '1000', day: '12月31日' },
    make: async (ctx, { regionCode = '', period = '', personId = '' }) => {
      const organiser = { regionCode, organisationId: '' };
      const person = (await listOrganisers(ctx, organiser)).find(({ id }) => id === personId);
      const many = person ? await countOwing(ctx, regionCode, period) : 0;
      if (!person || many === 0) return null;
      return {
        to: { person },
        variables: {
          name: await nameOf(ctx, organiser),
          many: String(many),
          day: dayWords(period, calendarDate(ctx.now)),
        },
        expiresAt: instantOf(addDays(period, 1)),
      };
    },
  },
  drill_plan_due: {
    name: '计划里的演练还没有准备',
    urgency: 'calm',
    topic: 'organisation',
    sms: '演练：{name}计划这个月办的演练，有{many}项还没有开始准备。请登录本站看计划，改期也请写明。',
    smsParts: 1,
    title: '演练：计划里的演练还没有准备',
    path: '/me/drills',
    longest: { name: '盐城经济技术开发区示例…', many: '120' },
    make: async (ctx, { regionCode = '', organisationId = '', period = '', personId = '' }) => {
      const organiser = { regionCode, organisationId };
      const person = (await listOrganisers(ctx, organiser)).find(({ id }) => id === personId);
      const many = await countWaiting(ctx, organiser, period);
      if (!person || many === 0 || calendarDate(ctx.now).slice(0, 7) !== period) return null;
      return {
        to: { person },
        variables: { name: await nameOf(ctx, organiser), many: String(many) },
      };
    },
  },
};
