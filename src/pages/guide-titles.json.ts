import type { APIRoute } from 'astro';
import { listGuides } from '../features/guides/queries.ts';

export const prerender = true;

/** Titles by slug, for the Worker's front: the page in a withdrawn guide's place names the guide to read instead. */
export const GET: APIRoute = async () =>
  Response.json(Object.fromEntries((await listGuides()).map(({ id, data }) => [id, data.title])));
