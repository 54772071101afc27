/** The door's two questions to the site, with a patience that suits a queue of people. */
import type { DoorDay, NotedEvent } from '../features/door/policy.ts';

/** What a device writes down: an event of the API. */
export interface DeviceEvent extends Omit<NotedEvent, 'zone' | 'undoes'> {
  sequence: number;
  settled: boolean;
  deviceAt: number;
  zone?: string;
  undoes?: string;
}

export interface Outcome {
  id: string;
  outcome: 'noted' | 'refused';
  message?: string;
}

export type Answer<Body> =
  | { state: 'ok'; body: Body; sentAt: number; receivedAt: number }
  | { state: 'no_link' }
  | { state: 'sign_in' }
  /** Not staff of this hall any more, or a request that the site does not understand. */
  | { state: 'shut' };

export interface DoorLink {
  day(): Promise<Answer<DoorDay>>;
  /** @param patienceMs somebody stands at the door and waits for the first of these. */
  send(
    events: readonly DeviceEvent[],
    patienceMs: number,
  ): Promise<Answer<{ at: number; outcomes: Outcome[] }>>;
}

const PATIENCE_MS = 10_000;

export function doorLink(hall: string, deviceId: string): DoorLink {
  const address = `/api/halls/${encodeURIComponent(hall)}`;
  return {
    day: () => ask<DoorDay>(`${address}/door`, {}, PATIENCE_MS),
    send: (events, patienceMs) => {
      const body = JSON.stringify({ deviceId, sentAt: Date.now(), events });
      const headers = { 'Content-Type': 'application/json' };
      return ask(`${address}/door-events`, { method: 'POST', headers, body }, patienceMs);
    },
  };
}

async function ask<Body>(
  path: string,
  init: RequestInit,
  patienceMs: number,
): Promise<Answer<Body>> {
  const sentAt = Date.now();
  try {
    const answer = await fetch(path, {
      ...init,
      cache: 'no-store',
      signal: AbortSignal.timeout(patienceMs),
    });
    if (answer.status === 401) return { state: 'sign_in' };
    if (answer.status === 403 || answer.status === 404) return { state: 'shut' };
    if (!answer.ok) return { state: 'no_link' };
    const body = (await answer.json()) as Body;
    return { state: 'ok', body, sentAt, receivedAt: Date.now() };
  } catch {
    return { state: 'no_link' };
  }
}
