import type { Refusals } from '../../lib/errors.ts';
import { credentialRefusals } from '../credentials/policy.ts';

/** Time to find the key in a bag; a challenge that lies about longer is somebody else's chance. */
export const CHALLENGE_VALID_MINUTES = 5;

/** EdDSA, ES256 and RS256 in COSE's numbers: what authenticators have, and every runtime can verify. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

/** The site as authenticators know it. */
export interface RelyingParty {
  /** A domain name, no port. */
  id: string;
  /** Scheme, host and port, as browsers send it. */
  origin: string;
}

/** From the deployment's own origin, or that of the request where none is set. */
export function relyingParty(origin: string): RelyingParty {
  return { id: new URL(origin).hostname, origin };
}

export const PASSKEY_WRONG = '这个通行密钥没有通过。请再试一次，或用密码和动态码。';

const challengeSpent = {
  code: 'conflict',
  message: '这一步已经过期或用过。请再按一次。',
} as const;

export const passkeyRefusals: Refusals = {
  ...credentialRefusals,
  challenge_unknown: challengeSpent,
  challenge_expired: challengeSpent,
  challenge_used: challengeSpent,
  'unique:sign_ins.code_id': { ...challengeSpent, reason: 'challenge_used' },
  'unique:passkeys.credential_id': {
    code: 'conflict',
    reason: 'passkey_known',
    message: '这个通行密钥已经加过了。',
  },
  challenges_used_up: {
    code: 'too_many',
    message: '现在要验证的人太多。请1分钟后再试，或用密码和动态码。',
    retryAfterSeconds: 60,
  },
  passkeys_used_up: {
    code: 'conflict',
    message: '最多10个通行密钥。请先删掉不用的。',
  },
  passkey_copied: {
    code: 'conflict',
    message: '这个通行密钥的计数不对，可能被复制过。请改用别的登录方式，并告诉管理员。',
  },
};
