import type { APIRoute } from 'astro';
import { calendarDays } from '../../features/campaigns/policy.ts';
import { listCampaigns } from '../../features/campaigns/queries.ts';
import { dayCalendar } from '../../lib/day-calendar.ts';
import { calendarDate } from '../../lib/time.ts';

export const prerender = false;

/** The theme days of this year and the next, to subscribe to. */
export const GET: APIRoute = async ({ locals, url }) => {
  const days = calendarDays(await listCampaigns(), calendarDate(locals.now), url.origin);
  return new Response(dayCalendar('安澜：主题日', days, locals.now), {
    headers: {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'inline; filename="anlan-campaigns.ics"',
      'Cache-Control': 'public, max-age=3600',
    },
  });
};
