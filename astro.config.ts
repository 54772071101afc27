import { appendFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import cloudflare from '@astrojs/cloudflare';
import type { AstroIntegration } from 'astro';
import { defineConfig } from 'astro/config';
import { joinFiles } from './scripts/lib/join-files.ts';
import { writeOfflineCopies } from './scripts/lib/offline-copies.ts';
import { overdueReviews, readWrittenTexts, textProblems } from './scripts/lib/text-lint.ts';
import { securityHeaders } from './src/lib/security-headers.ts';
import { calendarDate } from './src/lib/time.ts';

/** Advice with a mistake that a program can see is not built; a review that is due is told. */
const soundTexts: AstroIntegration = {
  name: 'sound-texts',
  hooks: {
    'astro:build:start': async ({ logger }) => {
      const texts = await readWrittenTexts();
      const problems = textProblems(texts);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      for (const due of overdueReviews(texts, calendarDate(new Date()))) logger.warn(due);
    },
  },
};

/** Static pages are not drawn by the site: the platform sets the same headers on them from `_headers`. */
const staticHeaders: AstroIntegration = {
  name: 'static-headers',
  hooks: {
    'astro:build:done': async ({ dir }) => {
      const lines = Object.entries(securityHeaders).map(([name, value]) => `  ${name}: ${value}`);
      await appendFile(new URL('_headers', dir), `\n/*\n${lines.join('\n')}\n`);
    },
  },
};

/** What a page is made of comes in as few files as can be, before copies are listed with what they weigh. */
const fewerFiles: AstroIntegration = {
  name: 'fewer-files',
  hooks: {
    'astro:build:done': ({ dir }) => joinFiles(fileURLToPath(dir)),
  },
};

/** What a device may keep, and the worker that keeps it, are known only when the pages are drawn (decision 39). */
const offlineCopies: AstroIntegration = {
  name: 'offline-copies',
  hooks: {
    'astro:build:done': ({ dir }) => writeOfflineCopies(fileURLToPath(dir)),
  },
};

/** Pages for development and demonstrations only; a production build does not contain them. */
const developmentPages: AstroIntegration = {
  name: 'development-pages',
  hooks: {
    'astro:config:setup': ({ injectRoute, command }) => {
      if (command !== 'dev' && process.env['ANLAN_DEV_TOOLS'] !== '1') return;
      injectRoute({ pattern: '/dev/inbox', entrypoint: './src/dev/inbox.astro', prerender: false });
      injectRoute({
        pattern: '/styleguide',
        entrypoint: './src/dev/styleguide.astro',
        prerender: true,
      });
    },
  },
};

/** A guide pays for each letter of an address (decision 12). */
const shortNames = {
  entryFileNames: '_astro/[hash:6].js',
  chunkFileNames: '_astro/[hash:6].js',
  assetFileNames: '_astro/[hash:6][extname]',
};

/** Codes on printed sheets lead to it. Without it a sheet has no code. */
const site = process.env['SITE_ORIGIN'];

export default defineConfig({
  output: 'server',
  ...(site ? { site } : {}),
  outDir: process.env['ANLAN_OUT_DIR'] ?? './dist',
  trailingSlash: 'never',
  // No KV binding: sign-ins are our own rows, written in the same batch as their audit entry.
  session: false,
  fetchFile: '../functions/site.ts',
  build: { format: 'file', inlineStylesheets: 'never' },
  // The content security policy allows nothing inline.
  vite: {
    build: {
      assetsInlineLimit: 0,
      rolldownOptions: { output: { assetFileNames: shortNames.assetFileNames } },
    },
    environments: { client: { build: { rolldownOptions: { output: shortNames } } } },
  },
  devToolbar: { enabled: false },
  // With the default prerender environment `astro dev` answers 404 for prerendered pages.
  adapter: cloudflare({ prerenderEnvironment: 'node', imageService: 'passthrough' }),
  integrations: [soundTexts, developmentPages, staticHeaders, fewerFiles, offlineCopies],
});
