import { describe, expect, it } from 'vitest';
import {
  listOpenCommunities,
  openCommunityList,
  searchCommunities,
} from '../../src/features/community-directory/queries.ts';
import { readList } from '../../src/lib/lists.ts';
import { community, saved } from '../helpers/communities.ts';
import { createWorld, type World } from '../helpers/world.ts';

const list = openCommunityList('/communities/shelters', [
  { value: '', label: '全部地区' },
  { value: '320900', label: '盐城市' },
  { value: '320700', label: '连云港市' },
]);
const found = async ({ ctx }: World, query = '') => {
  const asked = readList(list, new URLSearchParams(query));
  const { rows, count } = await listOpenCommunities(ctx, asked);
  expect(count).toBe(rows.length);
  return rows.map(({ name, shelters }) => [name, ...shelters.map((one) => one.name)]);
};
const publish = async ({ ctx }: World, own: Awaited<ReturnType<typeof community>>, show: object) =>
  saved(ctx, own.head, own.organisationId, 'publication', { values: show });

describe('the directory of what communities publish', () => {
  it('has who publishes something, with shelters only where these are published', async () => {
    const world = await createWorld();
    const [open, half, closed] = [
      await community(world, '示例甲社区'),
      await community(world, '示例乙社区'),
      await community(world, '示例丙社区'),
    ];
    for (const { head, organisationId } of [open, half, closed]) {
      await saved(world.ctx, head, organisationId, 'shelters');
    }
    await publish(world, open, { 'show.shelters': 'yes' });
    await publish(world, half, { 'show.office': 'yes' });
    await publish(world, closed, {});
    expect(new Set(await found(world))).toEqual(
      new Set([['示例甲社区', '示例小学操场'], ['示例乙社区']]),
    );
    // By the name of the place: what is not published is not found by it.
    expect(await found(world, 'q=小学')).toEqual([['示例甲社区', '示例小学操场']]);
    expect(await found(world, 'q=乙社')).toEqual([['示例乙社区']]);
    expect(await found(world, 'region=320900')).toHaveLength(2);
    expect(await found(world, 'region=320700')).toEqual([]);
  });

  it('is searched by words of a name or of a published place', async () => {
    const world = await createWorld();
    const own = await community(world, '示例甲社区');
    const titles = async (...words: string[]) =>
      (await searchCommunities(world.ctx, words)).map(({ title }) => title);
    await saved(world.ctx, own.head, own.organisationId, 'shelters');
    await publish(world, own, { 'show.office': 'yes' });
    expect(await titles('小学')).toEqual([]);
    expect(await titles('甲社')).toEqual(['示例甲社区']);
    // Every community has it in its name.
    expect(await titles('社区')).toEqual([]);
    await saved(world.ctx, own.head, own.organisationId, 'publication', {
      ...{ version: 1, values: { 'show.shelters': 'yes' } },
    });
    expect(await titles('小学', '没有')).toEqual(['示例甲社区']);
    expect(await searchCommunities(world.ctx, ['小学'], '320700')).toEqual([]);
  });

  it('follows the version that stands', async () => {
    const world = await createWorld();
    const own = await community(world);
    await publish(world, own, { 'show.office': 'yes' });
    expect(await found(world)).toHaveLength(1);
    await saved(world.ctx, own.head, own.organisationId, 'publication', { version: 1, values: {} });
    expect(await found(world)).toEqual([]);
  });
});
