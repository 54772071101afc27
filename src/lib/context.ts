import type { Database } from './db/client.ts';
import type { Keyring } from './keyring.ts';

/** Who acts. A visitor has not signed in; a job is the site itself, by the name of its task. */
export type Actor =
  { kind: 'person'; id: string } | { kind: 'visitor' } | { kind: 'job'; id: string };

/** All that a command may reach for. It never sees a request, and time is always handed in. */
export interface CommandContext {
  db: Database;
  now: Date;
  keys: Keyring;
  requestId: string;
}
