import type { APIRoute } from 'astro';
import { readGuideFeed } from '../../features/guide-feed/queries.ts';
import { jsonFeed } from '../../lib/feeds.ts';

export const prerender = false;

/** The guides for programs. */
export const GET: APIRoute = async ({ locals, url }) =>
  new Response(
    JSON.stringify(jsonFeed(await readGuideFeed(() => locals.context(), { url, now: locals.now }))),
    {
      headers: {
        'Content-Type': 'application/feed+json; charset=utf-8',
        'Cache-Control': 'public, max-age=60',
      },
    },
  );
