import { deliverDue, type Post } from '../src/features/notifications/commands.ts';
import type { Settings } from '../src/lib/env.ts';
import { errorFields } from '../src/lib/log.ts';
import { templates } from '../src/messages.ts';
import { channelsOf } from './channels.ts';
import type { Scope } from './scope.ts';
import type { AppContext } from './types.ts';

/** What a deployment's deliveries work with. */
export function postOf(settings: Settings): Post {
  const { SMS_SIGNATURE: signature, QUIET_HOURS: quiet } = settings;
  return { channels: channelsOf(settings), templates, signature, quiet };
}

export async function deliverMessages(scope: Scope): Promise<number> {
  return deliverDue(await scope.context(), postOf(scope.settings));
}

/** Sends what a write has just queued, without making its answer wait; the job sweeps what this misses. */
export function deliverSoon(c: AppContext): void {
  const { scope } = c.var;
  const delivery = deliverMessages(scope).catch((error: unknown) => {
    scope.log('warn', 'delivery_after_commit_failed', errorFields(error));
  });
  c.executionCtx.waitUntil(delivery);
}
