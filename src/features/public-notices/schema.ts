import { z } from 'zod';
import { readDate } from '../../lib/time.ts';
import type { State } from '../applications/policy.ts';
import { applicationReference } from '../applications/schema.ts';
import { blankIsNone, publicLine } from '../notices/schema.ts';
import { mailInput } from '../notifications/schema.ts';

/** A line of a public notice. */
const LINE_MAX = 80;
/** The CHECKs of `namings` hold the same. */
const NAMED_BY_MAX = 120;
const TITLE_MAX = 120;
const NUMBER_MAX = 40;
/** A decision's reason holds more; this is read in a row. */
const REASON_MAX = 500;

const day = (missing: string) =>
  z
    .string({ error: missing })
    .transform((text) => readDate(text.trim()))
    .pipe(z.string({ error: missing }));

/** The state that the author of a decision saw. */
const on = z
  .string({ error: '这一页不完整，请刷新再办' })
  .regex(/^[a-z_]+(:[a-z][a-z0-9-]{1,40})?$/, { error: '这一页不完整，请刷新再办' })
  .transform((text) => text as State);

const act = applicationReference.extend({ on });
/** Of an office; the public writes to it. */
const optionalMail = z
  .preprocess(blankIsNone, mailInput.shape.address.optional())
  .transform((text) => text ?? '');
const optionalLine = (max: number) =>
  z.preprocess(blankIsNone, publicLine('', max).optional()).transform((text) => text ?? '');

const documentTitle = (missing: string) =>
  publicLine(missing, TITLE_MAX).refine((text) => text.length >= 4, {
    error: '文件名至少4个字，写文件的全称',
  });

/** 公示: from when on, and to whom the public objects. */
export const noticeInput = act.extend({
  opensOn: day('请选公示从哪一天起'),
  office: publicLine('请写受理异议的单位', LINE_MAX),
  phone: publicLine('请写受理异议的电话', 40).refine((text) => /\d{5,}/.test(text), {
    error: '请写办公室的电话号码',
  }),
  address: publicLine('请写受理异议的地址', LINE_MAX),
  email: optionalMail,
});

/** 命名: the document that names. */
export const namingDecisionInput = act.extend({
  documentTitle: documentTitle('请写命名文件的全名'),
  documentNumber: optionalLine(NUMBER_MAX),
  namedOn: day('请写命名文件的日期'),
  namedBy: publicLine('请写命名机关', NAMED_BY_MAX),
});

const reason = (missing: string) => publicLine(missing, REASON_MAX);

/** 复核: kept, to be put right, or taken away. */
export const recheckInput = z.discriminatedUnion(
  'act',
  [
    act.extend({ act: z.literal('recheck'), reason: reason('请写复核看到了什么') }),
    act.extend({ act: z.literal('rectification'), reason: reason('请写要整改什么') }),
    act.extend({
      act: z.literal('revocation'),
      reason: reason('请写为什么撤销'),
      documentTitle: documentTitle('撤销要有文件，请写文件的全名'),
      documentNumber: optionalLine(NUMBER_MAX),
    }),
  ],
  { error: '请选复核的结果' },
);
