import { z } from 'zod';
import { hallCallTries } from './table.ts';

export const callOutcomeInput = z.object({
  callId: z.uuid({ error: '没有这个电话' }),
  outcome: z.enum(hallCallTries.outcome.enumValues, { error: '请选打得怎么样' }),
});
