import type { Refusals } from '../../lib/errors.ts';
import { addMinutes, DAY_MS } from '../../lib/time.ts';
import type { NumberClaim } from './table.ts';

/**
 * A number that was given up rests for at least 90 days before the carrier hands it on (电话号码冻结时限). Until
 * then whoever receives its messages is whoever received the last one; after that a code alone proves nothing.
 */
export const LONG_PAUSE_DAYS = 90;

/** 本平台约定. A former owner has this long to claim an account that somebody with their old number left aside. */
export const SET_ASIDE_DAYS = 30;

/** 本平台约定. How long the old number may object before anybody decides; the guard holds the same. */
export const OBJECTION_DAYS = 7;

/** Within these a sign-in counts as a code to the old number; the guard holds the same. */
export const FRESH_MINUTES = 15;

/** Messages about claims that one account's number gets in 30 days. */
export const CLAIMS_TOLD_MAX = 2;

/** Whether a number may have come to somebody else since its account was last used. */
export function isLongAway({ seenAt }: { seenAt: Date }, now: Date): boolean {
  return seenAt.getTime() <= now.getTime() - LONG_PAUSE_DAYS * DAY_MS;
}

/** Whether this sign-in is itself the proof that the old number is at hand. */
export function isFresh({ createdAt }: { createdAt: Date }, now: Date): boolean {
  return createdAt > addMinutes(now, -FRESH_MINUTES);
}

/** From when on a claim may be granted. */
export function decidableAt({ claimedAt }: Pick<NumberClaim, 'claimedAt'>): Date {
  return new Date(claimedAt.getTime() + OBJECTION_DAYS * DAY_MS);
}

/** Said when the code was right, and somebody may have been given the number since. */
export const RETURN_MESSAGE = `这个号码有${LONG_PAUSE_DAYS}天以上没有登录，可能换了主人。请再确认一下是你。`;

/** The reasons after which the sign-in's form asks for more. */
export const RETURN_REASONS = ['return_unconfirmed', 'return_unproven', 'return_tries_used_up'];

export const claimStateWords: Readonly<Record<NumberClaim['state'], string>> = {
  open: '等待',
  objected: '原号码反对',
  granted: '已同意',
  refused: '没有同意',
  withdrawn: '已失效',
};

export const proofWords: Readonly<Record<NumberClaim['proof'], string>> = {
  none: '对不上',
  ticket: '说对了账户里的一个预约码',
  organisation: '说对了账户代表的单位',
};

export const returnRefusals: Refusals = {
  return_tries_used_up: {
    code: 'too_many',
    field: 'proof',
    message: '今天试了5次。请明天再试，或者重新开始。',
    retryAfterSeconds: 86_400,
  },
};

export const phoneChangeRefusals: Refusals = {
  sign_in_ended: { code: 'not_signed_in', message: '请先用手机号登录。' },
  old_number_unproven: {
    code: 'conflict',
    message: '登录超过15分钟了，要重新证明原来的号码还在你手里。请从头再来一次。',
  },
  phone_changes_used_up: { code: 'conflict', message: '30天里换了3次号码。请过些天再换。' },
  'unique:phone_changes.new_code_id': {
    code: 'invalid',
    reason: 'code_used',
    field: 'code',
    message: '这个验证码已经用过了。请从头再来一次。',
  },
  'unique:phone_changes.old_code_id': {
    code: 'invalid',
    reason: 'code_used',
    field: 'oldCode',
    message: '这个验证码已经用过了。请从头再来一次。',
  },
  'unique:people.phone_hash': {
    code: 'conflict',
    reason: 'number_taken',
    message:
      '新号码已经有一个账户了，两个账户不会合并。要换成它，先用它登录，删除那个账户，再回来换；或者直接用那个账户。',
  },
};

export const numberClaimRefusals: Refusals = {
  number_claim_open: { code: 'conflict', message: '你有一个申请还在等结果。' },
  number_claims_used_up: {
    code: 'too_many',
    message: '30天里最多申请3次。请过些天再来。',
    retryAfterSeconds: 86_400,
  },
};

export const objectionRefusals: Refusals = {
  objection_unknown: { code: 'invalid', field: 'code', message: '没有这个反对码，请对照短信' },
  number_claim_already_decided: { code: 'conflict', message: '这件事已经有结果了。' },
  'unique:number_claim_objections.claim_id': {
    code: 'conflict',
    reason: 'already_objected',
    message: '已经记下了你的反对，账户不会转走。',
  },
};

const unknown = { code: 'not_found', message: '没有找到这个申请。' } as const;
const inUse = {
  code: 'conflict',
  reason: 'claimant_in_use',
  message: '对方现在的账户有角色、单位或没到日子的预约。请对方先办完，再同意。',
} as const;

export const numberDecisionRefusals: Refusals = {
  number_claim_unknown: unknown,
  own_number_claim: {
    code: 'conflict',
    message: '这是你自己的账户，不能由你决定。请同事来办。',
  },
  number_claim_already_decided: { code: 'conflict', message: '这个申请已经有结果了。' },
  number_claim_objected: { code: 'conflict', message: '原号码反对，不能同意。' },
  number_claim_unproven: { code: 'conflict', message: '对方说的和账户对不上，不能同意。' },
  number_claim_waits: {
    code: 'conflict',
    message: `原号码还在${OBJECTION_DAYS}天的反对期里，现在只能不同意。`,
  },
  number_claim_overtaken: {
    code: 'conflict',
    message: '申请以后，原号码登录过，或账户换了号码，不能同意。',
  },
  claimant_in_use: inUse,
  bookings_have_changed: inUse,
  account_already_erased: { code: 'conflict', message: '对方的账户已经删除了。' },
  'unique:people.phone_hash': { code: 'conflict', reason: 'number_taken', message: '请再按一次。' },
};
