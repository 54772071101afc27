import { Hono } from 'hono';
import { archiveDrill, type Archive } from '../../src/features/drill-archives/commands.ts';
import {
  giveSelfEvaluation,
  handInSheet,
  reopenSheet,
  saveSheet,
  setGradeBands,
  withdrawSelfEvaluation,
} from '../../src/features/drill-evaluations/commands.ts';
import { sectionsOf } from '../../src/features/drill-evaluations/policy.ts';
import { requireJudge } from '../../src/features/drill-evaluations/queries.ts';
import {
  addPhoto,
  recordHeldDrill,
  releaseReport,
  removeFinding,
  writeFinding,
  writeReport,
} from '../../src/features/drill-reports/commands.ts';
import { reportDocument } from '../../src/features/drill-documents/policy.ts';
import { readPictures } from '../../src/features/drill-documents/queries.ts';
import { latestEdition, readReport } from '../../src/features/drill-reports/queries.ts';
import { drillPath, markedTitle } from '../../src/features/drills/policy.ts';
import { requireOwnDrill } from '../../src/features/drills/queries.ts';
import { gradeScopes, type Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { contentDisposition } from '../../src/lib/download.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { streamOf } from '../../src/lib/scanner.ts';
import { writeDocx } from '../../src/lib/word.ts';
import { readFileForm } from '../file-forms.ts';
import { scanSoon } from '../files.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

type Command = (ctx: CommandContext, by: Holder, input: unknown, key: string) => Promise<object>;

/** Commands on a drill whose form stands at their own address, with the page of the drill that follows. */
const acts: readonly (readonly [address: string, command: Command, next: string])[] = [
  ['sheet/hand-in', handInSheet, 'sheet?handed-in=1'],
  ['self-evaluation', giveSelfEvaluation, 'self-evaluation?given=1'],
  ['self-evaluation/withdrawal', withdrawSelfEvaluation, 'self-evaluation?withdrawn=1'],
  ['findings/removal', removeFinding, 'evaluation?removed=1#findings'],
  ['report/words', writeReport, 'report?saved=1'],
  ['report/release', releaseReport, 'report?released=1'],
  ['record', recordHeldDrill, 'record?saved=1'],
];

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** What is kept of a drill is nobody's to find in a cache. */
const keptHeaders = (type: string, name: string) => ({
  'Content-Type': type,
  'Content-Disposition': contentDisposition('attachment', name),
  'Cache-Control': 'private, no-store',
  'X-Content-Type-Options': 'nosniff',
});

/** Sheets, findings, report and archive of a drill. */
export function drillEvaluationForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/drills/:drillId/sheet', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.holder();
      const input = { ...values, ...c.req.param() };
      await saveSheet(await scope.context(), by, input, key);
      return nextGroup(c, by, values['section'] ?? '');
    });
  });
  forms.post('/me/drills/:drillId/sheet/reopening', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { sheet = '' } = c.req.query();
      const input = { ...values, ...c.req.param(), sheet };
      await reopenSheet(await scope.context(), await scope.holder(), input, key);
      const base = drillPath(c.req.param('drillId'));
      return sheet ? `${base}/evaluation?reopened=1` : `${base}/sheet?reopened=1`;
    });
  });
  forms.post('/me/drills/:drillId/findings/new', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { replaces = '' } = c.req.query();
      const input = { ...values, ...c.req.param(), replaces };
      await writeFinding(await scope.context(), await scope.holder(), input, key);
      return `${drillPath(c.req.param('drillId'))}/evaluation?written=1#findings`;
    });
  });
  for (const [address, command, next] of acts) {
    forms.post(`/me/drills/:drillId/${address}`, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, async (key) => {
        const { scope } = c.var;
        const drillId = c.req.param('drillId') ?? '';
        const input = { ...values, ...c.req.query(), drillId };
        await command(await scope.context(), await scope.holder(), input, key);
        return `${drillPath(drillId)}/${next}`;
      });
    });
  }
  forms.post('/me/drills/:drillId/photos', async (c) => {
    const values: Record<string, string> = {};
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      const context = await scope.context();
      const by = await scope.holder();
      const { drillId } = c.req.param();
      // Before a file of many megabytes is taken in for nothing.
      await requireJudge(context, by, { drillId });
      const file = await readFileForm(c, values, 'drill_photo');
      if (file) values['fileId'] = file;
      await addPhoto(context, by, { drillId, file }, values['key'] ?? '');
      scanSoon(c);
      return `${drillPath(drillId)}/photos?added=1`;
    });
  });
  forms.get('/me/drills/:drillId/report.docx', (c) => reportFile(c));
  forms.post('/me/drills/:drillId/archive.zip', async (c) => {
    const values = await readForm(c);
    const { drillId } = c.req.param();
    const page = `${drillPath(drillId)}/archive`;
    let made: Archive | undefined;
    // The form stands on a page of its own: this address answers with a file and nothing else.
    const onItsPage: PageRenderer = (context, _, state) => renderPage(context, page, state);
    const answer = await submit(c, values, onItsPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.holder();
      made = await archiveDrill(await scope.context(), by, { drillId }, key, scope.storage);
      return page;
    });
    if (!made) return answer;
    const headers = keptHeaders('application/zip', `${made.name}.zip`);
    return new Response(streamOf(made.bytes), { headers });
  });
  forms.post('/staff/drills/grades', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const by = await scope.staff();
      // As the page chooses, where the address says nothing.
      const region = c.req.query('region') ?? gradeScopes(by)[0] ?? '';
      await setGradeBands(await scope.context(), by, { ...values, regionCode: region }, key);
      return `/staff/drills/grades?saved=1${region ? `&region=${encodeURIComponent(region)}` : ''}`;
    });
  });
  return forms;
}

/** The group after the one that was saved; after the last the whole sheet. */
async function nextGroup(c: AppContext, by: Holder, saved: string): Promise<string> {
  const drillId = c.req.param('drillId') ?? '';
  const { script } = await requireJudge(await c.var.scope.context(), by, { drillId });
  const sections = sectionsOf(script);
  const number = sections.findIndex(({ id }) => id === saved) + 1;
  const next = number < sections.length ? `group=${number + 1}&` : '';
  return `${drillPath(drillId)}/sheet?${next}saved=${number}`;
}

/** The edition that was released last, or the draft, as Word opens it. */
async function reportFile(c: AppContext): Promise<Response> {
  const { scope } = c.var;
  const context = await scope.context();
  const file = await requireOwnDrill(context, await scope.holder(), c.req.param());
  const report = await readReport(context, file);
  if (!report) {
    throw new DomainError('conflict', 'drill_not_over', '演练还没有结束。结束以后才有总结报告。');
  }
  const latest = latestEdition(report.releases);
  const isDraft = c.req.query('draft') !== undefined || !latest;
  const photos = await readPictures(context, file.drill.id, scope.storage);
  const parts = reportDocument(
    isDraft ? report.content : latest.content,
    isDraft ? null : { ...latest.release, number: latest.release.edition },
    photos,
  );
  const bytes = await writeDocx(parts, isDraft ? scope.now : latest.release.releasedAt);
  const name = `${markedTitle(file.version.title)}总结报告${isDraft ? '（草稿）' : ''}.docx`;
  return new Response(bytes, { headers: keptHeaders(WORD, name) });
}
