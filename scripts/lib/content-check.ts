import { readdir } from 'node:fs/promises';

/**
 * Words live in `content/halls`, state in the database, joined by slug.
 * @throws Error naming each hall that has only one of the two.
 */
export async function checkHallContent(slugs: readonly string[]): Promise<void> {
  const files = await readdir(new URL('../../content/halls/', import.meta.url));
  const written = files.filter((name) => name.endsWith('.md')).map((name) => name.slice(0, -3));
  const wordless = slugs.filter((slug) => !written.includes(slug));
  const ruleless = written.filter((slug) => !slugs.includes(slug));
  const wrong = [
    ...wordless.map((slug) => `hall "${slug}" has rules but no content/halls/${slug}.md`),
    ...ruleless.map((slug) => `content/halls/${slug}.md has no hall "${slug}" in the database`),
  ];
  if (wrong.length > 0) throw new Error(`Words and state do not match: ${wrong.join('; ')}.`);
}
