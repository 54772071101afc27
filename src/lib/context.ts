import type { Database } from './db/client.ts';
import type { Keyring } from './keyring.ts';

/** Who acts. A visitor has not signed in; a job is the site itself, by the name of its task. */
export type Actor =
  { kind: 'person'; id: string } | { kind: 'visitor' } | { kind: 'job'; id: string };

export type PersonActor = Extract<Actor, { kind: 'person' }>;

/** All that a command may reach for. It never sees a request, and time is always handed in. */
export interface CommandContext {
  db: Database;
  now: Date;
  keys: Keyring;
  requestId: string;
}

/** What a command needs to recognise its own repetition: made by the form or the API's caller. */
export type IdempotencyKey = string;
