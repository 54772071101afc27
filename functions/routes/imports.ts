import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { applyImport, createImport } from '../../src/features/imports/commands.ts';
import { importColumns, importWords } from '../../src/features/imports/policy.ts';
import { findOwnImport, planImport, problemOf } from '../../src/features/imports/queries.ts';
import { IMPORT_KINDS } from '../../src/features/imports/table.ts';
import { importPlaces } from '../../src/features/desk/policy.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readForm, SHOWN_MAX } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';
import { sheetAnswer } from './disclosures.ts';

const notThere = () => new DomainError('not_found', 'import_not_yours', '没有找到这次导入。');

/** Bringing tables in: upload, look, confirm, and the rows that failed as a file to mend. */
export function importForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.get('/staff/imports/templates/:file', async (c) => {
    const { scope } = c.var;
    const holder = await scope.holder();
    const kind = IMPORT_KINDS.find((one) => `${one}.csv` === c.req.param('file'));
    if (!kind || !importPlaces(holder).some((one) => one.kind === kind)) throw notThere();
    const header = importColumns[kind].filter(({ field }) => field !== 'state');
    const sheet = { header: header.map(({ heading }) => heading), rows: [] };
    return sheetAnswer(sheet, 'csv', `${importWords[kind]}模板`, scope.now);
  });
  forms.get('/staff/imports/:id/failures.csv', async (c) => {
    const { scope } = c.var;
    const holder = await scope.holder();
    const ctx = await scope.context();
    const found = await findOwnImport(ctx, holder.id, c.req.param('id'));
    if (!found || found.import.contentCipher.length === 0) throw notThere();
    const { header, rows, source } = await planImport(ctx, found);
    const failed = rows.flatMap((row) => {
      const problem = problemOf(row);
      const cells = header.map((_, index) => source.get(row.number)?.[index] ?? '');
      return problem ? [[...cells, problem]] : [];
    });
    return sheetAnswer(
      { header: [...header, '问题'], rows: failed },
      'csv',
      '没有导入的',
      scope.now,
    );
  });
  forms.post('/staff/imports', async (c) => {
    const values = await readForm(c);
    const file = await readFile(c, 'file');
    // A long paste would come back cut, and be sent again without its end: it is pasted anew instead.
    const isLong = (values['pasted'] ?? '').length > SHOWN_MAX;
    const again = isLong ? { ...values, pasted: '' } : values;
    return submit(c, again, renderPage, async (key) => {
      const { scope } = c.var;
      const { what, pasted } = values;
      const input = { what, pasted, ...(file ? { file } : {}) };
      const ctx = await scope.context();
      const { importId } = await createImport(ctx, await scope.holder(), input, key);
      return `/staff/imports/${importId}`;
    });
  });
  forms.post('/staff/imports/:id', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const importId = c.req.param('id');
      await applyImport(await scope.context(), await scope.holder(), { importId }, key);
      return `/staff/imports/${importId}`;
    });
  });
  return forms;
}

/** The bytes of a file field; undefined when none was chosen, which browsers send as an empty one. */
async function readFile(c: AppContext, name: string): Promise<Uint8Array | undefined> {
  const form = await c.req.raw
    .clone()
    .formData()
    .catch((cause: unknown) => {
      throw new HTTPException(400, { cause });
    });
  const file = form.get(name);
  if (file === null || typeof file === 'string' || file.size === 0) return undefined;
  return new Uint8Array(await file.arrayBuffer());
}
