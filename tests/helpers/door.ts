import type { z } from 'zod';
import type { doorBatchInput, doorEventInput } from '../../src/features/door/schema.ts';
import { MINUTE_MS } from '../../src/lib/time.ts';
import { NOW } from './session.ts';

type Event = z.input<typeof doorEventInput>;

export interface DoorDevice {
  /** Comes in, with no link, unless told otherwise. */
  note(event: Partial<Event> & { people: number }): Event;
  /** @param minutesLater how long after noting the device finds its link. */
  batch(
    events: readonly Event[],
    minutesLater?: number,
  ): z.input<typeof doorBatchInput> & { events: Event[] };
}

/** A device at a hall's door. @param clock what it takes for the present time. */
export function doorDevice(sessionId: string, clock: Date = NOW): DoorDevice {
  const deviceId = crypto.randomUUID();
  const deviceAt = clock.getTime();
  let sequence = 0;
  return {
    note: ({ people, ...event }) => ({
      id: crypto.randomUUID(),
      sequence: (sequence += 1),
      kind: 'in',
      sessionId,
      bookingId: null,
      settled: true,
      deviceAt,
      people,
      ...event,
    }),
    batch: (events, minutesLater = 0) => ({
      hallSlug: 'yancheng',
      deviceId,
      sentAt: deviceAt + minutesLater * MINUTE_MS,
      events: [...events],
    }),
  };
}
