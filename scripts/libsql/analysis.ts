import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

/** One statement of an SQL text and what the server needs to know about it. */
export interface Statement {
  sql: string;
  /** First keyword in upper case; after WITH the keyword of the main statement. */
  kind: string;
  /** Name of each parameter by index (SQLite's parameter 1 is at 0), prefix included. */
  params: (string | null)[];
  /** True if it names a way to other files, which hosted libSQL has not. */
  reachesFiles: boolean;
  /** True if it cannot change the database, judged by its keywords; EXPLAIN counts as its target. */
  isReadonly: boolean;
  /** True if it may leave traces in the connection (pragmas, temporary tables). */
  taints: boolean;
}

const MAIN_KEYWORDS = new Set(['SELECT', 'VALUES', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE']);
/** SQLite's own limit; a higher number is an error that SQLite reports itself. */
const MAX_PARAMS = 32_766;
const READING = new Set(['SELECT', 'VALUES', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT', 'RELEASE']);
/** Functions that the embedded driver brings along, also when quoted. */
const FILE_FUNCTION = /^["`[]?(?:readfile|writefile|fsdir)["`\]]?$/i;
const CACHE_ENTRIES = 500;
const CACHE_MAX_SQL = 8_192;
const cache = new Map<string, Statement[]>();

function findKind(words: string[]): string {
  const first = words[0] ?? '';
  if (first !== 'WITH') return first;
  return words.find((word) => MAIN_KEYWORDS.has(word)) ?? 'WITH';
}

function readParams(sql: string, tokens: Token[]): (string | null)[] {
  const names: (string | null)[] = [];
  for (const token of tokens) {
    if (token.kind !== 'param') continue;
    const text = sql.slice(token.start, token.end);
    if (text === '?') {
      names.push(null);
    } else if (text.startsWith('?')) {
      const index = Number(text.slice(1));
      if (index < 1 || index > MAX_PARAMS) continue;
      while (names.length < index) names.push(null);
      names[index - 1] ??= text;
    } else if (!names.includes(text)) {
      names.push(text);
    }
  }
  return names;
}

function isReadonly(kind: string, words: string[], tokens: Token[]): boolean {
  if (kind === 'EXPLAIN') {
    const target = words.slice(words[1] === 'QUERY' ? 3 : 1);
    return isReadonly(findKind(target), target, tokens);
  }
  if (kind === 'BEGIN') return words[1] !== 'IMMEDIATE' && words[1] !== 'EXCLUSIVE';
  // PRAGMA name: asks; PRAGMA name = value and name(value) may change something.
  if (kind === 'PRAGMA') return tokens.length === 2;
  return READING.has(kind);
}

function reachesFiles(sql: string, kind: string, words: string[], tokens: Token[]): boolean {
  if (kind === 'ATTACH' || kind === 'DETACH') return true;
  if (kind === 'VACUUM' && words.includes('INTO')) return true;
  return tokens.some(
    ({ start, end }) => end - start < 12 && FILE_FUNCTION.test(sql.slice(start, end)),
  );
}

function topLevelWords(sql: string, tokens: Token[]): string[] {
  const words: string[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
    if (token.kind === 'word' && depth === 0) {
      words.push(sql.slice(token.start, token.end).toUpperCase());
    }
  }
  return words;
}

function toStatement(sql: string, tokens: Token[]): Statement {
  const first = tokens[0]?.start ?? 0;
  const end = tokens.at(-1)?.end ?? 0;
  const words = topLevelWords(sql, tokens);
  const kind = findKind(words);
  const isTemp = kind === 'CREATE' && words.some((word) => word === 'TEMP' || word === 'TEMPORARY');
  return {
    sql: sql.slice(first, end),
    kind,
    params: readParams(sql, tokens),
    reachesFiles: reachesFiles(sql, kind, words, tokens),
    isReadonly: isReadonly(kind, words, tokens),
    taints: kind === 'PRAGMA' || isTemp,
  };
}

function startsTrigger(words: string[]): boolean {
  const rest = words.filter(
    (word) => !['EXPLAIN', 'QUERY', 'PLAN', 'TEMP', 'TEMPORARY'].includes(word),
  );
  return rest[0] === 'CREATE' && rest[1] === 'TRIGGER';
}

/** The semicolons inside a trigger body do not end it: only `; END ;` does (sqlite3_complete). */
function endsTrigger(sql: string, tokens: Token[]): boolean {
  const last = tokens.at(-1);
  const isEnd = last !== undefined && sql.slice(last.start, last.end).toUpperCase() === 'END';
  return isEnd && tokens.at(-2)?.kind === 'semi';
}

function split(sql: string): Statement[] {
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  let leading: string[] = [];
  for (const token of tokenize(sql)) {
    if (token.kind === 'semi' && (!startsTrigger(leading) || endsTrigger(sql, tokens))) {
      if (tokens.length > 0) statements.push(toStatement(sql, tokens));
      tokens = [];
      leading = [];
      continue;
    }
    tokens.push(token);
    if (token.kind === 'word' && leading.length < 6) {
      leading.push(sql.slice(token.start, token.end).toUpperCase());
    }
  }
  if (tokens.length > 0) statements.push(toStatement(sql, tokens));
  return statements;
}

/** Splits an SQL text into its statements; empty ones are left out. Results are cached. */
export function analyze(sql: string): readonly Statement[] {
  const known = cache.get(sql);
  if (known !== undefined) return known;
  const statements = split(sql);
  if (sql.length <= CACHE_MAX_SQL) {
    const oldest = cache.size >= CACHE_ENTRIES ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(sql, statements);
  }
  return statements;
}
