import { z } from 'zod';
import type { Json } from '../../lib/db/commit.ts';
import { programmeKey } from '../programmes/schema.ts';
import type { ApplicantFacts, Draft, Scores } from '../assessments/policy.ts';
import type { Department } from '../programmes/schema.ts';
import type { Decision, RecordAct, Act, State } from './policy.ts';
import type { ApplicationDecision } from './table.ts';

/** Ten symbols; in any case, with or without what people put between them. */
export const codeField = z
  .string({ error: '请写查询码' })
  .transform((text) => text.normalize('NFKC').toUpperCase().replaceAll(/[\s-]/g, ''))
  .pipe(z.string().regex(/^[0-9A-Z]{10}$/, { error: '查询码是10位字母和数字，写在回执上' }));

export const applicationReference = z.object({
  applicationId: z.uuid({ error: '没有这一份申报' }),
});

/** Who begins: a committee, or a region through its own officers. */
export const beginInput = z
  .object({
    organisationId: z.union([z.uuid({ error: '没有这个单位' }), z.literal('')]).default(''),
    regionCode: z
      .union([z.string().regex(/^\d{6}(\d{3})?$/, { error: '没有这个地区' }), z.literal('')])
      .default(''),
    programme: programmeKey,
  })
  .refine(({ organisationId, regionCode }) => (organisationId === '') !== (regionCode === ''), {
    error: '请选由谁申报',
    path: ['organisationId'],
  });

/** What a decision brings beside who, when and why, as it lies in its row. */
interface Stored {
  draft?: Draft;
  facts?: {
    titles: ApplicantFacts['titles'];
    round: { opensAt: string; closesAt: string } | null;
    barredUntil: string | null;
  };
  scores?: Scores;
  differences?: Readonly<Record<string, string>>;
  opensOn?: string;
  document?: string;
  drawn?: boolean;
  department?: Department;
}

/** The row's content of a decision. */
export function contentOf(decision: Decision): Json {
  const signature: readonly string[] = ['act', 'authorId', 'at', 'on', 'reason'];
  const brought = Object.entries(decision).filter(([name]) => !signature.includes(name));
  return JSON.parse(JSON.stringify(Object.fromEntries(brought))) as Json;
}

/** @throws Error for a row that no version of this program can have written. */
function stored<Value>(value: Value | undefined, row: ApplicationDecision): Value {
  if (value === undefined) {
    throw new Error(`Decision ${row.applicationId}/${row.position} (${row.act}) is not whole.`);
  }
  return value;
}

/** A decision as it was taken. */
export function decisionOf(row: ApplicationDecision): Decision {
  const content = JSON.parse(row.content) as Stored;
  const signed = {
    authorId: row.authorId,
    at: row.decidedAt,
    on: row.fromState as State,
    reason: row.reason,
  };
  const act = row.act as Exclude<Act, 'lapse'> | RecordAct;
  switch (act) {
    case 'submission': {
      const { titles, round, barredUntil } = stored(content.facts, row);
      const times = round && {
        opensAt: new Date(round.opensAt),
        closesAt: new Date(round.closesAt),
      };
      const facts = { titles, round: times, barredUntil };
      return { ...signed, act, draft: stored(content.draft, row), facts };
    }
    case 'correction':
      return { ...signed, act, draft: stored(content.draft, row) };
    case 'approval': {
      const { scores, differences } = content;
      return { ...signed, act, ...(scores && { scores }), ...(differences && { differences }) };
    }
    case 'notice':
      return { ...signed, act, opensOn: stored(content.opensOn, row) };
    case 'naming':
      return { ...signed, act, document: stored(content.document, row) };
    case 'draw':
      return { ...signed, act, drawn: stored(content.drawn, row) };
    case 'opinion':
      return { ...signed, act, department: stored(content.department, row) };
    case 'refusal':
    case 'return':
    case 'suspension':
    case 'resumption':
    case 'withdrawal':
    case 'recheck':
    case 'rectification':
    case 'revocation':
    case 'visit':
    case 'recusal':
      return { ...signed, act };
  }
}
