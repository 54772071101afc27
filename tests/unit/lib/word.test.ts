import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { writeDocx } from '../../../src/lib/word.ts';

describe('a document for Word', () => {
  it('opens whatever signs people wrote: none is left that no XML holds', async () => {
    const odd = '一\u0001二\uffff三\ufffe四<&>五';
    const parts = { mark: '示例', markNote: '', title: odd };
    const book = await writeDocx(
      { ...parts, blocks: [{ kind: 'text', text: odd }] },
      new Date('2026-11-23T00:00:00Z'),
    );
    const files = Object.entries(unzipSync(book)).filter(([name]) => /\.(xml|rels)$/.test(name));
    const texts = files.map(([, data]) => strFromU8(data));
    expect(texts.filter((text) => text.includes('一二三四&lt;&amp;&gt;五'))).toHaveLength(3);
    for (const sign of ['\u0001', '\uffff', '\ufffe']) {
      expect(texts.filter((text) => text.includes(sign))).toEqual([]);
    }
  });
});
