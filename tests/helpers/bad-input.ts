const TOO_LONG = 'x'.repeat(10_000);

export const HTML = '<script>alert(1)</script>';
export const SQL = "'; DROP TABLE bookings;--";

/** What nobody should type into any field; `undefined` leaves the field out. */
export const badTexts: Readonly<Record<string, string | undefined>> = {
  missing: undefined,
  empty: '',
  blank: ' \u3000\t',
  'too long': TOO_LONG,
  emoji: '😀',
  'control characters': '王\u0000\u0007芳',
  'the other direction': '\u202e王芳',
  SQL,
  HTML,
  'HTML out of its attribute': `">${HTML}`,
};

/** What no program should send for any field of ours. */
export const badValues: Readonly<Record<string, unknown>> = {
  ...badTexts,
  null: null,
  true: true,
  'a list': [],
  'a list of texts': ['1'],
  'an object': {},
  'a fraction': 1.5,
  'a negative number': -1,
  'a huge number': 1e300,
};

/** Bodies that are no JSON object at all. */
export const badBodies: Readonly<Record<string, string>> = {
  nothing: '',
  'half an object': '{"phone":',
  null: 'null',
  'a list': '[]',
  'a text': '"text"',
  'a number': '1',
  'a form': 'phone=10000000001',
};
