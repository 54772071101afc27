import { Hono } from 'hono';
import { discloseBooking, exportList } from '../../src/features/disclosures/commands.ts';
import { listWords } from '../../src/features/disclosures/policy.ts';
import { contentDisposition } from '../../src/lib/download.ts';
import { writeCsv, writeXlsx, type Sheet } from '../../src/lib/sheets.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { readForm } from '../forms.ts';
import { submit } from '../submit.ts';
import type { AppEnv, PageRenderer } from '../types.ts';

const types = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** The table as a file of this day, to be kept: never shown in the browser, never held in a cache on the way. */
export async function sheetAnswer(
  sheet: Sheet,
  format: 'csv' | 'xlsx',
  name: string,
  now: Date,
): Promise<Response> {
  const body = format === 'csv' ? writeCsv(sheet) : await writeXlsx(sheet, name);
  return new Response(body, {
    headers: {
      'Content-Type': types[format],
      'Content-Disposition': contentDisposition(
        'attachment',
        `${name}-${calendarDate(now)}.${format}`,
      ),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** Lists taken out as files, and single bookings seen in full: each is an act that is kept. */
export function disclosureForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/exports/:list', async (c) => {
    const values = await readForm(c);
    const { scope } = c.var;
    const { searchParams } = new URL(c.req.url);
    const hall = searchParams.get('hall') ?? '';
    searchParams.delete('hall');
    const input = { ...values, list: c.req.param('list'), hall, query: searchParams.toString() };
    let made: Awaited<ReturnType<typeof exportList>> | undefined;
    const answer = await submit(c, values, renderPage, async (key) => {
      made = await exportList(await scope.context(), await scope.holder(), input, key);
      return c.req.path;
    });
    return made ? sheetAnswer(made.sheet, made.format, listWords[made.list], scope.now) : answer;
  });
  forms.post('/staff/halls/:slug/bookings/:bookingId', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { slug: hall, bookingId } = c.req.param();
      const input = { ...values, hall, bookingId };
      await discloseBooking(await scope.context(), await scope.holder(), input, key);
      return c.req.path;
    });
  });
  return forms;
}
