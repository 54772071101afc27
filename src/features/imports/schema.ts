import { z } from 'zod';
import type { ImportKind } from './table.ts';

/** Below the limit of a body; 500 rows of a spreadsheet stay far below it. */
const TEXT_MAX = 400_000;

export const importInput = z.object({
  /** `bookings:yancheng`, `organisations:320904`, `namings:320900`: what, and for where. */
  what: z
    .string({ error: '请选要导入什么' })
    .regex(/^(bookings:[\w-]{1,64}|organisations:\d{6,9}|namings:\d{6})$/, {
      error: '请选要导入什么',
    })
    .transform((text) => {
      const at = text.indexOf(':');
      return { kind: text.slice(0, at) as ImportKind, scopeId: text.slice(at + 1) };
    }),
  file: z.instanceof(Uint8Array).optional(),
  pasted: z.string().max(TEXT_MAX, { error: '粘贴的内容太长了，请分几次' }).optional(),
});

export const importReference = z.object({ importId: z.uuid({ error: '没有这次导入' }) });
