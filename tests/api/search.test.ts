import { describe, expect, it } from 'vitest';
import { withdrawNotice } from '../../src/features/notices/commands.ts';
import { searchNotices } from '../../src/features/notices/queries.ts';
import { createSearch } from '../../src/lib/search.ts';
import { colleague, draft, released } from '../helpers/losing-states-publications.ts';
import { createWorld } from '../helpers/world.ts';

describe('notices', () => {
  it('are found by their words, the one that is about them first', async () => {
    const world = await createWorld();
    const aside = await released(world, { title: '示例：办事指南', body: '台风天不办。' });
    const about = await released(world, { title: '示例：台风来之前', body: '关好门窗。' });
    await released(world, { title: '示例：闭馆', body: '周一闭馆。' });
    const { words } = createSearch({ documents: [], synonyms: [], vocabulary: [] })('台风天');
    const found = await searchNotices(world.ctx, words);
    expect(found.map(({ notice }) => notice.id)).toEqual([about.noticeId, aside.noticeId]);
    expect(await searchNotices(world.ctx, [])).toEqual([]);
    expect(await searchNotices(world.ctx, ["%'_", '\\'])).toEqual([]);
  });

  it('are found while they are public, and where they concern the region', async () => {
    const world = await createWorld();
    await draft(world, { title: '示例：台风' });
    const { noticeId } = await released(world, { title: '示例：台风', region: '320900' });
    const ids = async (region?: string) =>
      (await searchNotices(world.ctx, ['台风'], region)).map(({ notice }) => notice.id);
    expect(await ids()).toEqual([noticeId]);
    expect(await ids('320904')).toEqual([noticeId]);
    expect(await ids('360222')).toEqual([]);
    await withdrawNotice(
      world.ctx,
      await colleague(world),
      { noticeId, reason: '示例：写错了' },
      crypto.randomUUID(),
    );
    expect(await ids()).toEqual([]);
  });
});
