import type { Refusals } from '../../lib/errors.ts';
import { EVENTS_KEPT_DAYS } from '../door/policy.ts';

export const certificateRefusals: Refusals = {
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除了。请重新登录。' },
  booking_unknown: { code: 'not_found', message: '没有找到这个预约。' },
  visit_not_made: { code: 'conflict', message: '到馆以后才能出证明。' },
  certificate_of_a_class_counts: {
    code: 'conflict',
    message: `各班到馆人数只留${EVENTS_KEPT_DAYS}天，已经删了，出不了证明。可以请场馆盖章。`,
  },
  'unique:visit_certificates.booking_id': {
    code: 'conflict',
    reason: 'certificate_issued',
    message: '这次参观已经出过证明，编号不变。',
  },
};

export const hoursRefusals: Refusals = {
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除了。请重新登录。' },
  hours_have_changed: { code: 'conflict', message: '服务时长刚刚变了。请刷新这一页再出证明。' },
  'unique:hours_certificates.person_id,hours_certificates.services': {
    code: 'conflict',
    reason: 'certificate_issued',
    message: '这些服务已经出过证明，编号不变。有了新的服务，可以再出一张。',
  },
};
