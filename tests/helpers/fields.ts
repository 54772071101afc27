import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { glob } from 'node:fs/promises';
import { z } from 'zod';

async function exportsOf(pattern: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const file of glob(pattern)) {
    const path = new URL(`../../${file}`, import.meta.url).href;
    const module = (await import(/* @vite-ignore */ path)) as Record<string, unknown>;
    values.push(...Object.values(module));
  }
  return values;
}

/** Walks into what wraps an object's or a choice's schema. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod as { def: { innerType?: z.core.$ZodType; out?: z.core.$ZodType } };
  const inner = def.innerType ?? def.out;
  return inner && inner !== schema ? unwrapped(inner) : schema;
}

/** Every field that any schema of the site takes, and every word that one of its choices allows. */
export async function schemaFields(): Promise<{ names: string[]; choices: string[] }> {
  const names = new Set<string>();
  const choices = new Set<string>();
  for (const value of await exportsOf('src/features/*/schema.ts')) {
    if (!(value instanceof z.ZodType)) continue;
    const schema = unwrapped(value);
    if (!(schema instanceof z.ZodObject)) continue;
    for (const [name, field] of Object.entries(schema.shape)) {
      names.add(name);
      const choice = unwrapped(field as z.core.$ZodType);
      if (choice instanceof z.ZodEnum) choice.options.forEach((one) => choices.add(String(one)));
    }
  }
  return { names: [...names].sort(), choices: [...choices].sort() };
}

/** Every column of every table, as programs call it: `personId`, `state`, `createdAt`. */
export async function columnFields(): Promise<string[]> {
  const columns = new Set<string>();
  for (const value of await exportsOf('src/features/*/table.ts')) {
    if (!(value instanceof SQLiteTable)) continue;
    for (const { name } of getTableConfig(value).columns) {
      columns.add(name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
    }
  }
  return [...columns].sort();
}
