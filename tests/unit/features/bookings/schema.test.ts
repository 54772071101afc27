import { describe, expect, it } from 'vitest';
import { maskName, partyWords } from '../../../../src/features/bookings/policy.ts';
import { bookingInput } from '../../../../src/features/bookings/schema.ts';

const good = {
  sessionId: '01a20164-1b8c-76a9-8192-0585238c305b',
  adults: 2,
  children: 0,
  contactName: '王芳',
};
const fieldsWrong = (values: object) =>
  bookingInput.safeParse({ ...good, ...values }).error?.issues.map(({ path }) => path.join('.'));

describe('what a booking is made from', () => {
  it.each(['3', ' 3 ', '３', 3])('%j adults are three', (adults) => {
    expect(bookingInput.parse({ ...good, adults }).adults).toBe(3);
  });

  it.each([0, -1, 1.5, 51, 10_000, '', ' ', 'x', '1e1', '0x3', true, null, [], {}, undefined, NaN])(
    '%j adults are refused',
    (adults) => {
      expect(fieldsWrong({ adults })).toEqual(['adults']);
    },
  );

  it.each(['王芳', '阿卜杜拉·买买提', 'Zoë O’Brien', "Jean-Luc d'Arc", '㐀㐁', '  王芳  '])(
    '%j is a name',
    (contactName) => {
      expect(fieldsWrong({ contactName })).toBeUndefined();
    },
  );

  it.each([
    '',
    ' ',
    '王芳😀',
    '王\u0000芳',
    '王\n芳',
    '<b>王芳</b>',
    "'; DROP TABLE x;--",
    '王'.repeat(41),
    7,
    null,
    ['王芳'],
  ])('%j is no name', (contactName) => {
    expect(fieldsWrong({ contactName })).toContain('contactName');
  });

  it('says all that is wrong at once, in the order of the form', () => {
    expect(
      fieldsWrong({ adults: 0, children: 'x', contactName: '' })?.filter(
        (one, at, all) => all.indexOf(one) === at,
      ),
    ).toEqual(['adults', 'children', 'contactName']);
  });
});

describe('words about a party', () => {
  it('leave out children when there are none', () => {
    expect(partyWords({ adults: 2, children: 0 })).toBe('2位成人');
    expect(partyWords({ adults: 1, children: 3 })).toBe('1位成人、3位儿童');
  });

  it('show of a name only its first character', () => {
    expect(['王芳', '王', '欧阳小明', '𠮷田'].map(maskName)).toEqual(['王*', '王', '欧**', '𠮷*']);
  });
});
