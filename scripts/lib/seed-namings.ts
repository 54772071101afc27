import { applyImport, createImport } from '../../src/features/imports/commands.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';

/** Fictitious, and marked so: what was really named is brought in from its documents. */
const table = [
  '名称,类型,地区代码,级别,命名单位,文件名,文号,命名日期',
  '示例海棠社区,社区,320904,国家级,示例命名单位,示例：关于命名综合减灾示范社区的通知,示例〔2022〕1号,2022-12-01',
  '示例银杏村,村,320904,省级,示例省级命名单位,示例：省级综合减灾示范社区名单,,2023-10-13',
  '示例芦苇街道,街道,320904,市级,示例市级命名单位,示例：市级综合减灾示范街道名单,示例〔2024〕3号,2024-05-12',
].join('\n');

/** Three entries of the directory, brought in as a county does it. */
export async function seedNamings(ctx: CommandContext, by: Holder): Promise<void> {
  const key = () => crypto.randomUUID();
  const what = { what: 'namings:320904', pasted: table };
  const { importId } = await createImport(ctx, by, what, key());
  await applyImport(ctx, by, { importId }, key());
}
