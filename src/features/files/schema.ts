import { z } from 'zod';
import { FILE_SIZE_MAX } from './policy.ts';
import { FILE_PURPOSES } from './table.ts';

/** Longer names do not fit a list, and no file system keeps them. */
export const NAME_MAX = 120;

/**
 * What somebody calls their file. It is shown and sent back as they typed it, but for what would lead elsewhere:
 * folders, control characters, marks that turn the direction of reading. It never becomes a path or a key.
 */
export const fileNameField = z
  .string({ error: '请选一个文件' })
  .transform((name) =>
    Array.from(
      name
        .toWellFormed()
        .normalize('NFC')
        .replace(/^.*[/\\]/s, '')
        .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
        .trim(),
    )
      .slice(-NAME_MAX)
      .join(''),
  )
  .pipe(z.string().min(1, { error: '文件要有名字' }));

export const uploadInput = z.object({
  purpose: z.enum(FILE_PURPOSES, { error: '没有这种用途' }),
  name: fileNameField,
  size: z
    .int({ error: '文件大小要写成整数' })
    .min(1, { error: '这个文件是空的' })
    .max(FILE_SIZE_MAX, { error: '这个文件太大了' }),
});

export const fileReference = z.object({ fileId: z.uuid({ error: '没有这个文件' }) });

export const partInput = fileReference.extend({
  number: z.coerce.number().pipe(z.int().min(0).max(24)),
  /** In hexadecimal, of the part's bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: '缺少这一段的校验值' }),
});
