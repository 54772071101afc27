import type { APIRoute, GetStaticPaths } from 'astro';
import { BROADCAST_LENGTHS, broadcastText } from '../../../features/broadcasts/policy.ts';
import { listGuides, type GuideEntry } from '../../../features/guides/queries.ts';

export const prerender = true;

export const getStaticPaths = (async () =>
  (await listGuides()).flatMap((entry) =>
    BROADCAST_LENGTHS.map((length) => ({
      params: { slug: entry.id, seconds: String(length) },
      props: { entry, length },
    })),
  )) satisfies GetStaticPaths;

interface Props extends Record<string, unknown> {
  entry: GuideEntry;
  length: (typeof BROADCAST_LENGTHS)[number];
}

/** One script as plain text, for whoever reads it out. */
export const GET: APIRoute<Props> = ({ props: { entry, length }, site }) =>
  new Response(broadcastText(entry.data, length, site && new URL(`/guides/${entry.id}`, site)), {
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  });
