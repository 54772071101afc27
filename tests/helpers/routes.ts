import { glob } from 'node:fs/promises';
import { createApp } from '../../functions/app.ts';

/** `src/pages/halls/[slug]/index.astro` → `/halls/:slug`, in the words of the app's own routes. */
const pathOf = (file: string) =>
  file
    .replaceAll('\\', '/')
    .replace(/^src\/pages/, '')
    .replace(/(\/index)?\.(astro|ts)$/, '')
    .replace('sessions/[id]', 'sessions/:sessionId')
    .replace('organisations/[id]', 'organisations/:organisationId')
    .replace(/\[(\w+)\]/g, ':$1');

async function pathsOf(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const file of glob(pattern)) {
    const path = pathOf(file);
    if (!/^\/(404|500)$/.test(path)) paths.push(path || '/');
  }
  return paths;
}

/** Every route of the app and every page, `GET /halls/:slug`: what is new is among them by itself. */
export async function listRoutes(): Promise<string[]> {
  const routes = createApp()
    .routes.filter(({ path, method }) => !path.includes('*') && method !== 'ALL')
    .map(({ path, method }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
    .map((route) => route.replace('organisations/:id', 'organisations/:organisationId'));
  const pages = (await pathsOf('src/pages/**/*.astro')).map((path) => `GET ${path}`);
  return [...new Set([...routes, ...pages])].sort();
}

/** Files that pages make, `/feeds/guides.xml`: they are no routes of the app and no pages. */
export async function listMadeFiles(): Promise<string[]> {
  return (await pathsOf('src/pages/**/*.ts')).sort();
}
