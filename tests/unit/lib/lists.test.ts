import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COUNT_MAX,
  countWords,
  listAddress,
  listChips,
  readList,
  SEARCH_MAX,
  type ListDefinition,
} from '../../../src/lib/lists.ts';

const definition: ListDefinition = {
  path: '/staff/things',
  filters: [
    {
      kind: 'choice',
      name: 'state',
      label: '状态',
      options: [
        { value: 'open', label: '待办' },
        { value: 'done', label: '办完' },
      ],
    },
    {
      kind: 'choice',
      name: 'kind',
      label: '种类',
      initial: 'b',
      options: [
        { value: 'a', label: '甲' },
        { value: 'b', label: '乙' },
      ],
    },
    { kind: 'date', name: 'date', label: '日期' },
    { kind: 'search', name: 'q', label: '查找', hint: '' },
  ],
  orders: [
    { value: 'soon', label: '早' },
    { value: 'late', label: '晚' },
  ],
};

const read = (query: string) => readList(definition, new URLSearchParams(query));

describe('the address of a list', () => {
  it('has what it had by itself when it says nothing', () => {
    expect(read('')).toEqual({ values: { state: 'open', kind: 'b' }, order: 'soon' });
  });

  it('leaves out what it does not know', () => {
    const query = 'state=gone&kind=%00&date=2026-02-30&order=up&after=a b&other=1';
    expect(read(query)).toEqual(read(''));
  });

  it('takes full-width signs as ordinary ones, and no more than a name is long', () => {
    expect(read('q=　ＡＢ１２　').values['q']).toBe('AB12');
    expect(read(`q=${'字'.repeat(200)}`).values['q']).toHaveLength(SEARCH_MAX);
  });

  it('comes back from what was read, whatever it was', () => {
    const text = fc.record(
      {
        state: fc.constantFrom('open', 'done', 'x', ''),
        kind: fc.constantFrom('a', 'b', '"<>'),
        date: fc.constantFrom('2026-11-25', '2026-13-01', ''),
        q: fc.string({ unit: 'grapheme', maxLength: 80 }),
        order: fc.constantFrom('soon', 'late', 'x'),
        after: fc.constantFrom('0193-abc', '../x', ''),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(text, (values) => {
        const asked = read(new URLSearchParams(values).toString());
        const address = listAddress(definition, asked);
        expect(readList(definition, new URL(address, 'https://x.invalid').searchParams)).toEqual(
          asked,
        );
      }),
    );
  });

  it('can lead elsewhere with the same filters', () => {
    const asked = read('state=done');
    expect(listAddress(definition, asked, '/out?hall=a')).toBe('/out?hall=a&state=done');
    expect(listAddress(definition, read(''))).toBe('/staff/things');
  });
});

describe('the chips', () => {
  it('stand for what narrows the list, each with the address without it', () => {
    expect(listChips(definition, read('state=done&q=王芳&order=late&after=x1'))).toEqual([
      {
        label: '状态',
        text: '办完',
        without: `/staff/things?q=${encodeURIComponent('王芳')}&order=late`,
      },
      { label: '查找', text: '王芳', without: '/staff/things?state=done&order=late' },
    ]);
    expect(listChips(definition, read(''))).toEqual([]);
  });
});

describe('the count', () => {
  it('stops where counting stopped', () => {
    expect(countWords(0)).toBe('共0条');
    expect(countWords(COUNT_MAX)).toBe('共1000条');
    expect(countWords(COUNT_MAX + 1)).toBe('1000条以上');
  });
});
