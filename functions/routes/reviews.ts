import { Hono } from 'hono';
import type { ListProgrammes } from '../../src/features/applications/queries.ts';
import { reviewPath } from '../../src/features/applications/policy.ts';
import {
  actOnMany,
  approveApplication,
  assignApplication,
  delegateWork,
  endDelegation,
  enterOpinion,
  recuseFromApplication,
  refuseApplication,
  resumeApplication,
  returnApplication,
  saveMarks,
  suspendApplication,
} from '../../src/features/review-desk/commands.ts';
import { programmesOf, reviewingRegions } from '../../src/features/review-desk/policy.ts';
import {
  listDelegations,
  listOffices,
  listOfficers,
  listQueue,
  minesOf,
  QUEUE_PATH,
  queueList,
} from '../../src/features/review-desk/queries.ts';
import { enterSuccession, setRound } from '../../src/features/review-offices/commands.ts';
import { archiveApplication } from '../../src/features/review-sheets/commands.ts';
import {
  queueSheet,
  summaryDocument,
  summarySheet,
  summaryTitle,
} from '../../src/features/review-sheets/policy.ts';
import { readSummary } from '../../src/features/review-sheets/queries.ts';
import { EXPORT_MAX, requireExportable } from '../../src/features/disclosures/policy.ts';
import type { Programme } from '../../src/features/programmes/schema.ts';
import { fullRegionName, regionNames } from '../../src/features/towns/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { contentDisposition } from '../../src/lib/download.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readList } from '../../src/lib/lists.ts';
import { streamOf } from '../../src/lib/scanner.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { writeDocx } from '../../src/lib/word.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import { sheetAnswer } from './disclosures.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

type Act = (
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  listProgrammes: ListProgrammes,
  key: string,
) => Promise<unknown>;

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const notFound = () => new DomainError('not_found', 'no_such_address', '没有找到这一页。');

/** Tables and archives that offices take away. */
export function reviewFiles() {
  const files = new Hono<AppEnv>();
  files.get(`${QUEUE_PATH}/files/:file`, async (c) => {
    const { scope } = c.var;
    const [, name, format] = /^(queue|summary)\.(csv|xlsx|docx)$/.exec(c.req.param('file')) ?? [];
    const holder = await scope.staff();
    const regions = reviewingRegions(holder);
    if (regions.length === 0 || format === undefined) throw notFound();
    const context = await scope.context();
    const programmes = await scope.listProgrammes();
    const offices = await listOffices(context, regions);
    if (name === 'summary') return summaryAnswer(c, offices, programmes, format);
    if (format === 'docx') throw notFound();
    const [officers, delegations] = await Promise.all([
      listOfficers(context, offices, ''),
      listDelegations(context, offices),
    ]);
    const today = calendarDate(scope.now);
    const asked = readList(
      queueList(programmesOf(programmes, offices), officers),
      new URL(c.req.url).searchParams,
    );
    const whole = { values: asked.values, order: asked.order };
    const mine = minesOf(delegations, holder.id, today);
    const { rows, count } = await listQueue(context, whole, { offices, mine }, EXPORT_MAX);
    requireExportable(count);
    const labels = new Map(officers.map(({ id, label }) => [id, label]));
    const names = {
      officer: (id: string) => labels.get(id) ?? '',
      place: await regionNames(rows.map(({ application }) => application.regionCode)),
    };
    const sheet = queueSheet(rows, programmes, names, today);
    return sheetAnswer(sheet, format === 'csv' ? 'csv' : 'xlsx', '申报审核', scope.now);
  });
  files.post(`${QUEUE_PATH}/:id/archive`, async (c) => {
    const { scope } = c.var;
    const { key = '' } = await readForm(c);
    const { name, bytes } = await archiveApplication(
      await scope.context(),
      await scope.staff(),
      { applicationId: c.req.param('id') },
      scope.listProgrammes,
      key,
      scope.storage,
    );
    return new Response(streamOf(bytes), {
      headers: {
        'Content-Type': 'application/zip',
        'Content-Disposition': contentDisposition('attachment', name),
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
  return files;
}

async function summaryAnswer(
  c: AppContext,
  offices: readonly string[],
  programmes: readonly Programme[],
  format: string,
): Promise<Response> {
  const { scope } = c.var;
  const { programme: key, step: stepKey } = c.req.query();
  const programme = programmes.find((one) => one.key === key);
  const step = programme?.steps.find((one) => one.key === stepKey);
  if (!programme || !step) throw notFound();
  const read = await readSummary(await scope.context(), offices, { programme, step });
  const office = offices[0] ? await fullRegionName(offices[0]) : '';
  const summary = { programme, step, office, ...read };
  if (format !== 'docx') {
    return sheetAnswer(
      summarySheet(summary),
      format === 'csv' ? 'csv' : 'xlsx',
      summaryTitle(summary),
      scope.now,
    );
  }
  const bytes = await writeDocx(summaryDocument(summary, calendarDate(scope.now)), scope.now);
  return new Response(bytes, {
    headers: {
      'Content-Type': WORD,
      'Content-Disposition': contentDisposition('attachment', `${summaryTitle(summary)}.docx`),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** What offices do to applications: each act a form of its own below the file's address. */
export function reviewForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  const run = async (c: AppContext, act: Act, input: object, key: string) => {
    const { scope } = c.var;
    return act(await scope.context(), await scope.staff(), input, scope.listProgrammes, key);
  };

  const onFile = (noun: string, act: Act, to: string) =>
    forms.post(`${QUEUE_PATH}/:id/${noun}`, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => {
        const { id: applicationId } = c.req.param();
        await run(c, act, { ...values, applicationId }, key);
        deliverSoon(c);
        return `${reviewPath(applicationId)}${to}`;
      });
    });
  onFile('approval', approveApplication, '?done=approval');
  onFile('refusal', refuseApplication, '?done=refusal');
  onFile('return', returnApplication, '?done=return');
  onFile('suspension', suspendApplication, '?done=suspension');
  onFile('resumption', resumeApplication, '?done=resumption');
  onFile('opinion', enterOpinion, '?done=opinion');
  onFile('recusal', recuseFromApplication, '?done=recusal');
  onFile('assignment', assignApplication, '?done=assignment');
  forms.post(`${QUEUE_PATH}/:id/marks`, async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { id: applicationId } = c.req.param();
      await run(c, saveMarks, { ...values, applicationId }, key);
      return `${reviewPath(applicationId)}/marks?saved=1${values['group'] ? `#${encodeURIComponent(values['group'])}` : ''}`;
    });
  });

  forms.post(QUEUE_PATH, async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { batchId } = await actOnMany(
        await scope.context(),
        await scope.staff(),
        values,
        scope.listProgrammes,
        key,
      );
      deliverSoon(c);
      return `${QUEUE_PATH}/batches/${batchId}`;
    });
  });
  forms.post(`${QUEUE_PATH}/delegations`, async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await delegateWork(await scope.context(), await scope.staff(), values, key);
      return `${QUEUE_PATH}/delegations?saved=1`;
    });
  });
  forms.post(`${QUEUE_PATH}/delegations/:delegationId/end`, async (c) => {
    const values = await readForm(c);
    // The form stands in a list: that is where a mistake is told.
    const list: PageRenderer = (own, _path, state) =>
      renderPage(own, `${QUEUE_PATH}/delegations`, state);
    return submit(c, values, list, async (key) => {
      const { scope } = c.var;
      await endDelegation(await scope.context(), await scope.staff(), c.req.param(), key);
      return `${QUEUE_PATH}/delegations?ended=1`;
    });
  });
  forms.post(`${QUEUE_PATH}/rounds`, async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      await run(c, setRound, values, key);
      return `${QUEUE_PATH}/rounds?saved=1`;
    });
  });
  forms.post(`${QUEUE_PATH}/successions`, async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await enterSuccession(await scope.context(), await scope.staff(), values, key);
      return `${QUEUE_PATH}/successions?saved=1`;
    });
  });
  return forms;
}
