/** What a drill's phone page asks the site. */
import type { DrillLive, DrillRun } from '../features/drill-runs/policy.ts';
import { learnClock, type SiteClock } from '../lib/offline/clock.ts';
import { askSite, reachSite, type Answer, type Reached } from '../lib/offline/link.ts';
import type { DrillEntry } from './drill-run-view.ts';

export interface EntryOutcome {
  id: string;
  outcome: 'accepted' | 'known' | 'refused';
  message?: string;
}

export type LiveAnswer =
  /** `live` undefined: as it was. */
  | { state: 'ok'; live: DrillLive | undefined; clock: SiteClock | undefined }
  | Exclude<Reached, { state: 'answered' }>;

export interface DrillLink {
  run(): Promise<Answer<DrillRun>>;
  live(): Promise<LiveAnswer>;
  send(
    entries: readonly DrillEntry[],
  ): Promise<Answer<{ outcomes: EntryOutcome[] }> | { state: 'invalid'; message: string }>;
  /** @returns undefined when it is done, or why it is not. */
  act(
    noun: 'start' | 'end',
    body: object | undefined,
    key: string,
  ): Promise<{ state: 'done' } | { state: 'refused'; message: string } | { state: 'no_link' }>;
}

/** A question that is asked every few seconds is not waited for longer than until the next one but one. */
const LIVE_PATIENCE_MS = 8_000;
const PATIENCE_MS = 15_000;
const NO_LINK_WORDS = '没有网，网站还不知道。先用哨子和喇叭，有网了再按。';

export function drillLink(drillId: string): DrillLink {
  const address = `/api/drills/${encodeURIComponent(drillId)}`;
  const headers = { 'Content-Type': 'application/json' };
  let tag: string | undefined;
  return {
    run: () => askSite<DrillRun>(`${address}/run`, {}, PATIENCE_MS),
    live: async () => {
      const asked = tag ? { headers: { 'If-None-Match': tag } } : {};
      const reached = await reachSite(`${address}/live`, asked, LIVE_PATIENCE_MS);
      if (reached.state !== 'answered') return reached;
      const { response, sentAt, receivedAt } = reached;
      const siteAt = Number(response.headers.get('X-Site-Time') ?? Number.NaN);
      const clock = Number.isFinite(siteAt) ? learnClock(siteAt, sentAt, receivedAt) : undefined;
      if (response.status === 304) return { state: 'ok', live: undefined, clock };
      if (!response.ok) return { state: 'no_link' };
      try {
        const live = (await response.json()) as DrillLive;
        tag = response.headers.get('ETag') ?? undefined;
        return { state: 'ok', live, clock };
      } catch {
        return { state: 'no_link' };
      }
    },
    send: async (entries) => {
      const body = JSON.stringify({ sentAt: Date.now(), entries });
      const init = { method: 'POST', headers, body };
      const reached = await reachSite(`${address}/entries`, init, PATIENCE_MS);
      if (reached.state !== 'answered') return reached;
      const { response, sentAt, receivedAt } = reached;
      if (!response.ok) return { state: 'invalid', message: await messageOf(response) };
      try {
        const answer = (await response.json()) as { outcomes: EntryOutcome[] };
        return { state: 'ok', body: answer, sentAt, receivedAt };
      } catch {
        return { state: 'no_link' };
      }
    },
    act: async (noun, body, key) => {
      const init = {
        method: 'POST',
        headers: { ...headers, 'Idempotency-Key': key },
        ...(body ? { body: JSON.stringify(body) } : {}),
      };
      const reached = await reachSite(`${address}/${noun}`, init, PATIENCE_MS);
      if (reached.state === 'sign_in') {
        return { state: 'refused', message: '要再登录一次，才能按这个键。' };
      }
      if (reached.state !== 'answered') return { state: 'no_link' };
      if (reached.response.ok) return { state: 'done' };
      return { state: 'refused', message: await messageOf(reached.response) };
    },
  };
}

export const noLinkWords = NO_LINK_WORDS;

async function messageOf(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as {
      detail?: string;
      errors?: { message: string }[];
    };
    return problem.errors?.[0]?.message ?? problem.detail ?? '没有办成。';
  } catch {
    return '没有办成。';
  }
}
