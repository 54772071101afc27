import { z } from 'zod';
import { readDate } from '../../lib/time.ts';
import { countField } from '../../lib/fields.ts';
import { publicLine } from '../notices/schema.ts';

export const drawReference = z.object({ drawId: z.uuid({ error: '没有这一次抽查' }) });

/** Which files: `programme/version/step/region`, as the form offers them. */
const QUEUE = /^([a-z][a-z0-9-]{1,40})\/([1-9]\d{0,2})\/([a-z][a-z0-9-]{1,40})\/(\d{6}(?:\d{3})?)$/;

/** Long enough to leave no choice: which lottery, which drawing of it, which of its numbers. */
const WORDS_MIN = 8;

/** 公开号码: named before anybody can know it. */
export const nameInput = z.object({
  queue: z
    .string({ error: '请选抽哪一批' })
    .regex(QUEUE, { error: '请选抽哪一批' })
    .transform((text) => {
      const [, programme = '', version = '', step = '', regionCode = ''] = QUEUE.exec(text) ?? [];
      return { programme, version, step, regionCode };
    }),
  numberWords: publicLine('请写用哪一个公开号码', 120).refine((text) => text.length >= WORDS_MIN, {
    error: '请写清楚：哪种彩票，哪一期，哪几位，顺序怎么排',
  }),
  numberSource: publicLine('请写在哪里能查到这个号码', 200).refine((text) => text.length >= 4, {
    error: '请写公布号码的单位和网站',
  }),
  numberOn: z
    .string({ error: '请选号码公布的日子' })
    .transform((text) => readDate(text.trim()))
    .pipe(z.string({ error: '请选号码公布的日子' })),
  numberDigits: countField({
    missing: '请写号码一共几位数字',
    min: [2, '至少2位数字，少了谁都能猜'],
    max: [40, '最多40位数字'],
  }),
});

/** As it was published, leading zeros kept. */
const published = z
  .string({ error: '请填公布的号码' })
  .transform((text) => text.normalize('NFKC').replaceAll(/[\s,，、-]/g, ''))
  .pipe(z.string().regex(/^\d{2,40}$/, { error: '只填数字，前面的0也要填' }));

/** The number, typed twice: it can never be changed, and a slip would draw others. */
export const numberInput = drawReference
  .extend({ number: published, numberAgain: published })
  .refine(({ number, numberAgain }) => number === numberAgain, {
    path: ['numberAgain'],
    error: '两遍填的不一样，请对着公布的号码再填一遍',
  });

export const dropInput = drawReference.extend({
  reason: publicLine('请写为什么作废，会公开', 200).refine((text) => text.length >= 2, {
    error: '请写为什么作废，会公开',
  }),
});
