import { describe, expect, it } from 'vitest';
import { contentIndex, find } from '../../../helpers/search.ts';

const cards = contentIndex.documents.filter(({ kind }) => kind === 'card');
const hrefs = (asked: string, most: number) =>
  find(asked)
    .found.slice(0, most)
    .map(({ document }) => document.href);

describe('cards, numbers, kit and packs among the answers', () => {
  it.each(cards.map(({ title, href }) => [title, href]))(
    '%s is found by its title',
    (title, href) => expect(hrefs(title, 1)).toEqual([href]),
  );

  it.each([
    ['消防控制室', '/cards/fire-control-room'],
    ['养老院护理员', '/cards/nursing-carer'],
    ['灾害信息员', '/cards/village-informant'],
    ['紧急电话', '/phones'],
    ['12350', '/phones'],
    ['应急物资清单', '/household'],
    ['到期提醒', '/household'],
    ['外地联系人的电话', '/household'],
    ['后三位', '/phones'],
    ['家长应急包', '/packs/parents'],
    ['老师应急包', '/packs/teachers'],
    ['基层干部', '/packs/officers'],
    ['处置卡', '/cards'],
  ])('%s leads there', (asked, href) => expect(hrefs(asked, 5)).toContain(href));

  it('never stand before the guide that says what to do now', () => {
    for (const asked of ['困在电梯里', '煤气味', '着火了', '噎住了', '滑坡', '有人触电']) {
      expect(hrefs(asked, 1)[0]).toMatch(/^\/guides\//);
    }
  });
});
