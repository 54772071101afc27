import type { Refusals } from '../../lib/errors.ts';

export const certificateRefusals: Refusals = {
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除了。请重新登录。' },
  booking_unknown: { code: 'not_found', message: '没有找到这个预约。' },
  visit_not_made: { code: 'conflict', message: '到馆以后才能出证明。' },
  'unique:visit_certificates.booking_id': {
    code: 'conflict',
    reason: 'certificate_issued',
    message: '这次参观已经出过证明，编号不变。',
  },
};
