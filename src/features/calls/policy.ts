import type { Refusals } from '../../lib/errors.ts';
import { addMinutes } from '../../lib/time.ts';

/** As long as the messages that go by SMS are kept; who said what to whom is in the audit log. */
export const CALLS_KEPT_DAYS = 10;

/** What has no end of its own is said within so long, or no more. */
const CALL_DAYS = 3;

/** Until when a call is listed. @param expiresAt when the message itself would be dropped. */
export function callUntil(expiresAt: Date | undefined, now: Date): Date {
  return expiresAt ?? addMinutes(now, CALL_DAYS * 24 * 60);
}

export const callRefusals: Refusals = {
  call_unknown: { code: 'not_found', message: '没有找到这个电话。' },
  call_already_made: { code: 'conflict', message: '这个电话刚刚有同事打过了。' },
};
