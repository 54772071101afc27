import type { z } from 'zod';

/** `content/guides/cpr.md：now 第2条 text：有31个字……`, one mistake a line, for whoever wrote the file. */
export function explainGuideError(file: string, error: z.ZodError): string {
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
