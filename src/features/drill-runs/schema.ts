import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { drillReference } from '../drills/schema.ts';
import { ENTRY_KINDS } from './table.ts';

/** One request of a phone: a whole drill of a busy one, and small enough for one write. */
export const ENTRIES_MAX = 100;
/** Two or three sentences, typed while standing. */
export const NOTE_MAX = 200;
/** The CHECKs `drill_log_entries_value` and `drill_log_entries_expected` hold the same number. */
export const HEADS_MAX = 9999;

const CLOCK_MAX = 8.64e15;
/** Milliseconds since 1970 by a phone's clock, however wrong it is. */
const clock = z.int({ error: '手机的时间读不懂' }).min(0).max(CLOCK_MAX);

const heads = (missing: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value),
    z
      .int({ error: missing })
      .min(0, { error: missing })
      .max(HEADS_MAX, { error: `最多${HEADS_MAX}人` }),
  );

const unitField = z.preprocess(
  (value) => (typeof value === 'string' ? value.normalize('NFKC').trim() : value),
  z
    .string({ error: '请写哪个班、哪栋楼' })
    .max(20, { error: '班、楼栋的名字请控制在20个字以内' })
    .regex(/^[\p{L}\p{N}（）()·、#号\- ]*$/u, { error: '名字里有不能用的符号' }),
);

const noteField = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
  textField({
    missing: '请写看到了什么',
    max: [NOTE_MAX, `请控制在${NOTE_MAX}个字以内`],
  }).optional(),
);

const kindField = z.enum(ENTRY_KINDS, { error: '没有这种记录' });
const COUNTS = ['muster'] as const;
const WITH_REF = [
  ...(['inject_sent', 'inject_seen', 'inject_done', 'measure_from', 'measure_to'] as const),
  ...(['arrived', 'undo'] as const),
];

interface Meant {
  kind: (typeof ENTRY_KINDS)[number];
  ref: string;
  unit: string;
  value?: number | null | undefined;
  note?: string | undefined;
}

/** Each kind brings what belongs to it, and nothing else. */
function checkMeant({ kind, ref, unit, value, note }: Meant, ctx: z.RefinementCtx): void {
  const problem = (path: string, message: string) =>
    ctx.addIssue({ code: 'custom', path: [path], message });
  const isCount = (COUNTS as readonly string[]).includes(kind);
  if ((WITH_REF as readonly string[]).includes(kind) !== (ref !== '')) {
    problem('ref', '请重新打开这一页再记');
  }
  if (isCount && unit === '') problem('unit', '请写哪个班、哪栋楼');
  if (isCount && (value ?? null) === null) problem('value', '请写到了几个人');
  if (kind === 'observation' && note === undefined) problem('note', '请写看到了什么');
}

const meant = {
  kind: kindField,
  ref: z.string({ error: '请重新打开这一页再记' }).max(40).default(''),
  unit: unitField.default(''),
  value: heads('请写到了几个人').nullable().default(null),
  expected: heads('请写应到几个人').nullable().default(null),
  note: noteField,
};

export const entryInput = z
  .object({
    /** Drawn by the phone: sent again, it counts once. */
    id: z.uuid({ error: '记录的编号不对' }).transform((id) => id.toLowerCase()),
    ...meant,
    deviceAt: clock,
    /** Milliseconds to add to `deviceAt`, as the phone had learned it by then; null where it never had. */
    offset: z.int().min(-CLOCK_MAX).max(CLOCK_MAX).nullable().default(null),
  })
  .superRefine(checkMeant);

export type Entry = z.output<typeof entryInput>;

/** What a phone sends: in the order in which it was tapped. */
export const entriesInput = drillReference.extend({
  /** The phone's clock at sending. */
  sentAt: clock,
  entries: z
    .array(entryInput, { error: '没有要记的' })
    .min(1, { error: '没有要记的' })
    .max(ENTRIES_MAX, { error: `一次最多${ENTRIES_MAX}条` }),
});

const emptyIsMissing = (value: unknown) => (value === '' ? undefined : value);

/** The page's own forms: one entry each, noted when it comes. */
export const entryFormInput = drillReference
  .extend({
    ...meant,
    value: z.preprocess(emptyIsMissing, meant.value),
    expected: z.preprocess(emptyIsMissing, meant.expected),
  })
  .superRefine(checkMeant);
