import { z } from 'zod';
import { blankIsNone, publicLine, REASON_MAX } from '../notices/schema.ts';

/** A guide's part of its address: the name of its file in `content/guides`. */
const guideField = z
  .string({ error: '没有这篇指南' })
  .regex(/^[a-z0-9-]{1,64}$/, { error: '没有这篇指南' });

export const proposalInput = z.object({
  guide: guideField,
  act: z.enum(['withdraw', 'reinstate'], { error: '请选撤下或恢复' }),
  reason: publicLine('请写原因，公众会看到', REASON_MAX),
  instead: z.preprocess(blankIsNone, guideField.optional()),
});

export const decisionInput = z.object({
  withdrawalId: z.uuid({ error: '没有这一项' }),
  decision: z.enum(['confirmed', 'declined'], { error: '请选确认或不同意' }),
});
