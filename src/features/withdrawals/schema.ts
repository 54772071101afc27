import { z } from 'zod';
import { TEXT_KINDS } from '../../lib/text-path.ts';
import { blankIsNone, publicLine, REASON_MAX } from '../notices/schema.ts';

/** The last part of an address: the name of a file in `content/guides` and its neighbours. */
const slugField = z.string({ error: '没有这一篇' }).regex(/^[a-z0-9-]{1,64}$/, {
  error: '没有这一篇',
});

export const proposalInput = z.object({
  kind: z.enum(TEXT_KINDS, { error: '没有这一类' }),
  slug: slugField,
  act: z.enum(['withdraw', 'reinstate'], { error: '请选撤下或恢复' }),
  reason: publicLine('请写原因，公众会看到', REASON_MAX),
  /** Of a guide. */
  instead: z.preprocess(blankIsNone, slugField.optional()),
});

export const decisionInput = z.object({
  withdrawalId: z.uuid({ error: '没有这一项' }),
  decision: z.enum(['confirmed', 'declined'], { error: '请选确认或不同意' }),
});
