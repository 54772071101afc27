/** The door's two questions to the site, with a patience that suits a queue of people. */
import type { DoorDay, NotedEvent } from '../features/door/policy.ts';
import { askSite, reachSite, type Answer } from '../lib/offline/link.ts';

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

export interface DoorLink {
  day(patienceMs: number): Promise<Answer<DoorDay>>;
  /** @param patienceMs somebody stands at the door and waits for the first of these. */
  send(
    events: readonly DeviceEvent[],
    patienceMs: number,
  ): Promise<Answer<{ at: number; outcomes: Outcome[] }>>;
  /** For a code that today's list does not hold: the site knows the other days and halls, and the last minute. */
  arrive(code: string, patienceMs: number): Promise<ByCode>;
}

export type ByCode =
  { state: 'arrived' } | { state: 'refused'; message: string } | { state: 'unknown' };

export function doorLink(hall: string, deviceId: string): DoorLink {
  const address = `/api/halls/${encodeURIComponent(hall)}`;
  return {
    day: (patienceMs) => askSite<DoorDay>(`${address}/door`, {}, patienceMs),
    send: (events, patienceMs) => {
      const body = JSON.stringify({ deviceId, sentAt: Date.now(), events });
      const headers = { 'Content-Type': 'application/json' };
      return askSite(`${address}/door-events`, { method: 'POST', headers, body }, patienceMs);
    },
    arrive: async (code, patienceMs) => {
      const headers = {
        'Content-Type': 'application/json',
        'Idempotency-Key': crypto.randomUUID(),
      };
      const init = { method: 'POST', headers, body: JSON.stringify({ code }) };
      const reached = await reachSite(`${address}/arrivals`, init, patienceMs);
      if (reached.state !== 'answered') return { state: 'unknown' };
      if (reached.response.ok) return { state: 'arrived' };
      const problem = (await reached.response.json().catch(() => ({}))) as {
        detail?: string;
        errors?: { message: string }[];
      };
      const message = problem.errors?.[0]?.message ?? problem.detail;
      return message === undefined ? { state: 'unknown' } : { state: 'refused', message };
    },
  };
}
