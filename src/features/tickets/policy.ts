import type { Refusals } from '../../lib/errors.ts';
import { addMinutes } from '../../lib/time.ts';

/** A pass outlives the way to the hall and the visit, not much more: it may lie on somebody else's phone. */
const PASS_MINUTES = 24 * 60;

export const passExpiry = (now: Date): Date => addMinutes(now, PASS_MINUTES);

const tooMany = (message: string, retryAfterSeconds: number) =>
  ({ code: 'too_many', message, retryAfterSeconds }) as const;

export const ticketRefusals: Refusals = {
  ticket_tries_used_up_hour: tooMany('试的次数太多了。请一小时后再试，或用手机号登录查看。', 3600),
  ticket_tries_used_up_day: tooMany('今天试的次数太多了。请明天再试，或用手机号登录查看。', 86_400),
};
