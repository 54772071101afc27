/**
 * What every kind of content shares: the voice of the site, as far as a program can hear it, and how a mistake
 * is told to whoever wrote the file.
 */
import { z } from 'zod';

export const lengthOf = (text: string) => Array.from(text).length;

const maxLength = (limit: number, advice: string) => (text: string, ctx: z.RefinementCtx) => {
  const length = lengthOf(text);
  if (length <= limit) return;
  ctx.addIssue({ code: 'custom', message: `有${length}个字，最多${limit}个字。${advice}` });
};

/**
 * A text that visitors read. CSS draws the gap beside digits.
 * @param advice what to do when it is too long.
 */
export const words = (limit: number, advice: string) =>
  z
    .string({ error: '请写一句话' })
    .min(1, { error: '不能空着' })
    .regex(/^[^!！]*$/, { error: '不用感叹号，改成句号' })
    .regex(/^(?!.*(?:\p{Script=Han} [\dA-Za-z]|[\dA-Za-z] \p{Script=Han}))/u, {
      error: '汉字和数字、字母之间不打空格，网页会自己留空',
    })
    .superRefine(maxLength(limit, advice));

/** `content/guides/cpr.md：now 第2条 text：有31个字……`, one mistake a line. */
export function explainContentError(file: string, error: z.ZodError): string {
  return error.issues
    .map(({ path, message, ...issue }) => {
      const where = path.map((part) =>
        typeof part === 'number' ? `第${part + 1}条` : String(part),
      );
      const unknown = issue.code === 'unrecognized_keys' ? issue.keys.join('、') : '';
      return [file, where.join(' '), unknown ? `不认识“${unknown}”，请查拼写或删掉` : message]
        .filter(Boolean)
        .join('：');
    })
    .join('\n');
}
