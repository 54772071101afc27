import { z } from 'zod';
import { levelOf } from '../../lib/regions/codes.ts';

/** A province, a city or a county: what an address asks for where it names a region; everywhere where it does not. */
export const regionFilter = z
  .string()
  .refine((code) => ['province', 'city', 'county'].includes(levelOf(code) ?? ''), {
    error: '没有这个地区',
  });

/** What the feeds and the API can be asked for. */
export const calendarQuery = z.object({ region: regionFilter.optional() });
