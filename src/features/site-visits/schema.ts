import { z } from 'zod';
import { countField } from '../../lib/fields.ts';
import { readDate } from '../../lib/time.ts';
import type { State } from '../applications/policy.ts';
import { applicationReference } from '../applications/schema.ts';
import { namesSomebody } from '../inquiries/policy.ts';
import { publicLine } from '../notices/schema.ts';
import { CHECK_ANSWERS, VISIT_ENTRY_KINDS } from './table.ts';

/** One request of a phone: a whole visit with second thoughts, and small enough for one write. */
export const ENTRIES_MAX = 200;
/** Two or three sentences, typed while standing; the CHECK `site_visit_entries_note` holds twice of it. */
export const NOTE_MAX = 200;
/** The CHECK `site_visit_entries_present` holds the same number. */
export const PRESENT_MAX = 500;

const CLOCK_MAX = 8.64e15;
/** Milliseconds since 1970 by a phone's clock, however wrong it is. */
const clock = z.int({ error: '手机的时间读不懂' }).min(0).max(CLOCK_MAX);

const noNames = (text: string) => !namesSomebody(text);
const NAMES_SOMEBODY = '里面有像手机号或身份证号的数字，请去掉';

/** 安排: the day, and which offices come. */
export const planInput = applicationReference.extend({
  plannedOn: z
    .string({ error: '请选哪一天去' })
    .transform((text) => readDate(text.trim()))
    .pipe(z.string({ error: '请选哪一天去' })),
  party: publicLine('请写哪些单位、几个人去', 120)
    .refine((text) => text.length >= 2, { error: '请写哪些单位、几个人去' })
    .refine(noNames, { error: NAMES_SOMEBODY }),
});

const noteField = z
  .string()
  .transform((text) =>
    text
      .toWellFormed()
      .normalize('NFC')
      .replace(/\p{Cc}/gu, ' ')
      .trim(),
  )
  .refine((text) => Array.from(text).length <= NOTE_MAX, { error: `请控制在${NOTE_MAX}个字以内` })
  .refine(noNames, { error: NAMES_SOMEBODY });

const item = z
  .string()
  .regex(/^(?:(?:condition|point):[a-z][a-z0-9-]{1,40})?$/, { error: '清单里没有这一项' });

/** What a phone notes. */
export const entryInput = z
  .object({
    /** Drawn by the phone: sent again, it counts once. */
    id: z.uuid({ error: '记录的编号不对' }).transform((id) => id.toLowerCase()),
    kind: z.enum(VISIT_ENTRY_KINDS, { error: '没有这种记录' }),
    item: item.default(''),
    answer: z.enum(CHECK_ANSWERS, { error: '请选符合、不符合或没看到' }).nullable().default(null),
    note: noteField.default(''),
    present: z.int().min(1, { error: '请写到会几个人' }).max(PRESENT_MAX).nullable().default(null),
    deviceAt: clock,
    /** Milliseconds to add to `deviceAt`, as the phone had learned it by then; null where it never had. */
    offset: z.int().min(-CLOCK_MAX).max(CLOCK_MAX).nullable().default(null),
  })
  .superRefine(({ kind, item: of, answer, present }, ctx) => {
    const isCheck = kind === 'check';
    const problem = (path: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [path], message });
    if (isCheck !== (of !== '')) problem('item', '清单里没有这一项');
    if (isCheck !== (answer !== null)) problem('answer', '请选符合、不符合或没看到');
    if (isCheck !== (present === null)) problem('present', '请写到会几个人');
  });
export type VisitEntryInput = z.output<typeof entryInput>;

/** What a phone sends: in the order in which it was tapped. */
export const entriesInput = applicationReference.extend({
  /** The phone's clock at sending. */
  sentAt: clock,
  entries: z
    .array(entryInput, { error: '没有要记的' })
    .min(1, { error: '没有要记的' })
    .max(ENTRIES_MAX, { error: `一次最多${ENTRIES_MAX}条` }),
});

const present = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() === '' ? undefined : value),
  countField({
    missing: '请写到会几个人',
    min: [1, '至少1个人'],
    max: [PRESENT_MAX, `最多${PRESENT_MAX}人`],
  }).optional(),
);

/** `09:05`, as minutes of a day; blank for now. */
const timeOfDay = z
  .union([z.literal(''), z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)], {
    error: '时间请写成09:05',
  })
  .optional()
  .transform((text) => (text ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3)) : undefined));

/** The page without its script: a whole checklist, of which only what was changed is noted. */
export const checklistInput = z
  .object({
    applicationId: applicationReference.shape.applicationId,
    ...{ opening: present, closing: present, openingTime: timeOfDay, closingTime: timeOfDay },
  })
  .catchall(z.string())
  .transform((values, ctx) => {
    const { applicationId, opening, closing, openingTime, closingTime, ...rest } = values;
    const checks = Object.entries(rest).flatMap(([name, value]) => {
      const of = /^answer\.(.+)$/.exec(name)?.[1];
      if (of === undefined || value === '') return [];
      const parsed = z
        .object({ item: item.min(1), answer: z.enum(CHECK_ANSWERS), note: noteField })
        .safeParse({ item: of, answer: value, note: rest[`note.${of}`] ?? '' });
      if (parsed.success) return [parsed.data];
      const [issue] = parsed.error.issues;
      ctx.addIssue({
        code: 'custom',
        path: [issue?.path[0] === 'note' ? `note.${of}` : name],
        message: issue?.message ?? '请检查这一项',
      });
      return [];
    });
    return { applicationId, opening, closing, openingTime, closingTime, checks };
  });

/** 办结: the visit goes into the file. */
export const conclusionInput = applicationReference.extend({
  on: z
    .string({ error: '这一页不完整，请刷新再办' })
    .regex(/^step:[a-z][a-z0-9-]{1,40}$/, { error: '这一页不完整，请刷新再办' })
    .transform((text) => text as State),
  reason: publicLine('请写看下来总的怎么样，申报人会看到', 500).refine(noNames, {
    error: NAMES_SOMEBODY,
  }),
});

export const photoInput = applicationReference.extend({
  file: z.uuid({ error: '请选一张照片' }),
});
