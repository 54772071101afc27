import { z } from 'zod';
import { liveBanners } from '../src/features/banners/queries.ts';
import { divisionTree } from '../src/features/regions/policy.ts';
import { textStates } from '../src/features/withdrawals/queries.ts';
import type { BannerLevel } from '../src/features/banners/table.ts';
import type { TextAct } from '../src/features/withdrawals/table.ts';
import { BANNER_LEVELS } from '../src/features/banners/schema.ts';
import type { CommandContext } from '../src/lib/context.ts';
import { errorFields } from '../src/lib/log.ts';
import { TEXT_KINDS, type TextName } from '../src/lib/text-path.ts';
import { within } from '../src/lib/within.ts';
import type { Scope } from './scope.ts';

/** An urgent line. Times are milliseconds of UTC, so that the whole can be kept as JSON. */
export interface LiveBanner {
  id: string;
  line: string;
  level: BannerLevel;
  href: string | null;
  /** `江苏省盐城市`; null for everywhere. */
  place: string | null;
  until: number;
}

/** The last thing that happened to a text. A copy of it older than `since` must not be shown. */
export interface LiveText extends TextName {
  act: TextAct;
  reason: string;
  /** A guide. */
  instead: string | null;
  since: number;
}

/** What every page must know of this moment. */
export interface LiveState {
  asOf: number;
  banners: LiveBanner[];
  texts: LiveText[];
}

/** Reads it in one request. @throws DomainError `unavailable`. */
export async function readLiveState(ctx: Pick<CommandContext, 'db' | 'now'>): Promise<LiveState> {
  const [banners, texts] = await ctx.db.batch([liveBanners(ctx), textStates(ctx)]);
  return {
    asOf: ctx.now.getTime(),
    banners: banners
      .map(({ id, line, level, href, region, until }) => ({
        ...{ id, line, level, href },
        place: region && (divisionTree.fullName(region) ?? null),
        until: until?.getTime() ?? 0,
      }))
      .toSorted((a, b) => BANNER_LEVELS.indexOf(b.level) - BANNER_LEVELS.indexOf(a.level)),
    texts: texts.map(({ decidedAt, ...one }) => ({ ...one, since: decidedAt?.getTime() ?? 0 })),
  };
}

/** How old an answer may be. A change reaches every reader within it; the database is asked no more often. */
export const FRESH_MS = 5_000;
/** A reader waits so long for the database: less when something is known already, however old. */
export const WAIT_MS = { known: 300, unknown: 600 } as const;

/** Keeps the last answer beyond this isolate's life; any failure of it is its own affair. */
export interface LiveStore {
  read(): Promise<LiveState | undefined>;
  write(state: LiveState): Promise<void>;
}

export interface Asking {
  now: number;
  ask: () => Promise<LiveState>;
  store: LiveStore;
  /** Keeps the question going after the reader has stopped waiting for it. */
  waitUntil: (work: Promise<unknown>) => void;
  failed: (error: unknown) => void;
}

const LONG_AGO = Number.NEGATIVE_INFINITY;

/**
 * The last known state of one deployment. It never throws and never waits for long: a reader who is frightened gets
 * the guide first of all.
 */
export class LiveDesk {
  #known: LiveState | undefined;
  /** When the database last answered, or was last given up on. */
  #settledAt = LONG_AGO;
  #isStoreRead = false;

  /** Undefined when nothing was ever known here and the database does not answer. */
  async state({ now, ask, store, waitUntil, failed }: Asking): Promise<LiveState | undefined> {
    if (now - this.#settledAt < FRESH_MS) return this.#known;
    if (!this.#isStoreRead) {
      this.#learn(await store.read().catch(() => undefined));
      this.#isStoreRead = true;
      if (this.#known && now - this.#known.asOf < FRESH_MS) return this.#known;
    }
    // Each reader asks for themselves: to be handed somebody else's answer is not possible across requests.
    const asking = ask().then(
      (state) => {
        this.#settledAt = now;
        this.#learn(state);
        return store.write(state).catch(() => undefined);
      },
      (error: unknown) => {
        this.#settledAt = now;
        failed(error);
      },
    );
    waitUntil(asking);
    const inTime = await within(this.#known ? WAIT_MS.known : WAIT_MS.unknown, async () => {
      await asking;
      return true;
    });
    if (!inTime) this.#settledAt = now;
    return this.#known;
  }

  /** The next reader asks anew: somebody has just changed something here. */
  forget(): void {
    this.#settledAt = LONG_AGO;
  }

  /** An answer that was overtaken on its way does not undo a newer one. */
  #learn(state: LiveState | undefined): void {
    if (state && state.asOf >= (this.#known?.asOf ?? 0)) this.#known = state;
  }
}

const desks = new Map<string, LiveDesk>();

function deskOf(env: object): LiveDesk {
  const url = String((env as Record<string, unknown>)['DATABASE_URL']);
  const desk = desks.get(url) ?? new LiveDesk();
  desks.set(url, desk);
  return desk;
}

/** To be called after a write that changes what every page must know. */
export function forgetLiveState(env: object): void {
  deskOf(env).forget();
}

/**
 * What is known at this moment, for one request.
 * @param origin of the request: the edge keeps its last answer under this site's own name.
 */
export function liveState(
  scope: Scope,
  platform: { env: object; origin: string; executionContext: Pick<ExecutionContext, 'waitUntil'> },
): Promise<LiveState | undefined> {
  const { env, origin, executionContext } = platform;
  return deskOf(env).state({
    now: scope.now.getTime(),
    ask: async () => readLiveState(await scope.context()),
    store: edgeStore(origin),
    waitUntil: (work) => executionContext.waitUntil(work),
    failed: (error) => scope.log('warn', 'live_state_unavailable', errorFields(error)),
  });
}

const stateSchema = z.object({
  asOf: z.number(),
  banners: z.array(
    z.object({
      id: z.string(),
      line: z.string(),
      level: z.enum(BANNER_LEVELS),
      href: z.string().nullable(),
      place: z.string().nullable(),
      until: z.number(),
    }),
  ),
  texts: z.array(
    z.object({
      kind: z.enum(TEXT_KINDS),
      slug: z.string(),
      act: z.enum(['withdraw', 'reinstate']),
      reason: z.string(),
      instead: z.string().nullable(),
      since: z.number(),
    }),
  ),
});

/** A week: longer than any outage that leaves the rest of the site standing. */
const STORED_SECONDS = 7 * 24 * 3600;

/**
 * The platform's cache of one location. It may lose what it is given at any time, and on `*.workers.dev` it keeps
 * nothing; where there is none at all, a new isolate knows nothing before the database answers.
 */
function edgeStore(origin: string): LiveStore {
  const cache =
    'caches' in globalThis
      ? (caches as unknown as CacheStorage & { default: Cache }).default
      : undefined;
  const address = `${origin}/live.json?kept`;
  return {
    read: async () => {
      const kept = await cache?.match(address);
      return kept && stateSchema.parse(await kept.json());
    },
    write: async (state) => {
      const headers = { 'Cache-Control': `public, max-age=${STORED_SECONDS}` };
      await cache?.put(address, Response.json(state, { headers }));
    },
  };
}

/** Lines that still stand and texts that are gone, at this moment. */
export function inForce(state: LiveState | undefined, now: number) {
  return {
    banners: state?.banners.filter(({ until }) => until > now) ?? [],
    withdrawn: state?.texts.filter(({ act }) => act === 'withdraw') ?? [],
  };
}
