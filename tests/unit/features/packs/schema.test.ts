import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { describe, expect, it } from 'vitest';
import reviewers from '../../../../content/reviewers.json';
import { packSchema, readMonth } from '../../../../src/features/packs/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';

const content = new URL('../../../../content/', import.meta.url);
const slugsIn = (folder: string) =>
  readdirSync(new URL(`${folder}/`, content)).map((file) => file.replace('.md', ''));
const read = (slug: string) =>
  parseFrontmatter(readFileSync(new URL(`packs/${slug}.md`, content), 'utf8')).frontmatter;
const schema = packSchema({ reviewers, today: '2026-11-22' });
const packs = slugsIn('packs');
const refusal = (change: Record<string, unknown>) => {
  const parsed = schema.safeParse({ ...read('parents'), ...change });
  return parsed.success ? 'accepted' : explainContentError('p.md', parsed.error);
};

describe('the packs in content/', () => {
  it('are for parents, teachers and officers', () => {
    expect(packs).toEqual(['officers', 'parents', 'teachers']);
  });

  it.each(packs)('%s keeps the rules', (slug) => {
    const parsed = schema.safeParse(read(slug));
    expect(
      parsed.success ? '' : explainContentError(`content/packs/${slug}.md`, parsed.error),
    ).toBe('');
  });

  it.each(packs)('%s names only guides and cards that exist', (slug) => {
    const { guides, cards } = schema.parse(read(slug));
    const [known, cardsKnown] = [slugsIn('guides'), slugsIn('cards')];
    expect(guides.filter((guide) => !known.includes(guide.slug))).toEqual([]);
    expect(cards.filter((card) => !cardsKnown.includes(card))).toEqual([]);
  });

  it('say which field is wrong and what to write', () => {
    expect(refusal({ months: [] })).toContain('p.md：months：12个月都要写');
    expect(refusal({ printables: [{ href: 'https://a.example', text: '一张纸' }] })).toContain(
      'p.md：printables 第1条 href：请写本站的地址，例如 /phones',
    );
    const drills = [{ text: '练一次。', sources: ['gone'] }, { text: '再练一次。' }];
    expect(refusal({ drills })).toContain('p.md：drills 第1条 sources：来源“gone”不在下面的');
  });
});

describe('the month of an address', () => {
  it.each([
    ['1', 1],
    ['12', 12],
    ['0', undefined],
    ['13', undefined],
    ['１', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s is %s', (text, month) => expect(readMonth(text)).toBe(month));
});
