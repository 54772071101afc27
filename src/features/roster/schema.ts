import { z } from 'zod';
import { countField } from '../../lib/fields.ts';
import { readDate } from '../../lib/time.ts';

/** More at once would stand in each other's way; equal to the table's own limit. */
export const GUIDES_MAX = 10;

const blank = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;
const code = (error: string) => z.string({ error }).regex(/^[a-z_]{2,30}$/, { error });

export const needInput = z.object({
  hallSlug: z.string({ error: '请从场馆的页面排班' }),
  /** One session's id, a day or the week that begins on a day: `day:2026-12-01`, `week:2026-11-30`. */
  sessions: z.string({ error: '请选给哪些场次排' }).refine(
    (text) => {
      const [kind, day = ''] = text.split(':');
      return (
        z.uuid().safeParse(text).success ||
        ((kind === 'day' || kind === 'week') && readDate(day) !== undefined)
      );
    },
    { error: '请选给哪些场次排' },
  ),
  guides: countField({
    missing: '请填写每场要几位讲解员',
    min: [1, '至少1位'],
    max: [GUIDES_MAX, `一场最多${GUIDES_MAX}位`],
  }),
  skill: code('请选要会什么'),
  language: z.preprocess(blank, code('请在列出的语言里选').optional()),
  trained: z.preprocess(blank, z.enum(['yes', 'no'], { error: '请选要不要培训' }).default('no')),
});

export const needReference = z.object({ needId: z.uuid({ error: '没有这个排班需要' }) });

/** Who takes it is the person signed in, or whom the manager names. */
export const dutyInput = needReference.extend({
  /** In reserve: in case somebody drops out. */
  reserve: z.preprocess(blank, z.enum(['yes', 'no'], { error: '请选讲解或候补' }).default('no')),
});

export const assignmentInput = dutyInput.extend({
  personId: z.uuid({ error: '请选一位' }),
});

export const dutyReference = z.object({ dutyId: z.uuid({ error: '没有这次排班' }) });
