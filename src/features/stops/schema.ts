import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { daysBetween, readDate } from '../../lib/time.ts';
import { hallStops } from './table.ts';

/** Longer than any storm; what is closed for longer is a closure of the hall's calendar. */
export const STOP_DAYS_MAX = 14;

/** A date of a form: `2026-12-03`. */
export const dateField = (missing: string) =>
  z.string({ error: missing }).refine((text) => readDate(text) !== undefined, { error: missing });

const reference = z.uuid({ error: '没有这次停开' });

/** Which sessions to stop: one, or all of some days. */
export const stopScope = z
  .object({
    hallSlug: z.string().min(1).max(64),
    sessionId: z.preprocess(
      (value) => (value === '' ? undefined : value),
      z.uuid({ error: '没有这个场次' }).optional(),
    ),
    fromDay: dateField('请选从哪天停'),
    untilDay: dateField('请选停到哪天'),
  })
  .refine(({ fromDay, untilDay }) => untilDay >= fromDay, {
    path: ['untilDay'],
    error: '停到哪天不能早于从哪天停',
  })
  .refine(({ fromDay, untilDay }) => daysBetween(fromDay, untilDay) < STOP_DAYS_MAX, {
    path: ['untilDay'],
    error: `一次最多停${STOP_DAYS_MAX}天。更久请在日历里闭馆`,
  });

export const stopInput = stopScope.safeExtend({
  cause: z.enum(hallStops.cause.enumValues, { error: '请选原因' }),
  // A line of a text message's page, and of a door's notice.
  reason: textField({
    missing: '请写原因，来的人都会看到',
    max: [30, '请控制在30个字以内'],
  }),
});

export const stopReference = z.object({ stopId: reference });
