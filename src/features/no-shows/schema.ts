import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { noShowAnswers, noShowAppeals } from './table.ts';

const bookingId = z.uuid({ error: '没有这一次' });

// One line of a list.
const reason = (missing: string) => textField({ missing, max: [60, '请控制在60个字以内'] });

export const appealInput = z.object({
  bookingId,
  grounds: z.enum(noShowAppeals.grounds.enumValues, { error: '请选一个原因' }),
});

export const answerInput = z.object({
  bookingId,
  decision: z.enum(noShowAnswers.decision.enumValues, { error: '请选同意或不同意' }),
  reason: reason('请写一句理由，会发给本人'),
});

export const pardonInput = z.object({
  sessionId: z.uuid({ error: '没有这个场次' }),
  reason: reason('请写原因，会记在这一场上'),
});
