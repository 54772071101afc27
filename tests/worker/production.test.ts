import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { buildTemporarily } from '../../scripts/lib/site.ts';

async function filesThatSay(folder: string, words: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('**/*.{mjs,js,html,json}', { cwd: folder })) {
    if (words.test(await readFile(join(folder, file), 'utf8'))) found.push(file);
  }
  return found;
}

describe('a production build', () => {
  it('contains no development inbox, which the build for tests does', async () => {
    const given = process.env['ANLAN_TEST_PRODUCTION_BUILD'];
    const build = given
      ? { outDir: given, remove: async () => {} }
      : await buildTemporarily({ devTools: false });
    try {
      const inbox = /开发收件箱|"\/dev\/inbox"/;
      expect(await filesThatSay(build.outDir, inbox)).toEqual([]);
      expect(await filesThatSay(inject('siteBuild'), inbox)).not.toEqual([]);
    } finally {
      await build.remove();
    }
  });
});
