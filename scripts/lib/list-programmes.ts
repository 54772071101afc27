import { globSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import bodies from '../../content/bodies.json' with { type: 'json' };
import { programmeSchema, type Programme } from '../../src/features/programmes/schema.ts';
import { calendarDate } from '../../src/lib/time.ts';

const folder = new URL('../../content/criteria/', import.meta.url);

/** The criteria files as their YAML says it, by `<key>/<version>`. */
export function readCriteria(): Record<string, unknown> {
  return Object.fromEntries(
    globSync('*/*.yaml', { cwd: folder.pathname })
      .sort()
      .map((file) => {
        const text = readFileSync(new URL(file, folder), 'utf8');
        return [
          file.replace(/\.yaml$/, ''),
          parseFrontmatter(`---\n${text}\n---\n`).frontmatter as unknown,
        ];
      }),
  );
}

/** Read once: files of the content do not change under a command, and commands ask for them again and again. */
let known: Programme[] | undefined;

/** Every programme of the site's content, as the Worker finds them. @throws for a file that is not right. */
export async function listProgrammes(): Promise<Programme[]> {
  const schema = programmeSchema({ bodies: Object.keys(bodies), today: calendarDate(new Date()) });
  known ??= Object.values(readCriteria()).map((content) => schema.parse(content));
  return known;
}
