import { accountMessages } from '../src/features/accounts/messages.ts';
import { bookingMessages } from '../src/features/bookings/messages.ts';
import { inquiryMessages } from '../src/features/inquiries/messages.ts';
import { deliverDue } from '../src/features/notifications/commands.ts';
import type { Templates } from '../src/features/notifications/schema.ts';
import { organisationMessages } from '../src/features/organisations/messages.ts';
import { developmentInbox, unconfiguredChannel } from '../src/lib/channels.ts';
import { errorFields } from '../src/lib/log.ts';
import type { Scope } from './scope.ts';
import type { AppContext } from './types.ts';

/** Every template of every feature, by the name its outbox rows carry. */
export const templates: Templates = {
  ...accountMessages,
  ...bookingMessages,
  ...inquiryMessages,
  ...organisationMessages,
};

export async function deliverMessages(scope: Scope): Promise<number> {
  const channel = scope.settings.DEMONSTRATION ? developmentInbox : unconfiguredChannel;
  return deliverDue(await scope.context(), { channel, templates });
}

/** Sends what a write has just queued, without making its answer wait; the job sweeps what this misses. */
export function deliverSoon(c: AppContext): void {
  const { scope } = c.var;
  const delivery = deliverMessages(scope).catch((error: unknown) => {
    scope.log('warn', 'delivery_after_commit_failed', errorFields(error));
  });
  c.executionCtx.waitUntil(delivery);
}
