import { z } from 'zod';
import { codeField } from '../../lib/fields.ts';

/** What somebody types to follow an application. */
export const trackInput = z.object({
  code: codeField({
    missing: '请填写查询码',
    wrong: '查询码是10位字母和数字，在申报回执上',
  }),
});
