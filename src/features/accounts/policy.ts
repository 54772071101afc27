import type { Refusals } from '../../lib/errors.ts';

export const CODE_VALID_MINUTES = 5;

/** Long enough that a family signs in once for a visit, short enough for a phone that changes hands. */
export const SIGN_IN_VALID_DAYS = 30;

/** Codes are kept as long as their limits look back, and are then deleted. */
export const CODE_KEPT_DAYS = 2;

/** Why `sign_in_codes_guard` refuses to send another code. */
export const codeRefusals: Refusals = {
  code_just_sent: {
    code: 'too_many',
    field: 'phone',
    message: '验证码刚刚发过。请等1分钟，看看短信再试。',
    retryAfterSeconds: 60,
  },
  codes_used_up_hour: {
    code: 'too_many',
    field: 'phone',
    message: '这个手机号1小时内要了5次验证码。请1小时后再试。',
    retryAfterSeconds: 3600,
  },
  codes_used_up_day: {
    code: 'too_many',
    field: 'phone',
    message: '这个手机号今天要了10次验证码。请明天再试。',
    retryAfterSeconds: 86_400,
  },
};

/** Why `sign_in_attempts_guard` refuses to look at a code. */
export const attemptRefusals: Refusals = {
  code_unknown: {
    code: 'invalid',
    field: 'code',
    message: '这个验证码找不到了。请重新获取一个。',
  },
  code_used: { code: 'invalid', field: 'code', message: '这个验证码已经用过了。请重新获取一个。' },
  code_expired: {
    code: 'invalid',
    field: 'code',
    message: `验证码过了${CODE_VALID_MINUTES}分钟就失效。请重新获取一个。`,
  },
  code_tries_used_up: {
    code: 'too_many',
    field: 'code',
    message: '验证码填错了5次，已经作废。请重新获取一个。',
    retryAfterSeconds: 60,
  },
};

/** Two browsers racing with one code, one number signing in for the first time twice at once, or being erased. */
export const signInRefusals: Refusals = {
  person_erased: {
    code: 'conflict',
    reason: 'sign_in_raced',
    message: '这个手机号正在另一处登录或删除账户。请再试一次。',
  },
  'unique:sign_ins.code_id': { ...attemptRefusals['code_used']!, reason: 'code_used' },
  'unique:people.phone_hash': {
    code: 'conflict',
    reason: 'sign_in_raced',
    message: '这个手机号正在另一处登录。请再试一次。',
  },
};

/** Said while the job that erases a long unused account has not come round. */
export const DORMANT_MESSAGE =
  '这个手机号很久没有登录，以前的账户正在删除。请1分钟后再试，会是一个新的账户。';

export const signOutRefusals: Refusals = {
  'unique:sign_outs.sign_in_id': {
    code: 'conflict',
    reason: 'already_signed_out',
    message: '你已经退出了。',
  },
};

/** `138****5678`: enough to recognise one's own number, not enough to call it. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}
