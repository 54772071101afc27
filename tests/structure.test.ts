import type { Row } from '@libsql/client';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, listTables } from './helpers/database.ts';

/** The closed set of files a feature may have; see CONTRIBUTING for what each is for. */
const ROLES = ['schema', 'table', 'policy', 'queries', 'commands', 'statements', 'messages'];

/** Features whose rows others write in their own batches. */
const SERVICES = ['notifications', 'audit', 'files'];

interface Import {
  from: string;
  to: string;
}

async function filesOf(...patterns: string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob(patterns)) files.push(file.replaceAll('\\', '/'));
  return files.sort();
}

/** Every relative import between files of the project, by path from its root. */
async function listImports(): Promise<Import[]> {
  const files = await filesOf('src/**/*.{ts,astro}', 'functions/**/*.ts', 'scripts/**/*.ts');
  const imports = await Promise.all(
    files.map(async (from) => {
      const text = await readFile(from, 'utf8');
      const specifiers = text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g);
      return [...specifiers].map(([, specifier = '']) => ({
        from,
        to: normalize(join(dirname(from), specifier)).replaceAll('\\', '/'),
      }));
    }),
  );
  return imports.flat();
}

/** `a/b/c.ts` lies in `a/b` and in `a`. */
function ancestorsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

const featureOf = (path: string) => /^src\/features\/([^/]+)\//.exec(path)?.[1];
const roleOf = (path: string) => /^src\/features\/[^/]+\/([^/.]+)/.exec(path)?.[1] ?? '';
const isIn = (path: string, ...folders: string[]) =>
  folders.some((folder) => path.startsWith(`${folder}/`));

/** Why an import is not allowed, or undefined. The arrow: pages and functions → features → lib. */
function objection({ from, to }: Import): string | undefined {
  if (isIn(to, 'tests')) return 'nothing but tests imports tests';
  if (isIn(from, 'src/lib') && !isIn(to, 'src/lib')) return 'lib knows nothing but lib';
  if (isIn(from, 'src/components', 'src/layouts')) {
    const allowed = isIn(to, 'src/components', 'src/layouts', 'src/lib', 'src/styles');
    return allowed ? undefined : 'a component that could live in another product knows no feature';
  }
  if (isIn(from, 'src/pages') && isIn(to, 'functions', 'scripts'))
    return 'pages never import functions';
  if (
    isIn(from, 'functions') &&
    isIn(to, 'src/pages', 'src/layouts', 'src/components', 'scripts')
  ) {
    return 'functions know features and lib';
  }
  return featureOf(from) === undefined ? undefined : featureObjection(from, to);
}

function featureObjection(from: string, to: string): string | undefined {
  const other = featureOf(to);
  if (other === undefined) {
    return isIn(to, 'src/lib', 'src/components', 'src/styles', 'content')
      ? undefined
      : 'features know features and lib';
  }
  if (other === featureOf(from)) return roleObjection(roleOf(from), roleOf(to));
  // Statements are the rows that others write in their own batches, whichever feature they belong to.
  const service =
    roleOf(to) === 'statements' || (SERVICES.includes(other) && roleOf(to) === 'commands');
  const readable = ['queries', 'policy', 'table', 'schema'].includes(roleOf(to));
  return service || readable
    ? undefined
    : 'of another feature: queries, policy and types; of services their rows';
}

function roleObjection(from: string, to: string): string | undefined {
  if (from === 'policy' && !['policy', 'schema', 'table'].includes(to)) {
    return 'policy is pure: it takes rows and now';
  }
  if (from === 'table') return 'a table knows no other file of its feature';
  if (from === 'queries' && ['commands', 'statements', 'messages'].includes(to)) {
    return 'queries only read';
  }
  return undefined;
}

describe('the structure', () => {
  it('has imports that follow the arrow only', async () => {
    const imports = await listImports();
    expect(imports.length).toBeGreaterThan(100);
    const wrong = imports
      .map((one) => ({ ...one, because: objection(one) }))
      .filter(({ because }) => because !== undefined);
    expect(wrong).toEqual([]);
  });

  it('has no file in a feature beyond the roles and components', async () => {
    const files = await filesOf('src/features/**/*.*');
    const strange = files.filter((file) => {
      const [, , , second = '', ...deeper] = file.split('/');
      // Drawings of one hand, read as text by the component that shows them.
      if (second === 'scenes') return deeper.length !== 1 || !file.endsWith('.svg');
      if (second === 'components') return deeper.length !== 1 || !file.endsWith('.astro');
      return deeper.length > 0 || !ROLES.includes(second.replace(/\.ts$/, ''));
    });
    expect(strange).toEqual([]);
  });

  it('keeps clocks and databases out of policy', async () => {
    for (const file of await filesOf('src/features/*/policy.ts')) {
      const text = await readFile(file, 'utf8');
      expect.soft(text, file).not.toMatch(/new Date\(\)|Date\.now|from 'drizzle|lib\/db\/|async /);
    }
  });

  it('keeps requests and answers out of features', async () => {
    for (const file of await filesOf('src/features/*/*.ts')) {
      const text = await readFile(file, 'utf8');
      expect.soft(text, file).not.toMatch(/from 'hono|\bRequest\b(?!s)|\bResponse\b|Astro\./);
    }
  });

  it('formats dates in one room', async () => {
    const files = await filesOf('src/**/*.{ts,astro}', 'functions/**/*.ts');
    for (const file of files.filter((one) => one !== 'src/lib/time.ts')) {
      const text = await readFile(file, 'utf8');
      expect.soft(text, file).not.toMatch(/Intl\.DateTimeFormat|toLocale(Date|Time)?String/);
    }
  });

  it('has no inline style, style element with unsafe scope, or inline script in its pages', async () => {
    for (const file of await filesOf('src/**/*.astro')) {
      const text = await readFile(file, 'utf8');
      expect
        .soft(text, file)
        .not.toMatch(
          /\sstyle=|is:inline|<script(?! src="\.[^"]+"| type="application\/ld\+json")|\son[a-z]+=/,
        );
    }
  });
});

/** A row of `PRAGMA table_info` in the words used for drizzle's columns. */
function describeColumn(row: Row): string {
  const required = row['notnull'] === 1 || Number(row['pk']) > 0;
  return `${row['name'] as string} ${(row['type'] as string).toLowerCase()} ${required}`;
}

describe('drizzle tables', () => {
  it('have exactly the columns of the migrated database', async () => {
    const { db, remove } = await createTestDatabase();
    const described = new Map<string, string[]>();
    for (const file of await filesOf('src/features/*/table.ts', 'src/lib/db/table.ts')) {
      const path = new URL(`../${file}`, import.meta.url).href;
      const module = (await import(/* @vite-ignore */ path)) as Record<string, unknown>;
      for (const value of Object.values(module)) {
        if (!(value instanceof SQLiteTable)) continue;
        const { name, columns } = getTableConfig(value);
        described.set(
          name,
          columns.map((column) => `${column.name} ${column.getSQLType()} ${column.notNull}`).sort(),
        );
      }
    }
    const migrated = new Map<string, string[]>();
    for (const name of await listTables(db)) {
      const { rows } = await db.$client.execute(`PRAGMA table_info("${name}")`);
      migrated.set(name, rows.map(describeColumn).sort());
    }
    await remove();
    expect(described.size).toBeGreaterThan(10);
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(migrated));
  });
});

describe('documents', () => {
  it('name only paths that exist', async () => {
    const files = await filesOf('*.md', 'docs/**/*.md');
    const known = new Set(
      await filesOf('{src,functions,scripts,tests,migrations,content,docs,public}/**/*.*'),
    );
    const folders = new Set([...known].flatMap(ancestorsOf));
    const dead: string[] = [];
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      for (const [, path = ''] of text.matchAll(
        /`((?:src|functions|scripts|tests|migrations|content|docs|public)\/[\w./-]+)`/g,
      )) {
        const clean = path.replace(/\/$/, '');
        if (!known.has(clean) && !folders.has(clean)) dead.push(`${file}: ${path}`);
      }
    }
    expect(dead).toEqual([]);
  });
});
