import type { APIRoute } from 'astro';
import { readGuideFeed } from '../../features/guide-feed/queries.ts';
import { atomFeed } from '../../lib/feeds.ts';

export const prerender = false;

/** The guides for readers of feeds and for other sites. */
export const GET: APIRoute = async ({ locals, url }) =>
  new Response(atomFeed(await readGuideFeed(() => locals.context(), { url, now: locals.now })), {
    headers: {
      'Content-Type': 'application/atom+xml; charset=utf-8',
      'Cache-Control': 'public, max-age=60',
    },
  });
