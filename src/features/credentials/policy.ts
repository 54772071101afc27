import type { Refusals } from '../../lib/errors.ts';
import type { AttemptKind } from './table.ts';

/** Failures in a row after which the guard `credential_attempts_guard` closes the way in for a while. */
export const FAILURES_MAX = 5;
export const LOCKED_MINUTES = 15;

/** Attempts are kept as long as their limits look back. */
export const ATTEMPTS_KEPT_DAYS = 1;

export const RECOVERY_CODES = 10;

/** So long may somebody take over the page where the one-time password's secret is shown. */
export const OFFER_VALID_MINUTES = 30;

/**
 * What the commonest passwords are made of. Lists of leaked passwords hold almost none of twelve characters that is not
 * put together from these.
 */
const COMMON_PARTS =
  /passw[o0]rd|passwd|admin|administrator|root|welcome|letmein|iloveyou|login|user|test|hello|monkey|dragon|master|woaini|wodemima|mima|nihao|zhongguo|china|beijing|shanghai|jiangsu|yancheng|anlan|yingji|anquan|qwertyuiop|qwerty|asdfghjkl|asdf|zxcvbnm|zxcv|1qaz2wsx|1q2w3e4r|qazwsx|q1w2e3r4|abcdefg|abcd|abc|5201314|1314520|1314|520|(?:19|20)\d\d|安澜|密码|应急/g;

const RUN = '0123456789012345678909876543210987654321'
  .concat('abcdefghijklmnopqrstuvwxyzyxwvutsrqponmlkjihgfedcba')
  .concat('qwertyuiopoiuytrewqasdfghjklkjhgfdsazxcvbnmnbvcxz');

/** So many characters must be left once what everybody tries has been taken out. */
const OWN_CHARACTERS_MIN = 6;
const DIFFERENT_MIN = 5;

/**
 * Why a password is refused; undefined for one that may be taken.
 * @param phone of the person: whoever knows whom to attack knows it.
 */
export function passwordObjection(password: string, phone: string): string | undefined {
  const plain = password.normalize('NFKC').toLowerCase();
  const digits = plain.replace(/\D/g, '');
  if (digits.includes(phone.slice(-8)) || plain.includes(phone)) {
    return '密码里不能有你的手机号';
  }
  const own = withoutRuns(plain.replace(COMMON_PARTS, ''));
  const isPoor = new Set(own).size < DIFFERENT_MIN || own.length < OWN_CHARACTERS_MIN;
  return isPoor
    ? '这个密码太常见，别人容易猜到。换一句只有你知道的话，比如几个不相干的词'
    : undefined;
}

/** Runs of a keyboard or an alphabet, and repetitions, count as one character. */
function withoutRuns(text: string): string {
  const kept: string[] = [];
  for (const char of text) {
    const last = kept.at(-1) ?? '';
    if (char === last || (last !== '' && RUN.includes(last + char))) kept.pop();
    kept.push(char);
  }
  return kept.join('');
}

/** What is told after a wrong try; nothing of which part was wrong. */
export const wrongWords: Readonly<Record<AttemptKind, { field: string; message: string }>> = {
  password: {
    field: 'password',
    message: '密码或动态码不对。密码看清大小写；动态码每30秒换一个，用过的不能再用',
  },
  recovery: { field: 'recoveryCode', message: '这个恢复码不对，或者已经用过了。请换一个' },
  invitation: {
    field: 'invitationCode',
    message: '这个开通码不对，或者过期了。请核对最新的一条短信，或请授权的人重发',
  },
};

/** Why `credential_attempts_guard` refuses to look. */
export const attemptRefusals: Refusals = {
  credentials_locked: {
    code: 'too_many',
    message: `连续错了${FAILURES_MAX}次，先停${LOCKED_MINUTES}分钟。等一等再试，或用恢复码，或请管理员重设。`,
    retryAfterSeconds: LOCKED_MINUTES * 60,
  },
  credentials_locked_day: {
    code: 'too_many',
    message: '今天错了20次，明天才能再试。可以用恢复码，或请管理员重设。',
    retryAfterSeconds: 86_400,
  },
};

/** Why a way of signing in cannot be set up, used or taken away. */
export const credentialRefusals: Refusals = {
  ...attemptRefusals,
  proof_needed: {
    code: 'conflict',
    message: '改登录方式前要再验证一次身份。请打开工作台的登录页，验证以后再来。',
  },
  person_erased: { code: 'not_found', message: '没有找到这一项。' },
  credential_unknown: { code: 'not_found', message: '没有找到这一项。' },
  last_credential: {
    code: 'conflict',
    message: '这是最后一种登录方式，不能删。请先加一种，再删这一种。',
  },
  totp_used: { code: 'invalid', field: 'password', message: wrongWords.password.message },
  recovery_code_used: {
    code: 'invalid',
    field: 'recoveryCode',
    message: wrongWords.recovery.message,
  },
  recovery_code_unknown: {
    code: 'invalid',
    field: 'recoveryCode',
    message: wrongWords.recovery.message,
  },
  'unique:sign_outs.sign_in_id': {
    code: 'conflict',
    reason: 'already_signed_out',
    message: '这次登录已经结束。请重新登录。',
  },
};

/** Why an invitation does not open. */
export const invitationRefusals: Refusals = {
  invitation_unknown: {
    code: 'invalid',
    field: 'invitationCode',
    message: wrongWords.invitation.message,
  },
  invitation_used: {
    code: 'conflict',
    field: 'invitationCode',
    message: '这个开通码已经在另一个浏览器里用过。请在那里接着设，或请授权的人重发。',
  },
};

export const resetRefusals: Refusals = {
  person_unknown: { code: 'not_found', message: '没有找到这个人。' },
  reset_own: {
    code: 'conflict',
    message: '不能重设自己的登录方式。请找另一位管理员。',
  },
  invitations_used_up: {
    code: 'too_many',
    message: '今天已经给这个人发过5次开通码。请明天再试。',
    retryAfterSeconds: 86_400,
  },
};

/** What happened to somebody's ways of signing in, as their telephone is told. */
export const changeWords = {
  passkey_added: '加了一个通行密钥',
  passkey_removed: '删了一个通行密钥',
  password_set: '设了新的密码和动态码',
  password_removed: '删了密码和动态码',
  recovery_codes_made: '换了新的恢复码',
  recovery_code_used: '用了一个恢复码登录',
  reset: '被管理员重设，所有登录都已退出',
  locked: `连续错了${FAILURES_MAX}次，停用${LOCKED_MINUTES}分钟`,
} as const;

export type CredentialChange = keyof typeof changeWords;
