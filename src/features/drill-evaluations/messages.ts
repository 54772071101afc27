import { addDays, calendarDate, DAY_MS, formatDay, instantOf } from '../../lib/time.ts';
import { findReleases } from '../drill-reports/queries.ts';
import { findPartToTell } from '../drills/queries.ts';
import type { Templates } from '../notifications/schema.ts';
import { hasAnswered } from './queries.ts';

/** 本平台约定: later nobody remembers, and the report is written. */
const ASKED_DAYS = 7;
const MORNING_MINUTE = 9 * 60;

export const drillEvaluationMessages: Templates = {
  drill_tell_us: {
    name: '演练完了，请说说看',
    urgency: 'calm',
    topic: 'reminder',
    sms: '演练：{day}的演练练完了，谢谢你来。请登录，在“我的演练”里说说看，一分钟，不记名。',
    smsParts: 1,
    title: '演练：练完了，请说说看',
    path: '/me/drills',
    longest: { day: '12月31日周六' },
    make: async (ctx, { participantId = '' }) => {
      const found = await findPartToTell(ctx, participantId);
      const endedAt = found?.drill.endedAt;
      if (!found || !endedAt || found.participant.state !== 'joined') return null;
      if (await hasAnswered(ctx, participantId)) return null;
      if ((await findReleases(ctx, found.drill.id)).length > 0) return null;
      // A lock screen is outside: of a blind drill nothing is said there before the day after it.
      const nextMorning = instantOf(addDays(calendarDate(endedAt), 1), MORNING_MINUTE);
      return {
        to: { person: found.person },
        variables: { day: formatDay(found.drill.startedAt ?? found.drill.startsAt) },
        ...(found.drill.blind ? { dueAt: nextMorning } : {}),
        expiresAt: new Date(endedAt.getTime() + ASKED_DAYS * DAY_MS),
      };
    },
  },
};
