import { resolve } from 'node:path';
import { buildTemporarily } from '../../scripts/lib/site.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The directory of a finished build, development pages included. */
    siteBuild: string;
  }
}

/** Builds the site once for all tests of the Worker, unless ANLAN_TEST_BUILD names a finished build. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const finished = process.env['ANLAN_TEST_BUILD'];
  if (finished) {
    project.provide('siteBuild', resolve(finished));
    return async () => {};
  }
  const { outDir, remove } = await buildTemporarily({ devTools: true });
  project.provide('siteBuild', outDir);
  return remove;
}
