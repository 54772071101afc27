import { and, desc, eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { addDays, formatDate, instantOf, readDate } from '../../lib/time.ts';
import { people, type Person } from '../accounts/table.ts';
import {
  applicationDecisions,
  applications,
  applicationWriters,
  type Application,
} from '../applications/table.ts';
import { findResponsible } from '../duties/queries.ts';
import { shortened } from '../notifications/policy.ts';
import type { MessageKind, MessageValues, Templates } from '../notifications/schema.ts';

/** Whoever handed a file in last, while they still write for its applicant; else whoever is responsible there. */
async function findApplicant(
  ctx: CommandContext,
  { id, organisationId, regionCode }: Application,
): Promise<Person | undefined> {
  const [found] = await ctx.db
    .select({ person: people })
    .from(applicationDecisions)
    .innerJoin(people, eq(people.id, applicationDecisions.authorId))
    .innerJoin(applicationWriters, eq(applicationWriters.personId, people.id))
    .where(
      and(
        eq(applicationDecisions.applicationId, id),
        eq(applicationDecisions.byLevel, 'applicant'),
        organisationId
          ? eq(applicationWriters.organisationId, organisationId)
          : and(
              sql`${applicationWriters.organisationId} is null`,
              eq(applicationWriters.regionCode, regionCode),
            ),
      ),
    )
    .orderBy(desc(applicationDecisions.position))
    .limit(1);
  if (found || !organisationId) return found?.person;
  return (await findResponsible(ctx, organisationId))?.person;
}

type Read = (values: MessageValues, application: Application) => Record<string, string>;

/** Told to the applicant only while nobody has decided since: what has been overtaken puzzles. */
const told =
  (read: Read): MessageKind['make'] =>
  async (ctx, values) => {
    const { applicationId = '', position = '' } = values;
    const [application] = await ctx.db
      .select()
      .from(applications)
      .where(eq(applications.id, applicationId));
    if (!application || String(application.decisions) !== position) return null;
    const person = await findApplicant(ctx, application);
    if (!person) return null;
    const { title = '' } = values;
    const until = readDate(values['until'] ?? null);
    return {
      to: { person },
      variables: {
        name: shortened(application.name),
        title,
        ...read(values, application),
      },
      ...(until ? { expiresAt: instantOf(addDays(until, 1)) } : {}),
    };
  };

const longest = { name: '盐城经济技术开发区示例…', title: '江苏省综合减灾示范社区' };
const base = { urgency: 'calm', topic: 'organisation', path: '/me/applications' } as const;

/** What applicants hear of their file. Reasons stay behind the sign-in. */
export const reviewMessages: Templates = {
  application_moved: {
    ...base,
    name: '申报有进展',
    sms: '申报：{name}申报“{title}”，现在：{words}。进度请登录本站看。',
    smsParts: 2,
    title: '申报有进展',
    longest: { ...longest, words: '复核没有合格，正在整改，请按要求改好' },
    make: told(({ words = '' }) => ({ words })),
  },
  application_returned: {
    ...base,
    name: '申报退回补正',
    sms: '申报：{name}申报“{title}”，退回补正{many}处，请在{day}以前改好交回。要补什么，请登录本站看。',
    smsParts: 2,
    title: '申报退回补正',
    longest: { ...longest, many: '30', day: '2026年12月31日' },
    make: told(({ many = '', until = '' }) => ({ many, day: formatDate(until) })),
  },
  application_correction_due: {
    ...base,
    name: '申报补正快到期',
    sms: '申报：{name}申报“{title}”，补正到{day}为止，还没有交回。请登录本站补齐交回。',
    smsParts: 2,
    title: '申报补正快到期',
    longest: { ...longest, day: '2026年12月31日' },
    make: told(({ until = '' }) => ({ day: formatDate(until) })),
  },
  application_refused: {
    ...base,
    name: '申报没有通过',
    sms: '申报：{name}申报“{title}”，没有通过。理由请登录本站看。',
    smsParts: 1,
    title: '申报没有通过',
    longest,
    make: told(() => ({})),
  },
  application_noticed: {
    ...base,
    name: '申报开始公示',
    sms: '申报：{name}申报“{title}”，{from}到{day}公示。',
    smsParts: 2,
    title: '申报开始公示',
    longest: { ...longest, from: '2026年12月25日', day: '2026年12月31日' },
    make: told(({ from = '', until = '' }) => ({ from: formatDate(from), day: formatDate(until) })),
  },
  application_named: {
    ...base,
    name: '申报已命名',
    sms: '申报：{name}已命名为“{title}”。命名的文件请登录本站看。',
    smsParts: 1,
    title: '申报已命名',
    longest,
    make: told(() => ({})),
  },
};
