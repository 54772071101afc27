import { eq } from 'drizzle-orm';
import { applyImport, createImport } from '../../src/features/imports/commands.ts';
import { namings } from '../../src/features/namings/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';

/** Two namings as a spreadsheet holds them. */
export const namingTable = [
  '名称,类型,地区代码,级别,命名单位,文件名,文号,命名日期',
  '示例海棠社区,社区,320904100201,国家级,示例命名单位,示例命名通知（第1批）,示例〔2022〕1号,2022-12-01',
  '示例街道,街道,320904100,省级,示例省级单位,示例省级命名通知,,2023年9月14日',
].join('\n');

/** Brings namings in, as a reviewer does. @returns the id of the first one. */
export async function listNaming(
  ctx: CommandContext,
  by: Holder,
  pasted: string = namingTable,
  region = '320904',
): Promise<string> {
  const { importId } = await createImport(
    ctx,
    by,
    { what: `namings:${region}`, pasted },
    crypto.randomUUID(),
  );
  await applyImport(ctx, by, { importId }, crypto.randomUUID());
  const [first] = await ctx.db
    .select({ id: namings.id })
    .from(namings)
    .where(eq(namings.importId, importId))
    .orderBy(namings.name);
  if (!first) throw new Error('Nothing was listed.');
  return first.id;
}
