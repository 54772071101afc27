import { addDays, calendarDate, daysBetween, instantOf, readDate } from '../../lib/time.ts';
import { shortened } from '../notifications/policy.ts';
import type { Templates } from '../notifications/schema.ts';
import { officeAbove } from '../review-desk/policy.ts';
import { fullRegionName } from '../towns/queries.ts';
import { countOffice, findWaiting, listOfficersOf } from './queries.ts';

const placeOf = async (code: string) => shortened(await fullRegionName(code));

/** What officers hear of their queue: one message a day, and what lies too long below them. */
export const reviewNudgeMessages: Templates = {
  application_desk_due: {
    name: '申报审核的每日提醒',
    urgency: 'calm',
    topic: 'organisation',
    sms: '申报审核：{office}要办{waiting}份，新到{fresh}份，快到期{soon}份，逾期{late}份。',
    smsParts: 1,
    title: '申报审核：有要办的',
    path: '/staff/applications',
    longest: {
      office: '江苏省盐城市亭湖区示例…',
      waiting: '1000',
      fresh: '100',
      soon: '100',
      late: '100',
    },
    make: async (ctx, { regionCode = '', personId = '', day = '' }) => {
      const person = (await listOfficersOf(ctx, regionCode)).find(({ id }) => id === personId);
      const { waiting, fresh, soon, late } = await countOffice(ctx, regionCode);
      const on = readDate(day);
      if (!person || !on || fresh + soon + late === 0) return null;
      return {
        to: { person },
        variables: {
          office: await placeOf(regionCode),
          ...{ waiting: String(waiting), fresh: String(fresh) },
          ...{ soon: String(soon), late: String(late) },
        },
        expiresAt: instantOf(addDays(on, 1)),
      };
    },
  },
  application_desk_late: {
    name: '下一级申报审核逾期',
    urgency: 'calm',
    topic: 'organisation',
    sms: '督办：{office}有一份申报逾期{days}天没有办：{name}。请督促办理，或登录工作台查看。',
    smsParts: 2,
    title: '申报审核：下一级逾期',
    path: '/staff/applications',
    longest: { office: '江苏省盐城市亭湖区示例…', days: '365', name: '盐城经济技术开发区示例…' },
    make: async (ctx, { applicationId = '', personId = '', above = '', until = '' }) => {
      const [person, found] = await Promise.all([
        listOfficersOf(ctx, above).then((all) => all.find(({ id }) => id === personId)),
        findWaiting(ctx, applicationId),
      ]);
      // Decided in the meantime: nobody needs to be urged.
      const isWaiting =
        found?.turnRegion && found.untilOn === until && officeAbove(found.turnRegion) === above;
      if (!person || !found || !isWaiting) return null;
      return {
        to: { person },
        variables: {
          office: await placeOf(found.turnRegion ?? ''),
          days: String(daysBetween(until, calendarDate(ctx.now))),
          name: shortened(found.name),
        },
      };
    },
  },
};
