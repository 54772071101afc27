import { parseFrontmatter } from 'astro/markdown';
import { readdir, readFile } from 'node:fs/promises';
import { hallContentSchema } from '../../src/features/halls/schema.ts';
import { explainContentError } from '../../src/lib/content.ts';

const CONTENT = new URL('../../content/', import.meta.url);

/** A file of `content/halls`, by its path for whoever has to mend it. */
export interface WrittenHall {
  slug: string;
  file: string;
  text: string;
}

/**
 * Words live in `content/halls`, state in the database, joined by slug: a hall that takes bookings has both once it is
 * opened to them, any other has words only.
 * @throws Error naming each file that does not match.
 */
export async function checkHallContent(slugs: readonly string[]): Promise<void> {
  const wrong = hallProblems(slugs, await readHalls());
  if (wrong.length > 0) throw new Error(`Words and state do not match:\n${wrong.join('\n')}`);
}

/** One line for each thing that is wrong, with the file to open. */
export function hallProblems(slugs: readonly string[], written: readonly WrittenHall[]): string[] {
  const wordless = slugs.filter((slug) => !written.some((hall) => hall.slug === slug));
  return [
    ...wordless.map((slug) => `content/halls/${slug}.md：数据库里有这个场馆，请写这个文件`),
    ...written.flatMap((hall) => problemsOf(hall, slugs.includes(hall.slug))),
  ];
}

function problemsOf({ file, text }: WrittenHall, hasRules: boolean): string[] {
  let frontmatter: unknown;
  try {
    ({ frontmatter } = parseFrontmatter(text));
  } catch (error) {
    return [`${file}：开头两行 --- 之间读不懂，请查缩进和引号（${String(error)}）`];
  }
  const parsed = hallContentSchema.safeParse(frontmatter);
  if (!parsed.success) return [explainContentError(file, parsed.error)];
  // One that says it takes bookings and has no rules yet waits for its administrator to open it.
  if (!parsed.data.booking && hasRules) {
    return [`${file}：booking：写的是 false，但数据库里有这个场馆的场次规则；请写 true`];
  }
  return [];
}

async function readHalls(): Promise<WrittenHall[]> {
  const names = await readdir(new URL('halls/', CONTENT));
  return Promise.all(
    names
      .filter((name) => name.endsWith('.md'))
      .map(async (name) => ({
        slug: name.slice(0, -'.md'.length),
        file: `content/halls/${name}`,
        text: await readFile(new URL(`halls/${name}`, CONTENT), 'utf8'),
      })),
  );
}
