import { Hono } from 'hono';
import { drillFigures } from '../../src/features/drill-numbers/policy.ts';
import { readDrillNumbers } from '../../src/features/drill-numbers/queries.ts';
import { drillFigureInput } from '../../src/features/drill-numbers/schema.ts';
import { DRILL_MARK } from '../../src/features/drill-plans/policy.ts';
import { fullRegionName } from '../../src/features/towns/queries.ts';
import { can, dutyRegions } from '../../src/features/roles/policy.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { readPeriod } from '../../src/lib/periods.ts';
import type { AppEnv } from '../types.ts';
import { sheetAnswer } from './disclosures.ts';

/**
 * The tables of a region's drills as files, with the region and the period that their page had. Organisations are
 * counted and not named, so that taking them out is no disclosure.
 */
export function drillNumberFiles() {
  const files = new Hono<AppEnv>();
  files.get('/staff/drills/numbers/:table', async (c) => {
    const { scope } = c.var;
    const [figure, format, ...rest] = c.req.param('table').split('.');
    const asked = drillFigureInput.safeParse({ figure, format });
    const holder = await scope.holder();
    const query = new URL(c.req.url).searchParams;
    const region = query.get('region') || dutyRegions(holder)[0] || '';
    const isTheirs = can(holder, { action: 'duty.see', regionCode: region });
    if (!asked.success || rest.length > 0 || !isTheirs) {
      throw new DomainError('not_found', 'figure_unknown', '没有找到这张表。');
    }
    const period = readPeriod(query, scope.now);
    const numbers = await readDrillNumbers(await scope.context(), region, period);
    const found = drillFigures(numbers, period).find(({ id }) => id === asked.data.figure);
    if (!found) throw new DomainError('not_found', 'figure_unknown', '没有找到这张表。');
    const { header, rows, total, title } = found;
    // The mark stands in every line: a row copied elsewhere still says that it was practice.
    const sheet = {
      header: ['事项', ...header],
      rows: [...rows, ...(total ? [total] : [])].map((row) => [DRILL_MARK, ...row]),
    };
    const name = `${DRILL_MARK}-${await fullRegionName(region)}-${title}-${period.from}到${period.until}`;
    return sheetAnswer(sheet, asked.data.format, name, scope.now);
  });
  return files;
}
