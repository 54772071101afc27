import { describe, expect, it } from 'vitest';
import { guideFeed } from '../../../../src/features/guide-feed/policy.ts';
import { atomFeed, jsonFeed } from '../../../../src/lib/feeds.ts';
import { guideFiles } from '../../../helpers/search.ts';

const at = {
  origin: 'https://anlan.example',
  self: '/feeds/guides.xml',
  now: new Date('2027-01-02T03:04:05Z'),
};
const state = (act: 'withdraw' | 'reinstate') => ({
  slug: 'cpr',
  act,
  reason: '示例：<写错了> & 重写',
  instead: 'choking',
  decidedAt: new Date('2027-01-01T00:00:00Z'),
});

describe('the feed of guides', () => {
  it('has every guide with what to do now, its mark and its sources', () => {
    const { entries } = guideFeed(guideFiles, [], at);
    expect(entries).toHaveLength(guideFiles.length);
    const cpr = entries.find(({ id }) => id === 'https://anlan.example/guides/cpr');
    expect(cpr?.content).toContain('1. 看四周，安全了再上前。');
    expect(cpr?.content).toContain('待专业审核');
    expect(cpr?.content).toMatch(/来源：.+。/);
  });

  it('says first that a guide is withdrawn, why, and what to read instead, and none of its advice', () => {
    const [first] = guideFeed(guideFiles, [state('withdraw')], at).entries;
    expect(first).toMatchObject({
      id: 'https://anlan.example/guides/cpr',
      title: '已撤下：有人倒下没反应怎么办',
      updated: new Date('2027-01-01T00:00:00Z'),
    });
    expect(first?.content).toContain('https://anlan.example/guides/choking');
    expect(first?.content).toContain('示例：<写错了> & 重写');
    expect(first?.content).not.toContain('按胸口');
  });

  it('is news again when a guide is given back', () => {
    const [first] = guideFeed(guideFiles, [state('reinstate')], at).entries;
    expect(first?.title).toBe('有人倒下没反应怎么办');
    expect(first?.updated).toEqual(new Date('2027-01-01T00:00:00Z'));
  });

  it('is well formed in both languages, whatever the words', () => {
    const feed = guideFeed(guideFiles, [state('withdraw')], at);
    const xml = atomFeed(feed);
    expect(xml).toContain('&lt;写错了&gt; &amp; 重写');
    expect(xml.match(/<entry>/g)).toHaveLength(guideFiles.length);
    expect(xml).toContain('<updated>2027-01-01T00:00:00.000Z</updated>');
    const json = jsonFeed(feed);
    expect(json).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      feed_url: 'https://anlan.example/feeds/guides.xml',
    });
    expect(new Set(json.items.map(({ id }) => id)).size).toBe(guideFiles.length);
    for (const item of json.items) {
      expect(item.content_text.length).toBeGreaterThan(20);
      expect(new Date(item.date_modified) >= new Date(item.date_published)).toBe(true);
    }
  });
});
