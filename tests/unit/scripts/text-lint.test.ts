import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textProblems, overdueReviews, readWrittenTexts } from '../../../scripts/lib/text-lint.ts';

const written = await readWrittenTexts();

/** A guide of one line in each place, the line's number as given. */
function guide(field: string, words: string, file = 'content/guides/x.md') {
  const isBody = field === 'body';
  const text = [
    '---',
    'readingAge: 9',
    'steps:',
    isBody ? '  - text: 走。' : `  - ${field}: ${words}`,
    'sources:',
    '  law:',
    '    title: 《示例法》',
    'scene: { text: 图里画的 }',
    '---',
    '',
    isBody ? words : '没有别的。',
  ].join('\n');
  return { file, text };
}
const LINE = { text: 4, do: 4, body: 11 } as const;

it('finds nothing in the texts as they are', () => {
  expect(written.length).toBeGreaterThanOrEqual(60 + 12);
  expect(textProblems(written)).toEqual([]);
});

describe('what a program can see in a guide is told with file, line and what to do', () => {
  it.each([
    ['text', '林火来了，逆风跑。', '横着风'],
    ['text', '把溺水的人倒过来控水。', '马上吹气和按压'],
    ['do', '抹上牙膏，包起来。', '流动的凉水'],
    ['text', '先抠喉咙催吐。', '先打120'],
    ['body', '捂着湿毛巾冲出去。', '关门堵缝'],
    ['text', '止血带要定时松开。', '写明时间'],
  ] as const)('advice that was given up: %s %s', (field, words, instead) => {
    const [problem, ...more] = textProblems([guide(field, words)]);
    expect(more).toEqual([]);
    expect(problem).toContain(`content/guides/x.md:${LINE[field]}：`);
    expect(problem).toContain(instead);
  });

  it.each([
    ['text', '不催吐，不灌水。'],
    ['dont', '用雪搓，用火烤'],
    ['old', '溺水的人先倒过来控水。'],
    ['text', '尿变成酱油色：马上去医院。'],
  ])('but not where it is warned of: %s %s', (field, words) => {
    expect(textProblems([guide(field, words)])).toEqual([]);
  });

  it.each([
    ['text', '警示牌放在150米外。', []],
    ['text', '离断线8，再打电话。', ['“8”没有单位']],
    ['text', '打119、12395，再打95598。', []],
    ['text', '按30次，吹2次，就是30比2。', []],
    ['body', '积水到60厘米，车会漂起来。', ['没有来源']],
    ['body', '积水到60厘米，车会漂起来。（[某部](#source-law)）', []],
  ])('a figure: %s %s', (field, words, wanted) => {
    const problems = textProblems([guide(field, words)]);
    expect(problems).toHaveLength(wanted.length);
    wanted.forEach((one, index) => expect(problems[index]).toContain(one));
  });

  it('a sentence that is too long for its readers, and none that is not', () => {
    expect(textProblems([guide('text', `${'走'.repeat(45)}。`)])).toEqual([]);
    expect(textProblems([guide('text', `${'走'.repeat(46)}。`)])).toEqual([
      expect.stringContaining(
        'x.md:4：“走走走走走走走走走走走走……”有46个字，给9岁的人读最多45个字',
      ),
    ]);
  });

  it('a drawing without words that say the same', () => {
    const { file, text } = guide('text', '走。');
    const bare = { file, text: text.replace('scene: { text: 图里画的 }', 'scene: {}') };
    expect(textProblems([bare])).toEqual([expect.stringMatching(/x\.md:1：没有写图里画了什么/)]);
    expect(textProblems([{ ...bare, file: 'content/cards/x.md' }])).toEqual([]);
  });

  it('a source that is no document', () => {
    const { file, text } = guide('text', '走。');
    const rumour = { file, text: text.replace('《示例法》', '网上的说法') };
    expect(textProblems([rumour])).toEqual([
      expect.stringMatching(/^content\/guides\/x\.md:6：来源“网上的说法”/),
    ]);
    const event = { file, text: text.replace('《示例法》', '汛期安全知识发布会') };
    expect(textProblems([event])).toEqual([]);
  });

  it('a paragraph of another guide, also when a few words of it were changed', () => {
    const paragraphs = written.flatMap(({ file, text }) =>
      text
        .split('\n')
        .slice(text.split('\n').indexOf('---', 1) + 1)
        .filter((line) => /^\p{Script=Han}/u.test(line) && line.replace(/（\[.*/, '').length > 60)
        .map((line) => ({ file, line })),
    );
    expect(paragraphs.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(fc.constantFrom(...paragraphs), fc.nat(20), ({ file, line }, at) => {
        const changed = `${line.slice(0, at)}们${line.slice(at + 1)}`;
        const problems = textProblems([...written, guide('body', changed)]);
        expect(problems.filter((one) => one.includes('几乎一样'))).toEqual([
          expect.stringContaining(`x.md:11：和${file}:`),
        ]);
      }),
      { numRuns: 10 },
    );
  });
});

it('names reviews that are due, from the day after', () => {
  const { file, text } = guide('text', '走。');
  const reviewed = text.replace('sources:', 'review:\n  nextDue: 2026-11-22\nsources:');
  expect(overdueReviews([{ file, text: reviewed }], '2026-11-22')).toEqual([]);
  expect(overdueReviews([{ file, text: reviewed }], '2026-11-23')).toEqual([
    'content/guides/x.md:6：2026-11-22就该复核了。请审核人再看一遍，写上新的日期',
  ]);
});
