import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { describe, expect, it } from 'vitest';
import months from '../../../../content/months.json';
import reviewers from '../../../../content/reviewers.json';
import { readingMinutes, sourceProblems } from '../../../../src/features/guides/policy.ts';
import {
  guideSchema,
  monthsSchema,
  reviewersSchema,
} from '../../../../src/features/guides/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';
import { calendarDate } from '../../../../src/lib/time.ts';

const folder = new URL('../../../../content/guides/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
const read = (file: string) => {
  const { frontmatter, content } = parseFrontmatter(readFileSync(new URL(file, folder), 'utf8'));
  return { frontmatter: frontmatter as unknown, body: content };
};

const doctor = { slug: 'doctor-li', name: '李医生（示例）', title: '示例医院急诊科' };
const today = '2026-11-22';
const schema = guideSchema({ reviewers: [doctor], today });

const line = (text: string, key = 'law') => ({ text, sources: [key] });
const law = { title: '示例消防法', issuer: '示例机构', clause: '第一条', published: '2021-04-29' };
/** The smallest guide that passes, so that each test breaks one thing. */
const sound = {
  title: '示例',
  topic: 'fire',
  summary: '先走。',
  audience: ['家庭', '企业'],
  readingAge: 9,
  writtenOn: '2026-11-20',
  review: 'none',
  now: [line('喊人。'), line('出门。'), line('打119。')],
  before: [line('看路。'), line('走一遍。')],
  during: [line('走。'), line('关门。')],
  after: [line('不回去。'), line('报警。')],
  pairs: [
    { do: '走楼梯', dont: '坐电梯', sources: ['law'] },
    { do: '关门', dont: '跳楼', sources: ['law'] },
  ],
  sources: { law },
};
const refusal = (change: Record<string, unknown>) => {
  const parsed = schema.safeParse({ ...sound, ...change });
  return parsed.success ? 'accepted' : explainContentError('x.md', parsed.error);
};

const published = guideSchema({
  reviewers: reviewersSchema.parse(reviewers),
  today: calendarDate(new Date()),
});

describe('the guides in content/', () => {
  it('has the first three', () => {
    expect(files).toEqual(expect.arrayContaining(['cpr.md', 'earthquake.md', 'household-fire.md']));
  });

  it.each(files)('%s keeps the rules', (file) => {
    const parsed = published.safeParse(read(file).frontmatter);
    expect(parsed.success ? '' : explainContentError(`content/guides/${file}`, parsed.error)).toBe(
      '',
    );
  });

  it.each(files)('%s uses every source it lists and lists every source it uses', (file) => {
    const { frontmatter, body } = read(file);
    expect(sourceProblems(published.parse(frontmatter), body)).toEqual([]);
  });

  it.each(files)('%s has a slug for a name, and its body keeps the voice', (file) => {
    expect(file).toMatch(/^[a-z][a-z0-9-]*\.md$/);
    const { body } = read(file);
    expect(body).not.toMatch(/[!！]/);
    expect(body).not.toMatch(/\p{Script=Han} [\dA-Za-z]|[\dA-Za-z] \p{Script=Han}/u);
    expect(body).not.toMatch(/^#{1,2} /m);
  });
});

describe('what stands beside the guides', () => {
  it('names for every month three guides at least, and only guides that exist', () => {
    const parsed = monthsSchema.parse(months);
    const named = parsed.flatMap(({ guides }) => guides.map(({ slug }) => `${slug}.md`));
    expect(named.filter((file) => !files.includes(file))).toEqual([]);
  });

  it.each(files)('%s has its own drawing, with words that say the same', (file) => {
    const { scene } = published.parse(read(file).frontmatter);
    const drawing = new URL(
      `../../../../src/features/guides/scenes/${file.replace('.md', '.svg')}`,
      import.meta.url,
    );
    expect(scene?.text.length).toBeGreaterThan(10);
    expect(readFileSync(drawing, 'utf8')).toMatch(/^<svg [^>]*viewBox=/);
  });
});

describe('a guide is refused by file, field and what to write', () => {
  it('accepts the sound one and puts the audience in order', () => {
    expect(refusal({})).toBe('accepted');
    expect(schema.parse(sound).audience).toEqual(['企业', '家庭']);
  });

  it.each([
    'title',
    'topic',
    'summary',
    'audience',
    'writtenOn',
    'review',
    'now',
    'after',
    'sources',
  ])('without %s', (field) =>
    expect(refusal({ [field]: undefined })).toMatch(new RegExp(`^x\\.md：${field}：`)),
  );

  it('when a line of now is too long for a glance', () => {
    const now = [line('一'.repeat(24)), line('二'.repeat(25)), line('三。')];
    expect(refusal({ now })).toBe(
      'x.md：now 第2条 text：有25个字，最多24个字。请删字，或拆成两条。',
    );
  });

  it.each([2, 6])('when now has %i lines', (length) => {
    expect(refusal({ now: Array.from({ length }, () => line('走。')) })).toContain('3到5条');
  });

  it('when the three parts take longer than three minutes', () => {
    const during = Array.from({ length: 12 }, () => line('走'.repeat(60)));
    const after = Array.from({ length: 4 }, () => line('走'.repeat(60)));
    expect(refusal({ during, after })).toContain('三分钟');
  });

  it('when a sentence shouts or types the space that CSS draws', () => {
    expect(refusal({ summary: '快走！' })).toContain('summary：不用感叹号');
    expect(refusal({ summary: '拨打 119。' })).toContain('不打空格');
  });

  it('when a line has no source, or one that nobody listed', () => {
    expect(refusal({ before: [{ text: '看路。', sources: [] }, line('走。')] })).toContain(
      'before 第1条 sources：至少写一个',
    );
    expect(refusal({ after: [line('走。'), line('停。', 'rumour')] })).toContain(
      'after 第2条 sources：来源“rumour”不在',
    );
  });

  it('when a word is unknown, so that a slip of the pen is not silence', () => {
    expect(refusal({ reviewr: 'none' })).toContain('不认识“reviewr”');
    expect(refusal({ audience: ['机关'] })).toContain('audience 第1条');
  });

  it('when a date lies ahead or is none', () => {
    expect(refusal({ writtenOn: '2026-11-23' })).toContain('writtenOn：写作日期2026-11-23还没到');
    expect(refusal({ writtenOn: '2026-02-30' })).toContain('writtenOn：请写成');
    expect(refusal({ sources: { law: { ...law, published: '2027' } } })).toContain('还没到');
    expect(refusal({ sources: { law: { ...law, url: 'http://a.cn' } } })).toContain(
      'url：请写 https',
    );
  });

  it('keeps the calendar date of a date that YAML has read as an instant', () => {
    const parsed = schema.parse({ ...sound, writtenOn: new Date('2026-11-20') });
    expect(parsed.writtenOn).toBe('2026-11-20');
  });
});

describe('a review', () => {
  const review = { reviewer: doctor.slug, checkedOn: '2026-11-21', nextDue: '2027-11-21' };

  it('names somebody who is registered', () => {
    expect(refusal({ review })).toBe('accepted');
    expect(refusal({ review: { ...review, reviewer: 'nobody' } })).toContain(
      'review reviewer：审核人“nobody”没有登记',
    );
  });

  it('has a date and a next date, in that order, and none before the guide was written', () => {
    expect(refusal({ review: { reviewer: doctor.slug } })).toContain('x.md：review：');
    expect(refusal({ review: { ...review, nextDue: '2026-11-21' } })).toContain('review nextDue');
    expect(refusal({ review: { ...review, checkedOn: '2026-11-19' } })).toContain('早于写作日期');
    expect(refusal({ review: { ...review, checkedOn: '2026-11-23' } })).toContain('还没到');
  });
});

describe('sources and minutes', () => {
  const guide = schema.parse(sound);

  it('reports a source that nothing uses and one that only the body names', () => {
    const spare = schema.parse({ ...sound, sources: { law, spare: law } });
    expect(sourceProblems(spare, '')).toEqual([
      expect.stringContaining('sources spare：没有一处用到'),
    ]);
    expect(sourceProblems(guide, '（[书](#source-book)）')).toEqual([
      expect.stringContaining('“book”不在'),
    ]);
    expect(sourceProblems(spare, '（[法](#source-spare)）')).toEqual([]);
  });

  it('counts 300 characters a minute and never less than one minute', () => {
    expect(readingMinutes(guide, '')).toBe(1);
    expect(readingMinutes(guide, '字'.repeat(600))).toBe(3);
  });
});
