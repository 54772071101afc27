import { readQueueHealth } from '../../src/features/notifications/queries.ts';
import { WAITING_ALARM_MINUTES } from '../../src/features/notifications/policy.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { Scope } from '../scope.ts';

/** The alarm, each minute until it is over: letters that have just died, and a queue that does not move. Changes nothing. */
export async function watchMessages(scope: Scope): Promise<number> {
  const { newlyDead, due, oldestDue } = await readQueueHealth(await scope.context());
  if (newlyDead > 0) scope.log('warn', 'messages_dead', { howMany: newlyDead });
  if (oldestDue && oldestDue < addMinutes(scope.now, -WAITING_ALARM_MINUTES)) {
    scope.log('warn', 'messages_waiting', { due, oldestDue: oldestDue.toISOString() });
  }
  return 0;
}
