import { z } from 'zod';
import { countField } from '../../lib/fields.ts';
import { applicationReference } from '../applications/schema.ts';
import { ENTRY_PARTS } from '../applications/table.ts';
import type { Answer } from '../assessments/policy.ts';
import { reasonField, wordsField } from '../drill-evaluations/schema.ts';
import { EVIDENCE_KINDS, PROFILE_FIGURES, type Point } from '../programmes/schema.ts';

/** What a reviewer reads of one point in a meeting; the table would take twice as much. */
export const REASON_MAX = 500;
/** More people, homes or hidden dangers than any county counts. */
const COUNT_MAX = 9_999_999;

/** How an entry is answered: a condition and a point of yes or no alike. */
export type EntryForm =
  | { kind: 'yes_no' }
  | { kind: 'steps'; steps: number }
  | { kind: 'proportional'; part: string; whole: string };

/** The form that a point asks for. */
export function entryForm({ score }: Pick<Point, 'score'>): EntryForm {
  switch (score.kind) {
    case 'yes_no':
      return { kind: 'yes_no' };
    case 'steps':
      return { kind: 'steps', steps: score.steps.length };
    case 'proportional':
      return { kind: 'proportional', part: score.part, whole: score.whole };
  }
}

/** Fields of one entry as a form or a program sends them; every value is text. */
export const ENTRY_FIELDS = ['version', 'said', 'counted', 'whole', 'reason'] as const;
export type EntryField = (typeof ENTRY_FIELDS)[number];

const text = z.preprocess((value) => (typeof value === 'string' ? value : ''), z.string().max(60));

const numberOf = (typed: string): number | null | undefined => {
  const digits = typed.normalize('NFKC').replace(/[\s,]/g, '');
  if (digits === '') return null;
  return /^\d{1,9}$/.test(digits) && Number(digits) <= COUNT_MAX ? Number(digits) : undefined;
};

const entryFields = z.object({
  /** The version that was read; 0 where nothing was saved. */
  version: countField({
    missing: '这一页不完整，请重新打开',
    min: [0, '这一页不完整，请重新打开'],
    max: [1000, '这一页不完整，请重新打开'],
  }),
  said: text,
  counted: text,
  whole: text,
  reason: wordsField(REASON_MAX),
});

/** An entry as it was typed; `answer` is null where nothing was said. */
export interface TypedEntry {
  version: number;
  answer: Answer | null;
  reason: string;
}

/** Reads one entry by the form that it has. */
export function entryInput(form: EntryForm) {
  return entryFields.transform(({ version, said, counted, whole, reason }, ctx): TypedEntry => {
    const refuse = (field: EntryField, message: string) => {
      ctx.addIssue({ code: 'custom', path: [field], message });
      return z.NEVER;
    };
    const typed = (answer: Answer | null) => ({ version, answer, reason });
    if (form.kind === 'proportional') {
      const [part, of] = [numberOf(counted), numberOf(whole)];
      if (part === undefined) return refuse('counted', `${form.part}请写整数`);
      if (of === undefined) return refuse('whole', `${form.whole}请写整数`);
      if (part === null && of === null) return typed(null);
      if (part === null) return refuse('counted', `还要填${form.part}，没有就写0`);
      if (of === null) return refuse('whole', `还要填${form.whole}`);
      if (of === 0) return refuse('whole', `${form.whole}不能是0`);
      if (part > of) return refuse('counted', `${form.part}比${form.whole}还多，请核对`);
      return typed({ kind: 'proportional', part, whole: of });
    }
    if (said === '') return typed(null);
    if (form.kind === 'yes_no') {
      if (said !== 'yes' && said !== 'no') return refuse('said', '请选一个');
      return typed({ kind: 'yes_no', yes: said === 'yes' });
    }
    if (said === 'none') return typed({ kind: 'steps', step: null });
    const step = /^\d$/.test(said) ? Number(said) : form.steps;
    return step < form.steps ? typed({ kind: 'steps', step }) : refuse('said', '请选一个');
  });
}

/** An answer in the fields of its form. */
export function answerFields(
  answer: Answer | undefined,
): Record<'said' | 'counted' | 'whole', string> {
  const empty = { said: '', counted: '', whole: '' };
  switch (answer?.kind) {
    case undefined:
      return empty;
    case 'yes_no':
      return { ...empty, said: answer.yes ? 'yes' : 'no' };
    case 'steps':
      return { ...empty, said: answer.step === null ? 'none' : String(answer.step) };
    case 'proportional':
      return { said: '', counted: String(answer.part), whole: String(answer.whole) };
  }
}

const key = z
  .string({ error: '没有这一项' })
  .regex(/^[a-z][a-z0-9-]{1,40}$/, { error: '没有这一项' });

/** Which entry of which application. */
export const entryReference = applicationReference.extend({
  part: z.enum(ENTRY_PARTS, { error: '没有这一项' }),
  entry: key,
});

/** What a program sends of one entry. */
export const entryBody = z.object({
  part: z.enum(ENTRY_PARTS, { error: '没有这一项' }),
  entry: key,
  version: z.int().min(0).max(1000),
  said: z
    .string()
    .max(60)
    .default('')
    .meta({ description: 'yes, no, none, or the index of a step' }),
  counted: z.string().max(60).default(''),
  whole: z.string().max(60).default(''),
  reason: z.string().max(5000).default(''),
});

/** Something that the site holds already. */
export const siteEvidenceInput = entryReference.extend({
  kind: z.enum(EVIDENCE_KINDS, { error: '没有这份材料' }),
  figure: z.union([z.enum(PROFILE_FIGURES), z.literal('')], { error: '没有这份材料' }).default(''),
  sha256: z.string({ error: '没有这份材料' }).regex(/^[0-9a-f]{64}$/, { error: '没有这份材料' }),
});

/** Kinds that a file can stand for: a list on paper is a list. Figures come from the profile alone. */
export const FILE_KINDS = EVIDENCE_KINDS.filter((kind) => kind !== 'profile');

const fileKind = z.enum(FILE_KINDS, { error: '请选这份文件是哪一样' });

/** A file of one's own, complete. */
export const fileEvidenceInput = entryReference.extend({
  kind: fileKind,
  file: z.uuid({ error: '请选一个文件' }),
  title: wordsField(60),
});

/** A file that stands at another entry of the same application. */
export const reusedEvidenceInput = entryReference.extend({
  kind: fileKind,
  evidence: z.uuid({ error: '请选一份材料' }),
});

export const evidenceRemovalInput = entryReference.extend({
  evidence: z.uuid({ error: '没有这份材料' }),
});

/** What a new draft begins with. */
export const STARTS = ['empty', 'last', 'profile'] as const;
export const startInput = z.object({
  start: z.enum(STARTS, { error: '请选从哪里开始填' }).default('empty'),
});

/** The state that somebody saw goes with what they decide. */
const seenState = z
  .string({ error: '这一页不完整，请重新打开' })
  .regex(/^[a-z_]+(:[a-z0-9-]+)?$/, { error: '这一页不完整，请重新打开' });

export const submissionInput = applicationReference.extend({
  on: seenState,
  confirmed: z.literal('yes', { error: '请先看一遍，再勾上' }),
});

export const withdrawalInput = applicationReference.extend({
  on: seenState,
  reason: reasonField('请写为什么撤回', 200),
});

export const stampInput = applicationReference.extend({
  level: z.enum(['applicant', 'town', 'county', 'city', 'province'], {
    error: '请选是哪一级盖的章',
  }),
  file: z.uuid({ error: '请选一个文件' }),
});
