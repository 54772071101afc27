import type { APIRoute } from 'astro';
import { quickIndex } from '../features/search/policy.ts';
import { readSearchIndex } from '../features/search/queries.ts';

export const prerender = true;

/** What browsers answer from while somebody types. */
export const GET: APIRoute = async () => Response.json(quickIndex(await readSearchIndex()));
