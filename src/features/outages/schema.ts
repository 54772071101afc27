import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { daysBetween, readDate } from '../../lib/time.ts';

/** Beyond it, an exhibit is gone rather than out of order, and its words should change. */
const OUTAGE_DAYS_MAX = 366;

/** More than any room of a hall holds: this only keeps nonsense out early. */
const PLACES_MAX = 1000;

const day = (missing: string) =>
  z.string({ error: missing }).refine((text) => readDate(text) !== undefined, { error: missing });

const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

export const outageInput = z
  .object({
    hallSlug: z.string().min(1).max(64),
    /** `exhibit:地震屋`, `zone:交通安全`, `hall:`. */
    what: z
      .string({ error: '请选什么停用' })
      .regex(/^(exhibit:.{1,30}|zone:.{1,30}|hall:)$/u, { error: '请选什么停用' }),
    reason: textField({
      missing: '请写原因，来的人都会看到',
      max: [60, '请控制在60个字以内'],
    }),
    fromDay: day('请选从哪天起'),
    untilDay: optional(day('请选到哪天；不知道就空着')),
    places: optional(
      z.preprocess(
        (value) => (typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value),
        z
          .int({ error: '请填每场还能开放几个名额；不减就空着' })
          .min(0, { error: '名额不能小于0' })
          .max(PLACES_MAX, { error: `名额最多${PLACES_MAX}个` }),
      ),
    ),
  })
  .refine(({ fromDay, untilDay }) => !untilDay || untilDay >= fromDay, {
    path: ['untilDay'],
    error: '到哪天不能早于从哪天起',
  })
  .refine(
    ({ fromDay, untilDay }) => !untilDay || daysBetween(fromDay, untilDay) <= OUTAGE_DAYS_MAX,
    { path: ['untilDay'], error: '最长一年' },
  )
  .refine(({ what, places }) => what !== 'hall:' || places !== undefined, {
    path: ['places'],
    error: '整馆少开名额，要填每场还能开放几个',
  });

export const outageReference = z.object({ outageId: z.uuid({ error: '没有这一项' }) });
