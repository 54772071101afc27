import { and, eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { drillScriptSchema, type DrillScript } from '../drills/schema.ts';
import { drillScripts } from '../drills/table.ts';

/** The script as the drill was opened with it: what its template said then. */
export async function findOriginalScript(
  { db }: Pick<CommandContext, 'db'>,
  drillId: string,
): Promise<DrillScript | undefined> {
  const [first] = await db
    .select({ script: drillScripts.script })
    .from(drillScripts)
    .where(and(eq(drillScripts.drillId, drillId), eq(drillScripts.version, 1)));
  return first && drillScriptSchema.parse(JSON.parse(first.script));
}
