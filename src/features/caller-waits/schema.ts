import { z } from 'zod';
import { callerPhoneField } from '../accounts/schema.ts';
import { entryReference, waitlistInput } from '../waitlist/schema.ts';

/** Everything a caller says who would wait for a full session, on one page. */
export const callerWaitInput = waitlistInput.safeExtend({
  phone: callerPhoneField,
  sessionId: z.uuid({ error: '请选一个场次' }),
});

/** Once the caller has proved in this call that they are the one who waits. */
export const callerEntryInput = entryReference.extend({
  proof: z
    .string({ error: '先请对方说候补码和号码的最后4位' })
    .max(200, { error: '先请对方说候补码和号码的最后4位' }),
});
