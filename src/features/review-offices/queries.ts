import { asc, desc, inArray } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { ROWS_SHOWN } from '../../lib/lists.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import { applicationRounds, officeSuccessions } from '../applications/table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** 职能承接, by the office that is no more. */
export async function listSuccessions({ db }: Reads) {
  return db.select().from(officeSuccessions).orderBy(asc(officeSuccessions.regionCode));
}

/** 年度申报通知 of regions, the latest first. */
export async function listRounds({ db }: Reads, regions: readonly RegionCode[]) {
  if (regions.length === 0) return [];
  return db
    .select()
    .from(applicationRounds)
    .where(inArray(applicationRounds.regionCode, [...regions]))
    .orderBy(desc(applicationRounds.setAt), desc(applicationRounds.id))
    .limit(ROWS_SHOWN);
}
