import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { describe, expect, it } from 'vitest';
import reviewers from '../../../../content/reviewers.json';
import { copiedTemplates, WEIGHTS } from '../../../../src/features/drill-templates/policy.ts';
import {
  drillSheetSchema,
  drillTemplateSchema,
  FORMS,
  TRAININGS,
} from '../../../../src/features/drill-templates/schema.ts';
import { reviewersSchema } from '../../../../src/features/guides/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';
import { calendarDate } from '../../../../src/lib/time.ts';

const root = new URL('../../../../', import.meta.url);
const folder = new URL('content/drills/', root);
const sheetFolder = new URL('content/drill-sheets/', root);
const markdown = (at: URL) => readdirSync(at).filter((name) => name.endsWith('.md'));
const files = markdown(folder);
const sheetFiles = markdown(sheetFolder);
const guides = markdown(new URL('content/guides/', root)).map((name) => name.replace('.md', ''));
const read = (file: string, at = folder): unknown =>
  parseFrontmatter(readFileSync(new URL(file, at), 'utf8')).frontmatter;

const settings = {
  reviewers: reviewersSchema.parse(reviewers),
  today: calendarDate(new Date()),
};
const published = drillTemplateSchema(settings);
const publishedSheet = drillSheetSchema(settings);

describe('the templates in content/', () => {
  it('are at least fifteen, of both forms and of each number of functions', () => {
    const drills = files.map((file) => published.parse(read(file)));
    expect(files.length).toBeGreaterThanOrEqual(15);
    expect(new Set(drills.map(({ form }) => form))).toEqual(new Set(FORMS));
    expect(new Set(drills.map(({ scope }) => scope))).toEqual(new Set(['单项', '综合']));
  });

  it.each(files)('%s keeps the rules', (file) => {
    const parsed = published.safeParse(read(file));
    expect(parsed.success ? '' : explainContentError(`content/drills/${file}`, parsed.error)).toBe(
      '',
    );
  });

  it.each(files)('%s is named by a slug and leads to guides that exist', (file) => {
    expect(file).toMatch(/^[a-z][a-z0-9-]*\.md$/);
    expect(published.parse(read(file)).guides.filter((slug) => !guides.includes(slug))).toEqual([]);
  });

  it('are written each for their own place', () => {
    const drills = Object.fromEntries(files.map((file) => [file, published.parse(read(file))]));
    expect(copiedTemplates(drills)).toEqual([]);
  });

  it('are refused when a whole sentence is carried from one to the other', () => {
    const sentence = '门口的人拿着名单，一个一个点到脸，再报给总指挥。';
    const [here, there] = [files[0] ?? '', files[1] ?? ''].map((file) => {
      const drill = published.parse(read(file));
      const injects = drill.injects.map((inject, at) =>
        at === 0 ? { ...inject, expect: sentence } : inject,
      );
      return { ...drill, injects };
    });
    if (here === undefined || there === undefined) throw new Error('two templates are needed');
    expect(copiedTemplates({ 'a.md': here, 'b.md': there })).toEqual([
      `b.md：“${sentence}”和 a.md 一样，请换成自己的说法`,
    ]);
  });

  it('give two minutes to schools alone, with the document that says it', () => {
    const targets = files.flatMap((file) => {
      const { measures, sources } = published.parse(read(file));
      return measures.flatMap(({ target }) =>
        target === undefined
          ? []
          : [
              {
                file,
                seconds: target.seconds,
                by: target.sources.map((key) => sources[key]?.title),
              },
            ],
      );
    });
    const guide = ['《中小学幼儿园应急疏散演练指南》'];
    expect(targets).toEqual([
      { file: 'school-earthquake.md', seconds: 120, by: guide },
      { file: 'school-fire.md', seconds: 120, by: guide },
    ]);
  });

  it('ask for trainings that volunteers can prove', () => {
    const migrations = new URL('migrations/', root);
    const skills = readdirSync(migrations)
      .filter((name) => name.endsWith('_create_volunteers.sql'))
      .map((name) => readFileSync(new URL(name, migrations), 'utf8'))
      .join('');
    const missing = Object.values(TRAININGS).filter((code) => !skills.includes(`('${code}',`));
    expect(missing).toEqual([]);
  });
});

describe('the sheets in content/', () => {
  it('are one for each form', () => {
    const forms = sheetFiles.map((file) => publishedSheet.parse(read(file, sheetFolder)).form);
    expect(forms.toSorted()).toEqual([...FORMS].toSorted());
  });

  it('come to 100 with any template of their form', () => {
    const sum = (items: readonly { weight: number }[]) =>
      items.reduce((total, { weight }) => total + weight, 0);
    for (const file of files) {
      const { form, evaluation } = published.parse(read(file));
      const sheet = sheetFiles
        .map((name) => publishedSheet.parse(read(name, sheetFolder)))
        .find((one) => one.form === form);
      expect
        .soft(sum([...(sheet?.prepare ?? []), ...evaluation, ...(sheet?.conclude ?? [])]), file)
        .toBe(100);
    }
    expect(WEIGHTS.prepare + WEIGHTS.run + WEIGHTS.conclude).toBe(100);
  });

  it.each(sheetFiles)('%s rests on the standard in force first', (file) => {
    const { sources } = publishedSheet.parse(read(file, sheetFolder));
    const clauses = Object.values(sources).map(({ clause }) => clause);
    expect(clauses).toContainEqual(expect.stringContaining('GB/T 46792-2025'));
    expect(clauses).toContainEqual(expect.stringContaining('AQ/T 9009-2015'));
  });
});
