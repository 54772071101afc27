import { z } from 'zod';
import { countField } from '../../lib/fields.ts';

/** The CHECK `halls_late_minutes` holds the same numbers: a bus may be late, a session is not longer than two hours. */
export const lateRuleInput = z.object({
  hallSlug: z.string().min(1).max(64),
  lateMinutes: countField({
    missing: '请填几分钟',
    min: [5, '至少5分钟'],
    max: [120, '最多120分钟'],
  }),
});
