/** The door's two questions to the site, with a patience that suits a queue of people. */
import type { DoorDay, NotedEvent } from '../features/door/policy.ts';
import { askSite, type Answer } from '../lib/offline/link.ts';

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
}

export function doorLink(hall: string, deviceId: string): DoorLink {
  const address = `/api/halls/${encodeURIComponent(hall)}`;
  return {
    day: (patienceMs) => askSite<DoorDay>(`${address}/door`, {}, patienceMs),
    send: (events, patienceMs) => {
      const body = JSON.stringify({ deviceId, sentAt: Date.now(), events });
      const headers = { 'Content-Type': 'application/json' };
      return askSite(`${address}/door-events`, { method: 'POST', headers, body }, patienceMs);
    },
  };
}
