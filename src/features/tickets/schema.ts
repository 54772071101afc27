import { z } from 'zod';
import { codeField, lineField } from '../../lib/fields.ts';

export const openTicketInput = z.object({
  code: codeField({
    missing: '请填写预约码',
    wrong: '预约码是10位字母和数字，在预约成功的短信里',
  }),
  lastFour: lineField({
    missing: '请填写手机号的最后4位',
    max: [20, '只填手机号的最后4位数字'],
    pattern: [/^\d{4}$/, '只填手机号的最后4位数字'],
  }),
});
