import { z } from 'zod';
import { codeField, countField, textField } from '../../lib/fields.ts';
import { EVENT_KINDS, NOTE_KINDS } from './table.ts';

/** The CHECK `door_events_people` holds the same number: four coaches at once. */
export const PEOPLE_MAX = 200;
/** One request of a device: small enough for one write, large enough for an hour without a link. */
export const BATCH_MAX = 50;

const CLOCK_MAX = 8.64e15;
const id = (message: string) => z.uuid({ error: message });
/** A device's clock in milliseconds since 1970, however wrong it is. */
const clock = z.int({ error: '设备的时间读不懂' }).min(0).max(CLOCK_MAX);
const people = countField({
  missing: '请填写几个人',
  min: [1, '至少1个人'],
  max: [PEOPLE_MAX, `一次最多${PEOPLE_MAX}人`],
});
/** Events made by the site itself have ids of another form. */
const eventId = z.string().regex(/^[\w-]{16,64}$/, { error: '没有这一条登记' });

export const doorEventInput = z
  .object({
    id: id('登记的编号不对'),
    /** The device's own count, one more with each event. */
    sequence: z.int({ error: '登记的次序不对' }).min(1),
    kind: z.enum(EVENT_KINDS, { error: '没有这种登记' }),
    sessionId: id('没有这个场次'),
    /** Null for walk-ins. */
    bookingId: id('没有这个预约').nullable(),
    people,
    zone: z.string().min(1).max(20, { error: '没有这个区' }).optional(),
    undoes: eventId.optional(),
    /** The people have gone through already: nothing can be refused any more. */
    settled: z.boolean({ error: '请说明人是否已经进去' }),
    deviceAt: clock,
  })
  .refine(({ kind, undoes }) => (kind === 'undo') === (undoes !== undefined), {
    path: ['undoes'],
    error: '请说明撤回哪一条登记',
  })
  .refine(({ kind, zone }) => kind !== 'move' || zone !== undefined, {
    path: ['zone'],
    error: '请说明去哪个区',
  });

/** What a device sends: in the order in which it noted them. */
export const doorBatchInput = z.object({
  hallSlug: z.string().min(1).max(64),
  deviceId: id('设备的编号不对'),
  /** The device's clock at sending, from which the site works out how wrong it is. */
  sentAt: clock,
  events: z
    .array(doorEventInput, { error: '没有要登记的' })
    .min(1, { error: '没有要登记的' })
    .max(BATCH_MAX, { error: `一次最多${BATCH_MAX}条` }),
});

const ACTS = ['in', 'out', 'back', 'move', 'undo'] as const;

/** The page's own forms: a code or a row with an act, walk-ins, or a slip to take back. */
export const doorFormInput = z.object({
  hallSlug: z.string().min(1).max(64),
  act: z.enum(ACTS, { error: '请重新打开这一页再按' }).default('in'),
  code: codeField({
    missing: '请输入或扫描预约码',
    wrong: '预约码是10位字母和数字。请再核对一遍',
  }).optional(),
  bookingId: id('没有这个预约').optional(),
  sessionId: id('请选一个场次').optional(),
  /** Left empty, as many as are still expected. */
  people: z.preprocess((value) => (value === '' ? undefined : value), people.optional()),
  zone: z.preprocess((value) => (value === '' ? undefined : value), z.string().max(20).optional()),
  undoes: eventId.optional(),
});

/** An hour and minute on the clock on the wall. */
const minute = z
  .string({ error: '请填写时间' })
  .regex(/^([01]?\d|2[0-3])[:：][0-5]\d$/, { error: '请按“14:05”这样填写时间' })
  .transform((text) => {
    const [hours = 0, minutes = 0] = text.split(/[:：]/).map(Number);
    return hours * 60 + minutes;
  });

export const doorNoteInput = z.object({
  hallSlug: z.string().min(1).max(64),
  kind: z.enum(NOTE_KINDS, { error: '请选一种' }),
  minute,
  // A few sentences: whoever comes next reads them standing.
  text: textField({ missing: '请写发生了什么', max: [300, '请控制在300个字以内'] }),
  action: z.preprocess(
    (value) => (typeof value === 'string' && value.trim() === '' ? undefined : value),
    textField({ missing: '请写怎么处理的', max: [300, '请控制在300个字以内'] }).optional(),
  ),
});
