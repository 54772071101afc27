import type { Refusals } from '../../lib/errors.ts';
import { addMinutes } from '../../lib/time.ts';
import type { SignIn, SignInMethod } from './table.ts';

export const CODE_VALID_MINUTES = 5;

/** Long enough that a family signs in once for a visit, short enough for a phone that changes hands. */
export const SIGN_IN_VALID_DAYS = 30;

/**
 * A working day: whoever works at a desk proves who they are once in the morning. The longest that OWASP and NIST SP
 * 800-63B (AAL2) give for such work is 12 hours as well. The guard `sign_ins_strong_guard` knows it too.
 */
export const STRONG_VALID_HOURS = 12;

/** A desk that was left: NIST SP 800-63B asks for proof again after 30 minutes at AAL2. */
export const STRONG_IDLE_MINUTES = 30;

/** For so long a strong sign-in may change how its person signs in; `credential_keepers` knows it too. */
export const PROOF_FRESH_MINUTES = 15;

/** How exactly it is known when a sign-in was last used: each note of it is a write. */
const USE_NOTED_MINUTES = { strong: 1, phone: 24 * 60 } as const;

type Used = Pick<SignIn, 'method' | 'usedAt'>;

/** Whether a sign-in hands out roles: opened by more than a phone's code, and not left alone since. */
export function isStrong({ method, usedAt }: Used, now: Date): boolean {
  return method !== 'phone' && addMinutes(usedAt, STRONG_IDLE_MINUTES) > now;
}

/** Whether the person proved a moment ago who they are, as is asked of whoever changes ways of signing in. */
export function isProofFresh(signIn: Used & Pick<SignIn, 'createdAt'>, now: Date): boolean {
  return isStrong(signIn, now) && addMinutes(signIn.createdAt, PROOF_FRESH_MINUTES) > now;
}

/** Whether the use of a sign-in has to be noted anew. One that was left alone too long is not brought back by it. */
export function isUseDue({ method, usedAt }: Used, now: Date): boolean {
  if (method !== 'phone' && !isStrong({ method, usedAt }, now)) return false;
  return addMinutes(usedAt, USE_NOTED_MINUTES[method === 'phone' ? 'phone' : 'strong']) <= now;
}

const BROWSERS: readonly [RegExp, string][] = [
  [/MicroMessenger\//, '微信'],
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/HuaweiBrowser\//, '华为浏览器'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, '鸿蒙'],
  [/iPhone|iPad/, 'iOS'],
  [/Android/, '安卓'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** `Chrome · Windows`: enough to recognise one's own device, of which there are millions. */
export function describeDevice(userAgent: string | undefined): string {
  const nameIn = (list: typeof BROWSERS) => list.find(([sign]) => sign.test(userAgent ?? ''))?.[1];
  return [nameIn(BROWSERS), nameIn(SYSTEMS)].filter(Boolean).join(' · ');
}

export const methodWords: Readonly<Record<SignInMethod, string>> = {
  phone: '手机验证码',
  passkey: '通行密钥',
  password: '密码和动态码',
  recovery: '恢复码',
};

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
  codes_abroad_used_up: {
    code: 'too_many',
    field: 'phone',
    message: '发往内地以外的验证码，这1小时已经用完。请1小时后再试。',
    retryAfterSeconds: 3600,
  },
};

/** Messages to numbers outside the mainland cost a multiple, and are what floods of codes are sent for. */
export function isAbroad(phone: string): boolean {
  return phone.startsWith('+');
}

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

/** A number with the 0 of an area code in front: mobile numbers begin with 1, or with + and a country. */
export const isLandline = (phone: string): boolean => phone.startsWith('0');

/** `138****5678`, `+852****5678`: enough to recognise one's own number, not enough to call it. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, isAbroad(phone) ? 4 : 3)}****${phone.slice(-4)}`;
}
