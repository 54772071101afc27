import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { describe, expect, it } from 'vitest';
import reviewers from '../../../../content/reviewers.json';
import { CARD_CHARACTERS, cardSchema, FIELDS } from '../../../../src/features/cards/schema.ts';
import { reviewersSchema } from '../../../../src/features/guides/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';
import { calendarDate } from '../../../../src/lib/time.ts';

const folder = new URL('../../../../content/cards/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
const guides = readdirSync(new URL('../guides/', folder)).map((name) => name.replace('.md', ''));
const read = (file: string): unknown =>
  parseFrontmatter(readFileSync(new URL(file, folder), 'utf8')).frontmatter;
const published = cardSchema({
  reviewers: reviewersSchema.parse(reviewers),
  today: calendarDate(new Date()),
});

const schema = cardSchema({
  reviewers: [{ slug: 'doctor-li', name: '李医生（示例）', title: '示例医院急诊科' }],
  today: '2026-11-22',
});
const line = (text: string, key = 'law') => ({ text, sources: [key] });
const law = { title: '示例消防法', issuer: '示例机构', clause: '第一条', published: '2021-04-29' };
/** The smallest card that passes, so that each test breaks one thing. */
const sound = {
  post: '示例岗位',
  field: '公共场所',
  summary: '先走。',
  writtenOn: '2026-11-20',
  review: 'none',
  first: line('喊人。'),
  calls: [
    { who: '消防', number: '119', when: '着火', sources: ['law'] },
    { who: '值班领导', when: '马上', sources: ['law'] },
  ],
  situations: [
    { when: '着火', steps: [line('走。'), line('关门。')] },
    { when: '地震', steps: [line('躲。'), line('护头。')] },
  ],
  never: [line('不回去。'), line('不坐电梯。')],
  handover: [{ to: '消防员', say: '谁没出来。', sources: ['law'] }],
  sign: '一个人往外走。',
  guides: ['cpr'],
  sources: { law },
};
const refusal = (change: Record<string, unknown>) => {
  const parsed = schema.safeParse({ ...sound, ...change });
  return parsed.success ? 'accepted' : explainContentError('x.md', parsed.error);
};

describe('the cards in content/', () => {
  it('are at least twelve, in every field of work', () => {
    expect(files.length).toBeGreaterThanOrEqual(12);
    const fields = new Set(files.map((file) => published.parse(read(file)).field));
    expect([...fields].toSorted()).toEqual([...FIELDS].toSorted());
  });

  it.each(files)('%s keeps the rules', (file) => {
    const parsed = published.safeParse(read(file));
    expect(parsed.success ? '' : explainContentError(`content/cards/${file}`, parsed.error)).toBe(
      '',
    );
  });

  it.each(files)('%s leads to guides that exist, and has a drawing of its own', (file) => {
    expect(published.parse(read(file)).guides.filter((slug) => !guides.includes(slug))).toEqual([]);
    const drawing = new URL(
      `../../src/features/cards/scenes/${file.replace('.md', '.svg')}`,
      folder,
    );
    expect(readFileSync(drawing, 'utf8')).toMatch(/^<svg [^>]*viewBox="0 0 160 160"/);
  });

  it('share no drawing', () => {
    const drawings = files.map((file) =>
      readFileSync(
        new URL(`../../src/features/cards/scenes/${file.replace('.md', '.svg')}`, folder),
        'utf8',
      ),
    );
    expect(new Set(drawings).size).toBe(files.length);
  });
});

describe('a card is refused by file, field and what to write', () => {
  it('accepts the sound one', () => {
    expect(refusal({})).toBe('accepted');
  });

  it.each(['post', 'field', 'first', 'calls', 'situations', 'never', 'handover', 'sources'])(
    'without %s',
    (field) =>
      expect(refusal({ [field]: undefined })).toMatch(new RegExp(`^x\\.md：${field}(：| )`)),
  );

  it('with a number of one place only, which belongs on the paper', () => {
    const calls = [{ ...sound.calls[0], number: '0515-12345678' }, sound.calls[1]];
    expect(refusal({ calls })).toContain('x.md：calls 第1条 number：只写全国或全省通用的号码');
  });

  it('with a source that is not in its list, wherever it stands', () => {
    for (const [change, where] of [
      [{ first: line('走。', 'gone') }, 'first sources'],
      [{ never: [line('不走。', 'gone'), line('不跑。')] }, 'never 第1条 sources'],
      [
        {
          situations: [
            sound.situations[0],
            { when: '地震', steps: [line('躲。'), line('走。', 'gone')] },
          ],
        },
        'situations 第2条 steps 第2条 sources',
      ],
    ] as const) {
      expect(refusal(change)).toBe(`x.md：${where}：来源“gone”不在下面的 sources 清单里`);
    }
  });

  it('with a source that nothing uses', () => {
    expect(refusal({ sources: { law, spare: law } })).toBe(
      'x.md：sources spare：没有一处用到，请标到句子上或删掉',
    );
  });

  it('when it is more than a sheet holds', () => {
    const steps = Array.from({ length: 6 }, () => line('一二三四五六七八九十'.repeat(3)));
    const situations = Array.from({ length: 4 }, () => ({ when: '着火', steps }));
    expect(refusal({ situations })).toContain(`最多${CARD_CHARACTERS}个字，要印在一张A5纸上`);
  });

  it('reviewed by somebody nobody knows, or on a day that has not come', () => {
    const review = { reviewer: 'nobody', checkedOn: '2026-11-23', nextDue: '2026-11-23' };
    expect(refusal({ review }).split('\n')).toEqual([
      'x.md：review reviewer：审核人“nobody”没有登记，请先写进 content/reviewers.json',
      'x.md：review checkedOn：审核日期还没到',
      'x.md：review nextDue：下次复核要晚于这次审核',
    ]);
    const sign = { reviewer: 'doctor-li', checkedOn: '2026-11-21', nextDue: '2027-11-21' };
    expect(refusal({ review: sign })).toBe('accepted');
  });
});
