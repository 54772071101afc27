import { describe, expect, it } from 'vitest';
import { createImport } from '../../src/features/imports/commands.ts';
import { findOwnImport, planImport, problemOf } from '../../src/features/imports/queries.ts';
import { removeNaming } from '../../src/features/namings/commands.ts';
import { findNaming, listNamings, namingList } from '../../src/features/namings/queries.ts';
import { namings } from '../../src/features/namings/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { readList, ROWS_SHOWN } from '../../src/lib/lists.ts';
import { holder, reviewer } from '../helpers/losing-states-console.ts';
import { listNaming, namingTable } from '../helpers/namings.ts';
import { createWorld, type World } from '../helpers/world.ts';

const regions = ['', '320000', '320900', '320904', '320700'].map((value) => ({
  value,
  label: value,
}));
const asked = (query = '') =>
  readList(namingList('/communities/named', regions), new URLSearchParams(query));
const namesIn = async ({ ctx }: World, query = '') =>
  (await listNamings(ctx, asked(query))).rows.map(({ name }) => name);

/** What keeps each row out, when this region’s reviewer brings it in. */
async function problemsOf({ ctx }: World, by: Holder, region: string, pasted: string) {
  const what = `namings:${region}`;
  const { importId } = await createImport(ctx, by, { what, pasted }, crypto.randomUUID());
  const found = await findOwnImport(ctx, by.id, importId);
  return (await planImport(ctx, found!)).rows.map(problemOf);
}

describe('the directory of namings', () => {
  it('lists what a county brings in, the latest first, by region, level, unit and name', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    await listNaming(world.ctx, by);
    expect(await namesIn(world)).toEqual(['示例街道', '示例海棠社区']);
    expect(await namesIn(world, 'region=320000')).toHaveLength(2);
    expect(await namesIn(world, 'region=320900&level=national')).toEqual(['示例海棠社区']);
    expect(await namesIn(world, 'region=320700')).toEqual([]);
    expect(await namesIn(world, 'unit=town')).toEqual(['示例街道']);
    expect(await namesIn(world, 'q=海棠')).toEqual(['示例海棠社区']);
    expect(await namesIn(world, `q=${encodeURIComponent('%')}`)).toEqual([]);
  });

  it('is listed once, whichever file it comes in and however often that is confirmed', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    await listNaming(world.ctx, by);
    const again = namingTable.replace('2023年9月14日', '2023/9/14');
    await expect(listNaming(world.ctx, by, again)).rejects.toThrow('Nothing was listed.');
    // A city finds the same rows in its own file: another import, the same naming.
    const city = { scopeKind: 'region', scopeId: '320900' } as const;
    const { by: above } = await holder(world, { role: 'reviewer', ...city });
    await expect(listNaming(world.ctx, above, namingTable, '320900')).rejects.toThrow();
    expect(await namesIn(world)).toHaveLength(2);
  });

  it('keeps out what has no document, no place of this region, or has not happened yet', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    const [header = '', row = ''] = namingTable.split('\n');
    const rows = [
      row.replace('示例命名通知（第1批）', ''),
      row.replace('320904100201', '320902100201'),
      row.replace('2022-12-01', '2099-12-01'),
      row.replace('2022-12-01', '去年'),
      row.replace('国家级', '世界级'),
      row.replace('320904100201', '320900'),
      row,
      row,
    ];
    expect(await problemsOf(world, by, '320904', [header, ...rows].join('\n'))).toEqual([
      '没有文件名。没有文件的不能列入',
      '这个地区代码不在你负责的地区里',
      '命名的日期还没有到',
      '日期“去年”看不懂，请写成2026-12-01',
      '级别请写国家级、省级、市级或县级',
      '地区代码要写到县，6位、9位或12位数字',
      undefined,
      '和第8行相同',
    ]);
  });

  it('guards the region itself: a row of another county is not written, whatever was read', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    const id = await listNaming(world.ctx, by);
    const naming = await findNaming(world.ctx, id);
    // An official title is kept as it was written.
    expect(naming?.documentTitle).toBe('示例命名通知（第1批）');
    const elsewhere = { ...naming!, id: crypto.randomUUID(), regionCode: '320902' };
    await expect(world.ctx.db.insert(namings).values(elsewhere)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('region_elsewhere') as string },
    });
  });

  it('drops a mistaken entry for a reason, and takes its correction, or itself again', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    const namingId = await listNaming(world.ctx, by);
    const input = { namingId, reason: '文号录错了' };
    await removeNaming(world.ctx, by, input, crypto.randomUUID());
    expect(await findNaming(world.ctx, namingId)).toBeUndefined();
    expect(await namesIn(world)).toHaveLength(1);
    const corrected = namingTable.replace('2022-12-01', '2022-12-02');
    await listNaming(world.ctx, by, corrected);
    expect(await namesIn(world)).toHaveLength(2);
    await listNaming(world.ctx, by, namingTable);
    expect(await namesIn(world)).toHaveLength(3);
  });

  it('pages by key through namings of one day, losing none', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    const [header = '', row = ''] = namingTable.split('\n');
    const rows = Array.from({ length: ROWS_SHOWN + 7 }, (_, nth) =>
      row.replace('示例海棠社区', `示例第${nth}社区`),
    );
    await listNaming(world.ctx, by, [header, ...rows].join('\n'));
    const first = await listNamings(world.ctx, asked());
    expect(first.count).toBe(ROWS_SHOWN + 7);
    const rest = await listNamings(world.ctx, asked(`after=${first.rows.at(-1)!.id}`));
    const ids = new Set([...first.rows, ...rest.rows].map(({ id }) => id));
    expect(ids.size).toBe(ROWS_SHOWN + 7);
  });
});
