import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { readDate } from '../../lib/time.ts';
import { readDayHours, readWeekHours, type LineProblem } from './policy.ts';

/** Seven days of a dozen sessions each, a line each; more is no week of a hall. */
const HOURS_CHARACTERS = 3000;

const hallSlug = z.string().min(1).max(64);
const day = z
  .string({ error: '请选日期' })
  .refine((text) => readDate(text) !== undefined, { error: '请选日期' });
const reason = textField({
  missing: '请写原因，来的人都会看到',
  max: [40, '请控制在40个字以内'],
});

/** A text of which every line is read; the first that cannot be is named. */
function hoursField<Hours>(read: (text: string) => { hours: Hours[]; problems: LineProblem[] }) {
  return z
    .string({ error: '请填写场次，一行一场' })
    .max(HOURS_CHARACTERS, { error: '太长了，一行一场' })
    .transform((text, ctx) => {
      const { hours, problems } = read(text);
      const [first] = problems;
      if (!first) return hours;
      ctx.addIssue({ code: 'custom', message: `第${first.line}行：${first.problem}` });
      return z.NEVER;
    });
}

/** `07-01`. */
const monthDay = z.preprocess(
  (value) => (value === '' ? undefined : value),
  z
    .string({ error: '请填月日，例如07-01' })
    .refine((text) => readDate(`2024-${text}`) !== undefined, { error: '请填月日，例如07-01' })
    .optional(),
);

export const weekInput = z
  .object({
    hallSlug,
    /** Empty: the rest of the year. */
    season: z
      .string({ error: '请填季节的名字' })
      .transform((text) => text.normalize('NFKC').trim())
      .pipe(z.string().max(10, { error: '请控制在10个字以内' })),
    fromDay: monthDay,
    untilDay: monthDay,
    hours: hoursField(readWeekHours),
  })
  .superRefine(({ season, fromDay, untilDay, hours }, ctx) => {
    const refuse = (path: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [path], message });
    if (season === '') {
      if (hours.length === 0) refuse('hours', '平时至少要有一场');
      return;
    }
    if (hours.length > 0 && fromDay === undefined) refuse('fromDay', '请填从哪天起，例如07-01');
    if (hours.length > 0 && untilDay === undefined) refuse('untilDay', '请填到哪天，例如08-31');
  });

export const dayInput = z
  .object({
    hallSlug,
    day,
    kind: z.enum(['closed', 'hours', 'pattern'], { error: '请选这一天怎么开' }),
    reason: z.string().optional(),
    hours: hoursField(readDayHours),
  })
  .superRefine(({ kind, reason: given, hours }, ctx) => {
    const refuse = (path: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [path], message });
    if (kind === 'pattern') return;
    const read = reason.safeParse(given ?? '');
    if (!read.success) refuse('reason', read.error.issues[0]?.message ?? '请写原因');
    if (kind === 'hours' && hours.length === 0) refuse('hours', '请填这一天的场次，一行一场');
  })
  .transform((input) => ({ ...input, reason: (input.reason ?? '').trim() }));

export const sessionInput = z.object({
  hallSlug,
  day,
  session: hoursField(readDayHours).refine((hours) => hours.length === 1, {
    error: '请填一场，例如“18:30-19:45 40”',
  }),
  /** A zone that it takes alone, as the hall's page calls it; the whole house without one. */
  heldAt: z.string().max(20, { error: '没有这个区' }).default(''),
});
