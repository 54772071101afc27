import { purgeSignInCodes } from '../../src/features/accounts/commands.ts';
import { expireBookings } from '../../src/features/bookings/commands.ts';
import { purgeTicketTries } from '../../src/features/tickets/commands.ts';
import { purgeMessages } from '../../src/features/notifications/commands.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { purgeIdempotencyKeys } from '../../src/lib/db/commit.ts';
import { errorFields } from '../../src/lib/log.ts';
import { deliverMessages } from '../messages.ts';
import type { Scope } from '../scope.ts';

/** Each job calls one command and can be run at any time, any number of times. */
const jobs: Readonly<Record<string, (scope: Scope) => Promise<number>>> = {
  'deliver-messages': deliverMessages,
  'open-sessions': async (scope) => openSessions(await scope.context()),
  'expire-bookings': async (scope) => expireBookings(await scope.context()),
  'purge-sign-in-codes': async (scope) => purgeSignInCodes(await scope.context()),
  'purge-ticket-tries': async (scope) => purgeTicketTries(await scope.context()),
  'purge-messages': async (scope) => purgeMessages(await scope.context()),
  'purge-idempotency-keys': async (scope) => purgeIdempotencyKeys(await scope.context()),
};

/** Runs every job once. One that fails is logged and does not keep the others from their turn. */
export async function runJobs(scope: Scope): Promise<void> {
  for (const [job, run] of Object.entries(jobs)) {
    try {
      const done = await run(scope);
      if (done > 0) scope.log('info', 'job_done', { job, done });
    } catch (error) {
      scope.log('error', 'job_failed', { job, ...errorFields(error) });
    }
  }
}
