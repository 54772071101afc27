import { z } from 'zod';
import { DomainError, type FieldProblem } from './errors.ts';
import { readBookingCode } from './ids.ts';

/** Full-width digits and letters come from Chinese keyboards; NFKC makes them the ordinary ones. */
const normalise = (value: unknown) =>
  typeof value === 'string' ? value.normalize('NFKC').trim() : value;

/** In words only digits, letters and spaces are made ordinary: ：，（） belong to Chinese as they are typed. */
const normaliseWords = (value: unknown) =>
  typeof value === 'string'
    ? value
        .normalize('NFC')
        .replace(/[０-９Ａ-Ｚａ-ｚ\u3000]/g, (sign) => sign.normalize('NFKC'))
        .trim()
    : value;

/** A whole number from a form (text) or from JSON (number). Nothing else is bent into one. */
export function countField(words: {
  missing: string;
  min: [number, string];
  max: [number, string];
}) {
  return z.preprocess(
    (value) => {
      const text = normalise(value);
      return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text;
    },
    z
      .int({ error: words.missing })
      .min(words.min[0], { error: words.min[1] })
      .max(words.max[0], { error: words.max[1] }),
  );
}

/** One line of text: trimmed, normalised; control characters never get in. */
export function lineField(words: {
  missing: string;
  max: [number, string];
  pattern: [RegExp, string];
  /** Words that people read on paper rather than a name or number to be compared: Chinese punctuation stays. */
  isProse?: true;
}) {
  return z.preprocess(
    words.isProse ? normaliseWords : normalise,
    z
      .string({ error: words.missing })
      .min(1, { error: words.missing })
      .max(words.max[0], { error: words.max[1] })
      .regex(words.pattern[0], { error: words.pattern[1] })
      // For the API's description: JSON Schema has no flags, its patterns are Unicode.
      .meta({ pattern: words.pattern[0].source }),
  );
}

/**
 * Several lines as somebody wrote them: quotations, angle brackets and all. Line ends become one kind; control
 * characters and marks that turn the direction of reading are left out. Length counts what people see as one sign.
 */
export function textField(words: { missing: string; max: [number, string] }) {
  return z
    .string({ error: words.missing })
    .transform((text) =>
      text
        .toWellFormed()
        .normalize('NFC')
        .replace(/\r\n?/g, '\n')
        .replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '')
        .trim(),
    )
    .pipe(
      z
        .string()
        .min(1, { error: words.missing })
        .refine((text) => Array.from(text).length <= words.max[0], { error: words.max[1] }),
    );
}

/** Longer than the address of any ticket: what is longer was not scanned from one. */
const SCANNED_MAX = 300;

/** A booking code as people write it down or a scanner reads it; comes out in its one plain form. */
export function codeField(words: { missing: string; wrong: string }) {
  return z
    .string({ error: words.missing })
    .max(SCANNED_MAX, { error: words.wrong })
    .transform((text, ctx) => {
      const code = readBookingCode(text);
      if (code) return code;
      ctx.addIssue({ code: 'custom', message: text.trim() ? words.wrong : words.missing });
      return z.NEVER;
    });
}

/** Sent by forms in a hidden field and by API callers in a header. Any text of a UUID's alphabet will do. */
export const idempotencyKeyField = z
  .string({ error: '这一页不完整，请再按一次' })
  .regex(/^[\w-]{16,64}$/, { error: '这一页不完整，请再按一次' });

/** The key of an intended write; a mistake in it is told as one of the field `key`. */
export function parseKey(key: unknown): string {
  return parseInput(z.object({ key: idempotencyKeyField }), { key }).key;
}

/**
 * Parses what somebody sent.
 * @throws DomainError `invalid` that names every field which is wrong, in the order of the form.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error);
}

/** Every sentence of a schema is Chinese; what a schema leaves to its library is meant for programmers. */
const IS_OURS = /\p{Script=Han}/u;
const ODD_VALUE = '这一项的内容或格式不对，请检查一下';

/** One problem a field, the first: a person mends one thing at a time. */
export function invalidInput(error: z.core.$ZodError): DomainError {
  const problems = new Map<string, FieldProblem>();
  for (const issue of error.issues) {
    const field = issue.path.join('.');
    const message = IS_OURS.test(issue.message) ? issue.message : ODD_VALUE;
    if (!problems.has(field)) problems.set(field, { field, message });
  }
  return new DomainError('invalid', 'invalid_input', '有几处需要改一下，请看下面的提示。', {
    fields: [...problems.values()],
  });
}
