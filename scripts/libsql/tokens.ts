/**
 * A scanner for the few things this server must know about an SQL text: where statements end,
 * their first words and their parameters. SQLite itself judges everything else.
 */

export interface Token {
  kind: 'word' | 'param' | 'semi' | 'open' | 'close' | 'other';
  /** Index of the first character of the token and of the first one after it. */
  start: number;
  end: number;
}

const CLOSERS: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

function isIdentifierCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code >= 128
  );
}

function endOfIdentifier(sql: string, from: number): number {
  let end = from;
  while (end < sql.length && isIdentifierCode(sql.charCodeAt(end))) end += 1;
  return end;
}

function endOfQuoted(sql: string, start: number, closer: string): number {
  let end = sql.indexOf(closer, start + 1);
  // A doubled quote is a quote inside the text; brackets know no such escape.
  if (closer !== ']') {
    while (end !== -1 && sql[end + 1] === closer) end = sql.indexOf(closer, end + 2);
  }
  return end === -1 ? sql.length : end + 1;
}

function endOfGap(sql: string, start: number): number {
  if (sql.startsWith('--', start)) {
    const end = sql.indexOf('\n', start);
    return end === -1 ? sql.length : end + 1;
  }
  if (sql.startsWith('/*', start)) {
    const end = sql.indexOf('*/', start + 2);
    return end === -1 ? sql.length : end + 2;
  }
  return ' \t\n\r\f\uFEFF'.includes(sql.charAt(start)) ? start + 1 : start;
}

function endOfParam(sql: string, start: number): number {
  let end = endOfIdentifier(sql, start + 1);
  // Tcl-style names: $scope::name
  if (sql[start] === '$') {
    while (sql.startsWith('::', end)) end = endOfIdentifier(sql, end + 2);
  }
  return end;
}

function endOfPositional(sql: string, start: number): number {
  let end = start + 1;
  while (end < sql.length && sql.charCodeAt(end) >= 48 && sql.charCodeAt(end) <= 57) end += 1;
  return end;
}

function readToken(sql: string, start: number): Token {
  const first = sql.charAt(start);
  const closer = CLOSERS[first];
  if (closer !== undefined) return { kind: 'other', start, end: endOfQuoted(sql, start, closer) };
  if (first === ';') return { kind: 'semi', start, end: start + 1 };
  if (first === '(') return { kind: 'open', start, end: start + 1 };
  if (first === ')') return { kind: 'close', start, end: start + 1 };
  if (first === '?') return { kind: 'param', start, end: endOfPositional(sql, start) };
  if (':@$'.includes(first)) {
    const end = endOfParam(sql, start);
    return { kind: end > start + 1 ? 'param' : 'other', start, end };
  }
  const end = endOfIdentifier(sql, start);
  if (end === start) return { kind: 'other', start, end: start + 1 };
  const isNumber = first >= '0' && first <= '9';
  return { kind: isNumber ? 'other' : 'word', start, end };
}

/** All tokens of an SQL text in order, without white space and comments. Never throws. */
export function* tokenize(sql: string): Generator<Token, void> {
  let at = 0;
  while (at < sql.length) {
    const afterGap = endOfGap(sql, at);
    if (afterGap > at) {
      at = afterGap;
      continue;
    }
    const token = readToken(sql, at);
    at = token.end;
    yield token;
  }
}
