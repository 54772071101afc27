import { Hono } from 'hono';
import { figures, readSubject } from '../../src/features/numbers/policy.ts';
import { readNumbers } from '../../src/features/numbers/queries.ts';
import { exportInput } from '../../src/features/numbers/schema.ts';
import { can } from '../../src/features/roles/policy.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readPeriod } from '../../src/lib/periods.ts';
import type { AppEnv } from '../types.ts';
import { sheetAnswer } from './disclosures.ts';

/**
 * The tables of a hall's figures as files, with the period that their page had. They hold no personal data and no
 * small counts, so that taking them out is no disclosure.
 */
export function numberFiles() {
  const files = new Hono<AppEnv>();
  files.get('/staff/halls/:slug/numbers/:file', async (c) => {
    const { scope } = c.var;
    const { slug: hall, file } = c.req.param();
    const [figure, format, ...rest] = file.split('.');
    const asked = exportInput.safeParse({ figure, format });
    const isTheirs = can(await scope.holder(), { action: 'hall.door', hall });
    if (!asked.success || rest.length > 0 || !isTheirs) {
      throw new DomainError('not_found', 'figure_unknown', '没有找到这张表。');
    }
    const query = new URL(c.req.url).searchParams;
    const period = readPeriod(query, scope.now);
    const subject = readSubject(query.get('subject'));
    const numbers = await readNumbers(await scope.context(), { hall, period, subject });
    const found = figures(numbers, period).find(({ id }) => id === asked.data.figure);
    if (!found) throw new DomainError('not_found', 'figure_unknown', '没有找到这张表。');
    const { header, rows, total, title } = found;
    const sheet = { header, rows: [...rows, ...(total ? [total] : [])] };
    const name = `${title}-${period.from}到${period.until}`;
    return sheetAnswer(sheet, asked.data.format, name, scope.now);
  });
  return files;
}
