import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blocksOf,
  excerptOf,
  isPast,
  validWords,
  versionState,
  writersSinceRelease,
  type VersionSteps,
} from '../../../../src/features/notices/policy.ts';
import { noticeInput } from '../../../../src/features/notices/schema.ts';
import { escapeMarkup } from '../../../../src/lib/markup.ts';
import { NOW } from '../../../helpers/session.ts';

const words = {
  title: '示例',
  body: '内容',
  kind: 'service',
  issuer: '示例市应急管理局（示例）',
};

describe('the text of a notice', () => {
  it('has headings, lists and paragraphs, and nothing else', () => {
    expect(blocksOf('## 头\n一\n二\n- 甲\n- 乙\n三\n\n四')).toEqual([
      { kind: 'heading', text: '头' },
      { kind: 'paragraph', lines: ['一', '二'] },
      { kind: 'list', items: ['甲', '乙'] },
      { kind: 'paragraph', lines: ['三'] },
      { kind: 'paragraph', lines: ['四'] },
    ]);
  });

  it('loses no word, whatever was typed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '<', '-', '#', ' ', '\n', '字') }),
        (body) => {
          const shown = blocksOf(body)
            .flatMap((block) =>
              block.kind === 'heading'
                ? [block.text]
                : block.kind === 'list'
                  ? block.items
                  : block.lines,
            )
            .join('');
          const letters = (text: string) => text.replace(/[\s#-]/g, '');
          expect(letters(shown)).toBe(letters(body));
          expect(Array.from(excerptOf(body)).length).toBeLessThanOrEqual(61);
        },
      ),
    );
  });

  it('joins a list into one sentence, however its items end', () => {
    expect(excerptOf('- 先定路线。\n- 再通知家长\n- 当天记录。')).toBe(
      '先定路线；再通知家长；当天记录。',
    );
  });

  it('is shortened by what people see as one sign', () => {
    expect(excerptOf('火'.repeat(61))).toBe(`${'火'.repeat(60)}…`);
    expect(excerptOf('\u{1f525}'.repeat(60))).toBe('\u{1f525}'.repeat(60));
  });
});

/** Every code point there is, lone surrogates and noncharacters too. */
const anySign = fc
  .oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));

describe('escaping', () => {
  it('leaves no sign that begins a tag, an entity or ends an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: anySign }), (text) => {
        expect(escapeMarkup(text)).not.toMatch(
          /[<>"']|&(?!(amp|lt|gt|quot|#39);)|[\0\ufffe\uffff]/,
        );
      }),
    );
  });
});

describe('what may be written', () => {
  it.each([
    ['title', ''],
    ['title', '字'.repeat(61)],
    ['title', '第一行\n第二行'],
    ['body', ' \n '],
    ['body', '字'.repeat(3001)],
    ['kind', 'x'],
    ['region', '999999'],
    ['region', "' OR 1=1 --"],
    ['issuer', ''],
    ['validFrom', '2026-02-30'],
    ['validUntil', '明天'],
  ])('has a %s other than “%s”', (field, value) => {
    const parsed = noticeInput.safeParse({ ...words, [field]: value });
    expect(parsed.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });

  it('keeps Chinese punctuation and any other sign as it is', () => {
    const title = '“示例”：<b>（一）</b>';
    expect(noticeInput.parse({ ...words, title }).title).toBe(title);
    expect(noticeInput.parse({ ...words, region: '', validUntil: ' ' })).toEqual(words);
  });
});

const version = (number: number, writtenBy: string): VersionSteps['version'] => ({
  ...{ id: `v${number}`, noticeId: 'n', number, title: '', body: '', kind: 'service' },
  ...{ region: null, issuer: '', validFrom: null, validUntil: null, reason: null, writtenBy },
  writtenAt: NOW,
});
const check = (outcome: 'passed' | 'returned') => ({
  ...{ versionId: '', outcome, opinion: null, checkedBy: 'c', checkedAt: NOW },
});
const release = { versionId: '', releasedBy: 'r', releasedAt: NOW };

describe('where a version stands', () => {
  it.each([
    [{ check: null, release: null }, true, 'written'],
    [{ check: check('returned'), release: null }, true, 'returned'],
    [{ check: check('passed'), release: null }, true, 'checked'],
    [{ check: check('passed'), release }, true, 'released'],
    [{ check: check('passed'), release }, false, 'released'],
    [{ check: check('passed'), release: null }, false, 'superseded'],
  ] as const)('%o, last: %s → %s', (steps, isLast, state) => {
    expect(versionState({ version: version(1, 'a'), ...steps }, isLast)).toBe(state);
  });

  it('counts as writers those of whom the public has read nothing yet', () => {
    const open = { check: null, release: null };
    const versions = [
      { version: version(4, 'd'), ...open },
      { version: version(3, 'c'), ...open },
      { version: version(2, 'b'), check: check('passed'), release },
      { version: version(1, 'a'), ...open },
    ];
    expect(writersSinceRelease(versions)).toEqual(['d', 'c']);
    expect(writersSinceRelease(versions.slice(3))).toEqual(['a']);
    expect(writersSinceRelease(versions.slice(2))).toEqual([]);
  });

  it('is past on the day after its last', () => {
    expect(isPast({ validUntil: '2026-11-25' }, '2026-11-25')).toBe(false);
    expect(isPast({ validUntil: '2026-11-25' }, '2026-11-26')).toBe(true);
    expect(isPast({ validUntil: null }, '2026-11-26')).toBe(false);
  });

  it('says how long it holds', () => {
    const span = (validFrom: string | null, validUntil: string | null) =>
      validWords({ validFrom, validUntil });
    expect(span(null, null)).toBeUndefined();
    expect(span('2026-11-22', '2026-11-30')).toBe('2026-11-22至2026-11-30');
    expect(span(null, '2026-11-30')).toBe('到2026-11-30');
    expect(span('2026-11-22', null)).toBe('2026-11-22起');
  });
});
