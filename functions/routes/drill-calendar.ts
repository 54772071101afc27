import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import {
  outsideTitle,
  placesByKind,
  type PublicDrill,
} from '../../src/features/drill-calendar/policy.ts';
import { DRILLS_SHOWN, listPublicDrills } from '../../src/features/drill-calendar/queries.ts';
import { calendarQuery } from '../../src/features/drill-calendar/schema.ts';
import { classWords } from '../../src/features/drill-plans/policy.ts';
import { markedTitle, noticeText } from '../../src/features/drills/policy.ts';
import { atomFeed, jsonFeed, type Feed } from '../../src/lib/feeds.ts';
import {
  calendarDate,
  DAY_MS,
  formatDayTime,
  formatTimeAfter,
  instantOf,
} from '../../src/lib/time.ts';
import { newCalendar } from '../calendar.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import type { AppContext, AppEnv } from '../types.ts';

/** Whoever reads a feed once a week misses nothing, and a drill that was called off stays with its state. */
const FEED_DAYS_BACK = 30;
const FEED_ENTRIES = 50;
/** How often a calendar that subscribes should ask again. */
const ASK_AGAIN_SECONDS = 60 * 60;

const drillSchema = z
  .object({
    id: z.uuid(),
    title: z.string().openapi({ description: 'Begins with the mark 演练.' }),
    state: z.enum(['announced', 'running', 'over', 'cancelled']),
    blind: z.boolean().openapi({ description: 'Told of from the day after it ended.' }),
    hazard: z.string(),
    startsAt: instantSchema,
    endsAt: instantSchema,
    place: z.string(),
    organiser: z.string(),
    region: z.string().openapi({ description: 'A division code.' }),
    places: z
      .array(z.object({ kind: z.enum(['household', 'volunteer', 'observer']), left: z.int() }))
      .openapi({ description: 'People who can still sign up, by kind of role.' }),
  })
  .openapi('AnnouncedDrill');

const listRoute = createRoute({
  method: 'get',
  path: '/drills',
  summary: 'Announced drills from today on, the next first; drills are practice, never an alarm',
  request: { query: calendarQuery },
  responses: {
    200: jsonAnswer(`At most ${DRILLS_SHOWN}.`, z.array(drillSchema)),
    ...problems(422, 503),
  },
});

export function drillCalendarApi() {
  const api = createApi();
  api.openapi(listRoute, async (c) => {
    const context = await c.var.scope.context();
    const { region } = c.req.valid('query');
    const from = instantOf(calendarDate(context.now));
    const found = await listPublicDrills(context, { region, from });
    return c.json(found.map(drillView), 200);
  });
  return api;
}

function drillView({
  drill,
  version,
  organiser,
  roles,
}: PublicDrill): z.output<typeof drillSchema> {
  return {
    id: drill.id,
    title: markedTitle(version.title),
    // In preparation nothing is public.
    state: drill.state === 'preparing' ? 'announced' : drill.state,
    blind: drill.blind,
    hazard: version.hazard,
    startsAt: drill.startsAt.toISOString(),
    endsAt: drill.endsAt.toISOString(),
    ...{ place: version.place, organiser, region: drill.regionCode },
    places: placesByKind(roles).flatMap(({ kind, left }) =>
      kind === 'assigned' ? [] : [{ kind, left }],
    ),
  };
}

/** What is asked for by `?region=`; nonsense asks for everywhere, since a reader of feeds shows no mistakes. */
async function outsideDrills(c: AppContext, limit: number): Promise<PublicDrill[]> {
  const context = await c.var.scope.context();
  const region = calendarQuery.safeParse(c.req.query()).data?.region;
  const today = instantOf(calendarDate(context.now));
  const from = new Date(today.getTime() - FEED_DAYS_BACK * DAY_MS);
  return listPublicDrills(context, { region, from, limit });
}

/** Drills to subscribe to: as Atom, as JSON Feed, as a calendar. Called off ones stay, with their state. */
export function drillCalendarFiles() {
  const files = new Hono<AppEnv>();
  files.get('/drills/feed.xml', async (c) => {
    c.header('Content-Type', 'application/atom+xml; charset=utf-8');
    c.header('Cache-Control', 'public, max-age=60');
    return c.body(atomFeed(drillFeed(c, await outsideDrills(c, FEED_ENTRIES))));
  });
  files.get('/drills/feed.json', async (c) => {
    c.header('Cache-Control', 'public, max-age=60');
    return c.json(jsonFeed(drillFeed(c, await outsideDrills(c, FEED_ENTRIES))), 200, {
      'Content-Type': 'application/feed+json; charset=utf-8',
    });
  });
  files.get('/drills.ics', async (c) => {
    const calendar = newCalendar();
    calendar.name('安澜：应急演练').ttl(ASK_AGAIN_SECONDS).method(ICalCalendarMethod.PUBLISH);
    const { origin } = new URL(c.req.url);
    for (const one of await outsideDrills(c, DRILLS_SHOWN)) {
      const { drill, version, organiser } = one;
      const isCancelled = drill.state === 'cancelled';
      calendar.createEvent({
        id: `drill-${drill.id}@anlan`,
        // Each version is news, and being called off is once more.
        sequence: version.version + (isCancelled ? 1 : 0),
        status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
        stamp: c.var.scope.now,
        start: drill.startsAt,
        end: drill.endsAt,
        summary: outsideTitle(one),
        location: version.place,
        description: `这是演练，不是真的险情。${organiser}办。`,
        url: `${origin}/drills/${drill.id}`,
        // Who subscribes does not go to all of them.
        transparency: ICalEventTransparency.TRANSPARENT,
      });
    }
    return c.body(calendar.toString(), 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'inline; filename="anlan-drills.ics"',
      'Cache-Control': 'public, max-age=60',
    });
  });
  return files;
}

function drillFeed(c: AppContext, found: readonly PublicDrill[]): Feed {
  const { origin, pathname } = new URL(c.req.url);
  return {
    id: `${origin}/drills`,
    title: '安澜：应急演练',
    self: `${origin}${pathname}`,
    page: `${origin}/drills`,
    now: c.var.scope.now,
    entries: found.map((one) => {
      const { drill, version, organiser } = one;
      const published = drill.announcedAt ?? drill.endedAt ?? drill.startsAt;
      const when = `${formatDayTime(drill.startsAt)}到${formatTimeAfter(drill.startsAt, drill.endsAt)}`;
      const about = `${when}，${version.place}，${organiser}办。`;
      return {
        id: `urn:uuid:${drill.id}`,
        title: outsideTitle(one),
        href: `${origin}/drills/${drill.id}`,
        author: organiser,
        summary: `这是演练，不是真的险情。${about}`,
        content: [
          `这是演练，不是真的险情。${about}`,
          classWords({ ...version, blind: drill.blind }),
          noticeText(version, organiser),
        ].join('\n\n'),
        published,
        // A changed time or place is news to whoever has read it before.
        updated: version.writtenAt > published ? version.writtenAt : published,
      };
    }),
  };
}
