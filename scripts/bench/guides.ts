/**
 * `npm run bench:guides`: builds of the site with 60 and with 1,000 generated guides beside its own, and of a bare Astro site with the
 * same files in the same run: time, CPU time, peak memory and how they grow. What is generated lies below `.builds` and is
 * gone afterwards. Ratios within one run are what is worth keeping.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, run } from '../lib/processes.ts';
import { generateGuides, type GuideFile } from './generated-guides.ts';

const SIZES = [60, 1_000] as const;
/** All that a build reads of the project. */
const PARTS = [
  ...['content', 'src', 'functions', 'scripts', 'public', 'migrations'],
  ...['astro.config.ts', 'package.json', 'tsconfig.json', 'wrangler.toml'],
];
/** Told by the process itself as it ends, since the platforms' tools differ: kilobytes and microseconds. */
const USAGE = `process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log('used ' + maxRSS + ' ' + (userCPUTime + systemCPUTime));
});`;

interface Built {
  guides: number;
  seconds: number;
  /** Of the processor: what a busy machine changes least. */
  cpuSeconds: number;
  peakMegabytes: number;
}

await mkdir(join(ROOT, '.builds'), { recursive: true });
const directory = await mkdtemp(join(ROOT, '.builds/bench-'));
try {
  const own = await readGuides();
  const drawings = join(ROOT, 'src/features/guides/scenes');
  const results: { site: Built; bare: Built }[] = [];
  for (const size of SIZES) {
    const generated = generateGuides(own, size);
    const guides = [...own, ...generated];
    const bare = await build(await writeBare(`bare-${size}`, guides), guides.length);
    const site = await build(await writeSite(`site-${size}`, generated, drawings), guides.length);
    results.push({ site, bare });
  }
  report(results);
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function readGuides(): Promise<GuideFile[]> {
  const folder = join(ROOT, 'content/guides');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md')).toSorted();
  return Promise.all(
    files.map(async (file) => ({
      slug: file.replace('.md', ''),
      text: await readFile(join(folder, file), 'utf8'),
    })),
  );
}

/** The site as it stands, with more guides; each has the drawing of the one that it was made from. */
async function writeSite(
  name: string,
  generated: readonly GuideFile[],
  drawings: string,
): Promise<string> {
  const root = join(directory, name);
  await mkdir(root);
  for (const part of PARTS) await cp(join(ROOT, part), join(root, part), { recursive: true });
  for (const { slug, text, from } of generated) {
    await writeFile(join(root, 'content/guides', `${slug}.md`), text);
    const drawing = join(drawings, `${from}.svg`);
    await cp(drawing, join(root, 'src/features/guides/scenes', `${slug}.svg`)).catch(() => {});
  }
  return root;
}

/** One page a guide, its lists and its text, and nothing else: what Astro itself takes. */
async function writeBare(name: string, guides: readonly GuideFile[]): Promise<string> {
  const root = join(directory, name);
  await mkdir(join(root, 'content'), { recursive: true });
  await mkdir(join(root, 'src/pages'), { recursive: true });
  for (const { slug, text } of guides) await writeFile(join(root, 'content', `${slug}.md`), text);
  await writeFile(join(root, 'astro.config.mjs'), 'export default {};\n');
  await writeFile(
    join(root, 'src/content.config.ts'),
    `import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
export const collections = {
  guides: defineCollection({ loader: glob({ base: './content', pattern: '*.md' }) }),
};
`,
  );
  await writeFile(
    join(root, 'src/pages/[slug].astro'),
    `---
import { getCollection, render } from 'astro:content';
export const getStaticPaths = async () =>
  (await getCollection('guides')).map((entry) => ({ params: { slug: entry.id }, props: { entry } }));
const { entry } = Astro.props;
const { Content } = await render(entry);
---
<html lang="zh-CN"><head><title>{entry.data.title}</title></head><body>
<h1>{entry.data.title}</h1>
{['now', 'before', 'during', 'after'].map((part) => (
  <ul>{entry.data[part].map(({ text }) => <li>{text}</li>)}</ul>
))}
<Content />
</body></html>
`,
  );
  return root;
}

async function build(root: string, guides: number): Promise<Built> {
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const astro = join(ROOT, 'node_modules/astro/bin/astro.mjs');
  const env = {
    ...process.env,
    ASTRO_TELEMETRY_DISABLED: '1',
    ANLAN_OUT_DIR: join(root, 'dist'),
    SITE_ORIGIN: 'https://anlan.example',
  };
  const start = performance.now();
  const { code, output } = await run(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(USAGE)}`, astro, 'build'],
    { cwd: root, env, capture: true },
  );
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`The build in ${root} failed.\n${output.slice(-3000)}`);
  const [, kilobytes, microseconds] = /^used (\d+) (\d+)$/m.exec(output) ?? [];
  await rm(root, { recursive: true, force: true });
  return {
    guides,
    seconds,
    cpuSeconds: Number(microseconds) / 1e6,
    peakMegabytes: Number(kilobytes) / 1024,
  };
}

function report(results: readonly { site: Built; bare: Built }[]): void {
  const row = ({ guides, seconds, cpuSeconds, peakMegabytes }: Built) => ({
    guides,
    seconds: Number(seconds.toFixed(1)),
    'CPU seconds': Number(cpuSeconds.toFixed(1)),
    'peak MB': Math.round(peakMegabytes),
  });
  console.table(
    Object.fromEntries(
      results.flatMap(({ site, bare }) => [
        [`bare Astro, ${bare.guides}`, row(bare)],
        [`site, ${site.guides}`, row(site)],
      ]),
    ),
  );
  const [small, large] = results;
  if (!small || !large) return;
  const more = large.site.guides - small.site.guides;
  for (const kind of ['bare', 'site'] as const) {
    const [few, many] = [small[kind], large[kind]];
    const each = ((many.cpuSeconds - few.cpuSeconds) / more) * 1000;
    console.log(
      `${kind}: ${(many.cpuSeconds / few.cpuSeconds).toFixed(2)} × the CPU time and ${(many.peakMegabytes / few.peakMegabytes).toFixed(2)} × the memory for ${(many.guides / few.guides).toFixed(2)} × the guides; ${each.toFixed(1)} ms of CPU for each further guide`,
    );
  }
  for (const { site, bare } of results) {
    console.log(
      `${site.guides} guides: site / bare = ${(site.cpuSeconds / bare.cpuSeconds).toFixed(2)} × the CPU time, ${(site.peakMegabytes / bare.peakMegabytes).toFixed(2)} × the memory`,
    );
  }
}
